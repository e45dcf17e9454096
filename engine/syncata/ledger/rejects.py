# ruff: noqa: S608  only names of columns and `?` marks are put into SQL, never values
"""Records that were set aside: by the mapping of this run, or by the target until they change."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from syncata.ledger.codec import reject_row, storable
from syncata.ledger.database import Database, Row, marks
from syncata.ledger.records import PAGE, Records, pages
from syncata.model import Change, Outcome, Reject, Verdict, refusal

_COLUMNS = (
    "code, message, field, position, source, record, "
    "first_run, last_run, first_seen, last_seen, attempts, ignored"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeptReject:
    """A reject with its history: runs and times it was first and last met, and how often.

    `ignored` is since when somebody wants to hear no more of it, as long as it stays the same.
    """

    reject: Reject
    first_run: str
    last_run: str
    first_seen: str
    last_seen: str
    attempts: int
    ignored: str | None


class Rejects:
    """The table `reject`. Writing methods run inside a transaction."""

    def __init__(self, database: Database, records: Records) -> None:
        self._database = database
        self._records = records

    def refused(self, sync: str, keys: Sequence[str] | None = None) -> dict[str, bytes]:
        """Stamps (as tokens) the target refused last time, by key: of all keys, or of these."""
        number = self._records.sync(sync)
        sql = "SELECT key, source FROM reject WHERE sync = ? AND stage = 'target'"
        if keys is None:
            return dict(self._database.rows(sql, (number,)))
        found: dict[str, bytes] = {}
        for page in pages(keys):
            some = f"{sql} AND key IN ({marks(len(page))})"
            found.update(self._database.rows(some, (number, *page)))
        return found

    def ignored(self, sync: str) -> dict[tuple[str, str], tuple[bytes, str]]:
        """Token and code of what nobody wants to hear of any more, by stage and key."""
        sql = "SELECT stage, key, source, code FROM reject WHERE sync = ? AND ignored IS NOT NULL"
        rows = self._database.rows(sql, (self._records.sync(sync),))
        return {(stage, key): (token, code) for stage, key, token, code in rows}

    def ignore(self, sync: str, keys: Iterable[str], since: str | None) -> list[str]:
        """Ignore what is set aside of these keys, or (`since` None) do so no longer; those it met.

        Where nothing tells whether a record has changed, it cannot be ignored.
        """
        number, met = self._records.sync(sync), []
        for key in keys:
            where = "WHERE sync = ? AND key = ? AND source <> ?"
            values = (number, storable(key), b"")
            if self._database.value(f"SELECT 1 FROM reject {where}", values):
                met.append(key)
                self._database.rows(f"UPDATE reject SET ignored = ? {where}", (since, *values))
        return met

    def keys_of(self, sync: str, code: str) -> set[str]:
        """The keys of a sync's records that were set aside with a code."""
        sql = "SELECT key FROM reject WHERE sync = ? AND code = ?"
        return {key for (key,) in self._database.rows(sql, (self._records.sync(sync), code))}

    def listed(
        self, sync: str | None, limit: int | None, *, ignored: bool | None
    ) -> Iterator[KeptReject]:
        """Rejects by sync and key, at most `limit`; a page is read at a time.

        `ignored`: only those, or (False) only others.
        """
        only_some = {None: "", True: "AND r.ignored IS NOT NULL ", False: "AND r.ignored IS NULL "}
        sql = (
            f"SELECT s.name, r.key, r.stage, {_COLUMNS}, r.sync FROM reject r "
            "JOIN sync s ON s.id = r.sync "
            "WHERE (r.sync, r.key, r.stage) > (?, ?, ?) AND (? IS NULL OR r.sync = ?) "
            f"{only_some[ignored]}ORDER BY r.sync, r.key, r.stage LIMIT ?"
        )
        only = None if sync is None else self._records.sync(sync)
        after: Row = (0 if only is None else only - 1, "", "")
        left = -1 if limit is None else limit
        while left:
            size = min(left, PAGE) if left > 0 else PAGE
            rows = self._database.rows(sql, (*after, only, only, size))
            yield from map(_kept, rows)
            if len(rows) < size:
                return
            after = (rows[-1][-1], rows[-1][1], rows[-1][2])
            left = left - len(rows) if left > 0 else left

    def counts(self, *, ignored: bool) -> dict[tuple[str, str], int]:
        """How many records are set aside and ignored (or not), by sync and stage."""
        rows = self._database.rows(
            "SELECT s.name, r.stage, count(*) FROM reject r JOIN sync s ON s.id = r.sync "
            f"WHERE r.ignored IS {'NOT ' if ignored else ''}NULL GROUP BY s.name, r.stage"
        )
        return {(name, stage): number for name, stage, number in rows}

    def put(self, rejects: Iterable[Reject], run: str, now: str) -> None:
        """Add rejects, or renew those met before: when they were first seen is kept."""
        when = (run, run, now, now)
        for page in pages(rejects):
            rows = [
                (self._records.sync(reject.sync, write=True), *reject_row(reject)[1:], *when)
                for reject in page
            ]
            self._database.many(
                f"INSERT INTO reject (sync, key, stage, {_COLUMNS}) "
                f"VALUES ({marks(13)}, 1, NULL) "
                "ON CONFLICT (sync, key, stage) DO UPDATE SET code = excluded.code, "
                "message = excluded.message, field = excluded.field, "
                "position = excluded.position, source = excluded.source, "
                "record = coalesce(excluded.record, record), "
                "last_run = excluded.last_run, last_seen = excluded.last_seen, "
                # Another record, spec or fault is another matter than the one that was ignored.
                "ignored = CASE WHEN reject.source = excluded.source "
                "AND reject.code = excluded.code THEN reject.ignored END, "
                "attempts = reject.attempts + 1",
                rows,
            )

    def forget_others(self, sync: str, run: str) -> None:
        """Drop what the mapping set aside before and did not meet in `run`."""
        self._database.rows(
            "DELETE FROM reject WHERE sync = ? AND stage = 'map' AND last_run <> ?",
            (self._records.sync(sync), run),
        )

    def settle(self, outcomes: Iterable[Outcome], run: str, now: str) -> None:
        """Drop rejects of what went well, keep what the target refused."""
        refused: list[Reject] = []
        well: list[Change] = []
        for outcome in outcomes:
            if outcome.verdict is Verdict.OK:
                well.append(outcome.change)
            elif outcome.verdict is Verdict.REJECTED:
                refused.append(_refused(outcome))
        self.forget(well)
        self.put(refused, run, now)

    def forget(self, changes: Iterable[Change]) -> None:
        """Drop the rejects of these records."""
        if self._database.value("SELECT 1 FROM reject LIMIT 1") is None:
            return  # the usual case, and it spares a statement per record
        rows = [(self._records.sync(c.sync), storable(c.key)) for c in changes]
        self._database.many("DELETE FROM reject WHERE sync = ? AND key = ?", rows)


def _refused(outcome: Outcome) -> Reject:
    change = outcome.change
    token = refusal(change.stamp, change.desired)
    return Reject(
        change.sync, change.key, "target", "SYN608", outcome.message, source=token,
        record=change.record,
    )  # fmt: skip


def _kept(row: Row) -> KeptReject:
    return KeptReject(Reject(*row[:9]), *row[9:15])
