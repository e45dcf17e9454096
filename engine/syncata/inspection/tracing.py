"""How a value came about: the value of each part of its expression, with the place in the spec."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from syncata.document import Scalar
from syncata.errors import Position, RecordRejected
from syncata.expressions import UNDEFINED, ExpressionError, Scope, compile_expression
from syncata.expressions.parts import Part, parts
from syncata.mapping.ranking import Deferred
from syncata.target.keyed import LookupPending
from syncata.target.references import NotThereYet

_VARIABLE = re.compile(r"\$\w+")


@dataclass(frozen=True, slots=True)
class Step:
    """One part of an expression and its value (UNDEFINED: nothing), or why it has none.

    `name` is the variable it is bound to; `depth` is how deep it stands within the whole.
    """

    text: str
    position: Position
    depth: int
    name: str = ""
    value: Any = UNDEFINED
    problem: str = ""


def trace(source: Scalar, value: Any, scope: Scope) -> list[Step]:
    """Every part of an expression evaluated on a record, the whole first.

    Of a condition only what it leads to is evaluated; what is plain to see is left out.
    """
    whole = parts(source.text)
    if whole is None:  # a literal
        return []
    return list(_Tracer(source, value, scope).steps(whole, 0))


class _Tracer:
    def __init__(self, source: Scalar, value: Any, scope: Scope) -> None:
        self._source, self._value, self._scope = source, value, scope
        self._told: set[tuple[str, str]] = set()

    def steps(self, part: Part, depth: int) -> Iterator[Step]:
        """A part that was not told before, and those within it."""
        text = self._source.text[part.start : part.end]
        if (text, part.setup) in self._told or self._is_bound_here(text, part):
            return
        self._told.add((text, part.setup))
        shown, position = " ".join(text.split()), self._source.at(part.start)
        value, problem = self._evaluated(text, part.setup)
        yield Step(shown, position, depth, part.name, value, problem)
        for child in self._taken(part):
            if child is not None:
                yield from self.steps(child, depth + 1)

    def _is_bound_here(self, text: str, part: Part) -> bool:
        """Whether this is but a variable whose value was told where it was bound."""
        return bool(_VARIABLE.fullmatch(text)) and f"{text} :=" in " ".join(part.setup.split())

    def _taken(self, part: Part) -> "tuple[Part | None, ...]":
        """The children that were evaluated: a condition and the branch it leads to."""
        condition = part.children[0] if part.branches else None
        if condition is None:
            return part.children
        text = self._source.text[condition.start : condition.end]
        holds, _ = self._evaluated(f"$boolean({text})", condition.setup)
        return (condition, *part.children[1 if holds is True else 2 :][:1])

    def _evaluated(self, text: str, setup: str) -> tuple[Any, str]:
        whole = Scalar.of(f"({setup}{text})" if setup else text)
        try:
            return compile_expression(whole).evaluate(self._value, self._scope), ""
        except ExpressionError as error:
            return UNDEFINED, f"{error.code}: {error.message}"
        except RecordRejected as why:
            return UNDEFINED, why.message
        except NotThereYet as missing:
            return UNDEFINED, str(missing)
        except LookupPending:
            return UNDEFINED, "not looked up"
        except Deferred:
            return UNDEFINED, "not known before everything was read"
