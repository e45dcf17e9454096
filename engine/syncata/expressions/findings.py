"""What the analysis of an expression collects, and where it stands while it walks.

A path is a tuple of names from the input downward; `*` stands for any name, `**` for any below.
A path says that everything from there down is used. The sets may be too large, never too small.
"""

from dataclasses import dataclass, field
from typing import Any

from syncata.expressions.faults import Refusal
from syncata.expressions.parser import Node
from syncata.expressions.values import UNDEFINED

Path = tuple[str, ...]
Env = dict[str, list[Path]]

LITERALS = frozenset({"string", "number", "value"})


@dataclass
class Place:
    """Where the walk is: context paths, names bound here, and whether it is the condition's own
    context (in which names are members of the record itself)."""

    context: list[Path]
    env: Env
    own: bool = True

    def inside(self, context: list[Path]) -> "Place":
        """The place within a predicate or a step: its context is not the record."""
        return Place(context, self.env, own=False)

    def scoped(self, names: Env | None = None) -> "Place":
        """The place within a block or a function: what is bound there ends there."""
        return Place(self.context, self.env | (names or {}), self.own)


@dataclass
class Found:
    """What the walk collects; dicts keep the order of occurrence."""

    reads: dict[Path, None] = field(default_factory=dict)
    needed: dict[Path, None] = field(default_factory=dict)
    tested: set[Path] = field(default_factory=set)
    variables: dict[str, set[str] | None] = field(default_factory=dict)
    variable_offsets: dict[str, int] = field(default_factory=dict)
    calls: list[tuple[str, tuple[Any, ...], int, bool]] = field(default_factory=list)


def allowed_name(name: str, offset: int) -> None:
    """Refuse names that steer the interpreter itself, and `$eval`."""
    if name == "eval":
        raise Refusal("SYN220", "$eval is not available", offset)
    if name.startswith("__"):
        raise Refusal("SYN220", f"${name}: a name cannot start with two underscores", offset)


def literal(node: Node) -> Any:
    """The value of a literal argument, else UNDEFINED."""
    plain = node.type in LITERALS and not node.predicate and node.group is None
    return node.value if plain else UNDEFINED


def plain_start(steps: list[Node]) -> Path:
    """The names a path starts with, up to the first filter or step that is no name."""
    path: Path = ()
    for step in steps:
        if step.type != "name":
            break
        path += (step.value,)
        if step.stages or step.predicate:
            break
    return path
