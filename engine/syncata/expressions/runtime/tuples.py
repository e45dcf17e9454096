"""Paths that bind names on their way (`@$v`, `#$i`, `%`): streams of tuples."""

from collections.abc import Callable
from typing import Any

from syncata.expressions.runtime.limits import Budget
from syncata.expressions.runtime.ordering import Term, order_by
from syncata.expressions.runtime.sequences import Sequence, Tuples
from syncata.expressions.values import UNDEFINED

Step = Callable[[Any, dict[str, Any]], Any]
TupleTerm = tuple[Step, bool]


def begun(items: Any) -> Any:
    """The stream at the start: tuples that hold only the value."""
    return [{"@": item} for item in items]


def advanced(
    stream: Any,
    step: Step,
    focus: str | None,
    index: str | None,
    ancestor: str | None,
    budget: Budget,
) -> Tuples:
    """The stream after a step. `focus` names what the step yields, and the value stays;
    `index` names the position, `ancestor` the value the step started from."""
    result = Tuples()
    for known in stream:
        found = step(known["@"], known)
        if found is UNDEFINED:
            continue
        merging = type(found) is Tuples
        values = found if isinstance(found, list) else (found,)
        budget.step(len(values))
        for position, value in enumerate(values):
            made = dict(known)
            if merging:
                made.update(value)
            else:
                made[focus or "@"] = value
                if index:
                    made[index] = position
                if ancestor:
                    made[ancestor] = known["@"]
            result.append(made)
    return result


def indexed(stream: Any, name: str) -> Any:
    """The stream with each tuple's position under a name."""
    for position, known in enumerate(stream):
        known[name] = position
    return stream


def sorted_stream(stream: Any, terms: list[TupleTerm]) -> Any:
    """The stream in order. More than one tuple is afterwards, as in the reference, a list."""
    if type(stream) is not Tuples:
        plain: list[Term] = [_without_names(term) for term in terms]
        return order_by(stream, plain)
    if len(stream) <= 1:
        return stream
    return order_by(stream, [_with_names(term) for term in terms])


def _with_names(term: TupleTerm) -> Term:
    step, descending = term
    return (lambda known: step(known["@"], known)), descending


def _without_names(term: TupleTerm) -> Term:
    step, descending = term
    return (lambda item: step(item, {})), descending


def begun_sorted(items: Any, terms: list[TupleTerm], index: str | None) -> Tuples:
    """The stream that starts with a sort: positions are counted in the new order."""
    ordered = order_by(items, [_without_names(term) for term in terms])
    return Tuples({"@": item, index or "": position} for position, item in enumerate(ordered))


def values_of(stream: Any) -> Sequence:
    """The values at the end of a path."""
    return Sequence(known["@"] for known in stream)
