"""From source records to staged changes: every record is judged, compared and counted.

Records stream through a page at a time; what needs a change is staged in a file of its own, so
neither the catalogue nor the plan ever sits in memory.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from syncata.errors import RecordRejected
from syncata.ledger import NOTHING, Confirmed, Ledger, Seen, Staging
from syncata.mapping.compiled import CompiledSync, Standing
from syncata.model import (
    NO_STAMP,
    Action,
    Change,
    JsonObject,
    Known,
    Reason,
    Reject,
    Stamp,
    canonical,
)
from syncata.plan import SyncPlan, decide, is_settled, keep_omitted
from syncata.spec.operations import Resource
from syncata.target.references import ReferenceMissing

_WRITTEN = (Action.CREATE, Action.UPDATE)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A record that is not settled: what the ledger knows, what its sync says.

    `text` is the JSON text of `payload`.
    """

    key: str
    stamp: Stamp
    known: Known | None
    standing: Standing
    payload: JsonObject | None
    text: str | None
    refused: bool = False


@dataclass(slots=True)
class SyncPlanner:
    """Plans one sync; `header` holds the counts.

    Of known records, `seen` are those the source holds, `kept` those that need nothing,
    `doubtful` those of which the source gave another copy that may say something else.
    """

    compiled: CompiledSync
    resource: Resource
    ledger: Ledger
    staging: Staging
    header: SyncPlan
    seen: Seen = field(default_factory=Seen)
    kept: Seen = field(default_factory=Seen)
    doubtful: Seen = field(default_factory=Seen)
    refused: set[str] = field(default_factory=set)
    nameless: int = 0

    @property
    def name(self) -> str:
        """The sync's name."""
        return self.compiled.sync.name

    def take(self, records: Sequence[JsonObject]) -> None:
        """Judge a page of records and stage what they need."""
        self.header.tally.read += len(records)
        unreadable: list[str] = []
        keyed = [i for record in records if (i := self._keyed(record, unreadable)) is not None]
        for held in self.ledger.known(self.name, unreadable).values() if unreadable else ():
            self.seen.add(held.id)  # set aside, but there: nothing is missing
        keys = [key for key, _, _ in keyed]
        known = self.ledger.known(self.name, keys)
        refused = self.ledger.refused(self.name, keys)
        self.refused.update(refused)
        open_ones = [
            (key, stamp, record)
            for key, stamp, record in keyed
            if not self._is_done(stamp, known.get(key), refused=key in refused)
        ]
        judged = []
        for key, stamp, record in open_ones:
            item = self._judge(key, stamp, record, known.get(key))
            if item is not None:
                judged.append(replace(item, refused=refused.get(key) == stamp.token()))
        self._stage(judged)

    def _keyed(
        self, record: JsonObject, unreadable: list[str]
    ) -> tuple[str, Stamp, JsonObject] | None:
        key = ""
        try:
            key = self.compiled.key(record)
            return key, self.compiled.stamp(record), record
        except RecordRejected as rejected:
            if key:
                unreadable.append(key)
            else:
                self.nameless += 1
            self._reject(key or f"(record without a key, {self.nameless:,})", rejected)
        except ReferenceMissing:
            self.nameless += 1
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
                self.header.tally.duplicates += 1
            return same
        self.seen.add(number)
        if self.compiled.moves or refused or not is_settled(known, stamp):
            return False
        self.kept.add(number)
        self.header.tally.add(Action.UNCHANGED)
        return True

    def _judge(
        self, key: str, stamp: Stamp, record: JsonObject, known: Known | None
    ) -> _Judged | None:
        try:
            standing = self.compiled.standing(record)
            live = standing is Standing.LIVE
            payload = self.compiled.payload(record) if live else None
            text = None if payload is None else canonical(payload).decode()
        except RecordRejected as rejected:
            self._set_aside(key, rejected, stamp, known)
            return None
        except ReferenceMissing:
            self.header.tally.add(Action.WAITING, "reference")
            return None
        except ValueError as error:
            no_text = RecordRejected("SYN609", f"no valid JSON text: {error}")
            self._set_aside(key, no_text, stamp, known)
            return None
        return _Judged(key, stamp, known, standing, payload, text)

    def _set_aside(
        self, key: str, rejected: RecordRejected, stamp: Stamp, known: Known | None
    ) -> None:
        if known is not None:
            self.doubtful.add(known.id)  # nothing another copy says of it is believed
        self._reject(key, rejected, stamp)

    def _reject(self, key: str, rejected: RecordRejected, stamp: Stamp | None = None) -> None:
        self.header.tally.add(Action.REJECTED, rejected.code)
        self.staging.add_rejects(
            [
                Reject(
                    self.name,
                    key,
                    "map",
                    rejected.code,
                    rejected.message,
                    rejected.field,
                    str(rejected.position or ""),
                    stamp.token() if stamp else b"",
                )
            ]
        )

    def _stage(self, judged: Sequence[_Judged]) -> None:
        ids = [item.known.id for item in judged if item.known is not None]
        confirmed = self.ledger.confirmed(ids) if ids else {}
        changes = []
        for item in judged:
            before = confirmed.get(item.known.id) if item.known else None
            change = self._change(item, before or NOTHING)
            if change is not None:
                changes.append(change)
        self.staging.add(changes)

    def _change(self, item: _Judged, before: Confirmed) -> Change | None:
        confirmed = before.payload
        desired = self._desired(item, confirmed)
        decision = decide(
            item.standing,
            item.known,
            item.stamp,
            same=desired == confirmed,
            on_excluded=self.compiled.sync.on_excluded,
        )
        if item.refused and decision.action in _WRITTEN and not self.compiled.moves:
            # The target refused exactly this before; asking again would not change its mind.
            self.header.tally.add(Action.REJECTED, "target")
            return None
        self.header.tally.add(decision.action, _shown_reason(decision.action, decision.reason))
        if decision.action is Action.IGNORED:
            self.refused.discard(item.key)
            return None
        retires = decision.action in (Action.ARCHIVE, Action.REMOVE)
        return Change(
            sync=self.name,
            key=item.key,
            action=decision.action,
            reason=decision.reason,
            stamp=item.stamp,
            desired=desired,
            confirmed=confirmed,
            target_id=before.target_id,
            known_id=item.known.id if item.known else None,
            archived=decision.reason if retires else item.known.archived if item.known else None,
        )

    def _desired(self, item: _Judged, confirmed: str | None) -> str | None:
        operations = self.resource.operations
        update = operations.get("update") or operations.get("upsert")
        if update is None or not confirmed or item.payload is None or item.text == confirmed:
            return item.text
        kept = keep_omitted(item.payload, json.loads(confirmed), update.omitted)
        return item.text if kept is item.payload else canonical(kept).decode()

    def settle_duplicates(self) -> None:
        """Set records aside that the source gave several times with different contents."""
        for copies in self.staging.duplicates(self.name):
            if len({copy.stamp.source for copy in copies}) == 1:
                self._drop(copies, keep=copies[0])
                self.header.tally.duplicates += len(copies) - 1
            else:
                self._contradiction(copies)
        if self.doubtful:
            # Another copy was as the ledger knows the record, or was set aside.
            staged = self.staging.changes(self.name)
            doubtful = [c for c in staged if c.known_id is not None and c.known_id in self.doubtful]
            for change in doubtful:
                self._contradiction([change])

    def _contradiction(self, copies: Sequence[Change]) -> None:
        message = "the source gave this key several times with different contents"
        self.refuse(copies, RecordRejected("SYN607", message))

    def refuse(self, copies: Sequence[Change], why: RecordRejected) -> None:
        """Set the record of these staged changes aside after all."""
        self._drop(copies)
        self._reject(copies[0].key, why, copies[0].stamp)

    def wait(self, change: Change) -> None:
        """Let the record of a staged change wait for the record it refers to."""
        self._drop([change])
        self.header.tally.add(Action.WAITING, "reference")

    def _drop(self, copies: Sequence[Change], *, keep: Change | None = None) -> None:
        self.staging.replace(copies[0], [keep] if keep else [])
        for copy in copies[1:] if keep else copies:
            self.header.tally.add(copy.action, _shown_reason(copy.action, copy.reason), -1)

    def settle_refusals(self) -> None:
        """Forget what the target refused of records that are not to be there any more."""
        gone = [key for key in self.ledger.refused(self.name) if key not in self.refused]
        known = self.ledger.known(self.name, gone) if gone else {}
        free, action = [key for key in gone if key not in known], Action.UNCHANGED
        self.staging.add(Change(self.name, k, action, Reason.SOURCE, NO_STAMP) for k in free)


def adoption(change: Change, target_id: str, observed: JsonObject) -> Change:
    """The change for a record that the target holds already, though not from us."""
    return replace(
        change,
        action=Action.ADOPT,
        target_id=target_id,
        confirmed=canonical(observed).decode(),
    )


def _shown_reason(action: Action, reason: Reason) -> str:
    return "" if action is Action.UNCHANGED else str(reason)
