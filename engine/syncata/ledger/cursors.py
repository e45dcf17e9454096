"""How far incremental streams were read, per sync."""

from dataclasses import dataclass

from syncata.ledger.database import Database
from syncata.ledger.records import Records


@dataclass(frozen=True, slots=True)
class Cursor:
    """`value`: everything that changed up to this instant (ISO 8601) is settled.

    `basis` is a digest of the mapping it was read with; `full_at` is when all was read last.
    """

    value: str
    basis: str
    full_at: str


class Cursors:
    """The table `cursor`. Each writing method is a transaction."""

    def __init__(self, database: Database, records: Records) -> None:
        self._database = database
        self._records = records

    def get(self, sync: str) -> Cursor | None:
        """Where a sync stands; None before its first good run."""
        sql = "SELECT value, basis, full_at FROM cursor WHERE sync = ?"
        rows = self._database.rows(sql, (self._records.sync(sync),))
        return Cursor(*rows[0]) if rows else None

    def put(self, sync: str, cursor: Cursor) -> None:
        """Remember how far a sync has come, everything before being settled."""
        with self._records.writing():
            self._database.rows(
                "INSERT INTO cursor (sync, value, basis, full_at) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (sync) DO UPDATE SET value = excluded.value, basis = excluded.basis, "
                "full_at = excluded.full_at",
                (self._records.sync(sync, write=True), cursor.value, cursor.basis, cursor.full_at),
            )
