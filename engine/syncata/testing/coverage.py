"""How much of a spec's mapping its tests reach."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncata.document import Scalar
from syncata.expressions import Expression, Scope
from syncata.expressions.coverage import Fall, Part, Probe, Table, table_of
from syncata.mapping.context import Definitions
from syncata.spec.model import Spec, Sync

CONDITIONS = ("where", "live", "final")
DEFINITIONS = "definitions"


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """What there is to reach in one sync, or in the definitions that syncs use.

    `missing` are the parts that no test reaches, each with the field or word it belongs to.
    """

    name: str
    parts: int
    missing: tuple[tuple[str, Part], ...]

    @property
    def reached(self) -> int:
        """How many parts some test reaches."""
        return self.parts - len(self.missing)


class Coverage:
    """Watches the expressions of a spec's syncs, and of the definitions they use."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._definitions = Definitions(spec.definitions)
        found = {name: table_of(text) for name, text in spec.definitions.items()}
        self._tables: Mapping[str, Table] = {n: t for n, t in found.items() if t is not None}
        self._probes: dict[int, Probe] = {}
        self._syncs = {
            name: [(word, self._probe(text, word)) for word, text in _expressions(sync)]
            for name, sync in spec.syncs.items()
        }
        self._defined: dict[str, Probe] = {}

    def _probe(self, source: Scalar, word: str) -> Probe:
        """The probe of a text; a stream's key is one for all syncs that go by it."""
        if id(source) not in self._probes:
            condition = word in CONDITIONS
            self._probes[id(source)] = Probe(source, self._tables, condition=condition)
        return self._probes[id(source)]

    def watch(self, expression: Expression, value: Any, scope: Scope) -> None:
        """Note what an evaluation reaches."""
        probe = self._probes.get(id(expression.source))
        if probe is None:
            return
        probe.watch(value, scope)
        for name in sorted(self._definitions.names_used(expression.variables)):
            if name not in self._tables:
                self._definition(name).watch(value, scope)

    def _definition(self, name: str) -> Probe:
        if name not in self._defined:
            self._defined[name] = Probe(self._spec.definitions[name], self._tables)
        return self._defined[name]

    def reports(self) -> list[CoverageReport]:
        """What was reached, sync by sync; the definitions come last."""
        reports = [
            _report(name, [(word, part) for word, probe in probes for part in probe.parts])
            for name, probes in self._syncs.items()
        ]
        shared = [(name, part) for name, probe in self._defined.items() for part in probe.parts]
        for name, table in self._tables.items():
            shared += [(name, part) for part in table.entries.values() if table.used]
        return [*reports, _report(DEFINITIONS, shared)] if shared else reports

    def falls(self) -> Mapping[str, list[tuple[str, Fall]]]:
        """By sync: where values fell through, each with the field or word it belongs to."""
        return {
            name: [(word, fall) for word, probe in probes for fall in probe.falls]
            for name, probes in self._syncs.items()
        }


def _report(name: str, parts: list[tuple[str, Part]]) -> CoverageReport:
    missing = [(word, part) for word, part in parts if not part.reached]
    return CoverageReport(name, len(parts), tuple(missing))


def percentage(reports: Sequence[CoverageReport]) -> float:
    """How much of everything is reached; of nothing, all."""
    parts = sum(report.parts for report in reports)
    return 100.0 * sum(report.reached for report in reports) / parts if parts else 100.0


def _expressions(sync: Sync) -> Iterator[tuple[str, Scalar]]:
    """Every expression of a sync with the word or the field it stands behind."""
    yield "key", sync.key
    for word in ("each", "person", "where", "live", "final", "order"):
        text = getattr(sync, word)
        if text is not None:
            yield word, text
    yield from sync.map.items()
