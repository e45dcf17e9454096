"""The service: starts what is due, one run per connection at a time, until it is stopped."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from syncata.errors import Exit, SyncataError
from syncata.ledger import Entry, Schedule
from syncata.run import INTERRUPTED
from syncata.scheduling.due import Due, begun, due, ended, interrupted, locked, missed
from syncata.spec.model import ScheduleEntry
from syncata.transport import World

JOBS = 4
"""Connections that run at the same time."""

RETRY = timedelta(minutes=1)
"""How long a connection rests whose ledger another process holds, or whose run was cut off."""

PATIENCE = 3
"""Failures in a row after which a time table rests longer each time."""

REST = timedelta(minutes=5)
LONGEST_REST = timedelta(hours=6)

_DECAYING = (Exit.CREDENTIALS, Exit.UNAVAILABLE)

NAP = 60.0
"""Seconds: the longest sleep, so that a clock that was set, or a machine that slept, is noticed."""

# (connection, syncs, run id) → exit code
Runner = Callable[[str, tuple[str, ...], str], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that became of a time table, at the instant `at`.

    `kind`: `started`, `ended`, `interrupted`, `locked` (it is tried again each minute, silently),
    `missed` (too late to be caught up), `rests` (it failed so often that it is left alone for so
    many `seconds`). `entry` is how the time table stands now, `due` the run it is about. `error` is
    what a run without a report ended with.
    """

    kind: str
    at: datetime
    entry: Entry
    due: Due
    exit_code: int | None = None
    seconds: float | None = None
    error: Exception | None = None


_Name = tuple[str, ScheduleEntry]


def _name(entry: Entry) -> _Name:
    return entry.connection, entry.timetable


class Service:
    """Runs time tables. Whatever a run does, the others go on; only a broken schedule ends it."""

    def __init__(
        self,
        schedule: Schedule,
        connections: Collection[str],
        runner: Runner,
        *,
        world: World,
        tell: Callable[[Event], None],
        jobs: int = JOBS,
    ) -> None:
        """Serve what the schedule holds of these connections. Raises StateProblem."""
        self._schedule = schedule
        self._entries: dict[_Name, Entry] = {
            _name(entry): entry for entry in schedule.entries() if entry.connection in connections
        }
        self._runner = runner
        self._world = world
        self._tell = tell
        self._jobs = jobs
        self._running: dict[str, asyncio.Task[None]] = {}
        self._retry_at: dict[str, datetime] = {}
        self._failures: dict[_Name, int] = {}
        self._rests: dict[_Name, datetime] = {}
        self._locked: set[_Name] = set()
        self._codes: set[int] = set()

    async def forever(self) -> None:
        """Start what falls due until cancelled; then cancel what runs and wait for its end.

        Raises StateProblem if the schedule cannot be written.
        """
        try:
            while True:
                self._start(self._world.now())
                await self._until_something_happens()
        finally:
            await self._stop()

    async def once(self) -> set[int]:
        """Run what is due now; the exit codes. Raises StateProblem."""
        now = self._world.now()
        try:
            self._start(now)
            while self._running:
                await asyncio.wait(self._running.values(), return_when=asyncio.FIRST_COMPLETED)
                self._reap()
                self._start(now)
        finally:
            await self._stop()
        return self._codes

    def _start(self, now: datetime) -> None:
        """Start what is due, the longest due first, where connection and number of jobs allow."""
        if len(self._running) >= self._jobs:
            return
        for found in sorted(self._due(now), key=lambda found: found.at):
            connection = found.entry.connection
            if connection not in self._running and len(self._running) < self._jobs:
                self._running[connection] = asyncio.create_task(self._carry_out(found))

    def _due(self, now: datetime) -> list[Due]:
        found = []
        for entry in list(self._entries.values()):
            if entry.connection in self._running or self._wakes(entry) > now:
                continue
            one = due(entry, now)
            if one is not None:
                found.append(one)
            else:
                self._pass_over(entry, now)
        return found

    def _wakes(self, entry: Entry) -> datetime:
        retry_at = self._retry_at.get(entry.connection, entry.next_due)
        return max(entry.next_due, retry_at, self._rests.get(_name(entry), entry.next_due))

    async def _carry_out(self, found: Due) -> None:
        self._save(begun(found))
        if _name(found.entry) not in self._locked:
            self._report("started", found)
        since = self._world.monotonic()
        code, error = INTERRUPTED, None
        try:
            code, error = await self._outcome(found)
        finally:  # a run that is cancelled, too
            seconds = round(self._world.monotonic() - since, 3)
            self._conclude(found, code, seconds, error)

    async def _outcome(self, found: Due) -> tuple[int, Exception | None]:
        entry = found.entry
        try:
            return await self._runner(entry.connection, entry.timetable.syncs, found.run), None
        except SyncataError as error:
            return int(error.exit_code), error
        except Exception as bug:  # noqa: BLE001  a bug in one run never ends the others
            return int(Exit.BUG), bug

    def _conclude(self, found: Due, code: int, seconds: float, error: Exception | None) -> None:
        self._codes.add(Exit.BUG if code == INTERRUPTED else code)  # nobody has stopped `once`
        if code in (Exit.LOCKED, INTERRUPTED):
            self._retry_at[found.entry.connection] = self._world.now() + RETRY
        known = _name(found.entry) in self._locked
        self._locked.discard(_name(found.entry))
        if code == Exit.LOCKED:
            self._locked.add(_name(found.entry))
            self._save(locked(found))
            if not known:
                self._report("locked", found, exit_code=code, error=error)
        elif code == INTERRUPTED:
            self._save(interrupted(found))
            self._report("interrupted", found, exit_code=code, seconds=seconds)
        else:
            self._save(ended(found, code))
            self._report("ended", found, exit_code=code, seconds=seconds, error=error)
            self._let_rest(found, code)

    def _let_rest(self, found: Due, code: int) -> None:
        """Knock less and less often where credentials are refused or nobody is there.

        Restarting forgets it: whoever has mended something need not wait.
        """
        name = _name(found.entry)
        failures = self._failures.get(name, 0) + 1 if code in _DECAYING else 0
        self._failures[name] = failures
        if failures < PATIENCE:
            self._rests.pop(name, None)
            return
        rest = min(REST * 2 ** min(failures - PATIENCE, 10), LONGEST_REST)
        self._rests[name] = self._world.now() + rest
        if self._rests[name] > self._entries[name].next_due:
            self._report("rests", found, seconds=rest.total_seconds())

    def _pass_over(self, entry: Entry, now: datetime) -> None:
        self._save(missed(entry, now))
        self._report("missed", Due(entry, entry.next_due, 0))

    def _save(self, entry: Entry) -> None:
        self._entries[_name(entry)] = entry
        self._schedule.save(entry)

    def _report(self, kind: str, about: Due, **more: Any) -> None:
        entry = self._entries[_name(about.entry)]
        self._tell(Event(kind, self._world.now(), entry, about, **more))

    async def _until_something_happens(self) -> None:
        nap = asyncio.ensure_future(self._world.sleep(self._seconds()))
        try:
            await asyncio.wait({nap, *self._running.values()}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            nap.cancel()
        self._reap()

    def _seconds(self) -> float:
        """How long nothing can fall due that could be started."""
        if len(self._running) >= self._jobs:
            return NAP
        idle = (e for e in self._entries.values() if e.connection not in self._running)
        now = self._world.now()
        waits = ((self._wakes(entry) - now).total_seconds() for entry in idle)
        return min(NAP, max(0.0, min(waits, default=NAP)))

    def _reap(self) -> None:
        for connection, task in list(self._running.items()):
            if task.done():
                del self._running[connection]
                if not task.cancelled():
                    task.result()  # raises what keeps the schedule from being written

    async def _stop(self) -> None:
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)
