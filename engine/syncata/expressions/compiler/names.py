"""Where names of an expression live in generated code.

A frame is a block, a function, or a tuple of a path; what a frame does not have is looked for in
the one around it, and at last in the scope.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from syncata.expressions import tree
from syncata.expressions.compiler.values import Kind, Value


@dataclass
class Frame:
    """Names bound in one place.

    `local` holds the Python variable of each; a name in `assigned` certainly has a value at this
    point of the code, others may not. Names in `rebound` may get another value while an expression
    that uses them is evaluated. `tuple_code` is the dict of a tuple that may hold `tuple_names`.
    `function` is the generated function that holds the variables.
    """

    parent: "Frame | None"
    function: int
    local: dict[str, str] = field(default_factory=dict)
    assigned: dict[str, Value] = field(default_factory=dict)
    rebound: set[str] = field(default_factory=set)
    tuple_code: str = ""
    tuple_names: frozenset[str] = frozenset()


def lookup(frame: Frame | None, name: str, free: Callable[[str], Value]) -> Value:
    """Code for the value of a name; `free` yields it for what the expression does not bind."""
    tests: list[tuple[str, str]] = []
    found: Value | None = None
    while frame is not None:
        if name in frame.tuple_names:
            tests.append((f"{name!r} in {frame.tuple_code}", f"{frame.tuple_code}[{name!r}]"))
        elif name in frame.local:
            variable = frame.local[name]
            if name in frame.assigned:
                found = frame.assigned[name]
                break
            tests.append((f"{variable} is not UNBOUND", variable))
        frame = frame.parent
    found = free(name) if found is None else found
    if not tests:
        return found
    code = found.code
    for test, held in reversed(tests):
        code = f"{held} if {test} else {code}"
    return Value(f"({code})", Kind.ANY)


def may_change(frame: Frame | None, name: str) -> bool:
    """Whether a name can get another value between two uses in one expression."""
    while frame is not None:
        if name in frame.rebound:
            return True
        frame = frame.parent
    return False


def variable(name: str, number: int) -> str:
    """A Python variable for a name of the expression."""
    return f"v{number}_" + re.sub(r"\W", "_", name, flags=re.ASCII)


def bound_in(nodes: tuple[tree.Node, ...]) -> dict[str, int]:
    """The names that nodes bind in the frame they stand in, and how often."""
    counts: dict[str, int] = {}
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, tree.Bind):
            counts[node.name] = counts.get(node.name, 0) + 1
        waiting += _same_frame(node)
    return counts


def _same_frame(node: tree.Node) -> list[tree.Node]:
    """The nodes below that are evaluated in the same frame."""
    if isinstance(node, (tree.Block, tree.Lambda)):
        return []
    if isinstance(node, tree.Path):
        steps = [child for step in node.steps if not step.streaming for child in _children(step)]
        grouped = node.group is not None and not any(step.streaming for step in node.steps)
        return [*steps, *([node.group] if node.group is not None and grouped else [])]
    return tree.children(node)


def _children(step: tree.Step) -> list[tree.Node]:
    return tree.children(step)


def used_in(nodes: tuple[tree.Node, ...], name: str) -> bool:
    """Whether nodes refer to a name, in functions too."""
    return any(
        isinstance(found, tree.Variable) and found.name == name
        for node in nodes
        for found in tree.walk(node)
    )


def carried_by(path: tree.Path) -> frozenset[str]:
    """The names that the tuples of a path may hold, those of paths inside it included."""
    found: set[str | None] = set()
    for node in tree.walk(path):
        if isinstance(node, tree.Path):
            for step in node.steps:
                found |= {step.focus, step.index, step.ancestor}
                found |= {s.name for s in step.stages if isinstance(s, tree.Position)}
    return frozenset(name for name in found if name)
