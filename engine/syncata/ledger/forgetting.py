"""What a ledger is made to forget: a person, old matters, everything."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from syncata.ledger.codec import storable
from syncata.ledger.database import Database
from syncata.ledger.records import Records

_TABLES = ("record", "reject", "waiting", "drift")


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows of each kind were dropped."""

    records: int
    rejects: int
    waiting: int
    runs: int


class Forgetting:
    """Deletes from the ledger. Each method is a transaction."""

    def __init__(self, database: Database, records: Records) -> None:
        self._database = database
        self._records = records

    def person(self, hashes: Sequence[str], now: str) -> dict[str, int]:
        """Delete everything about a person, and remember the hashes so that nothing comes back.

        How many rows there were, by table.
        """
        found = dict.fromkeys(_TABLES, 0)
        with self._records.writing():
            for text in hashes:
                pattern = f"%{text}%"
                ids = "SELECT id FROM record WHERE key LIKE ?"
                self._database.rows(f"DELETE FROM payload WHERE id IN ({ids})", (pattern,))  # noqa: S608
                for table in _TABLES:
                    found[table] += self._delete(table, "key LIKE ?", pattern)
                self._database.rows("INSERT OR IGNORE INTO forgotten VALUES (?, ?)", (text, now))
        return found

    def lift(self, hashes: Sequence[str]) -> int:
        """Whoever was forgotten may come back; how many of these hashes were kept."""
        with self._records.writing():
            return sum(self._delete("forgotten", "person = ?", text) for text in hashes)

    def prune(self, syncs: Iterable[str], before: str, before_run: str) -> Pruned:
        """Drop runs, rejects and waiting records last met before an instant (ISO 8601).

        Of these `syncs`, which are about people, records are dropped too that were last written by
        a run before `before_run`.
        """
        database = self._database
        with self._records.writing():
            records = sum(self._drop(self._records.sync(sync), before_run) for sync in syncs)
            counts = [
                self._delete("reject", "last_seen < ?", before),
                self._delete("waiting", "last_seen < ?", before),
                self._delete("run", "state <> 'running' AND started < ?", before),
            ]
            database.rows("DELETE FROM approval WHERE made_at < ?", (before,))
            database.rows("DELETE FROM event WHERE at < ?", (before,))
        return Pruned(records, *counts)

    def _delete(self, table: str, where: str, value: str) -> int:
        number = self._database.value(f"SELECT count(*) FROM {table} WHERE {where}", (value,))  # noqa: S608
        self._database.rows(f"DELETE FROM {table} WHERE {where}", (value,))  # noqa: S608
        return int(number)

    def _drop(self, sync: int, before_run: str) -> int:
        rows = self._database.rows(
            "SELECT r.id FROM record r JOIN payload p ON p.id = r.id "
            "WHERE r.sync = ? AND p.last_run < ?",
            (sync, before_run),
        )
        for table in ("payload", "record"):
            self._database.many(f"DELETE FROM {table} WHERE id = ?", rows)  # noqa: S608
        return len(rows)

    def everything(self) -> None:
        """Start over: nothing of ours is on the target any more. Runs stay."""
        with self._records.writing():
            for table in (*_TABLES, "payload", "cursor"):
                self._database.rows(f"DELETE FROM {table}")  # noqa: S608

    def refusal(self, sync: str, key: str | None) -> int:
        """Try rejected records of a sync again, or one of them; how many there were.

        Those whose record is kept are judged in the next run even if the source is silent. What is
        ignored must be named to be tried.
        """
        number = self._records.sync(sync)
        values = (number,) if key is None else (number, storable(key))
        where = "sync = ?" + (" AND ignored IS NULL" if key is None else " AND key = ?")
        with self._records.writing():
            count = int(self._database.value(f"SELECT count(*) FROM reject WHERE {where}", values))  # noqa: S608
            self._database.rows(
                "INSERT OR IGNORE INTO waiting (sync, key, what, record, last_run, first_seen, "  # noqa: S608
                "last_seen, attempts) SELECT sync, key, 'another try', record, last_run, "
                "last_seen, last_seen, attempts FROM reject "
                f"WHERE {where} AND record IS NOT NULL",
                values,
            )
            self._database.rows(f"DELETE FROM reject WHERE {where}", values)  # noqa: S608
        return count
