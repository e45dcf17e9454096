"""Tests of one record: it is judged as a run would judge it, with everything it sees given."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from syncata.errors import RecordRejected
from syncata.expressions import UNDEFINED
from syncata.mapping.compiled import CompiledSync, Item, Standing
from syncata.mapping.context import Context, Definitions, Watch
from syncata.mapping.ranking import KeysBetween
from syncata.mapping.rare_keywords import same
from syncata.model import JsonObject
from syncata.plan import MISSING
from syncata.session import compiled_sync
from syncata.spec.model import Spec
from syncata.spec.node import Node
from syncata.spec.tests import Data, RecordTest
from syncata.target.keyed import ROUNDS, KeyedLookups, LookupPending
from syncata.target.references import NotThereYet, References
from syncata.testing.settings import settings_of
from syncata.testing.verdicts import Mismatch, compared

LIVE, REJECT, WAITS = "live", "reject", "waits"
VERDICTS = ("excluded", "closed", "final", "nothing", REJECT, WAITS)
PAYLOAD = ("expect", "exactly", "absent")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one record. `verdict` is a word of the tests, `payload` for a live one."""

    verdict: str
    key: str = ""
    payload: JsonObject = field(default_factory=dict)
    code: str = ""
    at_fault: str = ""
    detail: str = ""

    def __str__(self) -> str:
        more = f" {self.code}" if self.code else ""
        more += f" ({self.detail})" if self.detail else ""
        return f"{self.verdict}{more}"


class RecordBench:
    """Judges the records of a spec's tests; each sync is compiled once."""

    def __init__(self, spec: Spec, watch: Watch | None = None) -> None:
        self._spec = spec
        self._watch = watch
        self._definitions = Definitions(spec.definitions)
        self._syncs: dict[str, CompiledSync] = {}

    def mismatches(self, test: RecordTest) -> Iterator[Mismatch]:
        """Everything that is not as the test expects. Raises SpecFailed."""
        notes: dict[str, list[Any]] = {}
        settings = self._public_settings(test)
        if self._spec.syncs[test.sync].stream is None:
            test = replace(test, given=settings)
        compiled, lookups = self._bound(test, settings, notes)
        judgements = list(_judged(test, compiled, lookups))
        yield from _against(test.node, compiled.unordered, judgements)
        yield from _counted(test.node["unmapped"], notes)

    def _public_settings(self, test: RecordTest) -> dict[str, Any]:
        values = settings_of(self._spec, test.node, test.node["settings"].mapping).values
        return {n: v for n, v in values.items() if not self._spec.settings[n].secret}

    def _bound(
        self, test: RecordTest, settings: dict[str, Any], notes: dict[str, list[Any]]
    ) -> tuple[CompiledSync, KeyedLookups]:
        context = Context(self._definitions, settings, now=test.now)
        context.learn_lookups(test.lookups)
        lookups = KeyedLookups(self._spec.target.lookups.values())
        functions = {**References(_ids(test.refs)).functions(), **lookups.functions()}
        compiled = self._compiled(test.sync)
        compiled.bind(
            context, functions, lambda label, value: notes.setdefault(label, []).append(value)
        )
        compiled.ranking.keys_between = _keys_before(test.rank)
        return compiled, lookups

    def _compiled(self, name: str) -> CompiledSync:
        if name not in self._syncs:
            self._syncs[name] = compiled_sync(self._spec, self._spec.syncs[name], self._watch)
        return self._syncs[name]


def _ids(refs: Mapping[str, Mapping[str, str]]) -> Callable[[str, str | None], str | None]:
    def target_id(sync: str, key: str | None) -> str | None:
        held = refs.get(sync, {})
        return next(iter(held.values()), None) if key is None else held.get(key)

    return target_id


def _keys_before(rank: int) -> KeysBetween:
    """Keys that come before the record's own, as many as its rank needs."""
    return lambda low, _high: [f"{low}{-number}]" for number in range(1, rank)]


def _judged(test: RecordTest, compiled: CompiledSync, lookups: KeyedLookups) -> Iterator[Judgement]:
    try:
        items = _items(test, compiled)
    except RecordRejected as why:
        yield _rejected("", why)
        return
    for item in items:
        for _ in range(ROUNDS):
            try:
                yield judge_item(compiled, item, test.known)
                break
            except LookupPending:
                lookups.answer(test.found)
        else:
            yield Judgement(REJECT, code="SYN603", detail="look-ups are nested too deep")


def _items(test: RecordTest, compiled: CompiledSync) -> list[Item]:
    if test.parent is not None:
        return [Item(test.given, dict(test.parent))]
    return list(compiled.items(dict(test.given or {})))


def judge_item(compiled: CompiledSync, item: Item, held: Data | None) -> Judgement:
    """The same steps, in the same order, as in a run; `held` is what the target confirmed last.

    Raises LookupPending.
    """
    key = ""
    try:
        key, _ = compiled.key(item)
        compiled.ranking.key = key
        scope = compiled.scope(item, UNDEFINED if held is None else held)
        if held is not None and compiled.is_final(item, scope):
            return Judgement("final", key)
        standing = compiled.standing(item, scope)
        if standing is not Standing.LIVE:
            return Judgement(str(standing), key)
        payload = compiled.payload(item, scope)
        compiled.order(item, scope)
        return Judgement(LIVE, key, payload)
    except RecordRejected as why:
        return _rejected(key, why)
    except NotThereYet as missing:
        return Judgement(WAITS, key, detail=missing.what)


def _rejected(key: str, why: RecordRejected) -> Judgement:
    return Judgement(REJECT, key, code=why.code, at_fault=why.field, detail=why.message)


def _against(
    node: Node, unordered: frozenset[str], judgements: list[Judgement]
) -> Iterator[Mismatch]:
    verdict = next((word for word in VERDICTS if node[word]), LIVE)
    if verdict == "nothing" or not judgements:
        if verdict != "nothing" or judgements:
            found = ", ".join(map(str, judgements)) or "nothing"
            yield Mismatch(_place(node, verdict), "verdict", verdict, found)
        return
    expected = _each_expected(node, len(judgements))
    if len(expected) != len(judgements):
        yield _other_number(node, judgements)
        return
    for part, judgement in zip(expected, judgements, strict=True):
        yield from _one(node, part, verdict, judgement, unordered)


def _place(node: Node, verdict: str) -> Node:
    """Where a test says what it expects."""
    words = (*PAYLOAD, "name") if verdict == LIVE else (verdict,)
    return next(node[word] for word in words if word in node.mapping)


def _each_expected(node: Node, number: int) -> list[Node]:
    """The expected payload of each record; where no list is given, the same for all of them."""
    place = _place(node, LIVE)
    listed = place.path[-1] in ("expect", "exactly") and isinstance(place.value, list)
    return list(place.elements()) if listed else [place] * number


def _other_number(node: Node, judgements: list[Judgement]) -> Mismatch:
    place = _place(node, LIVE)
    payloads = [judgement.payload for judgement in judgements]
    live = all(judgement.verdict == LIVE for judgement in judgements)
    mending = (place, payloads) if live else None
    return Mismatch(place, "records", len(place.value), len(judgements), mending)


def _one(
    node: Node, part: Node, verdict: str, judgement: Judgement, unordered: frozenset[str]
) -> Iterator[Mismatch]:
    if judgement.verdict != verdict:
        yield Mismatch(_place(node, verdict), "verdict", verdict, str(judgement))
        return
    if node["key"] and node["key"].value != judgement.key:
        yield _differs(node["key"], "key", judgement.key)
    if verdict == LIVE:
        yield from _payload(node, part, judgement.payload, unordered)
    elif verdict == WAITS and node[WAITS].value != judgement.detail:
        yield _differs(node[WAITS], "waits for", judgement.detail)
    elif verdict == REJECT:
        yield from _reject(node[REJECT], judgement)


def _payload(
    node: Node, part: Node, payload: JsonObject, unordered: frozenset[str]
) -> Iterator[Mismatch]:
    if node["expect"]:
        yield from compared(part, payload, unordered)
    if node["exactly"]:
        for mismatch in compared(part, payload, unordered):
            yield replace(mismatch, mending=(part, payload))
        for name in payload.keys() - part.mapping.keys():
            yield Mismatch(part, name, MISSING, payload[name], (part, payload))
    for item in node["absent"].elements():
        if item.text() in payload:
            yield Mismatch(item, item.text(), MISSING, payload[item.text()])


def _reject(node: Node, judgement: Judgement) -> Iterator[Mismatch]:
    code = node["code"] if isinstance(node.value, dict) else node
    if code.value != judgement.code:
        yield replace(_differs(code, "code", judgement.code), actual=str(judgement))
    if node["field"] and node["field"].value != judgement.at_fault:
        yield _differs(node["field"], "field", judgement.at_fault)


def _counted(node: Node, notes: Mapping[str, list[Any]]) -> Iterator[Mismatch]:
    """The values without a counterpart, by label."""
    for label, part in node.items():
        wanted = part.value if isinstance(part.value, list) else [part.value]
        if not same(wanted, notes.get(label, [])):
            yield _differs(part, f"unmapped {label}", notes.get(label, []))


def _differs(node: Node, what: str, actual: Any) -> Mismatch:
    return Mismatch(node, what, node.value, actual, (node, actual))
