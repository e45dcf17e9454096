"""A project between two simulators whose runs are processes of their own, and can be killed."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Self

from tests.acceptance.sides import Edflex, Target
from tests.acceptance.world import REPOSITORY, SECRETS, Result, World

from syncata.ledger import open_ledger
from syncata.simulator import Options, serve

ENVIRON = {
    **SECRETS,
    "EDFLEX_ID": "edflex-demo",
    "TARGET_ID": "360-demo",
    "PATH": "/usr/bin",
    "TZ": "UTC",
}
KILLED = -9
MEMORY = Path("/dev/shm")


class Zygote:
    """The process that forks for every run; a context manager."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.guarantees.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": f"{REPOSITORY / 'engine'}:{REPOSITORY}"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe(self._process.stdin).close()
        self._process.wait()
        self._pipe(self._process.stdout).close()

    def ask(self, request: dict[str, Any], stopped: Callable[[int], None] = lambda _: None) -> int:
        """Have a command run; its exit code, or minus the signal that killed it.

        `stopped` is called with the process's id where the request asks it to stop first.
        """
        asked = self._pipe(self._process.stdin)
        asked.write(json.dumps(request) + "\n")
        asked.flush()
        answer = self._answer()
        if "stopped" in answer:
            stopped(answer["stopped"])
            answer = self._answer()
        return int(answer["code"])

    def _answer(self) -> dict[str, Any]:
        line = self._pipe(self._process.stdout).readline()
        assert line, "the process that forks has died"
        return dict(json.loads(line))

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        assert pipe is not None
        return pipe


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended, what it said, and the steps that it came to."""

    code: int
    out: str
    err: str
    steps: tuple[str, ...]

    @property
    def was_killed(self) -> bool:
        """Whether it was killed before its end."""
        return self.code == KILLED

    @property
    def result(self) -> Result:
        """The same as acceptance tests see it."""
        return Result(self.code, self.out, self.err)


class Place(World):
    """Simulators and a project in a folder of its own; each run is a fork of the zygote."""

    def __init__(
        self, folder: Path, zygote: Zygote, edflex: Edflex, target: Target, *, pace: float = 1
    ) -> None:
        root = folder / "project"
        root.mkdir()
        (folder / "clock").write_text("0")
        self.folder = folder
        self._zygote = zygote
        self._pace = pace
        self._specs = {self.spec.stem}
        super().__init__(root, edflex, target)

    def connect(self, name: str = "main", *, spec: str | None = None, **given: Any) -> None:
        """Write a connection; its spec is read once for all forks."""
        self._specs.add(spec or self.spec.stem)
        super().connect(name, spec=spec, **given)

    def attempt(
        self,
        *arguments: str,
        kill: int | str = 0,
        stopped: Callable[[int], None] | None = None,
    ) -> Ended:
        """Run a command (`run main` if none is named), killed at step `kill` if not 0: a number,
        or how the first step begins that is meant."""
        code = self._zygote.ask(
            {
                "folder": str(self.folder),
                "arguments": arguments or ("run", "main", "--json"),
                "environ": {**ENVIRON, "TMPDIR": str(self.folder)},
                "kill": kill,
                "stop": stopped is not None,
                "specs": sorted(self._specs),
                "pace": self._pace,
            },
            stopped or (lambda _: None),
        )
        out, err, steps = (self.folder.joinpath(n).read_text() for n in ("out", "err", "steps"))
        return Ended(code, out, err, tuple(steps.splitlines()))

    def good_run(self, *arguments: str, exits: tuple[int, ...] = (0,)) -> Result:
        """A run that nobody kills, which must end with one of these codes."""
        ended = self.attempt("run", "main", "--json", *arguments)
        assert ended.code in exits, f"{ended.code}: {ended.out[-3000:]}\n{ended.err[-3000:]}"
        return ended.result

    def pass_days(self, days: float) -> None:
        """Let days pass here and on both sides."""
        clock = self.folder / "clock"
        seconds = float(clock.read_text()) + days * 86_400
        clock.write_text(str(seconds))
        for side in (self.edflex, self.target):
            side.ahead(seconds)

    @property
    def ledger(self) -> Path:
        """The file that remembers."""
        return self.path("state", "main.db")

    def damage(self) -> list[str]:
        """What is wrong with the ledger's file; nothing is, where there is none."""
        if not self.ledger.exists():
            return []
        with open_ledger(self.ledger, read_only=True) as ledger:
            return ledger.verify()


@contextmanager
def place(zygote: Zygote, *, pace: float = 1, **options: Any) -> Iterator[Place]:
    """An empty source, an empty target, a project; `options` are those of the simulators.

    `pace`: how many times as long as it was asked for a wait of the engine seems to take.
    """
    given = {"items": 0, "learners": 3, "job_seconds": 0, "rate_limits": False} | options
    with ExitStack() as stack:
        memory = MEMORY if MEMORY.is_dir() else None
        folder = Path(stack.enter_context(TemporaryDirectory(dir=memory)))
        simulator = Options(audit_bodies=True, **given)
        one = stack.enter_context(serve("edflex", simulator))
        two = stack.enter_context(serve("360learning", simulator))
        made = Place(folder, zygote, Edflex(one), Target(two), pace=pace)
        stack.callback(made.edflex.close)
        stack.callback(made.target.close)
        yield made
