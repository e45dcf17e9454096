"""When records were written, and how many there are."""

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
    """Reads the tables `record`, `payload` and `run`."""

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

    def counts(self) -> dict[str, dict[str, int]]:
        """How many records of each sync are live, archived, and missed in the last reading."""
        rows = self._database.rows(
            "SELECT s.name, count(*) - count(r.archived), count(r.archived), "
            "count(CASE WHEN r.misses > 0 THEN 1 END) "
            "FROM record r JOIN sync s ON s.id = r.sync GROUP BY s.name"
        )
        return {
            sync: {"live": live, "archived": archived, "missed": missed}
            for sync, live, archived, missed in rows
        }
