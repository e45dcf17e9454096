"""Days that pass in milliseconds, and a runner that behaves: what tests of the service share."""

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from syncata.errors import Exit, Locked
from syncata.ledger import Entry, open_schedule
from syncata.scheduling import Event, Service, reconciled
from syncata.spec.model import ScheduleEntry
from syncata.transport import World

MIDNIGHT = datetime(2026, 7, 1, tzinfo=UTC)


class _Impatient(selectors.SelectSelector):
    """Never waits: lets the loop's time pass instead."""

    def __init__(self, loop: "_Loop") -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout:
            self._loop.passed += timeout
        return ready


class _Loop(asyncio.SelectorEventLoop):
    """An event loop whose time passes only while everybody sleeps."""

    def __init__(self) -> None:
        self.passed = 0.0
        super().__init__(_Impatient(self))

    def time(self) -> float:
        return self.passed


Outcome = int | BaseException


@dataclass
class Days:
    """A schedule, a clock that begins at midnight (UTC), and what ran when.

    `takes`: how long a run of a sync takes. `outcomes`: what its runs end with, in turn; then 0.
    `set_forward`: after so long somebody sets the clock forward by so much.
    """

    path: Path
    now: datetime = MIDNIGHT
    takes: dict[str, timedelta] = field(default_factory=dict)
    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    set_forward: tuple[timedelta, timedelta] | None = None
    runs: list[tuple[str, str, str]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    on: set[str] = field(default_factory=set)
    most: int = 0

    def plan(self, tables: Iterable[tuple[str, ScheduleEntry]]) -> None:
        """Hold the schedule against these time tables, as a start does."""
        with open_schedule(self.path) as schedule:
            wanted: dict[str, list[ScheduleEntry]] = {}
            for connection, table in tables:
                wanted.setdefault(connection, []).append(table)
            for connection, mine in wanted.items():
                kept = schedule.entries(connection)
                schedule.put(connection, reconciled(connection, mine, kept, self.now))

    def serve(self, until: timedelta, *, jobs: int = 4) -> None:
        """Serve for so long, then stop as a signal does."""

        async def service(made: Service) -> None:
            task = asyncio.create_task(made.forever())
            await asyncio.wait({task}, timeout=until.total_seconds())
            if task.cancel():
                await asyncio.wait({task})
            if not task.cancelled():
                task.result()  # what has ended it

        self._with_service(service, jobs)

    def once(self, *, jobs: int = 4) -> set[int]:
        """Run what is due now; the exit codes."""
        codes: set[int] = set()

        async def service(made: Service) -> None:
            codes.update(await made.once())

        self._with_service(service, jobs)
        return codes

    def _with_service(self, work: Callable[[Service], Awaitable[None]], jobs: int) -> None:
        with open_schedule(self.path) as schedule, asyncio.Runner(loop_factory=_Loop) as runner:
            began, loop = self.now, runner.get_loop()
            connections = {entry.connection for entry in schedule.entries()}

            def now() -> datetime:
                passed = timedelta(seconds=loop.time())
                after, by = self.set_forward or (timedelta.max, timedelta())
                return began + passed + (by if passed >= after else timedelta())

            async def run(connection: str, syncs: tuple[str, ...], run_id: str) -> int:
                return await self._run(now, connection, syncs, run_id)

            async def whole() -> None:
                world = World(now=now, monotonic=loop.time)
                made = Service(
                    schedule, connections, run, world=world, tell=self.events.append, jobs=jobs
                )
                await work(made)

            runner.run(whole())
            self.now = now()

    async def _run(
        self, now: Callable[[], datetime], connection: str, syncs: tuple[str, ...], run_id: str
    ) -> int:
        assert connection not in self.on, "two runs of one connection at a time"
        self.on.add(connection)
        self.most = max(self.most, len(self.on))
        name = syncs[0]
        self.runs.append((f"{now():%d %H:%M}", connection, name))
        self.ids.append(run_id)
        planned = self.outcomes.get(name)
        outcome: Outcome = planned.pop(0) if planned else Exit.OK
        try:
            if outcome != Exit.LOCKED and not isinstance(outcome, Locked):  # it could not begin
                takes = self.takes.get(name, timedelta(minutes=1))
                await asyncio.sleep(takes.total_seconds())
        finally:
            self.on.remove(connection)
        if isinstance(outcome, BaseException):
            raise outcome
        return int(outcome)

    def entries(self) -> list[Entry]:
        """What the schedule holds."""
        with open_schedule(self.path, read_only=True) as schedule:
            return schedule.entries()

    def told(self) -> list[tuple[str, str, Any]]:
        """(kind, sync, exit code) of each event."""
        return [(e.kind, e.entry.timetable.syncs[0], e.exit_code) for e in self.events]


def table(sync: str, cron: str, timezone: str = "UTC") -> ScheduleEntry:
    """A time table of one sync."""
    return ScheduleEntry((sync,), cron, timezone)
