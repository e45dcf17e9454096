# ruff: noqa: S608  only names of columns and `?` marks are put into SQL, never values
"""Records of a plan that are not judged yet, and those that wait for something."""

from collections.abc import Iterable, Iterator

from syncata.ledger.database import Database
from syncata.model import Waiting

PAGE = 1000


class Parked:
    """The tables `deferred` and `waiting` of a plan's file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def defer(self, sync: str, records: Iterable[tuple[str, str]]) -> None:
        """Keep records (key, JSON text) until everything has been read."""
        self._index()
        rows = [(sync, key, record) for key, record in records]
        self._database.many("INSERT INTO deferred (sync, key, record) VALUES (?, ?, ?)", rows)

    def _index(self) -> None:
        sql = "CREATE INDEX IF NOT EXISTS deferred_key ON deferred (sync, key)"
        self._database.rows(sql)

    def deferred(self, sync: str) -> Iterator[list[str]]:
        """The records of a sync that were deferred, as JSON texts, a page at a time."""
        after = 0
        sql = (
            f"SELECT record, seq FROM deferred WHERE sync = ? AND seq > ? ORDER BY seq LIMIT {PAGE}"
        )
        while rows := self._database.rows(sql, (sync, after)):
            yield [record for record, _ in rows]
            after = rows[-1][1]

    def keys_between(self, sync: str, low: str, high: str) -> list[str]:
        """Keys of deferred records from `low` up to, and without, `high`."""
        sql = "SELECT DISTINCT key FROM deferred WHERE sync = ? AND key >= ? AND key < ?"
        return [row[0] for row in self._database.rows(sql, (sync, low, high))]

    def wait(self, waiting: Iterable[Waiting]) -> None:
        """Keep records that wait."""
        rows = [(w.sync, w.key, w.what, w.record) for w in waiting]
        sql = "INSERT INTO waiting (sync, key, what, record) VALUES (?, ?, ?, ?)"
        self._database.many(sql, rows)

    def waiting(self, sync: str) -> Iterator[Waiting]:
        """The records of a sync that wait; a page is read at a time."""
        after = 0
        sql = (
            "SELECT sync, key, what, record, seq FROM waiting WHERE sync = ? AND seq > ? "
            f"ORDER BY seq LIMIT {PAGE}"
        )
        while rows := self._database.rows(sql, (sync, after)):
            yield from (Waiting(*row[:4]) for row in rows)
            after = rows[-1][-1]
