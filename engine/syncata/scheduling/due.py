"""What is due at an instant, and when it is due next. Instants know their zone."""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from syncata.ledger import Entry
from syncata.model import digest
from syncata.spec.model import ScheduleEntry
from syncata.spec.schedule import clock_change, next_due, zone

CATCH_UP = timedelta(hours=24)
"""How late a missed time is still caught up; what is older waits for its next time."""


@dataclass(frozen=True, slots=True)
class Due:
    """A run that should be on: it stands for `at` and for `earlier` times before that were missed.

    `entry` is the time table as it stood until now.
    """

    entry: Entry
    at: datetime
    earlier: int

    @property
    def run(self) -> str:
        """The run's id."""
        return run_id(self.entry.connection, self.entry.timetable.syncs, self.at)


def run_id(connection: str, syncs: Sequence[str], at: datetime) -> str:
    """The id of the run of these syncs for this time: whoever starts it, it is the same run.

    It sorts by time like the ids of other runs, and is longer, so that it is none of those.
    """
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{digest([connection, *syncs], 4).hex()}"


def reconciled(
    connection: str, wanted: Iterable[ScheduleEntry], kept: Iterable[Entry], now: datetime
) -> list[Entry]:
    """The time tables a connection has now: those it had go on, others begin with their next time.

    So a time that was missed is caught up, and one that nobody planned when it passed is not.
    """
    known = {entry.timetable: entry for entry in kept}
    return [
        known.get(table) or Entry(connection, table, next_due(table, now))
        for table in dict.fromkeys(wanted)
    ]


def due(entry: Entry, now: datetime) -> Due | None:
    """The one run for every time of an entry that has come; None if there is none.

    None also if even the last of these times is longer ago than CATCH_UP.
    """
    oldest = now - CATCH_UP
    moment = entry.next_due
    if moment < oldest:
        moment = next_due(entry.timetable, oldest - timedelta(seconds=1))
    last, times = None, 0
    while moment <= now:
        last, times = moment, times + 1
        moment = next_due(entry.timetable, moment)
    return None if last is None else Due(entry, last, times - 1)


def begun(due: Due) -> Entry:
    """The entry while its run is on. It stays due: if nobody notes an end, it is taken up again."""
    return replace(
        due.entry,
        next_due=due.at,
        last_due=due.at,
        last_run=due.run,
        state="running",
        exit_code=None,
    )


def ended(due: Due, exit_code: int) -> Entry:
    """The entry after its run. Times that came meanwhile are due now, as one run."""
    following = next_due(due.entry.timetable, due.at)
    return replace(begun(due), next_due=following, state="ended", exit_code=exit_code)


def interrupted(due: Due) -> Entry:
    """The entry whose run was stopped: it stays due."""
    return replace(begun(due), state="interrupted")


def locked(due: Due) -> Entry:
    """The entry whose run could not begin, for another run holds the ledger: it stays due."""
    return replace(due.entry, state="locked")


def missed(entry: Entry, now: datetime) -> Entry:
    """The entry that is due, but too late to be caught up."""
    following = next_due(entry.timetable, now)
    return replace(entry, next_due=following, state="missed")


@dataclass(frozen=True, slots=True)
class Coming:
    """A run to come. `change`: the offsets before and after, if clocks change there that day."""

    connection: str
    timetable: ScheduleEntry
    at: datetime
    local: datetime
    change: tuple[str, str] | None


def coming(tables: Iterable[tuple[str, ScheduleEntry]], after: datetime) -> Iterator[Coming]:
    """The runs of these time tables (each with its connection) later than `after`, without end."""
    return heapq.merge(
        *(_coming(connection, table, after) for connection, table in tables),
        key=lambda run: run.at,
    )


def _coming(connection: str, table: ScheduleEntry, after: datetime) -> Iterator[Coming]:
    moment = after
    while True:
        moment = next_due(table, moment)
        local = moment.astimezone(zone(table.timezone))
        yield Coming(connection, table, moment, local, clock_change(table, moment))
