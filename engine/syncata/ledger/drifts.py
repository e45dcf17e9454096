"""How often each field was put back, and whose turn it is to be looked at."""

from collections.abc import Iterable

from syncata.ledger.database import Database, marks
from syncata.ledger.records import Records, pages


class Drifts:
    """The table `drift` and the turn of single reads. Each writing method is a
    transaction."""

    def __init__(self, database: Database, records: Records) -> None:
        self._database = database
        self._records = records

    def times(self, sync: str, keys: Iterable[str]) -> dict[tuple[str, str], int]:
        """How often a field was put back, by key and field."""
        number, found = self._records.sync(sync), dict[tuple[str, str], int]()
        for page in pages(keys):
            sql = (
                "SELECT key, field, times FROM drift "  # noqa: S608  only marks are put in
                f"WHERE sync = ? AND key IN ({marks(len(page))})"
            )
            rows = self._database.rows(sql, (number, *page))
            found.update(((key, field), times) for key, field, times in rows)
        return found

    def count(
        self, sync: str, put_back: Iterable[tuple[str, str]], well: Iterable[tuple[str, str]]
    ) -> None:
        """Fields (key, field) that were put back once more, and those that are well again."""
        with self._records.writing():
            number = self._records.sync(sync, write=True)
            self._database.many(
                "INSERT INTO drift (sync, key, field, times) VALUES (?, ?, ?, 1) "
                "ON CONFLICT (sync, key, field) DO UPDATE SET times = times + 1",
                [(number, key, field) for key, field in put_back],
            )
            self._database.many(
                "DELETE FROM drift WHERE sync = ? AND key = ? AND field = ?",
                [(number, key, field) for key, field in well],
            )

    def turn(self) -> int:
        """A number that grows with every run that looked at single things."""
        return int(self._database.value("SELECT value FROM meta WHERE key = 'turn'"))

    def next_turn(self) -> None:
        """It is the next share's turn."""
        with self._database.transaction():
            sql = "UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'turn'"
            self._database.rows(sql)
