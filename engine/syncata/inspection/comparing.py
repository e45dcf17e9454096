"""What an edit of a spec changes: each record mapped by both, held against what was confirmed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from syncata.errors import RecordRejected
from syncata.inspection.judgement import Judge, Judgement
from syncata.inspection.live import is_on, judged_known, live_judge, pages_of
from syncata.ledger import NOTHING, Seen
from syncata.mapping.compiled import Item, Standing
from syncata.model import Action, JsonObject, Known, Reason, canonical
from syncata.pages import Reading
from syncata.plan import Stop, SyncPlan, field_changes, guard_stops, keep_omitted
from syncata.session import Session
from syncata.spec.model import Stream, Sync
from syncata.spec.operations import Resource

FEW = 12  # different changes of a field that are told one by one
SAMPLES = 5

# What becomes of a record.
LIVE, ABSENT, REJECTED, WAITING = "live", "not there", "rejected", "waiting"
IGNORED, KEPT, ARCHIVED, REMOVED = "ignored", "kept", "archived", "removed"
_RETIRES = {ARCHIVED: Action.ARCHIVE, REMOVED: Action.REMOVE}


@dataclass(slots=True)
class FieldEdit:
    """How one field changes: in how many records, by (before, after) as long as these are few.

    `values` counts changes (`None` once there are too many), `samples` are (key, before, after).
    """

    records: int = 0
    values: dict[bytes, tuple[Any, Any, int]] | None = field(default_factory=dict)
    samples: list[tuple[str, Any, Any]] = field(default_factory=list)

    def add(self, key: str, before: Any, after: Any) -> None:
        """One more record."""
        self.records += 1
        if len(self.samples) < SAMPLES:
            self.samples.append((key, before, after))
        if self.values is None:
            return
        mark = repr((before, after)).encode()
        *_, number = self.values.get(mark, (None, None, 0))
        self.values[mark] = (before, after, number + 1)
        if len(self.values) > FEW:
            self.values = None


@dataclass(slots=True)
class Move:
    """Records of which something else becomes; `samples` are (key, why it is set aside)."""

    records: int = 0
    samples: list[tuple[str, RecordRejected | None]] = field(default_factory=list)

    def add(self, key: str, why: RecordRejected | None) -> None:
        """One more record."""
        self.records += 1
        if len(self.samples) < SAMPLES:
            self.samples.append((key, why))


@dataclass(slots=True)
class SyncEdit:
    """What an edit changes in one sync.

    `live` records are held, `met` of them were read. `updated` have another payload by the edit;
    `pending` differ from what was confirmed with the spec in use already. `fields` says how,
    `moves` what else becomes of records, by (before, after). `remarks` tell what is not compared.
    """

    sync: str
    live: int = 0
    read: int = 0
    met: int = 0
    updated: int = 0
    pending: int = 0
    rejected: int = 0
    fields: dict[str, FieldEdit] = field(default_factory=dict)
    moves: dict[tuple[str, str], Move] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)

    @property
    def newly_rejected(self) -> int:
        """How many records are set aside that are not with the spec in use."""
        return sum(m.records for (_, after), m in self.moves.items() if after == REJECTED)

    @property
    def changes(self) -> int:
        """How many records have another payload, or something else becomes of them."""
        return self.updated + sum(move.records for move in self.moves.values())


async def compare(before: Session, after: Session, names: Sequence[str]) -> list[SyncEdit]:
    """What the spec of `after` changes against that of `before`; each stream is read once.

    Both are sessions of one connection and ledger. Raises Unavailable, CredentialsRefused.
    """
    comparisons = [_Comparison(before, after, name) for name in names]
    active = [comparison for comparison in comparisons if comparison.is_active]
    streams = dict.fromkeys(comparison.stream for comparison in active)
    for stream in streams:
        members = [comparison for comparison in active if comparison.stream == stream]
        await _read(before, after, stream, members)
    for comparison in active:
        comparison.judge_guards()
    return [comparison.edit for comparison in comparisons]


async def _read(
    before: Session, after: Session, stream: str | None, members: "Sequence[_Comparison]"
) -> None:
    if stream is None:
        settings = [session.connection.public_settings() for session in (before, after)]
        for member in members:
            await member.take(settings[0], settings[1])
        return
    async for _, page in pages_of(before, stream, Reading()):
        for record in page:
            for member in members:
                await member.take(record, record)


class _Comparison:
    """One sync under both specs."""

    def __init__(self, before: Session, after: Session, name: str) -> None:
        self.before, self.after = before, after
        self.old, self.new = (s.connection.spec.syncs.get(name) for s in (before, after))
        self.edit = SyncEdit(name, live=before.ledger.live_count(name))
        self.stream = self._stream()
        self._judges = (_judge(before, self.old), _judge(after, self.new))
        self._met = Seen()
        self._remark()

    def _stream(self) -> str | None:
        sync = self.old or self.new
        assert sync is not None, "a name of one of both specs"
        return sync.stream

    def _remark(self) -> None:
        old, new, say = self.old, self.new, self.edit.remarks.append
        if new is None:
            say("the edit drops this sync")
        elif self._judges[1] is None and self._judges[0] is None:
            say("switched off by `when`")
        elif self._judges[1] is None:
            held = f"its {self.edit.live:,} live records: {new.on_disabled} (on_disabled)"
            say(f"the edit switches it off; {held}")
        elif old is not None and old.stream != new.stream:
            say(f"the edit reads it from {new.stream} instead of {old.stream}: not compared")
        elif self.stream is not None:
            streams = [s.connection.spec.source.streams for s in (self.before, self.after)]
            one, two = (every.get(self.stream) for every in streams)
            if one is None:
                say(f"the stream {self.stream} is new: not read")
            elif two is None or _reading(one) != _reading(two):
                say(f"the edit reads the stream {self.stream} otherwise: read as the spec in use")

    @property
    def is_active(self) -> bool:
        """Whether there is something to compare."""
        if self.new is None or self._judges[1] is None:
            return False
        if self.old is not None and self.old.stream != self.new.stream:
            return False
        known = self.before.connection.spec.source.streams
        return self.stream is None or self.stream in known

    async def take(self, before: JsonObject, after: JsonObject) -> None:
        """Judge a record of the stream by both."""
        self.edit.read += 1
        one = await _judged(self.before, self._judges[0], before)
        two = await _judged(self.after, self._judges[1], after)
        for key in dict.fromkeys([*one, *two]):
            self._compare(key, one.get(key), two.get(key))

    def _compare(self, key: str, before: Judgement | None, after: Judgement | None) -> None:
        sync, edit = self.new, self.edit
        assert sync is not None, "it is active"
        known = self.before.ledger.known(sync.name, [key]).get(key) if key else None
        if known is not None and known.archived is None and known.id not in self._met:
            self._met.add(known.id)
            edit.met += 1
        states = _state(before, known, self.old or sync), _state(after, known, sync)
        edit.rejected += states[1] == REJECTED
        if states[0] != states[1]:
            why = after.rejected if after else None
            edit.moves.setdefault(states, Move()).add(key, why)
        elif before and after and states[0] == LIVE and known and known.archived is None:
            self._fields(key, known, before, after)

    def _fields(self, key: str, known: Known, before: Judgement, after: Judgement) -> None:
        held = self.before.ledger.confirmed([known.id]).get(known.id, NOTHING).payload
        confirmed = json.loads(held) if held else {}
        one = _desired(before, confirmed, _resource(self.before, self.old))
        two = _desired(after, confirmed, _resource(self.after, self.new))
        self.edit.pending += canonical(one) != canonical(confirmed)
        changes = field_changes(one, two)
        self.edit.updated += bool(changes)
        for name, old, new in changes:
            self.edit.fields.setdefault(name, FieldEdit()).add(key, old, new)

    def judge_guards(self) -> None:
        """Which guards would hold a run with the edit, if nothing else had changed."""
        edit = self.edit
        plan = SyncPlan(edit.sync, live=edit.live)
        plan.tally.read = edit.read
        plan.tally.add(Action.UPDATE, Reason.SPEC, edit.updated)
        plan.tally.add(Action.REJECTED, "", edit.rejected)
        for (_, after), move in edit.moves.items():
            if after in _RETIRES:
                plan.tally.add(_RETIRES[after], Reason.EXCLUDED, move.records)
        guards = self.after.connection.guards
        edit.stops += guard_stops(plan, guards, source_empty=False)


def _judge(session: Session, sync: Sync | None) -> Judge | None:
    """What judges by one of the specs; None where it has no such sync, or has it switched off."""
    if sync is None or not is_on(session, sync):
        return None
    return live_judge(session, sync, fields=False)


async def _judged(
    session: Session, judge: Judge | None, record: JsonObject
) -> Mapping[str, Judgement]:
    if judge is None:
        return {}
    try:
        items: Iterable[Item] = list(judge.compiled.items(record))
    except RecordRejected as why:
        return {"": Judgement(Item(record), rejected=why)}
    judged = [(await judged_known(session, judge, item))[0] for item in items]
    return {one.key: one for one in judged}


def _state(made: Judgement | None, known: Known | None, sync: Sync) -> str:
    """What becomes of a record, in one word."""
    if made is None:
        return ABSENT
    if made.final:
        return LIVE
    if made.rejected is not None:
        return REJECTED
    if made.waits:
        return WAITING
    if made.standing is Standing.LIVE:
        return LIVE
    if known is None or known.archived is not None:
        return IGNORED
    how = sync.on_excluded if made.standing is Standing.EXCLUDED else "archive"
    return {"keep": KEPT, "remove": REMOVED}.get(how, ARCHIVED)


def _resource(session: Session, sync: Sync | None) -> Resource:
    assert sync is not None, "records are live under it"
    return session.connection.spec.target.resources[sync.resource]


def _desired(made: Judgement, confirmed: JsonObject, resource: Resource) -> JsonObject:
    """What would be sent, with what becomes of fields that are sent no longer."""
    if made.final or made.payload is None:
        return confirmed
    update = resource.rewrite
    return keep_omitted(made.payload, confirmed, update.omitted if update else "replaced")


def _reading(stream: Stream) -> list[Any]:
    """The texts by which a stream is read."""
    request = stream.request
    params = {name: text.text for name, text in request.params.items()}
    return [request.method, request.path.text, params, stream.records.text]
