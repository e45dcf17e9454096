"""One open SQLite file, and the one place where its errors become ours."""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from syncata.errors import StateProblem

Row = tuple[Any, ...]

CACHE = 16_000
"""Kilobytes of pages a connection keeps."""

PATIENCE = 20
"""Seconds to wait for another connection's short transaction."""

_NOT_OURS = "name another file, or restore the right one from a backup"
_UNKNOWN = ("the database refused", "check the disk; a damaged ledger comes from a backup")
_ADVICE = {
    sqlite3.SQLITE_FULL: ("the disk is full", "free some space and run again: nothing is lost"),
    sqlite3.SQLITE_READONLY: ("it cannot be written", "check owner and permissions"),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", "check the path, owner and permissions"),
    sqlite3.SQLITE_PERM: ("access is denied", "check owner and permissions"),
    sqlite3.SQLITE_CORRUPT: ("it is damaged", "restore it from a backup"),
    sqlite3.SQLITE_NOTADB: ("it is no database", _NOT_OURS),
    sqlite3.SQLITE_BUSY: ("another program holds it", "close that program and run again"),
    sqlite3.SQLITE_IOERR: ("reading or writing it failed", "check the disk, then run again"),
    sqlite3.SQLITE_TOOBIG: ("a value is larger than it can hold", "limit the size of records"),
}


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """Turn errors of the database and the file system into StateProblem, naming `path`."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        # The low byte is the kind of error, what is above it the detail.
        known = _ADVICE.get(code & 0xFF) if code is not None else None
        what, hint = known or _UNKNOWN
        raise StateProblem(f"{path}: {what} ({error})", hint=hint) from error
    except OSError as error:
        hint = "check the path, owner, permissions and free space"
        raise StateProblem(f"{path}: {error.strerror or error}", hint=hint) from error


class Database:
    """A connection that speaks SQL with `?` marks. Every method raises StateProblem."""

    def __init__(self, path: Path, *, mode: str = "rw") -> None:
        """Open an existing file; `mode` is `rw` or `ro`."""
        self.path = path
        with reported(path):
            # A file that cannot be written is still opened for reading by mode=rw.
            self._connection = sqlite3.connect(
                f"file:{quote(str(path.absolute()))}?mode={mode}",
                uri=True,
                isolation_level=None,
                timeout=PATIENCE,
                check_same_thread=False,
            )
        self.pragmas(f"cache_size=-{CACHE}", "mmap_size=0", "temp_store=MEMORY")
        self.pragmas("trusted_schema=OFF", "cell_size_check=ON")

    def pragmas(self, *settings: str) -> None:
        """Set each of `name=value`."""
        for setting in settings:
            self.rows(f"PRAGMA {setting}")

    def number(self, pragma: str) -> int:
        """The value of a numeric pragma."""
        return int(self.rows(f"PRAGMA {pragma}")[0][0])

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """All rows of a statement, read at once, so that no lock outlives the call."""
        with reported(self.path):
            return self._connection.execute(sql, values).fetchall()

    def value(self, sql: str, values: Sequence[object] = ()) -> Any:
        """The first column of the first row; None where there is no row."""
        rows = self.rows(sql, values)
        return rows[0][0] if rows else None

    def many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Carry out one statement for every row."""
        with reported(self.path):
            self._connection.executemany(sql, rows)

    def script(self, sql: str) -> None:
        """Carry out several statements."""
        with reported(self.path):
            self._connection.executescript(sql)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or nothing of it; one inside another is a part of it."""
        inside = self._connection.in_transaction
        if inside:
            yield
            return
        self.rows("BEGIN IMMEDIATE")
        try:
            yield
            self.rows("COMMIT")
        except BaseException:
            # A full disk has ended the transaction already; its error is the one to tell.
            if self._connection.in_transaction:
                with reported(self.path):
                    self._connection.rollback()
            raise

    def copy(self, path: Path) -> None:
        """Write every page to a file that only its owner can read; `path` is it once it is whole.

        It is as one instant had it, also while another process writes.
        """
        draft = draft_of(path)
        target = Database(draft)
        try:
            target.pragmas("synchronous=FULL")
            with reported(draft):
                self._connection.backup(target._connection)
        finally:
            target.close()
        put_in_place(draft, path)

    def close(self) -> None:
        """Close the file; what was not committed is gone."""
        with reported(self.path):
            self._connection.close()


def create(path: Path, application: int, version: int, what: str, tables: str) -> None:
    """Make a database with these tables. Under another name first: a crash leaves all or none.

    Whoever calls holds the lock. Raises StateProblem, also if a journal is there without its file.
    """
    if exists(path.with_name(f"{path.name}-journal")):
        hint = f"restore the {what} from a backup, or remove what is left of it"
        raise StateProblem(f"{path}: the {what} is gone but its journal is there", hint=hint)
    draft = draft_of(path)
    database = Database(draft)
    try:
        database.script(
            f"PRAGMA application_id={application}; PRAGMA synchronous=EXTRA; BEGIN;"
            f"{tables} PRAGMA user_version={version}; COMMIT;"
        )
    finally:
        database.close()
    put_in_place(draft, path)


def draft_of(path: Path) -> Path:
    """An empty file beside `path`, in which it is made: a crash leaves all of it or none."""
    draft = path.with_name(f".{path.name}.new")
    with reported(draft):
        draft.unlink(missing_ok=True)  # whoever makes it is alone: a process that died left it
    private_file(draft)
    return draft


def put_in_place(draft: Path, path: Path) -> None:
    """Give a draft that is whole its name; it takes the place of what has it."""
    with reported(path):
        draft.replace(path)
    sync_directory(path.parent)


def durable(database: Database) -> None:
    """Have a power cut lose nothing; raises StateProblem now rather than in the middle of a run."""
    database.pragmas("journal_mode=DELETE", "synchronous=EXTRA")
    database.rows("BEGIN IMMEDIATE")
    database.rows("ROLLBACK")


def judge(database: Database, application: int, version: int, what: str) -> None:
    """Raise StateProblem unless the file is `what`: ours, whole at the top, of our version."""
    path = database.path
    with reported(path):
        size = path.stat().st_size
    if size == 0:
        raise StateProblem(f"{path}: the file is empty", hint=_NOT_OURS)
    if database.number("application_id") != application:
        raise StateProblem(f"{path}: this is no {what}", hint=_NOT_OURS)
    found = database.number("user_version")
    if found > version:
        hint = "use the newer syncata again, or a backup made before the upgrade"
        raise StateProblem(f"{path}: a newer syncata wrote this {what}", hint=hint)
    if found < 1:
        raise StateProblem(f"{path}: this {what} has no version", hint=_NOT_OURS)


def private_file(path: Path) -> None:
    """Make an empty file only its owner can read. Raises StateProblem, also if it exists."""
    with reported(path):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def exists(path: Path) -> bool:
    """Whether there is such a file. Raises StateProblem where one may not look."""
    with reported(path):
        return path.exists()


def private_directory(path: Path) -> None:
    """Make a directory only its owner can enter, unless there is one."""
    with reported(path):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)


def sync_directory(path: Path) -> None:
    """Make sure that a name given in the directory outlives a power cut."""
    with reported(path):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def marks(number: int) -> str:
    """`?,?,?` for a list of `number` values."""
    return ",".join("?" * number)


def utc_now() -> str:
    """This instant as ISO 8601, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
