# ruff: noqa: S608  only names of columns and `?` marks are put into SQL, never values
"""Where the changes of a plan wait: a file of its own, never in memory, never in the ledger."""

import json
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from syncata.errors import StateProblem
from syncata.ledger.codec import (
    CHANGE,
    STAGED_REJECT,
    change_of,
    change_row,
    staged_reject_row,
)
from syncata.ledger.database import (
    Database,
    Row,
    exists,
    marks,
    reported,
    sync_directory,
)
from syncata.ledger.opened import OpenFile
from syncata.ledger.parked import Parked
from syncata.ledger.records import pages
from syncata.ledger.sealing import checksum, each, unnamed_file
from syncata.model import WRITES, Action, Change, JsonObject, Reason, Reject

PAGE = 1000
SAMPLED = 100
"""Changes of one sync and action that can be shown as a sample."""

_PUT_CHANGE = f"INSERT INTO change (seq, {CHANGE}) VALUES ({marks(16)})"
_PUT_REJECT = f"INSERT INTO reject ({STAGED_REJECT}) VALUES ({marks(10)})"

_BRINGS = (Action.CREATE, Action.ADOPT)

Counts = dict[tuple[str, Action, Reason], int]


class Staging(OpenFile):
    """Changes and rejects of one plan, in the order they were added.

    `header` is what the plan says about itself, a JSON object; it is kept by `save`. The file
    has no name, so it is gone when this is closed, or when the process dies. Every method raises
    StateProblem if the file fails; after that the plan is worth nothing.
    """

    def __init__(self, database: Database, header: JsonObject) -> None:
        """Use `new_plan` or `load_plan`."""
        super().__init__(database)
        self.header = header
        self.parked = Parked(database)
        self._counts: Counts = {}
        self._rejected: dict[str, int] = dict(
            database.rows("SELECT sync, count(*) FROM reject GROUP BY sync")
        )
        self._samples: dict[tuple[str, str], list[int]] = {}
        self._anew: set[str] = set()  # syncs of which known records are made again
        # First and last place of each sync: reading one sync does not read the others.
        self._spans: dict[str, tuple[int, int]] = {}
        self._last = 0
        for sync, action, reason, seq in each(database, "change", "sync, action, reason"):
            self._count(seq, sync, Action(action), Reason(reason))

    def add(self, changes: Iterable[Change]) -> None:
        """Add changes at the end."""
        for page in pages(changes, PAGE):
            with self._database.transaction():
                rows = enumerate(map(change_row, page), self._last + 1)
                self._database.many(_PUT_CHANGE, ((seq, *row) for seq, row in rows))
            for change in page:
                self._count(self._last + 1, change.sync, change.action, change.reason)
                if change.known_id is not None and change.action in _BRINGS:
                    self._anew.add(change.sync)

    def _count(self, seq: int, sync: str, action: Action, reason: Reason) -> None:
        self._last = seq  # never given twice, though changes may be taken out
        counted = (sync, action, reason)
        self._counts[counted] = self._counts.get(counted, 0) + 1
        sample = self._samples.setdefault((sync, action), [])
        if len(sample) < SAMPLED:
            sample.append(seq)
        first, _ = self._spans.get(sync, (seq, 0))
        self._spans[sync] = first, seq

    def changes(
        self, sync: str | None = None, actions: Collection[Action] | None = None
    ) -> Iterator[Change]:
        """Changes in the order they were added: of one sync or all, of these actions or all.

        A page is read at a time; changes added meanwhile come up at the end.
        """
        return map(change_of, self._rows(sync, actions))

    def in_order(self, sync: str, actions: Collection[Action]) -> Iterator[Change]:
        """Changes of one sync by their `order`, those of the same order as they were added."""
        words = marks(len(actions))
        sql = f"SELECT seq FROM change WHERE sync = ? AND action IN ({words}) ORDER BY sort, seq"
        places = array("Q", (seq for (seq,) in self._database.rows(sql, (sync, *actions))))
        for page in pages(places, PAGE):
            some = f"SELECT {CHANGE}, seq FROM change WHERE seq IN ({marks(len(page))})"
            found = {row[-1]: row[:-1] for row in self._database.rows(some, page)}
            yield from (change_of(found[seq]) for seq in page)

    def will_hold(self, sync: str, key: str) -> bool:
        """Whether this plan brings a record to the target (it is created, adopted or restored)."""
        self._index()
        sql = (
            "SELECT 1 FROM change WHERE sync = ? AND key = ? "
            "AND action IN ('create', 'adopt', 'restore') LIMIT 1"
        )
        return self._database.value(sql, (sync, key)) is not None

    def makes_anew(self, sync: str, key: str | None) -> bool:
        """Whether this plan makes a known record (None: one of the sync) again, with another id."""
        if sync not in self._anew:
            return False
        self._index()
        sql = (
            "SELECT 1 FROM change WHERE sync = ? AND (? IS NULL OR key = ?) "
            "AND known_id IS NOT NULL AND action IN ('create', 'adopt') LIMIT 1"
        )
        return self._database.value(sql, (sync, key, key)) is not None

    def only_key(self, sync: str) -> str | None:
        """The key of the one record of a sync that this plan brings to the target."""
        self._index()
        sql = "SELECT key FROM change WHERE sync = ? AND action IN ('create', 'adopt') LIMIT 2"
        rows = self._database.rows(sql, (sync,))
        return rows[0][0] if len(rows) == 1 else None

    def change(self, sync: str, key: str) -> Change | None:
        """The change that is staged for a record."""
        return self.changes_for(sync, [key]).get(key)

    def changes_for(self, sync: str, keys: Iterable[str]) -> dict[str, Change]:
        """The changes that are staged for records, by key."""
        self._index()
        found: dict[str, Change] = {}
        for page in pages(keys, PAGE):
            sql = (
                f"SELECT {CHANGE} FROM change WHERE sync = ? AND key IN ({marks(len(page))}) "
                "ORDER BY seq DESC"  # of several the first one
            )
            changes = map(change_of, self._database.rows(sql, (sync, *page)))
            found.update((change.key, change) for change in changes)
        return found

    def _rows(self, sync: str | None, actions: Collection[Action] | None) -> Iterator[Row]:
        words = list(Action) if actions is None else list(actions)
        sql = (
            f"SELECT {CHANGE}, seq FROM change WHERE seq > ? AND seq <= ? "
            f"AND (? IS NULL OR sync = ?) AND action IN ({','.join('?' * len(words))}) "
            f"ORDER BY seq LIMIT {PAGE}"
        )
        after = 0 if sync is None else self._spans.get(sync, (1, 0))[0] - 1
        while True:
            last = self._last if sync is None else self._spans.get(sync, (1, 0))[1]
            rows = self._database.rows(sql, (after, last, sync, sync, *words))
            for row in rows:
                yield row[:-1]
            if not rows:
                return
            after = rows[-1][-1]

    def sample(self, sync: str, action: Action, limit: int = 10) -> list[Change]:
        """The first changes of a sync and action, at most `limit` and at most `SAMPLED`."""
        places = self._samples.get((sync, action), [])[:limit]
        sql = f"SELECT {CHANGE} FROM change WHERE seq = ?"
        return [change_of(row) for place in places for row in self._database.rows(sql, (place,))]

    def duplicates(self, sync: str) -> Iterator[list[Change]]:
        """While planning: changes of a sync that share a key, each group in order."""
        self._index()
        sql = "SELECT key FROM change WHERE sync = ? GROUP BY key HAVING count(*) > 1"
        keys = self._database.rows(sql, (sync,))
        sql = f"SELECT {CHANGE} FROM change WHERE sync = ? AND key = ? ORDER BY seq"
        for (key,) in keys:
            yield [change_of(row) for row in self._database.rows(sql, (sync, key))]

    def _index(self) -> None:
        """Make changes quick to find by key; most plans never need it."""
        self._database.rows("CREATE INDEX IF NOT EXISTS change_key ON change (sync, key)")

    def replace(self, change: Change, by: Sequence[Change] = ()) -> None:
        """Take every change of this sync and key out; put these in its place, at the end."""
        self._index()
        sql = "SELECT seq, action, reason FROM change WHERE sync = ? AND key = ?"
        gone = self._database.rows(sql, (change.sync, change.key))
        with self._database.transaction():
            self._database.many("DELETE FROM change WHERE seq = ?", [(row[0],) for row in gone])
        for seq, action, reason in gone:
            self._counts[change.sync, Action(action), Reason(reason)] -= 1
            sample = self._samples.get((change.sync, action), [])
            if seq in sample:
                sample.remove(seq)
        self.add(by)

    def counts(self) -> Counts:
        """How many changes there are, by sync, action and reason."""
        return {counted: number for counted, number in self._counts.items() if number}

    def writes(self, sync: str) -> int:
        """How many of a sync's changes are sent to the target."""
        counts = self.counts().items()
        return sum(n for (name, action, _), n in counts if name == sync and action in WRITES)

    def add_rejects(self, rejects: Iterable[Reject]) -> None:
        """Add records that were set aside while planning."""
        for page in pages(rejects, PAGE):
            with self._database.transaction():
                self._database.many(_PUT_REJECT, map(staged_reject_row, page))
            for reject in page:
                self._rejected[reject.sync] = self._rejected.get(reject.sync, 0) + 1

    def rejects(self, sync: str | None = None) -> Iterator[Reject]:
        """Records that were set aside, in the order they were added."""
        sql = (
            f"SELECT {STAGED_REJECT}, seq FROM reject WHERE seq > ? AND (? IS NULL OR sync = ?) "
            f"ORDER BY seq LIMIT {PAGE}"
        )
        rows = self._database.rows(sql, (0, sync, sync))
        while rows:
            for row in rows:
                yield Reject(*row[:-1])
            rows = self._database.rows(sql, (rows[-1][-1], sync, sync))

    def reject_counts(self) -> dict[str, int]:
        """How many records were set aside, by sync."""
        return dict(self._rejected)

    def save(self, path: Path, *, overwrite: bool = False) -> None:
        """Write the plan to a file only its owner can read, whole or not at all.

        Raises StateProblem if there is such a file and `overwrite` is not given.
        """
        if exists(path) and not overwrite:
            raise StateProblem(f"{path}: there is a file already", hint="name another file")
        header = json.dumps(self.header)
        self._database.many(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            [("header", header), ("checksum", checksum(self._database, header))],
        )
        draft = unnamed_file(path.parent)
        try:
            self._database.copy(draft)
            with reported(path):
                draft.rename(path)
        finally:
            draft.unlink(missing_ok=True)
        sync_directory(path.parent)
