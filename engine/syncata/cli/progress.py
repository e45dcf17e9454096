"""Progress of long steps on stderr: a live line on a terminal, a plain line now and then else."""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol, Self

from syncata.cli.output import plain_environment
from syncata.report.values import duration

_PLAIN_EVERY = 10.0
_WORDS = {"read": "reading", "apply": "writing", "wait": "waiting for"}


async def told_sleep(seconds: float) -> None:
    """Sleep; a wait that a person would notice is told before."""
    if seconds >= _PLAIN_EVERY:
        line = f"waiting {duration(seconds)} before the next request, as the API asks"
        print(line, file=sys.stderr, flush=True)  # noqa: T201
    await asyncio.sleep(seconds)


class Progress(Protocol):
    """Counts records of a stage (`read`, `apply`) of a stream or sync."""

    def step(self, stage: str, name: str, number: int) -> None:
        """`number` more are done."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def progress_for(*, quiet: bool) -> "Progress":
    """The progress that fits: none, plain lines, or a live display."""
    if not quiet and sys.stderr.isatty() and not plain_environment(os.environ):
        return LiveProgress()
    return PlainProgress(quiet=quiet)


class PlainProgress:
    """A line with count and rate every ten seconds; silent for what is quick."""

    def __init__(
        self, *, quiet: bool = False, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._quiet = quiet
        self._monotonic = monotonic
        self._done: dict[tuple[str, str], int] = {}
        self._since: dict[tuple[str, str], float] = {}
        self._shown = monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def step(self, stage: str, name: str, number: int) -> None:
        """Count, and say so when it is time."""
        pair = (stage, name)
        now = self._monotonic()
        self._since.setdefault(pair, now)
        self._done[pair] = self._done.get(pair, 0) + number
        if self._quiet or now - self._shown < _PLAIN_EVERY:
            return
        self._shown = now
        rate = self._done[pair] / max(now - self._since[pair], 0.001)
        line = f"{_WORDS.get(stage, stage)} {name}: {self._done[pair]:,} records, {rate:,.0f}/s"
        print(line, file=sys.stderr, flush=True)  # noqa: T201


class LiveProgress:
    """A live line per step, drawn by rich."""

    def __init__(self) -> None:
        from rich.console import Console  # noqa: PLC0415  start-up time
        from rich.progress import Progress, SpinnerColumn, TextColumn  # noqa: PLC0415

        self._live: Any = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TextColumn("{task.completed:,.0f} records"),
            TextColumn("{task.fields[rate]}"),
            console=Console(stderr=True),
            transient=True,
        )
        self._tasks: dict[tuple[str, str], Any] = {}

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def step(self, stage: str, name: str, number: int) -> None:
        """Count, and redraw."""
        pair = (stage, name)
        if pair not in self._tasks:
            title = f"{_WORDS.get(stage, stage)} {name}"
            self._tasks[pair] = self._live.add_task(title, total=None, rate="")
        task = self._tasks[pair]
        self._live.advance(task, number)
        speed = self._live.tasks[task].speed
        self._live.update(task, rate=f"{speed:,.0f}/s" if speed else "")
