"""The ledger of one connection: opening it, and every operation as one transaction."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from syncata.errors import StateProblem
from syncata.ledger import database as files
from syncata.ledger import schema
from syncata.ledger.database import Database, exists, judge
from syncata.ledger.journal import Batch, Journal
from syncata.ledger.locking import Lock, is_held
from syncata.ledger.records import Confirmed, Records, Seen, pages
from syncata.ledger.rejects import KeptReject, Rejects
from syncata.ledger.runs import Run, Runs
from syncata.ledger.verify import findings
from syncata.model import Change, JsonObject, Known, Outcome, Reject

RENEWED = 10_000
"""Renewals per transaction: they need not be one."""


def utc_now() -> str:
    """This instant as ISO 8601, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def open_ledger(
    path: Path, *, read_only: bool = False, clock: Callable[[], str] = utc_now
) -> "Ledger":
    """Open the ledger at `path`; make it if there is none and it is to be written.

    For writing it takes the lock and raises Locked if another process has it. With `read_only`
    it needs no lock and works while a run writes. Raises StateProblem, with what to do, for a
    missing (read only), foreign, newer, damaged or unreachable file.
    """
    if read_only:
        return Ledger(_existing(path, read_only=True), None, clock, created=False)
    files.private_directory(path.parent)
    lock = Lock(path.with_name(f"{path.name}.lock"), clock())
    try:
        created = not exists(path)
        if created:
            files.create(path, schema.LEDGER_ID, schema.LEDGER_VERSION, "ledger", schema.LEDGER)
        return Ledger(_existing(path), lock, clock, created=created)
    except BaseException:
        lock.release()
        raise


def _existing(path: Path, *, read_only: bool = False) -> Database:
    if not exists(path):
        hint = "the first `syncata run` makes it; check the path otherwise"
        raise StateProblem(f"{path}: there is no ledger", hint=hint)
    database = Database(path)
    try:
        judge(database, schema.LEDGER_ID, schema.LEDGER_VERSION, "ledger")
        if read_only:
            # Opened for writing all the same: after a crash a reader must undo what was half done.
            database.pragmas("query_only=ON")
        else:
            files.durable(database)
    except BaseException:
        database.close()
        raise
    return database


class Ledger:
    """Our memory of one connection. Every method raises StateProblem if the file fails.

    Each writing method is one transaction: all of it or nothing. `created` says whether opening
    it made it. Close it, or use it as a context manager.
    """

    def __init__(
        self, database: Database, lock: Lock | None, clock: Callable[[], str], *, created: bool
    ) -> None:
        self.path = database.path
        self.created = created
        self._database = database
        self._lock = lock
        self._clock = clock
        self._records = Records(database)
        self._rejects = Rejects(database, self._records)
        self._journal = Journal(database)
        self._runs = Runs(database)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and let go of the lock; a second call does nothing."""
        self._database.close()
        if self._lock:
            self._lock.release()
            self._lock = None

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """A transaction that moves the serial: plans made before it are stale."""
        try:
            with self._database.transaction():
                yield
                self._database.rows(
                    "UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'serial'"
                )
        except BaseException:
            self._records.rolled_back()
            raise

    # What is held

    def known(self, sync: str, keys: Sequence[str]) -> dict[str, Known]:
        """What is held of the keys of a page; a key that is not there is not known."""
        return self._records.known(sync, keys)

    def confirmed(self, ids: Sequence[int]) -> dict[int, Confirmed]:
        """Last confirmed payloads and target ids, by the ids of `Known`."""
        return self._records.confirmed(ids)

    def target_id(self, sync: str, key: str) -> str | None:
        """The id the target gave to a record, archived or not; None if there is none."""
        held = self._records.held(self._records.sync(sync), [key])
        return held[key][1] if held else None

    def only_target_id(self, sync: str) -> str | None:
        """The target's id of the one live record of a sync; None if there is not just one."""
        rows = self._database.rows(
            "SELECT p.target_id FROM record r JOIN payload p ON p.id = r.id "
            "WHERE r.sync = ? AND r.archived IS NULL LIMIT 2",
            (self._records.sync(sync),),
        )
        return rows[0][0] if len(rows) == 1 else None

    def live_count(self, sync: str) -> int:
        """How many records of a sync the target holds and has not archived."""
        sql = "SELECT count(*) FROM record WHERE +sync = ? AND archived IS NULL"
        return int(self._database.value(sql, (self._records.sync(sync),)))

    def syncs(self) -> list[str]:
        """The syncs of which records are held."""
        sql = "SELECT name, EXISTS (SELECT 1 FROM record WHERE sync = s.id) FROM sync s ORDER BY id"
        return [name for name, holds in self._database.rows(sql) if holds]

    def unseen(self, sync: str, seen: Seen) -> Iterator[Known]:
        """Live records that a run did not see, by id; the ledger may be written meanwhile."""
        return (known for known in self._records.all_known(sync) if known.id not in seen)

    # Writes in flight

    def intend(self, batch: Batch) -> int:
        """Write a batch down before it is sent; returns its id. Raises ValueError: no JSON."""
        with self._writing():
            return self._journal.intend(batch)

    def accepted(self, batch: int, location: str) -> None:
        """Note the target's name for a batch's job, as soon as it is known."""
        with self._writing():
            self._journal.accept(batch, location)

    def settle(
        self,
        run: str,
        batch: int | None,
        outcomes: Iterable[Outcome],
        renewals: Iterable[Change] = (),
    ) -> None:
        """Write what the target answered, renew stamps, and close the batch if there is one."""
        answered = list(outcomes)
        renewed = list(renewals)
        with self._writing():
            self._records.apply(run, answered)
            self._records.renew(renewed)
            self._rejects.forget(renewed)
            self._rejects.settle(answered, run, self._clock())
            if batch is not None:
                self._journal.close(batch)

    def renew(self, changes: Iterable[Change]) -> None:
        """Renew stamps and misses of unchanged records, in transactions of some thousands."""
        for page in pages(changes, RENEWED):
            with self._writing():
                self._records.renew(page)
                self._rejects.forget(page)

    def open_batches(self) -> list[Batch]:
        """Batches sent, or about to be, whose answers are not in the ledger; oldest first."""
        return self._journal.open_batches()

    def ours(self, locations: Iterable[str]) -> set[str]:
        """Which of these jobs of the target are already in the journal."""
        return self._journal.locations(locations)

    def refused(self, sync: str, keys: Sequence[str] | None = None) -> dict[str, bytes]:
        """Stamps (as tokens) the target refused last time, by key: of all keys, or of these."""
        return self._rejects.refused(sync, keys)

    def set_rejects(
        self, sync: str, rejects: Iterable[Reject], run: str, *, complete: bool
    ) -> None:
        """Keep what the mapping set aside; after a complete read, forget what it no longer does."""
        with self._writing():
            self._rejects.put(rejects, run, self._clock())
            if complete:
                self._rejects.forget_others(sync, run)

    def rejects(self, sync: str | None = None, limit: int | None = None) -> Iterator[KeptReject]:
        """Records set aside, with their history, by sync and key."""
        return self._rejects.listed(sync, limit)

    def reject_counts(self) -> dict[tuple[str, str], int]:
        """How many records are set aside, by sync and stage."""
        return self._rejects.counts()

    # Runs, identity, health

    def begin_run(self, run: str, command: str, header: JsonObject | None = None) -> None:
        """Note a run that starts. Runs that died without an end become `interrupted`.

        An id is begun again only if its run died or was interrupted; else StateProblem.
        """
        with self._database.transaction():
            self._runs.begin(run, command, header or {}, self._clock())

    def finish_run(
        self, run: str, state: str, exit_code: int, header: JsonObject | None = None
    ) -> None:
        """Note how a run ended; `header` replaces the one it began with."""
        with self._database.transaction():
            self._runs.finish(run, state, exit_code, header, self._clock())

    def runs(self, limit: int = 20) -> list[Run]:
        """The last runs, newest first."""
        return self._runs.listed(limit)

    def is_in_use(self) -> bool:
        """Whether a process writes to it now; a run that seems to run without has died."""
        return is_held(self.path.with_name(f"{self.path.name}.lock"))

    def run(self, run: str) -> Run | None:
        """One run, or None."""
        return self._runs.get(run)

    def last_run(self, wanted: Callable[[Run], bool] | None = None) -> Run | None:
        """The run that began last (of those that are `wanted`), or None."""
        return next(filter(wanted, self._runs.newest_first()), None)

    @property
    def serial(self) -> int:
        """A number that grows with everything a plan could rest on."""
        return int(self._database.value("SELECT value FROM meta WHERE key = 'serial'"))

    def identity(self) -> dict[str, str]:
        """The settings that never change under a connection, as first used; empty at first."""
        text = self._database.value("SELECT value FROM meta WHERE key = 'identity'")
        return dict(json.loads(text))

    def set_identity(self, settings: Mapping[str, str]) -> None:
        """Remember the identity settings."""
        with self._writing():
            sql = "UPDATE meta SET value = ? WHERE key = 'identity'"
            self._database.rows(sql, (json.dumps(dict(settings)),))

    def verify(self) -> list[str]:
        """What is wrong with the file, page by page and row by row; nothing if it is sound."""
        return list(findings(self._database))
