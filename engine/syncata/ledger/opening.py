"""Opening a ledger: made, judged, brought to this version, locked."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from syncata.errors import StateProblem
from syncata.ledger import database as files
from syncata.ledger import schema
from syncata.ledger.database import Database, exists, judge, reported
from syncata.ledger.locking import Lock
from syncata.ledger.store import Ledger


def utc_now() -> str:
    """This instant as ISO 8601, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


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
    lock = Lock(path.with_name(f"{path.name}.lock"), clock())
    try:
        created = not exists(path)
        if created:
            _create(path)
        return Ledger(_existing(path), lock, clock, created=created)
    except BaseException:
        lock.release()
        raise


def _create(path: Path) -> None:
    """Make it under another name first: a crash leaves a whole ledger or none."""
    if exists(path.with_name(f"{path.name}-journal")):
        hint = "restore the ledger from a backup, or remove what is left of it"
        raise StateProblem(f"{path}: the ledger is gone but its journal is there", hint=hint)
    draft = path.with_name(f".{path.name}.new")
    with reported(draft):
        draft.unlink(missing_ok=True)  # we hold the lock: a run that died left it
    files.private_file(draft)
    database = Database(draft)
    try:
        database.script(
            f"PRAGMA application_id={schema.LEDGER_ID}; PRAGMA synchronous=EXTRA; BEGIN;"
            f"{schema.LEDGER}{schema.SECOND} PRAGMA user_version={schema.LEDGER_VERSION}; COMMIT;"
        )
    finally:
        database.close()
    with reported(path):
        draft.rename(path)
    files.sync_directory(path.parent)


def _existing(path: Path, *, read_only: bool = False) -> Database:
    if not exists(path):
        hint = "the first `syncata run` makes it; check the path otherwise"
        raise StateProblem(f"{path}: there is no ledger", hint=hint)
    database = Database(path)
    try:
        judge(database, schema.LEDGER_ID, schema.LEDGER_VERSION, "ledger")
        _require_version(database, read_only=read_only)
        if read_only:
            # Opened for writing all the same: after a crash a reader must undo what was half done.
            database.pragmas("query_only=ON")
        else:
            database.pragmas("journal_mode=DELETE", "synchronous=EXTRA")
            database.rows("BEGIN IMMEDIATE")  # fails now, not in the middle of a run
            database.rows("ROLLBACK")
    except BaseException:
        database.close()
        raise
    return database


def _require_version(database: Database, *, read_only: bool) -> None:
    """Bring an older ledger to this version; a copy of it as it was is kept beside it."""
    found = database.number("user_version")
    if found == schema.LEDGER_VERSION:
        return
    if read_only:
        raise StateProblem(
            f"{database.path}: an older syncata wrote this ledger",
            hint="the next `syncata run` or `plan` brings it to this version",
        )
    copy = database.path.with_name(f"{database.path.name}.v{found}")
    if not exists(copy):
        files.private_file(copy)
        database.copy(copy)
    with database.transaction():
        for version in range(found, schema.LEDGER_VERSION):
            for statement in schema.MIGRATIONS[version].split(";"):
                if statement.strip():
                    database.rows(statement)
        database.rows(f"PRAGMA user_version={schema.LEDGER_VERSION}")
