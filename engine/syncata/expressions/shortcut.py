"""Expressions so plain that the interpreter is not asked: constants, paths of names, variables.

A shortcut yields exactly what the interpreter would, or NO_SHORTCUT as soon as it meets a list.
"""

from collections.abc import Callable
from typing import Any, Final

from syncata.expressions.parser import Node
from syncata.expressions.values import NULL, UNDEFINED

NO_SHORTCUT: Final = object()

Shortcut = Callable[[Any, Any], Any]
"""Takes the input and the scope's frame."""

LITERALS = frozenset({"string", "number", "value"})


def shortcut_of(tree: Node) -> Shortcut | None:
    """The shortcut for a tree, None where it has none."""
    if _decorated(tree):
        return None
    if tree.type in LITERALS:
        constant = tree.value
        return lambda _value, _frame: constant
    if tree.type == "variable":
        return _start(tree.value)
    if tree.type == "path" and not tree.keep_singleton_array:
        return _path(tree.steps)
    return None


def _decorated(node: Node) -> bool:
    """Whether filters, grouping, bindings or `[]` are attached to a node."""
    attached = (node.predicate, node.stages, node.group, node.focus, node.index, node.tuple)
    return node.keep_array or any(part is not None for part in attached)


def _path(steps: list[Node]) -> Shortcut | None:
    if any(_decorated(step) for step in steps):
        return None
    first, *rest = steps
    start = _start(first.value) if first.type == "variable" else None
    named = rest if start is not None else steps
    if not all(step.type == "name" for step in named):
        return None
    names = tuple(str(step.value) for step in named)
    if start is None:
        return (lambda value, _frame: _one(value, names[0])) if len(names) == 1 else _members(names)
    return _members_of(start, names)


def _one(value: Any, name: str) -> Any:
    if type(value) is dict:
        return value.get(name, UNDEFINED)
    return NO_SHORTCUT if isinstance(value, (list, dict)) else UNDEFINED


def _members(names: tuple[str, ...]) -> Shortcut:
    def walk(value: Any, _frame: Any) -> Any:
        for name in names:
            if type(value) is dict:
                value = value.get(name, UNDEFINED)
            else:
                return NO_SHORTCUT if isinstance(value, (list, dict)) else UNDEFINED
        return value

    return walk


def _members_of(start: Shortcut, names: tuple[str, ...]) -> Shortcut:
    walk = _members(names)

    def from_start(value: Any, frame: Any) -> Any:
        held = start(value, frame)
        return NO_SHORTCUT if held is NO_SHORTCUT else walk(held, frame)

    return from_start


def _start(name: str) -> Shortcut:
    """`$`, `$$` or a variable of the scope."""
    if name in {"", "$"}:
        return lambda value, _frame: value

    def variable(_value: Any, frame: Any) -> Any:
        held = frame.lookup(name)
        if held is None:
            return UNDEFINED
        if held is NULL:
            return None
        plain = isinstance(held, (str, int, float, dict)) or (
            isinstance(held, list) and NULL not in held
        )
        return held if plain else NO_SHORTCUT

    return variable
