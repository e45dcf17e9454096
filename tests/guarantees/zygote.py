"""A process that is ready to run commands, and forks for each one: a fork can be killed for real.

It reads one JSON request per line from stdin and answers each with one line. Nothing of the engine
knows of it: what the engine does to the world is counted from outside, at the HTTP client and at
the database, and the fork kills itself at the step it is told. There are two kinds of steps: the
answer to a request has come and was not looked at yet, and a transaction of the ledger was
committed. What happens between two steps happens in memory alone, so that a kill anywhere before a
step leaves the world as a kill right after the step before does.
"""

import contextlib
import importlib
import json
import os
import pkgutil
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx

import syncata
from syncata.checks import connections, load
from syncata.cli import deciding, main, operate
from syncata.document import Document
from syncata.ledger import open_ledger
from syncata.ledger.database import Database
from syncata.session import Progress, Surroundings
from syncata.spec.model import Spec
from syncata.transport import Accounts, World
from syncata.transport.pool import Pool


class Steps:
    """Numbers what a run does to the world, writes each step down, and kills at one of them."""

    def __init__(self, path: Path, kill: int | str) -> None:
        """`kill`: the number of a step, or how the first one begins that is meant."""
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        self._kill = kill
        self._number = 0

    def at(self, what: str) -> None:
        """The next step has come."""
        self._number += 1
        os.write(self._file, f"{what}\n".encode())
        kill = self._kill
        if what.startswith(kill) if isinstance(kill, str) else self._number == kill:
            os.kill(os.getpid(), signal.SIGKILL)


def count_requests(steps: Steps) -> None:
    """A step when the answer to a request is there: the other side has done it, we know nothing."""
    send = Pool.handle_async_request

    async def counted(self: Pool, request: httpx.Request) -> httpx.Response:
        try:
            return await send(self, request)
        finally:
            steps.at(f"{request.method} {request.url.path}")

    Pool.handle_async_request = counted  # type: ignore[method-assign]


def count_commits(steps: Steps) -> None:
    """A step after each commit of the ledger."""
    run = Database.rows

    def counted(self: Database, sql: str, values: Any = ()) -> list[Any]:
        rows = run(self, sql, values)
        if sql == "COMMIT" and self.path.suffix == ".db":
            steps.at("commit")
        return rows

    Database.rows = counted  # type: ignore[method-assign]


def note(clock: Path, skipped: float) -> None:
    """Write down how much time was skipped."""
    clock.write_text(str(skipped))


def surroundings(clock: Path, pace: float) -> Callable[..., Surroundings]:
    """What commands are given of the world: waits cost nothing, and the time they take passes.

    The file `clock` holds the seconds that have been skipped, also by a run that was killed. A wait
    takes `pace` times as long as was asked for.
    """
    skipped = float(clock.read_text())

    async def sleep(seconds: float) -> None:
        nonlocal skipped
        skipped += seconds * pace
        note(clock, skipped)

    world = World(
        now=lambda: datetime.now(UTC) + timedelta(seconds=skipped),
        monotonic=lambda: time.monotonic() + skipped,
        sleep=sleep,
    )
    accounts = Accounts(world)

    def given(*, progress: Progress = lambda *_: None, **_: Any) -> Surroundings:
        return Surroundings(world=world, accounts=accounts, progress=progress)

    return given


def import_everything() -> None:
    """What commands import late, forks to come find imported."""
    for module in pkgutil.walk_packages(syncata.__path__, "syncata."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    importlib.import_module("anyio._backends._asyncio")


def read_specs_once() -> None:
    """Most of a small run is reading the spec: a spec that was read before a fork is at hand."""
    specs: dict[tuple[str, str], Spec] = {}
    spec_of = load.spec_of

    def known(document: Document) -> Spec:
        place = document.file, document.text
        if place not in specs:
            specs[place] = spec_of(document)
        return specs[place]

    connections.spec_of = known  # type: ignore[attr-defined]


def run(request: dict[str, Any]) -> int:
    """Run a command in this process, which is a fork; its exit code."""
    folder = Path(request["folder"])
    os.chdir(folder / "project")
    os.environ.clear()
    os.environ.update(request["environ"])
    steps = Steps(folder / "steps", request["kill"])
    count_requests(steps)
    count_commits(steps)
    given = surroundings(folder / "clock", request["pace"])
    clock = given().world.now
    noted = partial(open_ledger, clock=lambda: clock().isoformat(timespec="seconds"))
    setattr(operate, "Surroundings", given)  # noqa: B010
    setattr(deciding, "open_ledger", noted)  # noqa: B010
    if request["stop"]:
        os.kill(os.getpid(), signal.SIGSTOP)
    with (
        (folder / "out").open("w") as out,
        (folder / "err").open("w") as err,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main(request["arguments"])
        except SystemExit as end:
            return int(end.code or 0)
    return 0


def answer(request: dict[str, Any]) -> None:
    """Fork, and say how the fork ended: its exit code, or minus the signal that killed it."""
    for name in request["specs"]:  # forks to come find them read
        search = [Path(request["folder"]) / "project" / "mappings"]
        connections.spec_of(load.read_spec(name, search=search))  # type: ignore[attr-defined]
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = run(request)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, os.WUNTRACED)
    if os.WIFSTOPPED(status):
        say({"stopped": child})
        _, status = os.waitpid(child, 0)
    say({"code": os.waitstatus_to_exitcode(status)})


def say(what: dict[str, Any]) -> None:
    """Answer one line."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    import_everything()
    read_specs_once()
    for line in sys.stdin:
        answer(json.loads(line))
