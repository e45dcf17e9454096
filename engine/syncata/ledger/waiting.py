"""Records that wait: for a record of another sync, for a person, for the target to accept them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from syncata.ledger.codec import storable
from syncata.ledger.database import Database, Row
from syncata.ledger.records import PAGE, Records, pages
from syncata.model import Outcome, Verdict, Waiting


@dataclass(frozen=True, slots=True)
class KeptWaiting:
    """A record that waits, since when (ISO 8601), and how many runs tried it."""

    waiting: Waiting
    first_seen: str
    last_seen: str
    attempts: int


class Waits:
    """The table `waiting`. Writing methods run inside a transaction."""

    def __init__(self, database: Database, records: Records) -> None:
        self._database = database
        self._records = records

    def put(self, waiting: Iterable[Waiting], run: str, now: str) -> None:
        """Add records that wait, or renew those that did before: since when is kept."""
        for page in pages(waiting):
            rows = [
                (
                    self._records.sync(w.sync, write=True), storable(w.key), storable(w.what),
                    w.record and storable(w.record), run, now, now,
                )
                for w in page
            ]  # fmt: skip
            self._database.many(
                "INSERT INTO waiting (sync, key, what, record, last_run, first_seen, last_seen, "
                "attempts) VALUES (?, ?, ?, ?, ?, ?, ?, 1) ON CONFLICT (sync, key) DO UPDATE SET "
                "what = excluded.what, record = coalesce(excluded.record, record), "
                "last_run = excluded.last_run, last_seen = excluded.last_seen, "
                "attempts = attempts + 1",
                rows,
            )

    def forget(self, pairs: Iterable[tuple[str, str]]) -> None:
        """These records, by sync and key, wait no longer."""
        if self._database.value("SELECT 1 FROM waiting LIMIT 1") is None:
            return  # the usual case, and it spares a statement per record
        rows = [(self._records.sync(sync), storable(key)) for sync, key in pairs]
        self._database.many("DELETE FROM waiting WHERE sync = ? AND key = ?", rows)

    def forget_others(self, sync: str, run: str) -> None:
        """Drop what waited before and was not met in `run`."""
        sql = "DELETE FROM waiting WHERE sync = ? AND last_run <> ?"
        self._database.rows(sql, (self._records.sync(sync), run))

    def settle(self, outcomes: Iterable[Outcome], run: str, now: str) -> None:
        """Drop what was answered, keep what still waits for the target to accept it."""
        done, still = [], []
        for outcome in outcomes:
            change = outcome.change
            if outcome.verdict is Verdict.WAITING:
                still.append(Waiting(change.sync, change.key, outcome.message, change.record))
            elif outcome.verdict in (Verdict.OK, Verdict.REJECTED):
                done.append((change.sync, change.key))
        self.forget(done)
        self.put(still, run, now)

    def listed(self, sync: str | None = None, limit: int | None = None) -> Iterator[KeptWaiting]:
        """What waits, by sync and key, at most `limit`; a page is read at a time."""
        sql = (
            "SELECT s.name, w.key, w.what, w.record, w.first_seen, w.last_seen, w.attempts, w.sync "
            "FROM waiting w JOIN sync s ON s.id = w.sync "
            "WHERE (w.sync, w.key) > (?, ?) AND (? IS NULL OR w.sync = ?) "
            "ORDER BY w.sync, w.key LIMIT ?"
        )
        only = None if sync is None else self._records.sync(sync)
        after: Row = (0 if only is None else only - 1, "")
        left = limit
        while left is None or left > 0:
            size = PAGE if left is None else min(left, PAGE)
            rows = self._database.rows(sql, (*after, only, only, size))
            for row in rows:
                yield KeptWaiting(Waiting(*row[:4]), *row[4:7])
            if len(rows) < size:
                return
            after = (rows[-1][-1], rows[-1][1])
            left = None if left is None else left - len(rows)

    def since(self, sync: str) -> dict[str, str]:
        """Since when each record of a sync waits, by key."""
        sql = "SELECT key, first_seen FROM waiting WHERE sync = ?"
        return dict(self._database.rows(sql, (self._records.sync(sync),)))

    def counts(self) -> list[tuple[str, str, int, str]]:
        """(sync, what, how many, since when the oldest) of everything that waits."""
        return [
            (name, what, number, oldest)
            for name, what, number, oldest in self._database.rows(
                "SELECT s.name, w.what, count(*), min(w.first_seen) FROM waiting w "
                "JOIN sync s ON s.id = w.sync GROUP BY s.name, w.what ORDER BY s.id, w.what"
            )
        ]
