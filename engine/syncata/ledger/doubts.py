"""What a ledger that was restored or rebuilt may not know: what the target holds besides."""

from collections.abc import Iterable

from syncata.ledger.database import Database
from syncata.model import IN_DOUBT


class Doubts:
    """The table `in_doubt`. Each writing method is a transaction.

    A sync is in doubt from then on until a complete run has settled all of its records.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def syncs(self) -> dict[str, str]:
        """The syncs in doubt, with since when."""
        return dict(self._database.rows("SELECT sync, since FROM in_doubt"))

    def note(self, syncs: Iterable[str], now: str) -> None:
        """Runs may have happened that the ledger knows nothing of.

        What was confirmed may have been changed since, so every record is looked at and sent again;
        misses begin anew, everything is read, jobs that were on are over, what was agreed to then
        is agreed to no longer, and of what had happened by then nobody is told any more. A single
        create without an answer stays: it is found, or made.
        """
        rows = self._database.rows
        with self._database.transaction():
            rows("UPDATE record SET source = ?, misses = 0", (IN_DOUBT,))
            rows("DELETE FROM cursor")
            rows("DELETE FROM approval")
            rows(
                "UPDATE batch SET state = 'done', changes = ? WHERE location IS NOT NULL", (b"[]",)
            )
            rows("DELETE FROM batch WHERE location IS NULL AND operation <> 'create'")
            rows("UPDATE event SET told = ? WHERE told IS NULL", (now,))
            self._database.many(
                "INSERT INTO in_doubt (sync, since) VALUES (?, ?) ON CONFLICT (sync) DO NOTHING",
                [(sync, now) for sync in syncs],
            )

    def settle(self, sync: str) -> None:
        """A complete run has confirmed, or set aside, every record of a sync."""
        with self._database.transaction():
            self._database.rows("DELETE FROM in_doubt WHERE sync = ?", (sync,))
