"""The parts of an expression that can be evaluated by themselves, for telling how it came about.

A part sees the same record as the whole: what stands within a step of a path, within a filter or
in the body of a function sees something else, and is left inside the part around it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from syncata.expressions.faults import Refusal
from syncata.expressions.parser import Node, parse

# A number, a name, a quoted thing or a comment is one token, anything else a character.
_TOKEN = re.compile(
    r"""\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|[\w$]+|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`"""
    r"""|/\*.*?\*/|\*\*|\S""",
    re.DOTALL,
)
_REGEX = re.compile(r"/(?:\\.|[^/\\])*/[a-z]*")
_POSTFIX = re.compile(r"(?:\s*\[\s*\]|\s*[@#]\s*\$\w+)+")
_OPENING, _CLOSING = "([{", ")]}"
_PLAIN = frozenset({"string", "number", "value", "regex", "lambda", "operator", "partial"})
_STEPS = frozenset({"name", "wildcard", "descendant", "parent", "string"})
_OPAQUE = frozenset({"", "$", "settings", "lookups"})


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an expression's text: `text[start:end]`, evaluated after the bindings in `setup`.

    `name` is the variable that it is bound to, if any. `branches`: its children are a condition,
    what it yields if that holds, and what else; only one of these is evaluated.
    """

    start: int
    end: int
    setup: str
    name: str
    children: "tuple[Part | None, ...]"
    branches: bool = False


def parts(text: str) -> Part | None:
    """The parts of an expression that compiles; the whole is the first one."""
    return _part(parse(text), text, "")


def _part(node: Node, text: str, setup: str, name: str = "") -> Part | None:
    """The part that a node is; None where it says nothing, or cannot be cut out."""
    if node.type in _PLAIN or (node.type == "variable" and node.value in _OPAQUE):
        return None
    start, end = _span(node, text)
    try:
        parse(text[start:end])
    except Refusal:
        return None
    branches = node.type == "condition" and not getattr(node, "synthetic", False)
    children = tuple(_children(node, text, setup))
    return Part(start, end, setup, name, children, branches)


def _children(node: Node, text: str, setup: str) -> Iterator[Part | None]:
    if node.type == "block":
        yield from _statements(node.expressions, text, setup)
        return
    if node.type == "bind":
        yield _part(node.rhs, text, setup, f"${node.lhs.value}")
        return
    for child in _operands(node):
        # Which branch a child is matters, so a missing one keeps its place.
        yield _part(child, text, setup) if child is not None else None


def _statements(nodes: Iterable[Node], text: str, setup: str) -> Iterator[Part | None]:
    """The expressions of a block; each sees what those before it have bound."""
    for node in nodes:
        if node.type != "bind":
            yield _part(node, text, setup)
            continue
        yield _part(node.rhs, text, setup, f"${node.lhs.value}")
        start, end = _span(node, text)
        setup += f"{text[start:end]}; "


def _operands(node: Node) -> list[Node | None]:
    """The nodes below one that see the same record as it does."""
    match node.type:
        case "condition" if getattr(node, "synthetic", False):  # `a ?? b`, `a ?: b`
            return [node.then, node._else]  # noqa: SLF001
        case "condition":
            return [node.condition, node.then, node._else]  # noqa: SLF001
        case "binary":
            return [node.lhs, node.rhs]
        case "apply":
            return [node.lhs, *(getattr(node.rhs, "arguments", None) or ())]
        case "function":
            return list(node.arguments or ())
        case "unary" if node.value == "{":
            return [value for _, value in node.lhs_object]
        case "unary" if node.value == "[":
            return list(node.expressions)
        case "unary":
            return [node.expression]
        case "path" if node.steps[0].type not in _STEPS:
            return [node.steps[0]]
        case _:
            return []


def _span(node: Node, text: str) -> tuple[int, int]:
    """Where the text of a node begins and ends."""
    places: set[int] = set()
    regexes: set[int] = set()
    _collect(node, places, regexes)
    start, last = min(places), max(places)
    end = _end(text, start, last, regexes)
    postfix = _POSTFIX.match(text, end)
    return start, postfix.end() if postfix else end


def _end(text: str, start: int, last: int, regexes: set[int]) -> int:
    """Behind the token at `last`, and behind what closes the brackets opened since `start`."""
    at, depth = start, 0
    while True:
        pattern = _REGEX if at in regexes else _TOKEN
        found = pattern.search(text, at)
        if found is None:
            return len(text)
        at = found.end()
        depth += (found[0] in _OPENING) - (found[0] in _CLOSING)
        if found.end() > last and depth <= 0:
            return at
        while at < len(text) and text[at].isspace():
            at += 1


def _collect(node: Any, places: set[int], regexes: set[int]) -> None:
    """The positions of a node and of all below it."""
    if isinstance(node, list | tuple):
        for item in node:
            _collect(item, places, regexes)
        return
    if not hasattr(node, "steps") or not isinstance(node.position, int):
        return
    places.add(node.position)
    if node.type == "regex":
        regexes.add(node.position)
    for name, value in vars(node).items():
        if name not in _ELSEWHERE:
            _collect(value, places, regexes)


# Attributes of a node that lead out of what is below it.
_ELSEWHERE = frozenset({"ancestor", "seeking_parent", "environment", "prefix", "slot", "token"})
