"""The journal of writes in flight: what was about to be sent, so that a crash loses nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from syncata.ledger.codec import decode_changes, encode_changes
from syncata.ledger.database import Database
from syncata.model import Change

KEPT = 1_000
"""Done jobs whose names stay known: a job found on the target may be one of them."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Changes that one request carries. `id`, `location` and `state` are the journal's to give.

    `location` is the target's name for the job, None until it accepted one; `state` is
    `intended`, `accepted` or `done`. `submitted_at` is by the *target's* clock where known.
    """

    run: str
    sync: str
    operation: str
    submitted_at: str
    changes: Sequence[Change]
    id: int | None = None
    location: str | None = None
    state: str = "intended"


class Journal:
    """The table `batch`. Writing methods run inside a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def intend(self, batch: Batch) -> int:
        """Write a batch down before it is sent; returns its id. Raises ValueError: no JSON."""
        blob = encode_changes(batch.changes)
        self._database.rows(
            "INSERT INTO batch (run, sync, operation, location, submitted_at, state, changes) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (batch.run, batch.sync, batch.operation, batch.location, batch.submitted_at,
             "intended", blob),
        )  # fmt: skip
        return int(self._database.value("SELECT max(id) FROM batch"))

    def accept(self, number: int, location: str) -> None:
        """Note the target's name for the job."""
        self._database.rows(
            "UPDATE batch SET location = ?, state = 'accepted' WHERE id = ?", (location, number)
        )

    def close(self, number: int) -> None:
        """A batch is done; its changes are in the ledger, so only the name of its job stays.

        Of those names, too, only the last ones are kept.
        """
        rows = self._database.rows
        rows("DELETE FROM batch WHERE id = ? AND location IS NULL", (number,))
        rows("UPDATE batch SET state = 'done', changes = ? WHERE id = ?", (b"[]", number))
        rows(
            "DELETE FROM batch WHERE state = 'done' AND id <= "
            "(SELECT id FROM batch WHERE state = 'done' ORDER BY id DESC LIMIT 1 OFFSET ?)",
            (KEPT,),
        )

    def open_batches(self) -> list[Batch]:
        """Batches that were not closed, oldest first. Raises StateProblem if one is damaged."""
        rows = self._database.rows(
            "SELECT run, sync, operation, submitted_at, changes, id, location, state "
            "FROM batch WHERE state <> 'done' ORDER BY id"
        )
        return [
            Batch(run, sync, operation, at, decode_changes(blob), number, location, state)
            for run, sync, operation, at, blob, number, location, state in rows
        ]

    def locations(self, names: Iterable[str]) -> set[str]:
        """Which of these jobs are ours already."""
        sql = "SELECT 1 FROM batch WHERE location = ?"
        return {name for name in names if self._database.value(sql, (name,))}
