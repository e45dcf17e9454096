"""The ledger of one connection: every operation as one transaction."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from syncata.ledger.consent import Consent
from syncata.ledger.cursors import Cursors
from syncata.ledger.database import Database
from syncata.ledger.doubts import Doubts
from syncata.ledger.drifts import Drifts
from syncata.ledger.forgetting import Forgetting
from syncata.ledger.health import Health, Shown
from syncata.ledger.history import History
from syncata.ledger.journal import Batch, Journal
from syncata.ledger.locking import Lock, is_held, lock_file
from syncata.ledger.opened import OpenFile
from syncata.ledger.records import Confirmed, Records, Seen, pages
from syncata.ledger.rejects import KeptReject, Rejects
from syncata.ledger.runs import Run, Runs
from syncata.ledger.verify import findings
from syncata.ledger.waiting import KeptWaiting, Waits
from syncata.model import Change, JsonObject, Known, Outcome, Reject, Waiting

RENEWED = 10_000
"""Renewals per transaction: they need not be one."""


class Ledger(OpenFile):
    """Our memory of one connection. Every method raises StateProblem if the file fails.

    Each writing method is one transaction: all of it or nothing. `created` says whether opening
    it made it. `cursors`, `drifts`, `doubts`, `health`, `consent`, `forgetting` and `history` are
    its smaller drawers. `at_once()` makes one transaction of everything written in its block.
    """

    def __init__(
        self, database: Database, lock: Lock | None, clock: Callable[[], str], *, created: bool
    ) -> None:
        super().__init__(database, lock)
        self.created = created
        self._clock = clock
        self._records = Records(database)
        self.at_once = self._records.writing
        self._rejects = Rejects(database, self._records)
        self._journal = Journal(database)
        self._runs = Runs(database)
        self._waits = Waits(database, self._records)
        self.cursors = Cursors(database, self._records)
        self.drifts = Drifts(database, self._records)
        self.doubts = Doubts(database)
        self.health = Health(database)
        self.consent = Consent(database, clock, self.health)
        self.forgetting = Forgetting(database, self._records)
        self.history = History(database, self._records)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """A transaction that moves the serial: plans made before it are stale."""
        with self._records.writing():
            yield
            sql = "UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'serial'"
            self._database.rows(sql)

    # What is held

    def known(self, sync: str, keys: Sequence[str]) -> dict[str, Known]:
        """What is held of the keys of a page; a key that is not there is not known."""
        return self._records.known(sync, keys)

    def by_target(self, sync: str, ids: Sequence[str]) -> dict[str, Known]:
        """What is held of the things with these target ids."""
        return self._records.by_target(sync, ids)

    def keys_between(self, sync: str, low: str, high: str) -> list[str]:
        """Keys of a sync from `low` up to, and without, `high`."""
        return self._records.keys_between(sync, low, high)

    def live(self, sync: str) -> Iterator[Known]:
        """Every live record of a sync; the ledger may be written meanwhile."""
        return self._records.all_known(sync)

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
            self._waits.settle(answered, run, self._clock())
            if batch is not None:
                self._journal.close(batch)

    def renew(self, changes: Iterable[Change]) -> None:
        """Renew stamps and misses of unchanged records, in transactions of some thousands."""
        for page in pages(changes, RENEWED):
            with self._writing():
                self._records.renew(page)
                self._rejects.forget(page)
                self._waits.forget((change.sync, change.key) for change in page)

    def open_batches(self) -> list[Batch]:
        """Batches sent, or about to be, whose answers are not in the ledger; oldest first."""
        return self._journal.open_batches()

    def ours(self, locations: Iterable[str]) -> set[str]:
        """Which of these jobs of the target are already in the journal."""
        return self._journal.locations(locations)

    def refused(self, sync: str, keys: Sequence[str] | None = None) -> dict[str, bytes]:
        """Stamps (as tokens) the target refused last time, by key: of all keys, or of these."""
        return self._rejects.refused(sync, keys)

    def rejected_with(self, sync: str, code: str) -> set[str]:
        """The keys of a sync's records that were set aside with a code."""
        return self._rejects.keys_of(sync, code)

    def set_rejects(
        self, sync: str, rejects: Iterable[Reject], run: str, *, complete: bool
    ) -> None:
        """Keep what the mapping set aside; after a complete read, forget what it no longer does."""
        with self._writing():
            self._rejects.put(rejects, run, self._clock())
            if complete:
                self._rejects.forget_others(sync, run)

    def rejects(
        self, sync: str | None = None, limit: int | None = None, *, ignored: bool | None = None
    ) -> Iterator[KeptReject]:
        """Records set aside (the ignored ones, the others, or all), by sync and key."""
        return self._rejects.listed(sync, limit, ignored=ignored)

    def reject_counts(self, *, ignored: bool = False) -> dict[tuple[str, str], int]:
        """How many records are set aside and not ignored (or are), by sync and stage."""
        return self._rejects.counts(ignored=ignored)

    def ignored(self, sync: str) -> dict[tuple[str, str], tuple[bytes, str]]:
        """Token and code of the rejects that are ignored, by stage and key."""
        return self._rejects.ignored(sync)

    def ignore(self, sync: str, keys: Iterable[str], *, undo: bool) -> list[str]:
        """Ignore what is set aside of these keys as long as it stays the same; those it met."""
        with self._database.transaction():
            return self._rejects.ignore(sync, keys, None if undo else self._clock())

    # What waits

    def set_waiting(
        self, sync: str, waiting: Iterable[Waiting], run: str, *, complete: bool
    ) -> None:
        """Keep what waits; after a complete read, forget what does no longer."""
        with self._writing():
            self._waits.put(waiting, run, self._clock())
            if complete:
                self._waits.forget_others(sync, run)

    def forget_waiting(self, sync: str, keys: Iterable[str]) -> None:
        """These records wait no longer."""
        with self._writing():
            self._waits.forget((sync, key) for key in keys)

    def waiting(self, sync: str | None = None, limit: int | None = None) -> Iterator[KeptWaiting]:
        """Records that wait, with since when, by sync and key."""
        return self._waits.listed(sync, limit)

    def waiting_since(self, sync: str) -> dict[str, str]:
        """Since when each record of a sync waits, by key."""
        return self._waits.since(sync)

    def waiting_counts(self) -> list[tuple[str, str, int, str]]:
        """(sync, what, how many, since when the oldest) of everything that waits."""
        return self._waits.counts()

    # Runs, identity, health

    def begin_run(self, run: str, command: str, header: JsonObject | None = None) -> None:
        """Note a run that starts. Runs that died without an end become `interrupted`.

        An id is begun again only if its run died or was interrupted; else StateProblem.
        """
        with self._database.transaction():
            self.health.died(self._clock())
            self._runs.begin(run, command, header or {}, self._clock())

    def finish_run(
        self,
        run: str,
        state: str,
        exit_code: int,
        header: JsonObject | None = None,
        shown: Shown | None = None,
    ) -> None:
        """Note how a run ended, and what it has shown; `header` replaces the one it began with."""
        with self._database.transaction():
            if shown is not None:
                self.health.conclude(shown, self._clock())
            self._runs.finish(run, state, exit_code, header, self._clock())

    def unreadable(self, reason: str) -> None:
        """Note that no run can begin, because the connection cannot be read."""
        with self._database.transaction():
            self.health.fail(reason, None, self._clock())

    def runs(self, limit: int = 20) -> list[Run]:
        """The last runs, newest first."""
        return self._runs.listed(limit)

    def is_in_use(self) -> bool:
        """Whether a process writes to it now; a run that seems to run without has died."""
        return is_held(lock_file(self.path))

    def state_of(self, run: Run) -> str:
        """The state of a run; `died` if it seems to run, and nobody holds the ledger."""
        return "died" if run.state == "running" and not self.is_in_use() else run.state

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

    def copy(self, path: Path) -> None:
        """Write all of it, as this instant has it, to a file that only its owner can read."""
        self._database.copy(path)

    def verify(self) -> list[str]:
        """What is wrong with the file, page by page and row by row; nothing if it is sound."""
        return list(findings(self._database))
