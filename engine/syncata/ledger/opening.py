"""Opening a ledger: made, judged, brought to this version, locked."""

from collections.abc import Callable
from pathlib import Path

from syncata.errors import StateProblem
from syncata.ledger import database as files
from syncata.ledger import schema
from syncata.ledger.database import Database, exists, judge, utc_now
from syncata.ledger.locking import Lock, lock_file
from syncata.ledger.store import Ledger


def open_ledger(
    path: Path, *, read_only: bool = False, clock: Callable[[], str] = utc_now
) -> Ledger:
    """Open the ledger at `path`; make it if there is none and it is to be written.

    For writing it takes the lock and raises Locked if another process has it. With `read_only`
    it needs no lock and works while a run writes. Raises StateProblem, with what to do, for a
    missing (read only), foreign, newer, damaged or unreachable file.
    """
    if read_only:
        return Ledger(_existing(path, read_only=True), None, clock, created=False)
    files.private_directory(path.parent)
    lock = Lock(lock_file(path), clock())
    try:
        created = not exists(path)
        if created:
            tables = schema.LEDGER + schema.SECOND + schema.THIRD
            files.create(path, schema.LEDGER_ID, schema.LEDGER_VERSION, "ledger", tables)
        return Ledger(_existing(path), lock, clock, created=created)
    except BaseException:
        lock.release()
        raise


def _existing(path: Path, *, read_only: bool = False) -> Database:
    if not exists(path):
        hint = "the first `syncata run` makes it; check the path otherwise"
        raise StateProblem(f"{path}: there is no ledger", hint=hint)
    database = Database(path)
    try:
        judge(database, schema.LEDGER_ID, schema.LEDGER_VERSION, "ledger")
        if read_only:
            _require_version(database)
            # Opened for writing all the same: after a crash a reader must undo what was half done.
            database.pragmas("query_only=ON")
        else:
            files.durable(database)
            _bring_up(database)
    except BaseException:
        database.close()
        raise
    return database


def _require_version(database: Database) -> None:
    if database.number("user_version") < schema.LEDGER_VERSION:
        raise StateProblem(
            f"{database.path}: an older syncata wrote this ledger",
            hint="the next `syncata run` or `plan` brings it to this version",
        )


def _bring_up(database: Database) -> None:
    """Bring an older ledger to this version; a copy of it as it was is kept beside it."""
    found = database.number("user_version")
    if found == schema.LEDGER_VERSION:
        return
    database.copy(database.path.with_name(f"{database.path.name}.v{found}"))
    with database.transaction():
        for version in range(found, schema.LEDGER_VERSION):
            for statement in filter(str.strip, schema.MIGRATIONS[version].split(";")):
                database.rows(statement)
        database.rows(f"PRAGMA user_version={schema.LEDGER_VERSION}")
