"""The syntax tree of an expression: what the parser found, in our own types.

Every node knows where it stands: `span` is its part of the source, `at` the offset that an error
of this node is reported at. What is attached to an operand (`[...]`, `{...}`, `[]`) is a node
around it, but for the steps of a path, which hold it themselves.
"""

from dataclasses import dataclass
from typing import Any

from syncata.expressions.patterns import Pattern

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Any node."""

    span: Span
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal(Node):
    """A text, a number, true, false or null."""

    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Regex(Node):
    """A regular expression."""

    pattern: Pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable(Node):
    """`$name`; the empty name is the context `$`, and `$` the input `$$`."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent(Node):
    """`%`; the label is what the path calls the value it came from."""

    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Node):
    """A member of the context; only steps of paths are names."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wildcard(Node):
    """`*`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Descendants(Node):
    """`**`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """`[...]` behind a step."""

    test: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """`#$name` behind filters."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a path: what it evaluates and what is attached.

    `streaming`: from here on the path carries names. `focus`, `index` and `ancestor` are the names
    that `@$v`, `#$i` and a later `%` give to what the step yields, its position and its context.
    """

    node: Node
    stages: tuple[Filter | Position, ...] = ()
    focus: str | None = None
    index: str | None = None
    ancestor: str | None = None
    streaming: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One term of a sort."""

    key: Node
    descending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort(Node):
    """`^(...)`; only steps of paths are sorts."""

    terms: tuple[Term, ...]


Pairs = tuple[tuple[Node, Node], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Path(Node):
    """`a.b.c`. `keep`: one of its steps has `[]`. `carries`: an outer path needs its names."""

    steps: tuple[Step, ...]
    keep: bool = False
    carries: bool = False
    group: "Group | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Node):
    """`{...}` behind a path or an operand."""

    pairs: Pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached(Node):
    """An operand that is no path with filters, a group or `[]` behind it."""

    node: Node
    filters: tuple[Node, ...] = ()
    group: Group | None = None
    keep: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Array(Node):
    """`[...]`. `cons`: it is the first or last step of a path, where it is not flattened."""

    items: tuple[Node, ...]
    cons: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Range(Node):
    """`first..last`, an item of an array."""

    first: Node
    last: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Object(Node):
    """`{...}`."""

    pairs: Pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Negation(Node):
    """Unary minus."""

    operand: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Binary(Node):
    """An operator between two operands."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition(Node):
    """`test ? then : otherwise`; `??` and `?:` are conditions too."""

    test: Node
    then: Node
    otherwise: Node | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(Node):
    """`(...; ...)`, with names of its own."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind(Node):
    """`$name := value`."""

    name: str
    value: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Lambda(Node):
    """`function($a, $b)<signature>{...}`."""

    parameters: tuple[str, ...]
    body: Node
    signature: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Node):
    """`$function(...)`. `tail`: it is the last thing a written function does."""

    function: Node
    arguments: tuple[Node, ...]
    tail: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialCall(Node):
    """`$function(?, ...)`; None stands for `?`."""

    function: Node
    arguments: tuple[Node | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply(Node):
    """`value ~> $function`, where the right side is not a call."""

    value: Node
    function: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform(Node):
    """`|pattern|update, delete|`."""

    pattern: Node
    update: Node
    delete: Node | None


def children(node: Any) -> "list[Node]":
    """The nodes directly below a node or a part of one."""
    found: list[Node] = []
    for name in node.__dataclass_fields__:
        _collect(getattr(node, name), found)
    return found


def _collect(value: Any, found: list[Node]) -> None:
    if isinstance(value, Node):
        found.append(value)
    elif isinstance(value, tuple):
        for item in value:
            _collect(item, found)
    elif isinstance(value, (Step, Filter, Term)):
        found += children(value)


def walk(node: Node) -> "list[Node]":
    """A node and everything below it."""
    found = [node]
    for child in found:
        found += children(child)
    return found
