"""From a value back to data in which an expression finds it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from syncata.document import Scalar
from syncata.expressions import UNDEFINED, Scope, compile_expression
from syncata.expressions.solving import merged, solved

SOLVABLE: list[tuple[str, Any, Any]] = [
    ("id", "7", {"id": "7"}),
    ("data.item.id", 7, {"data": {"item": {"id": 7}}}),
    ("$.id", 7, {"id": 7}),
    ("$", [1], [1]),
    ("(id)", 7, {"id": 7}),
    ('status = "success"', True, {"status": "success"}),
    ('"done" = state', True, {"state": "done"}),
    ("ok", True, {"ok": True}),
    ("a.code = 0 and a.saved", True, {"a": {"code": 0, "saved": True}}),
    ('state in ["saved", "kept"]', True, {"state": "saved"}),
    ("$exists(id) or old", True, {"id": True}),
]
UNSOLVABLE = ["$count(x) = 0", "items[0].id", "a & b", "a != 1", "a = b", "$settings.x", "{'a': b}"]


@pytest.mark.parametrize(("text", "value", "expected"), SOLVABLE, ids=lambda v: str(v)[:30])
def test_the_expression_yields_the_value_on_what_was_worked_out(
    text: str, value: Any, expected: Any
) -> None:
    """Adding a form is adding a row."""
    found = solved(Scalar.of(text), value)
    assert found == expected
    scope = Scope({}, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert compile_expression(Scalar.of(text)).evaluate(found, scope) == value


@pytest.mark.parametrize("text", UNSOLVABLE)
def test_what_cannot_be_worked_out_is_not_guessed(text: str) -> None:
    """The caller must ask for it."""
    assert solved(Scalar.of(text), value=True) is UNDEFINED


def test_data_is_merged_member_by_member() -> None:
    """The second holds where both say something; nothing takes nothing away."""
    assert merged({"a": {"b": 1, "c": 1}}, {"a": {"c": 2}}) == {"a": {"b": 1, "c": 2}}
    assert merged({"a": 1}, UNDEFINED) == {"a": 1}
