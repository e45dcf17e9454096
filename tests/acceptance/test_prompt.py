"""The question of `apply`, on a terminal; and what a run tells those who only read its report."""

import os
import pty
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.acceptance.world import REPOSITORY, World

COMMAND = [sys.executable, "-m", "syncata"]
QUESTION = "Apply this plan? [y/N]:"


@dataclass(slots=True)
class Terminal:
    """A process and the terminal it runs in."""

    process: subprocess.Popen[bytes]
    handle: int
    shown: str = ""

    def until(self, text: str) -> None:
        """Read until this was shown."""
        while text not in self.shown:
            assert self._more(), self.shown

    def waits(self) -> None:
        """Go on once the process sleeps: Python sees a signal just before it reads only later."""
        stat = Path(f"/proc/{self.process.pid}/stat")
        while stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "S":
            assert self.process.poll() is None, self.shown

    def rest(self) -> int:
        """Read to the end; the exit code."""
        while self._more():
            pass
        return self.process.wait(timeout=10)

    def type(self, text: str) -> None:
        """Press these keys."""
        os.write(self.handle, text.encode())

    def _more(self) -> bool:
        try:
            read = os.read(self.handle, 4096)
        except OSError:  # nobody is left at the other end
            return False
        self.shown += read.decode(errors="replace")
        return bool(read)


def _hears_interrupts() -> None:
    """Started in the background, a shell would have made its children deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def terminal(root: Path, *arguments: str) -> Iterator[Terminal]:
    """`syncata apply main`, or another command, in a terminal of its own."""
    environ = {**os.environ, "PYTHONPATH": str(REPOSITORY / "engine"), "TERM": "xterm"}
    handle, inner = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, *(arguments or ("apply", "main"))],
        stdin=inner,
        stdout=inner,
        stderr=inner,
        cwd=root,
        env=environ,
        preexec_fn=_hears_interrupts,  # noqa: PLW1509  no threads matter to a process that execs
    ) as process:
        os.close(inner)
        try:
            yield Terminal(process, handle)
        finally:
            process.kill()
            os.close(handle)


@pytest.fixture
def asked(world: World) -> Iterator[Terminal]:
    """A terminal in which `apply` has shown two creates and asks."""
    world.edflex.fill(2)
    with terminal(world.root) as opened:
        opened.until(QUESTION)
        yield opened


def test_no_applies_nothing(world: World, asked: Terminal) -> None:
    """The plan was shown; `n` ends with 0, and the run is kept as declined."""
    assert "+ 2 create" in asked.shown
    asked.type("n\n")
    assert asked.rest() == 0
    assert "Nothing was applied." in asked.shown
    assert world.target.writes() == []
    (run,) = world.cli("runs", "main", "--json").json["runs"]
    assert (run["state"], run["exit_code"]) == ("declined", 0)


def test_what_is_final_takes_the_connections_name(world: World) -> None:
    """Plan and warning stand above the question; another name, `y` say, changes nothing."""
    world.edflex.fill(2)
    world.run()
    mark = world.target.mark()
    for answer, said in (("y", "Nothing was changed."), ("main", "confirmed 1 remove")):
        assert world.target.writes(mark) == []
        with terminal(world.root, "deactivate", "main", "--remove-integration") as opened:
            opened.until("Write the connection's name, main, to go on")
            assert opened.shown.count("(deactivated)") == 3
            assert "This is final" in opened.shown
            opened.type(f"{answer}\n")
            assert opened.rest() == 0
            assert said in opened.shown
    assert world.target.integrations() == []


def test_yes_applies_what_was_shown(world: World, asked: Terminal) -> None:
    """What the source holds by then is the next run's business; the ledger is locked meanwhile."""
    world.edflex.put("i3")
    assert world.run(exit=8).run["error"]["kind"] == "Locked"
    asked.type("y\n")
    assert asked.rest() == 0, asked.shown
    assert world.target.courses() == {"i1", "i2"}
    (run,) = world.cli("runs", "main", "--json").json["runs"]
    report = world.cli("report", run["run"], "--json").json
    assert report["state"] == "ok"
    assert report["requests"]["source"]["read"] > 0
    assert report["requests"]["target"]["write"] > 0


@pytest.mark.parametrize(
    ("number", "code", "state"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, -signal.SIGTERM, "died")],
)
def test_a_signal_ends_the_question_at_once(
    world: World, asked: Terminal, number: int, code: int, state: str
) -> None:
    """Ctrl-C and SIGTERM end it within a second; nothing was applied, nothing stays locked."""
    asked.waits()
    before = time.monotonic()
    asked.process.send_signal(number)
    assert asked.rest() == code
    assert time.monotonic() - before < 1
    assert world.target.writes() == []
    (row,) = world.cli("status", "main", "--json").json["connections"]
    assert row["state"] == state
    world.run()


def test_what_was_agreed_to_counts_as_adopt(world: World) -> None:
    """A plan that takes over what the target holds says so; `y` is the agreement."""
    world.target.hand("add_integration", settings={"externalPlatform": "Edflex"})
    with terminal(world.root) as opened:
        opened.until(QUESTION)
        opened.type("y\n")
        assert opened.rest() == 0, opened.shown
    assert world.target.integration()["defaultCompletion"] is True


def test_without_a_change_nobody_is_asked(world: World) -> None:
    """There is nothing to agree to."""
    world.edflex.fill(1)
    world.run()
    with terminal(world.root) as opened:
        assert opened.rest() == 0
    assert QUESTION not in opened.shown


def test_a_part_of_a_run_is_no_good_run(world: World) -> None:
    """`--limit` and `--sync` say so in the report, and do not count for `--max-age`."""
    world.edflex.fill(2)
    limited = world.run("--limit", "1").run
    chosen = world.run("--sync", "courses").run
    assert (limited["limited"], limited["only"]) == (True, [])
    assert (chosen["limited"], chosen["only"]) == (False, ["courses"])
    status = world.cli("status", "main", "--max-age", "1h", "--json")
    assert status.exit == 5
    (row,) = status.json["connections"]
    assert (row["last_run"], row["state"], row["last_good_run"]) == (chosen["run"], "ok", None)
    whole = world.run().run
    world.run("--limit", "1")
    status = world.cli("status", "main", "--max-age", "1h", "--json")
    assert status.exit == 0
    assert status.json["connections"][0]["last_good_run"] == whole["run"]


def test_a_saved_canary_is_no_good_run_either(world: World) -> None:
    """The plan says what it is for, not the command that carries it out."""
    world.edflex.fill(2)
    path = str(world.path("plan.db"))
    assert world.cli("plan", "main", "--limit", "1", "-o", path).exit == 0
    applied = world.cli("apply", "main", path, "--json")
    assert applied.exit == 0
    assert applied.json["limited"] is True
    assert world.cli("status", "main", "--max-age", "1h").exit == 5


def test_a_held_run_says_each_fact_once(world: World) -> None:
    """What a guard measured is in `stops`; the text of the report tells it once, too."""
    world.edflex.fill(12)
    world.run()
    for place in range(1, 7):
        world.edflex.patch(f"i{place}", status="closed")
    run = world.run(exit=7)
    (stop,) = run.run["stops"]
    assert run.run["error"] == {
        "exit_code": 7,
        "kind": "Held",
        "message": "held by a guard, nothing was sent",
        "hint": "",
    }
    assert run.out.count(stop["measured"]) == 1
    text = world.cli("report", run.run["run"]).out
    assert text.count(stop["measured"]) == text.count(stop["advice"]) == 1


def test_a_ledger_that_goes_away_stops_no_other_connection(world: World) -> None:
    """The rejects of the first cannot be read: exit 9, but the second has run."""
    world.edflex.fill(1)
    world.connect("other", platform_name="Other")
    world.target.fault(http_500="on@/bulk/operations")

    def damage(_: float) -> None:
        world.target.fault(http_500=None)
        ledger = sqlite3.connect(world.path("state", "main.db"))
        ledger.execute("DROP TABLE reject")
        ledger.close()
        world.on_sleep = None

    world.on_sleep = damage
    run = world.cli("run", "main", "other")
    assert run.exit == 9
    assert "no such table: reject" in run.err
    assert "of other: ok" in run.out


def test_doctor_keeps_what_it_found(world: World) -> None:
    """A ledger that cannot be read, or an API that cannot be addressed, is one more finding."""
    world.connect(edflex_url="https://user:pass@example.com")
    checks = world.cli("doctor", "main", "--json").json["checks"]
    subjects = {check["subject"]: check["code"] for check in checks}
    assert {"syncata", "connection", "ledger", "identity"} <= subjects.keys()
    assert checks[-1]["code"] != 0
    assert (checks[-1]["subject"], subjects["ledger"]) == ("APIs", 0)
    world.connect()
    world.path("state").mkdir(mode=0o700)
    world.path("state", "main.db").write_text("no ledger\n" * 1000)
    checks = world.cli("doctor", "main", "--json").json["checks"]
    subjects = {check["subject"]: check["code"] for check in checks}
    assert (subjects["connection"], subjects["ledger"]) == (0, 9)
