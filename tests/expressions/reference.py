"""The reference's answers: where they lie, and how a case is judged."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from syncata.document import Scalar
from syncata.expressions import UNDEFINED, Expression, ExpressionError, Scope, compile_expression

Evaluate = Callable[[Expression, Any, Scope], Any]


def compiled(expression: Expression, value: Any, scope: Scope) -> Any:
    """The value by compiled code."""
    assert expression.compiled
    return expression.evaluate(value, scope)


def interpreted(expression: Expression, value: Any, scope: Scope) -> Any:
    """The value as the interpreter has it."""
    return expression._interpret(value, scope)


def answers(name: str) -> Any:
    """A file of the reference's answers; the test is skipped where there is none."""
    for parent in Path(__file__).parents:
        path = parent / "shared" / "conformance" / name
        if path.exists():
            return json.loads(path.read_text(encoding="utf-8"))
    pytest.skip(f"{name} is not beside this repository")


def same(left: Any, right: Any) -> bool:
    """Equal as JSON: true is not 1, but 1 is 1.0."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


def outcome(text: str, value: Any, scope: Scope, evaluate: Evaluate) -> tuple[str, Any]:
    """What an expression comes to: ("value", v), ("nothing", None) or ("error", code)."""
    try:
        result = evaluate(compile_expression(Scalar.of(text)), value, scope)
    except ExpressionError as error:
        return "error", error.code
    return ("nothing", None) if result is UNDEFINED else ("value", result)


def agrees(found: tuple[str, Any], expected: tuple[str, Any]) -> bool:
    """Whether two outcomes are the same."""
    return found[0] == expected[0] and same(found[1], expected[1])
