# ruff: noqa: S608  only names of tables and columns are put into SQL, never values
"""What makes the file of a plan trustworthy: private from the start, with a digest of every row."""

import marshal
import os
import tempfile
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

from syncata.ledger.codec import CHANGE, STAGED_REJECT
from syncata.ledger.database import Database, Row, reported

_PAGE = 1000
_TABLES = {
    "change": CHANGE,
    "reject": STAGED_REJECT,
    "waiting": "sync, key, what, record",
    "deferred": "sync, key, record",
}


def each(database: Database, table: str, columns: str) -> Iterator[Row]:
    """Every row in the order of `seq`, which is its last column; a page is read at a time."""
    sql = f"SELECT {columns}, seq FROM {table} WHERE seq > ? ORDER BY seq LIMIT {_PAGE}"
    rows = database.rows(sql, (0,))
    while rows:
        yield from rows
        rows = database.rows(sql, (rows[-1][-1],))


def checksum(database: Database, header: str) -> str:
    """A digest of all rows and the header."""
    digest = blake2b(header.encode(), digest_size=32)
    for table, columns in _TABLES.items():
        digest.update(table.encode())
        for row in each(database, table, columns):
            # Version 2 is the last whose bytes depend on nothing but the values.
            digest.update(marshal.dumps(row, 2))
    return digest.hexdigest()


def unnamed_file(directory: Path) -> Path:
    """A new file that only its owner can read, under a name that is not used yet."""
    with reported(directory):
        handle, name = tempfile.mkstemp(prefix=".plan-", dir=directory)
        os.close(handle)
    return Path(name)
