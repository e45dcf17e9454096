"""What every expression of a run can see: settings, look-ups, definitions, references."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from syncata.document import Scalar
from syncata.errors import SpecFailed
from syncata.expressions import UNDEFINED, Expression, ExpressionError, Scope, compile_expression
from syncata.model import digest

Functions = Mapping[str, Callable[..., Any]]
Note = Callable[[str, Any], None]
Watch = Callable[[Expression, Any, Scope], None]

# Names that are not definitions but values of their own, whose parts a mapping may read.
_VALUE_NAMES = ("settings", "lookups")


class Definitions:
    """The `definitions` of a spec, compiled; evaluated once per run, in order of need."""

    def __init__(self, texts: Mapping[str, Scalar]) -> None:
        self._expressions = {name: compile_expression(text) for name, text in texts.items()}

    def names_used(self, names: Iterable[str]) -> set[str]:
        """The definitions among `names`, with those they use in turn."""
        found: set[str] = set()
        waiting = [name for name in names if name in self._expressions]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                used = self._expressions[name].variables
                waiting.extend(other for other in used if other in self._expressions)
        return found

    def depends_on_values(self, name: str) -> bool:
        """Whether a definition reads settings or look-ups, directly or through others."""
        return any(
            value in self._expressions[used].variables
            for used in self.names_used([name])
            for value in _VALUE_NAMES
        )

    def text(self, name: str) -> str:
        """The definition as it was written."""
        return self._expressions[name].source.text

    def evaluate(self, scope: Scope) -> dict[str, Any]:
        """The value of each definition in `scope`. Raises SpecFailed where one has none."""
        values: dict[str, Any] = {}
        for name in self._in_order():
            expression = self._expressions[name]
            try:
                values[name] = expression.evaluate(UNDEFINED, scope.child(values))
            except ExpressionError as error:
                raise SpecFailed(
                    f"{error.position}: the definition {name} cannot be evaluated: {error.message}"
                ) from error
        return values

    def _in_order(self) -> list[str]:
        order: list[str] = []

        def visit(name: str) -> None:
            if name in order:
                return
            for used in self._expressions[name].variables:
                if used in self._expressions:
                    visit(used)
            order.append(name)

        for name in self._expressions:
            visit(name)
        return order


class Context:
    """The names a run's expressions see, and digests of the parts that a sync reads."""

    def __init__(
        self, definitions: Definitions, settings: Mapping[str, Any], *, now: datetime
    ) -> None:
        self._definitions = definitions
        self._now = now
        self._names: dict[str, Any] = {"settings": dict(settings), "lookups": {}}
        self._values: dict[str, Any] = {}

    def learn_lookups(self, lookups: Mapping[str, Any]) -> None:
        """Take the run's look-ups in; definitions are evaluated from here on."""
        self._names["lookups"] = dict(lookups)
        self._values = self._definitions.evaluate(self.scope())

    def scope(self, functions: Functions | None = None, note: Note | None = None) -> Scope:
        """A scope with everything the run knows, and these functions besides.

        `note` is told each source value without a counterpart.
        """
        names = {**self._names, **self._values}
        return Scope(names, functions or {}, now=self._now, note=note)

    def digests(
        self, expressions: Iterable[Expression], extra: object, version: int
    ) -> tuple[bytes, bytes]:
        """Digests (8 bytes each) of what a group of expressions is, and of the values it reads.

        The first changes with the spec's text or the engine's mapping version, the second with
        settings and look-ups; only the members that are read count.
        """
        members = _members_read(expressions)
        used = self._definitions.names_used(members)
        texts = [expression.source.text for expression in expressions]
        constants = {n: self._value(n) for n in used if not self._definitions.depends_on_values(n)}
        dynamic = {n: self._definitions.text(n) for n in used if n not in constants}
        try:
            spec = digest([version, texts, extra, constants, dynamic], 8)
        except ValueError as error:
            raise SpecFailed(f"a definition is no valid JSON text: {error}") from error
        values = {n: self._part(n, members[n]) for n in dynamic if n in members}
        values |= {n: self._part(n, members[n]) for n in _VALUE_NAMES if n in members}
        try:
            return spec, digest(values, 8)
        except ValueError as error:
            raise SpecFailed(f"a setting or look-up is no valid JSON text: {error}") from error

    def _value(self, name: str) -> Any:
        value = self._names.get(name, self._values.get(name, UNDEFINED))
        return None if value is UNDEFINED else value

    def _part(self, name: str, members: frozenset[str] | None) -> Any:
        value = self._value(name)
        if members is None or not isinstance(value, dict):
            return value
        return {member: value[member] for member in members if member in value}


def _members_read(expressions: Iterable[Expression]) -> dict[str, frozenset[str] | None]:
    read: dict[str, frozenset[str] | None] = {}
    for expression in expressions:
        for name, members in expression.variables.items():
            known = read.get(name, frozenset())
            read[name] = None if members is None or known is None else known | members
    return read
