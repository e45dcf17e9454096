"""From a value back to what an expression would find it in, for expressions plain enough."""

from typing import Any

from syncata.document import Scalar
from syncata.expressions.parser import Node, parse
from syncata.expressions.values import UNDEFINED

LITERALS = frozenset({"string", "number", "value"})
_ROOTS = frozenset({"", "$", "response"})


def solved(source: Scalar, value: Any) -> Any:
    """Data in which an expression yields `value`; UNDEFINED where that cannot be worked out.

    It can be for paths of names, and (to make them true) for comparisons of a path with a plain
    value, `in`, `and`, `or`, `$exists`.
    """
    return _solved(parse(source.text), value)


def merged(one: Any, two: Any) -> Any:
    """Two pieces of data as one; where they differ the second holds."""
    if not (isinstance(one, dict) and isinstance(two, dict)):
        return one if two is UNDEFINED else two
    return {**one, **{name: merged(one.get(name), part) for name, part in two.items()}}


def _solved(node: Node, value: Any) -> Any:
    if node.predicate or node.group is not None:
        return UNDEFINED
    match node.type:
        case "path":
            return _path(node, value)
        case "variable":
            return value if node.value in _ROOTS else UNDEFINED
        case "block" if len(node.expressions) == 1:
            return _solved(node.expressions[0], value)
        case "binary" if value is True:
            return _true(node)
        case "function" if value is True and _is_exists(node):
            return _solved(node.arguments[0], value)
        case _:
            return UNDEFINED


def _path(node: Node, value: Any) -> Any:
    first, *rest = node.steps
    is_root = first.type == "variable" and first.value in _ROOTS
    names = rest if is_root else node.steps
    if any(step.type != "name" or step.stages or step.predicate for step in names):
        return UNDEFINED
    for step in reversed(names):
        value = {step.value: value}
    return value


def _true(node: Node) -> Any:
    """What makes an operator yield true."""
    left, right = node.lhs, node.rhs
    if node.value == "=":
        return _equal(left, right) if right.type in LITERALS else _equal(right, left)
    if node.value == "and":
        parts = [_solved(left, True), _solved(right, True)]  # noqa: FBT003
        return UNDEFINED if UNDEFINED in parts else merged(*parts)
    if node.value == "or":
        return _solved(left, True)  # noqa: FBT003
    if node.value == "in" and right.type == "unary" and right.value == "[" and right.expressions:
        return _equal(left, right.expressions[0])
    return UNDEFINED


def _equal(node: Node, literal: Node) -> Any:
    return _solved(node, literal.value) if literal.type in LITERALS else UNDEFINED


def _is_exists(node: Node) -> bool:
    procedure = node.procedure
    return bool(procedure.type == "variable" and procedure.value == "exists" and node.arguments)
