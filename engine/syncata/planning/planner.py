"""One sync planned: a page of records at a time is judged, compared, counted and staged.

Records stream through a page at a time; what needs a change is staged in a file of its own, so
neither the catalogue nor the plan ever sits in memory.
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat

from syncata.errors import RecordRejected
from syncata.ledger import NOTHING, Confirmed, Ledger, Seen, Staging, pages
from syncata.mapping.compiled import CompiledSync, Item, Standing
from syncata.mapping.ranking import Deferred
from syncata.model import (
    Action,
    Change,
    JsonObject,
    Known,
    Stamp,
    canonical,
)
from syncata.pages import Digests
from syncata.plan import SyncPlan, is_settled
from syncata.planning.aside import Aside, GivesUp, never, record_text
from syncata.planning.duplicates import drop, settle_duplicates
from syncata.planning.lookalikes import Lookalikes
from syncata.planning.staged import (
    Judged,
    Keyed,
    change_of,
    decision_of,
    desired_of,
    known_payload,
    shown_reason,
    was_refused,
)
from syncata.spec.operations import Resource
from syncata.target.keyed import ROUNDS, LookupPending
from syncata.target.references import NotThereYet, ReferenceMissing

_WRITTEN = (Action.CREATE, Action.UPDATE)
_PAGE = 500

Fetch = Callable[[], Awaitable[None]]


async def _nothing_to_fetch() -> None:
    """No look-up by keys."""


@dataclass(slots=True)
class SyncPlanner:
    """Plans one sync; `header` holds the counts.

    `fetch` looks up what records asked for; `gives_up` says whether one that waits since an
    instant has waited long enough; `forgotten` are people whose records are left alone. Where the
    source may not give a record again, `keeps_records` keeps it with what is staged of it.
    Of known records, `seen` are those the source holds, `kept` those that need nothing,
    `doubtful` those of which the source gave another copy that may say something else. `parked`
    are the keys of records that waited before and were not met in this run, with since when.
    """

    compiled: CompiledSync
    resource: Resource
    ledger: Ledger
    staging: Staging
    header: SyncPlan
    fetch: Fetch = _nothing_to_fetch
    gives_up: GivesUp = never
    forgotten: frozenset[str] = frozenset()
    keeps_records: bool = False
    seen: Seen = field(default_factory=Seen)
    kept: Seen = field(default_factory=Seen)
    doubtful: Seen = field(default_factory=Seen)
    refused: set[str] = field(default_factory=set)
    parked: set[str] = field(default_factory=set)
    aside: Aside = field(init=False)
    lookalikes: Lookalikes = field(default_factory=Lookalikes)
    _all_read: bool = False

    def __post_init__(self) -> None:
        tally, gives_up, kept = self.header.tally, self.gives_up, self.keeps_records
        self.aside = Aside.of(
            self.ledger, self.name, self.staging, tally, gives_up, keeps_records=kept
        )
        self.parked = set(self.aside.since)

    @property
    def name(self) -> str:
        """The sync's name."""
        return self.compiled.sync.name

    async def take(self, records: Sequence[JsonObject], digests: Digests = ()) -> None:
        """Judge a page of the stream's records, with their digests, and stage what they need."""
        self.header.tally.read += len(records)
        await self._judge_all(list(self._items(records, digests)))

    async def take_parked(self) -> None:
        """Judge records that waited before and that the source did not give this time."""
        for page in pages(self.ledger.waiting(self.name), _PAGE):
            records = [
                kept.waiting.record
                for kept in page
                if kept.waiting.record and kept.waiting.key in self.parked
            ]
            await self._judge_all(list(self._items(map(json.loads, records))))

    async def settle_deferred(self) -> None:
        """Judge what had to wait until everything was read."""
        self._all_read = True
        self.compiled.ranking.keys_between = self._keys_between
        for texts in self.staging.parked.deferred(self.name):
            await self._judge_all([Item(*json.loads(text)) for text in texts])

    def _keys_between(self, low: str, high: str) -> list[str]:
        return [
            *self.ledger.keys_between(self.name, low, high),
            *self.staging.parked.keys_between(self.name, low, high),
        ]

    def _items(self, records: Iterable[JsonObject], digests: Digests = ()) -> Iterator[Item]:
        for record, source in zip(records, digests or repeat(None)):  # noqa: B905  endless
            try:
                yield from self.compiled.items(record, source)
            except RecordRejected as why:
                self.aside.reject_nameless(why)

    async def _judge_all(self, items: Sequence[Item]) -> None:
        waiting = self._open_ones(items)
        ids = [k.known.id for k in waiting if k.known] if self.compiled.sees_known else []
        confirmed = self.ledger.confirmed(ids) if ids else {}
        judged: list[Judged] = []
        for _ in range(ROUNDS):
            pending = [k for k in waiting if not self._judge(k, confirmed, judged)]
            if not pending:
                break
            await self.fetch()
            waiting = pending
        else:
            deep = RecordRejected("SYN603", f"look-ups are nested more than {ROUNDS} deep")
            for keyed in waiting:
                self._set_aside(keyed, deep)
        self._stage(judged)

    def _open_ones(self, items: Sequence[Item]) -> list[Keyed]:
        """The records about which something is to be decided."""
        unreadable: list[str] = []
        keyed = [k for item in items if (k := self._keyed(item, unreadable)) is not None]
        for held in self.ledger.known(self.name, unreadable).values() if unreadable else ():
            self.seen.add(held.id)  # set aside, but there: nothing is missing
        keys = [k.key for k in keyed]
        self.lookalikes.compare(keys)
        self.parked.difference_update(keys)
        known = self.ledger.known(self.name, keys)
        refused = self.ledger.refused(self.name, keys)
        self.refused.update(refused)
        return [
            Keyed(k.key, k.stamp, k.item, known.get(k.key), refused.get(k.key))
            for k in keyed
            if self._all_read
            or not self._is_done(k.stamp, known.get(k.key), refused=k.key in refused)
        ]

    def _keyed(self, item: Item, unreadable: list[str]) -> Keyed | None:
        key = ""
        try:
            key, person = self.compiled.key(item)
            if person in self.forgotten:
                self.header.tally.add(Action.IGNORED, "forgotten")
                return None
            return Keyed(key, self.compiled.stamp(item), item)
        except RecordRejected as why:
            if key:
                unreadable.append(key)
                self.aside.reject(key, why)
            else:
                self.aside.reject_nameless(why)
        except ReferenceMissing:
            self.aside.nameless += 1
            self.header.tally.add(Action.WAITING, "reference")
        return None

    def _is_done(self, stamp: Stamp, known: Known | None, *, refused: bool) -> bool:
        """Whether nothing is to be decided about a record; what was seen of it is noted."""
        if known is None:
            return False
        number, same = known.id, known.stamp == stamp
        if number in self.seen:
            if same or number in self.kept:
                self.doubtful.add(number)  # if another copy says something else
            if same:
                self.kept.add(number)
                self.header.tally.duplicates += self.compiled.sync.duplicates == "reject"
            return same
        self.seen.add(number)
        if self.compiled.moves or refused or not is_settled(known, stamp):
            return False
        self.kept.add(number)
        self.header.tally.add(Action.UNCHANGED)
        return True

    def _judge(
        self, keyed: Keyed, confirmed: Mapping[int, Confirmed], judged: list[Judged]
    ) -> bool:
        """Judge a record, or set it aside, or let it wait. False: look-ups must be made first."""
        try:
            judged.append(self._judged(keyed, confirmed))
        except LookupPending:
            return False
        except RecordRejected as why:
            self._set_aside(keyed, why)
        except Deferred:
            self._defer(keyed)
        except NotThereYet as missing:
            later = isinstance(missing, ReferenceMissing) and not self._all_read
            self._defer(keyed) if later else self._wait(keyed, missing.what)
        except ValueError as error:
            self._set_aside(keyed, RecordRejected("SYN609", f"no valid JSON text: {error}"))
        return True

    def _judged(self, keyed: Keyed, confirmed: Mapping[int, Confirmed]) -> Judged:
        compiled, item, known = self.compiled, keyed.item, keyed.known
        held = confirmed.get(known.id) if known else None
        scope = compiled.scope(item, known_payload(held))
        compiled.ranking.key = keyed.key
        if known and known.archived is None and compiled.is_final(item, scope):
            return Judged(keyed, Standing.LIVE, None, None, final=True)
        standing = compiled.standing(item, scope)
        live = standing is Standing.LIVE
        payload = compiled.payload(item, scope) if live else None
        text = None if payload is None else canonical(payload).decode()
        order = compiled.order(item, scope) if live else ""
        return Judged(keyed, standing, payload, text, order)

    def _defer(self, keyed: Keyed) -> None:
        text = canonical([keyed.item.value, keyed.item.parent]).decode()
        self.staging.parked.defer(self.name, [(keyed.key, text)])

    def _wait(self, keyed: Keyed, what: str) -> None:
        too_long = self.aside.too_long(keyed.key, what)
        if too_long is not None:
            self._set_aside(keyed, too_long)
        else:
            self.aside.wait(keyed.key, what, record_text(keyed.item))

    def _set_aside(self, keyed: Keyed, why: RecordRejected) -> None:
        if keyed.known is not None:
            self.doubtful.add(keyed.known.id)  # nothing another copy says of it is believed
        self.aside.reject(keyed.key, why, keyed.stamp.token(), record_text(keyed.item))

    def _stage(self, judged: Sequence[Judged]) -> None:
        ids = [j.keyed.known.id for j in judged if j.keyed.known is not None]
        confirmed = self.ledger.confirmed(ids) if ids else {}
        changes = []
        for one in judged:
            known = one.keyed.known
            change = self._change(one, confirmed.get(known.id, NOTHING) if known else NOTHING)
            if change is None or change.action is Action.UNCHANGED:
                self.aside.waits_no_longer(one.keyed.key)
            if change is not None:
                changes.append(change)
        self.staging.add(changes)

    def _change(self, judged: Judged, before: Confirmed) -> Change | None:
        desired = (
            before.payload if judged.final else desired_of(judged, before.payload, self.resource)
        )
        decision = decision_of(judged, before, desired, self.compiled.sync, self.resource)
        if decision.action in _WRITTEN and was_refused(judged.keyed, desired):
            # The target refused exactly this before; asking again would not change its mind.
            self.aside.still_refused(judged.keyed.key)
            return None
        self.header.tally.add(decision.action, shown_reason(decision.action, decision.reason))
        if decision.action is Action.IGNORED:
            self.refused.discard(judged.keyed.key)
            return None
        record = record_text(judged.keyed.item) if self.keeps_records else None
        return change_of(self.name, judged, before, decision, desired, record)

    def settle_duplicates(self) -> None:
        """Judge keys that the source gave several times."""
        policy, tally = self.compiled.sync.duplicates, self.header.tally
        message = "the source gave this key several times with different contents"
        all_of = settle_duplicates(self.name, policy, self.staging, tally, self.doubtful, self.kept)
        for copies in all_of:
            self.refuse(copies, RecordRejected("SYN607", message))

    def refuse(self, copies: Sequence[Change], why: RecordRejected) -> None:
        """Set the record of these staged changes aside after all."""
        drop(self.staging, self.header.tally, copies)
        change = copies[0]
        self.aside.reject(change.key, why, change.stamp.token(), change.record)

    def wait(self, change: Change, what: str) -> None:
        """Let the record of a staged change wait for what it refers to."""
        drop(self.staging, self.header.tally, [change])
        self.aside.wait(change.key, what, change.record)
