# ruff: noqa: S608  only names of columns and `?` marks are put into SQL, never values
"""Records: what the target last confirmed, by sync and key."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import NamedTuple, TypeVar
from zlib import crc32

from syncata.ledger.codec import REASONS, storable
from syncata.ledger.database import Database, Row, marks
from syncata.model import NO_STAMP, Action, Change, Known, Outcome, Stamp, Verdict

T = TypeVar("T")

PAGE = 1000
"""Rows or values per statement: few enough for every SQLite, many enough to be cheap."""

_KNOWN = "key, id, source, spec, vals, archived, misses"
# More neighbours than keys are read: some have been removed, or moved to the front of the list.
_SLACK = 8
_UPSERTS = (Action.CREATE, Action.UPDATE, Action.ADOPT)


class Confirmed(NamedTuple):
    """What the target last confirmed: the payload's JSON text (if any) and the target's id."""

    payload: str | None
    target_id: str | None


NOTHING = Confirmed(None, None)


class Seen:
    """Which records a run has seen: one bit per id."""

    __slots__ = ("_bits",)

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, number: int) -> None:
        """Note an id."""
        place = number >> 3
        if place >= len(self._bits):
            # Grow by an eighth at least, so that adding in order stays cheap.
            self._bits.extend(bytes(place + 1 + len(self._bits) // 8 + 64 - len(self._bits)))
        self._bits[place] |= 1 << (number & 7)

    def __contains__(self, number: int) -> bool:
        place = number >> 3
        return place < len(self._bits) and bool(self._bits[place] >> (number & 7) & 1)

    def __len__(self) -> int:
        return int.from_bytes(self._bits, "little").bit_count()


def pages(items: Iterable[T], size: int = PAGE) -> Iterator[list[T]]:
    """The items in lists of `size`, the last one shorter."""
    rest = iter(items)
    while page := list(islice(rest, size)):
        yield page


class Records:
    """The tables `record` and `payload`. Writing methods run inside a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._syncs: dict[str, int] = {}
        # The last id of a sync's page, as long as pages come in the order of ids.
        self._trail: dict[str, int] = {}

    def sync(self, name: str, *, write: bool = False) -> int:
        """The number of a sync; 0, which no row has, for one not yet written."""
        if number := self._syncs.get(name):
            return number
        find = "SELECT id FROM sync WHERE name = ?"
        found: int | None = self._database.value(find, (name,))
        if found is None and write:
            self._database.rows("INSERT INTO sync (name) VALUES (?)", (name,))
            found = self._database.value(find, (name,))
        if found is None:
            return 0
        self._syncs[name] = found
        return found

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction; undone, it leaves no number of a sync that was never written."""
        try:
            with self._database.transaction():
                yield
        except BaseException:
            self._syncs.clear()
            raise

    def known(self, sync: str, keys: Sequence[str]) -> dict[str, Known]:
        """What is held of the keys; a key that is missing is not known.

        Most sources list records in much the same order every time. While they do, a page is
        read in one sweep of neighbours, and only what was not among them is looked up by key.
        """
        number = self.sync(sync)
        found = self._neighbours(sync, number, keys)
        rest = [key for key in keys if key not in found] if found else keys
        for page in pages(rest):
            sql = f"SELECT {_KNOWN} FROM record WHERE sync = ? AND key IN ({marks(len(page))})"
            for row in self._database.rows(sql, (number, *page)):
                found[row[0]] = _known(row)
        self._follow(sync, keys, found)
        return found

    def _neighbours(self, sync: str, number: int, keys: Sequence[str]) -> dict[str, Known]:
        """Those of the keys that come next in the order of ids, if the page before did."""
        last = self._trail.get(sync)
        if last is None:
            return {}
        wanted = set(keys)
        # `+sync`: go by id, not by the index of keys.
        sql = f"SELECT {_KNOWN} FROM record WHERE id > ? AND id <= ? AND +sync = ?"
        rows = self._database.rows(sql, (last, last + len(wanted) + _SLACK, number))
        return {row[0]: _known(row) for row in rows if row[0] in wanted}

    def _follow(self, sync: str, keys: Sequence[str], found: dict[str, Known]) -> None:
        """Note where a page ended if its records lie close together, else stop guessing."""
        self._trail.pop(sync, None)
        ids = sorted(known.id for known in found.values())
        if len(ids) * 2 > len(keys):
            low, high = ids[len(ids) // 4], ids[len(ids) * 3 // 4]
            if high - low <= len(ids):  # of the middle half, so that a few strays do no harm
                self._trail[sync] = max(i for i in ids if i - high <= len(ids))

    def all_known(self, sync: str) -> Iterator[Known]:
        """Every live record of a sync, in order of ids; a page is read at a time."""
        sql = (
            f"SELECT {_KNOWN} FROM record WHERE id > ? AND +sync = ? AND archived IS NULL "
            f"ORDER BY id LIMIT {PAGE}"
        )
        number = self.sync(sync)
        rows = self._database.rows(sql, (0, number))
        while rows:
            yield from map(_known, rows)
            rows = self._database.rows(sql, (rows[-1][1], number))

    def by_target(self, sync: str, ids: Sequence[str]) -> dict[str, Known]:
        """What is held of the things with these target ids; one that is not there is not ours."""
        number, found = self.sync(sync), dict[str, Known]()
        for page in pages(ids):
            sql = (
                f"SELECT {', '.join('r.' + name for name in _KNOWN.split(', '))}, p.target_id "
                "FROM payload p JOIN record r ON r.id = p.id "
                f"WHERE r.sync = ? AND p.target_id IN ({marks(len(page))})"
            )
            for row in self._database.rows(sql, (number, *page)):
                found[row[-1]] = _known(row[:-1])
        return found

    def keys_between(self, sync: str, low: str, high: str) -> list[str]:
        """Keys of a sync from `low` up to, and without, `high`."""
        sql = "SELECT key FROM record WHERE sync = ? AND key >= ? AND key < ?"
        return [row[0] for row in self._database.rows(sql, (self.sync(sync), low, high))]

    def confirmed(self, ids: Sequence[int]) -> dict[int, Confirmed]:
        """Payloads and target ids by record id."""
        found: dict[int, Confirmed] = {}
        for page in pages(ids):
            sql = f"SELECT id, payload, target_id FROM payload WHERE id IN ({marks(len(page))})"
            rows = self._database.rows(sql, page)
            found.update((number, Confirmed(*rest)) for number, *rest in rows)
        return found

    def held(self, sync: int, keys: Sequence[str]) -> dict[str, tuple[int, str | None]]:
        """Ids and target ids by key."""
        found: dict[str, tuple[int, str | None]] = {}
        for page in pages(keys):
            sql = (
                "SELECT r.key, r.id, p.target_id FROM record r JOIN payload p ON p.id = r.id "
                f"WHERE r.sync = ? AND r.key IN ({marks(len(page))})"
            )
            found.update((k, (i, t)) for k, i, t in self._database.rows(sql, (sync, *page)))
        return found

    def apply(self, run: str, outcomes: Sequence[Outcome]) -> None:
        """Write what the target confirmed; what it did not confirm changes nothing."""
        by_sync: dict[str, list[Outcome]] = {}
        for outcome in outcomes:
            if outcome.verdict is Verdict.OK:
                by_sync.setdefault(outcome.change.sync, []).append(outcome)
        for name, done in by_sync.items():
            self._apply(self.sync(name, write=True), run, done)

    def _apply(self, sync: int, run: str, done: list[Outcome]) -> None:
        changes = [outcome.change for outcome in done]
        self._restore(sync, run, [c for c in changes if c.action is Action.RESTORE])
        self._upsert(sync, run, [o for o in done if o.change.action in _UPSERTS])
        self._archive(sync, run, [c for c in changes if c.action is Action.ARCHIVE])
        self._remove(sync, [c for c in changes if c.action is Action.REMOVE])
        self._renew(sync, [c for c in changes if c.action is Action.UNCHANGED])

    def _upsert(self, sync: int, run: str, done: list[Outcome]) -> None:
        if not done:
            return
        held = self.held(sync, [outcome.change.key for outcome in done])
        free = 1 + int(self._database.value("SELECT coalesce(max(id), 0) FROM payload"))
        payloads: list[Row] = []
        records: list[Row] = []
        for outcome in done:
            change = outcome.change
            number, before = held.get(change.key) or (free, None)
            free += number == free
            target_id = outcome.target_id or change.target_id or before
            target_id = target_id and storable(target_id)
            held[change.key] = number, target_id
            check = content_check(change.key, target_id, change.desired)
            payloads.append((number, change.desired, target_id, run, run, check))
            records.append((sync, change.key, number, *_digests(change.stamp), change.misses))
        self._database.many(
            "INSERT INTO payload (id, payload, target_id, first_run, last_run, content_check) "
            "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET payload = excluded.payload, "
            "target_id = excluded.target_id, last_run = excluded.last_run, "
            "content_check = excluded.content_check",
            payloads,
        )
        self._database.many(
            "INSERT INTO record (sync, key, id, source, spec, vals, archived, misses) "
            "VALUES (?, ?, ?, ?, ?, ?, NULL, ?) ON CONFLICT (sync, key) DO UPDATE SET "
            "source = excluded.source, spec = excluded.spec, vals = excluded.vals, "
            "archived = NULL, misses = excluded.misses",
            records,
        )

    def _archive(self, sync: int, run: str, changes: list[Change]) -> None:
        self._database.many(
            "UPDATE record SET archived = ?, source = ?, spec = ?, vals = ? "
            "WHERE sync = ? AND key = ?",
            [(c.reason, *_digests(c.stamp), sync, c.key) for c in changes],
        )
        self._touch(sync, run, changes)

    def _restore(self, sync: int, run: str, changes: list[Change]) -> None:
        """Live again, as confirmed."""
        self._database.many(
            "UPDATE record SET archived = NULL, source = ?, spec = ?, vals = ?, misses = ? "
            "WHERE sync = ? AND key = ?",
            [(*_digests(_until_updated(c)), c.misses, sync, c.key) for c in changes],
        )
        self._touch(sync, run, changes)

    def _touch(self, sync: int, run: str, changes: list[Change]) -> None:
        held = self.held(sync, [change.key for change in changes])
        sql = "UPDATE payload SET last_run = ? WHERE id = ?"
        self._database.many(sql, [(run, number) for number, _ in held.values()])

    def _remove(self, sync: int, changes: list[Change]) -> None:
        keys = [change.key for change in changes]
        ids = [(number,) for number, _ in self.held(sync, keys).values()]
        self._database.many("DELETE FROM payload WHERE id = ?", ids)
        rows = [(sync, key) for key in keys]
        self._database.many("DELETE FROM record WHERE sync = ? AND key = ?", rows)

    def renew(self, changes: Iterable[Change]) -> None:
        """Write new stamps and misses of records that need nothing else."""
        by_sync: dict[str, list[Change]] = {}
        for change in changes:
            by_sync.setdefault(change.sync, []).append(change)
        for name, some in by_sync.items():
            self._renew(self.sync(name, write=True), some)

    def _renew(self, sync: int, changes: list[Change]) -> None:
        self._database.many(
            "UPDATE record SET source = ?, spec = ?, vals = ?, misses = ? "
            "WHERE sync = ? AND key = ?",
            [(*_digests(c.stamp), c.misses, sync, c.key) for c in changes],
        )


def content_check(key: str, target_id: str | None, payload: str | None) -> int:
    """A checksum of what is worth most in a record; `verify` compares it."""
    return crc32(f"{key}\0{target_id}\0{payload}".encode())


def _until_updated(change: Change) -> Stamp:
    """The stamp of a record that is restored: none, if an update is to follow."""
    return change.stamp if change.desired in (None, change.confirmed) else NO_STAMP


def _digests(stamp: Stamp) -> tuple[bytes, bytes, bytes]:
    return stamp.source, stamp.spec, stamp.values


def _known(row: Row) -> Known:
    key, number, source, spec, values, archived, misses = row
    return Known(number, key, Stamp(source, spec, values), REASONS[archived], misses)
