"""A run that is killed at a system call that writes the ledger's file.

strace delivers SIGKILL as the process enters the n-th call of one kind on the file or on its
journal: that call is not carried out any more.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path

from tests.guarantees.crash import Crash
from tests.guarantees.judging import Finding, Judge, Kind, claimed_in_vain
from tests.guarantees.place import Place, Zygote, place
from tests.guarantees.story import ADA, OPEN

CALLS = ("pwrite64", "fdatasync", "unlink")
READY = "attached"


@cache
def why_not() -> str:
    """Why this machine cannot do it; empty if it can."""
    strace = shutil.which("strace")
    if strace is None:
        return "there is no strace"
    tried = subprocess.run(
        [strace, "-o", os.devnull, "true"], capture_output=True, text=True, check=False
    )
    return f"strace may not trace: {tried.stderr.strip()}" if tried.returncode else ""


class Tracer:
    """Attaches strace to a process that has stopped, and lets it go on."""

    def __init__(self, ledger: Path, call: str, number: int) -> None:
        self._command = [
            *("strace", "-f", "-o", os.devnull, "-e", f"trace={call}"),
            *("-P", str(ledger), "-P", f"{ledger}-journal"),
            *("-e", f"inject={call}:signal=SIGKILL:when={number}"),
        ]

    def __call__(self, pid: int) -> None:
        """Attach to `pid`; it will be killed at its number."""
        tracer = subprocess.Popen(
            [*self._command, "-p", str(pid)], stderr=subprocess.PIPE, text=True
        )
        assert tracer.stderr is not None
        line = tracer.stderr.readline()
        assert READY in line, line
        os.kill(pid, signal.SIGCONT)
        tracer.stderr.read()  # until the process has ended, and strace with it
        tracer.wait()
        tracer.stderr.close()


def kills(zygote: Zygote, call: str, start: int = 1, step: int = 1) -> Iterator[Crash]:
    """Kill at the calls number `start`, `start + step`, …, a run each, until one ends by itself.

    After each kill the next run must converge; then the source changes, and the same connection
    goes on.
    """
    with place(zygote) as here:
        here.connect()
        here.edflex.fill(3)
        here.good_run()
        judge = Judge(here.target)
        for turn, number in enumerate(count(start, step)):
            _change(here, turn)
            ended = here.attempt(stopped=Tracer(here.ledger, call, number))
            assert ended.was_killed or ended.code == 0, ended.err[-3000:]
            if not ended.was_killed:
                return
            findings = [Finding(Kind.OTHER, damage) for damage in here.damage()]
            findings += claimed_in_vain(here)
            findings += _after(here, judge, turn)
            yield Crash(number, reached=True, steps=ended.steps, findings=tuple(findings))


def _change(here: Place, turn: int) -> None:
    """One course is edited; one closes, and opens again; a learner begins another attempt."""
    here.edflex.patch("i1", title=f"Title of turn {turn}")
    here.edflex.patch("i2", status="opened" if turn % 2 else "closed")
    if turn < 20:  # further ones would only make lists long
        day = f"2026-03-{turn + 1:02d}T10:"
        times = {"first_activity": f"{day}00:00.000Z", "last_activity": f"{day}30:00.000Z"}
        here.edflex.learn(ADA, "i1", attempt=turn + 1, **OPEN, **times)


def _after(here: Place, judge: Judge, turn: int) -> list[Finding]:
    again, target = here.attempt(), here.target
    found = [*judge.doubled(), *claimed_in_vain(here)]
    archived = {"i2"} if turn % 2 == 0 else set()
    pairs = [
        (Kind.OTHER, again.code, 0),
        (Kind.LOST, target.field("i1", "name"), f"Title of turn {turn}"),
        (Kind.LOST, len(target.attempts()), min(turn + 1, 20)),
        (Kind.OTHER, archived - target.courses("archived"), set()),
        (Kind.ARCHIVED, target.courses("archived") - archived, set()),
    ]
    return found + [Finding(k, f"{got} instead of {must}") for k, got, must in pairs if got != must]
