"""A sample of real records put through the mapping: what becomes of them, what falls through.

Nothing is expected of them. What the target would answer is taken from the spec's own tests.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from syncata.errors import RecordRejected
from syncata.expressions import UNDEFINED
from syncata.expressions.coverage import Fall
from syncata.expressions.solving import merged, solved
from syncata.mapping.compiled import CompiledSync, Item
from syncata.mapping.context import Context, Definitions
from syncata.model import key_text
from syncata.session import compiled_sync
from syncata.spec.model import Spec
from syncata.spec.tests import RecordTest
from syncata.target.references import NotThereYet
from syncata.testing.coverage import Coverage, CoverageReport
from syncata.testing.records import REJECT, WAITS, Judgement, judge_item

NO_COVERAGE = CoverageReport("", 0, ())


@dataclass(slots=True)
class Sampled:
    """What one sync makes of a sample.

    `records` were judged (with `each` the parts of them). `became` counts what became of them:
    live, excluded, closed, `reject CODE FIELD` or `waits NAME`. `unmapped` counts what `$unmapped`
    was told, by label and value; `falls` are branches and tables that had nothing for a value, each
    with the field or word they stand in; `coverage` is what of the sync they reach.
    """

    sync: str
    records: int = 0
    became: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[tuple[str, str]] = field(default_factory=Counter)
    falls: list[tuple[str, Fall]] = field(default_factory=list)
    coverage: CoverageReport = NO_COVERAGE


def sampled(
    spec: Spec, stream: str, records: Iterable[Any], settings: Mapping[str, Any], now: datetime
) -> list[Sampled]:
    """What the syncs of a stream make of its records. Raises SpecFailed."""
    coverage = Coverage(spec)
    definitions, answers = Definitions(spec.definitions), _Answers(spec)
    kept = list(records)
    found = {}
    for name, sync in spec.syncs.items():
        if sync.stream != stream:
            continue
        one = found[name] = Sampled(name)
        context = Context(definitions, settings, now=now)
        context.learn_lookups(answers.lookups)
        compiled = compiled_sync(spec, sync, coverage.watch)
        compiled.bind(context, answers.functions(), lambda *pair, of=one: _count(of, *pair))
        compiled.ranking.keys_between = lambda _low, _high: []
        for judgement in _judged(compiled, kept):
            one.records += 1
            one.became[_word(judgement)] += 1
    falls, reports = coverage.falls(), {report.name: report for report in coverage.reports()}
    for name, one in found.items():
        one.coverage = reports[name]
        one.falls = sorted(falls[name], key=lambda fall: fall[1].position)
    return list(found.values())


def _count(one: Sampled, label: str, value: Any) -> None:
    one.unmapped[label, "nothing" if value is UNDEFINED else key_text(value)] += 1


def _word(judgement: Judgement) -> str:
    rejected = f"{judgement.code} {judgement.at_fault}"
    detail = {REJECT: rejected, WAITS: judgement.detail}.get(judgement.verdict, "")
    return f"{judgement.verdict} {detail}".rstrip()


def _judged(compiled: CompiledSync, records: Iterable[Any]) -> Iterator[Judgement]:
    for record in records:
        try:
            items: list[Item] = list(compiled.items(record))
        except RecordRejected as why:
            yield Judgement(REJECT, code=why.code, at_fault=why.field)
            continue
        for item in items:
            yield judge_item(compiled, item, None)


class _Answers:
    """The target as the spec's tests describe it: look-ups find the first thing they name, and
    there is every record that is referred to."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self.lookups: dict[str, Any] = {}
        self._things: dict[str, Any] = {}
        self._ids: dict[str, str] = {}
        for test in spec.tests:
            if isinstance(test, RecordTest):
                self.lookups = {**test.lookups, **self.lookups}
                _keep_first(self._things, test.found)
                _keep_first(self._ids, test.refs)

    def functions(self) -> Mapping[str, Any]:
        return {"ref": self._ref, "has": lambda *_: True, "find": self._find}

    def _ref(self, sync: Any, key: Any = UNDEFINED) -> str:
        name = str(sync)
        return self._ids.get(name, name if key is UNDEFINED else f"{name}-{key_text(key)}")

    def _find(self, name: Any, key: Any = UNDEFINED) -> Any:
        if key is UNDEFINED or key is None:
            return UNDEFINED
        by = self._spec.target.lookups[str(name)].by
        if by is None or str(name) not in self._things:
            raise NotThereYet(str(name), f"no test says what {name} finds")
        return merged(solved(by, key), self._things[str(name)])


def _keep_first(kept: dict[str, Any], given: Mapping[str, Mapping[str, Any]]) -> None:
    for name, things in given.items():
        for thing in things.values():
            kept.setdefault(name, thing)
