"""When a record was written: its first run and its last one."""

from dataclasses import dataclass

from syncata.ledger.database import Database
from syncata.ledger.records import Records


@dataclass(frozen=True, slots=True)
class Written:
    """The runs that first and last wrote a record, and when these started (None: forgotten)."""

    first_run: str
    first_at: str | None
    last_run: str
    last_at: str | None


class History:
    """Reads the tables `payload` and `run`."""

    def __init__(self, database: Database, records: Records) -> None:
        self._database = database
        self._records = records

    def written(self, sync: str, key: str) -> Written | None:
        """When a record was written; None where nothing is held of it."""
        rows = self._database.rows(
            "SELECT p.first_run, f.started, p.last_run, l.started "
            "FROM record r JOIN payload p ON p.id = r.id "
            "LEFT JOIN run f ON f.id = p.first_run LEFT JOIN run l ON l.id = p.last_run "
            "WHERE r.sync = ? AND r.key = ?",
            (self._records.sync(sync), key),
        )
        return Written(*rows[0]) if rows else None
