"""The schedule of a project: when the syncs of each connection are due next."""

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from syncata.errors import Locked, StateProblem
from syncata.ledger import database as files
from syncata.ledger.database import Database, Row, exists, judge, marks, utc_now
from syncata.ledger.locking import Lock, is_held, lock_file
from syncata.ledger.opened import OpenFile
from syncata.spec.model import ScheduleEntry

SCHEDULE_ID = 0x53594E54
"""`application_id` of a schedule file ("SYNT", for its time tables)."""

SCHEDULE_VERSION = 1

# Rows lie in the order of the spec: of two that are due at the same time the first one comes first.
_TABLES = """
CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    connection TEXT NOT NULL, syncs TEXT NOT NULL, cron TEXT NOT NULL, zone TEXT NOT NULL,
    next_due TEXT NOT NULL, last_due TEXT, last_run TEXT, state TEXT NOT NULL, exit_code INTEGER,
    UNIQUE (connection, syncs, cron, zone)
);
"""

_COLUMNS = "connection, syncs, cron, zone, next_due, last_due, last_run, state, exit_code"
_DAMAGED = "stop serving and remove the file: only times that were missed are forgotten with it"


@dataclass(frozen=True, slots=True)
class Entry:
    """One time table of a connection and where it stands. Times are UTC.

    `state`: `new`, `running`, `ended`, `interrupted`, `locked` (it waits for another run of its
    connection), `missed` (too late to be caught up). `last_due`, `last_run` and `exit_code` are
    about the last run that was started.
    """

    connection: str
    timetable: ScheduleEntry
    next_due: datetime
    last_due: datetime | None = None
    last_run: str | None = None
    state: str = "new"
    exit_code: int | None = None


def open_schedule(
    path: Path, *, read_only: bool = False, clock: Callable[[], str] = utc_now
) -> "Schedule":
    """Open the schedule at `path`; make it if there is none and it is to be written.

    For writing it takes the lock and raises Locked if another process has it; with `read_only`
    it needs none. Raises StateProblem for a missing (read only), foreign, newer or damaged file.
    """
    if read_only:
        return Schedule(_existing(path, read_only=True), None)
    files.private_directory(path.parent)
    lock = _locked(path, clock())
    try:
        if not exists(path):
            files.create(path, SCHEDULE_ID, SCHEDULE_VERSION, "schedule", _TABLES)
        return Schedule(_existing(path), lock)
    except BaseException:
        lock.release()
        raise


def _locked(path: Path, since: str) -> Lock:
    try:
        return Lock(lock_file(path), since)
    except Locked as held:
        hint = "one `syncata serve` per project is enough: stop that one first"
        raise Locked(held.message, hint=hint) from held


def _existing(path: Path, *, read_only: bool = False) -> Database:
    if not exists(path):
        raise StateProblem(f"{path}: there is no schedule", hint="`syncata serve` makes it")
    database = Database(path)
    try:
        judge(database, SCHEDULE_ID, SCHEDULE_VERSION, "schedule")
        if read_only:
            database.pragmas("query_only=ON")
        else:
            files.durable(database)
    except BaseException:
        database.close()
        raise
    return database


class Schedule(OpenFile):
    """The time tables of all connections. Every method raises StateProblem if the file fails.

    Each writing method is one transaction.
    """

    def __init__(self, database: Database, lock: Lock | None) -> None:
        """Use `open_schedule`."""
        super().__init__(database, lock)

    def is_in_use(self) -> bool:
        """Whether a process serves it now."""
        return is_held(lock_file(self.path))

    def entries(self, connection: str | None = None) -> list[Entry]:
        """The time tables, of one connection or of all, in the order they were put."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM entry WHERE connection = coalesce(?, connection) ORDER BY id",  # noqa: S608
            (connection,),
        )
        try:
            return [_entry(row) for row in rows]
        except (ValueError, TypeError) as error:
            raise StateProblem(f"{self.path}: it is damaged ({error})", hint=_DAMAGED) from error

    def put(self, connection: str, entries: Iterable[Entry]) -> None:
        """Let these be all the time tables of a connection."""
        with self._database.transaction():
            self._database.rows("DELETE FROM entry WHERE connection = ?", (connection,))
            sql = f"INSERT INTO entry ({_COLUMNS}) VALUES ({marks(9)})"  # noqa: S608
            self._database.many(sql, [_row(entry) for entry in entries])

    def save(self, entry: Entry) -> None:
        """Write down where a time table stands now."""
        *names, next_due, last_due, last_run, state, exit_code = _row(entry)
        with self._database.transaction():
            self._database.rows(
                "UPDATE entry SET next_due = ?, last_due = ?, last_run = ?, state = ?, "
                "exit_code = ? WHERE connection = ? AND syncs = ? AND cron = ? AND zone = ?",
                (next_due, last_due, last_run, state, exit_code, *names),
            )

    def keep_only(self, connections: Collection[str]) -> None:
        """Forget the connections that are not among these."""
        with self._database.transaction():
            rows = self._database.rows("SELECT DISTINCT connection FROM entry")
            gone = [(name,) for (name,) in rows if name not in connections]
            self._database.many("DELETE FROM entry WHERE connection = ?", gone)


def _row(entry: Entry) -> Row:
    table = entry.timetable
    return (
        entry.connection,
        json.dumps(table.syncs),
        table.cron,
        table.timezone,
        _text(entry.next_due),
        entry.last_due and _text(entry.last_due),
        entry.last_run,
        entry.state,
        entry.exit_code,
    )


def _entry(row: Row) -> Entry:
    connection, syncs, cron, zone, next_due, last_due, last_run, state, exit_code = row
    return Entry(
        connection,
        ScheduleEntry(tuple(json.loads(syncs)), cron, zone),
        _moment(next_due),
        _moment(last_due) if last_due else None,
        last_run,
        state,
        exit_code,
    )


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no zone")
    return moment
