"""The state of one analysis: where it stands, what it found, what each node's type is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from syncata.expressions import tree
from syncata.expressions.types.model import ANY, Type

Way = tuple[str, ...]
"""A value that does not change: the name of what it starts at ("" is the context), then members."""

MOST_VISITS = 50_000


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something that is wrong, or (not `certain`) that may be: a part of the text, and why.

    `name` and `known`: a name that is not one of those known, for a hint.
    """

    code: str
    offset: int
    length: int
    message: str
    hint: str = ""
    name: str = ""
    known: tuple[str, ...] = ()
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """Where the analysis stands.

    `names` are the values bound by the expression, in the innermost block; `loose` those of them
    that are bound more than once or on some ways only, of which nothing is known. `facts` are what
    conditions around say of values.
    """

    context: Type
    root: Type
    names: dict[str, Type]
    facts: Mapping[Way, Type]
    loose: frozenset[str] = frozenset()

    def inside(self, context: Type) -> "Place":
        """Within a step or a filter: what was known of the context is of another value."""
        facts = {way: of for way, of in self.facts.items() if way[0]}
        return replace(self, context=context, facts=facts)

    def scoped(self, nodes: Iterable[tree.Node], names: Mapping[str, Type]) -> "Place":
        """Within a block or a function that consists of these nodes."""
        bound, loose = bound_names(list(nodes))
        hidden = {*bound, *names}
        return replace(
            self,
            names={**self.names, **dict.fromkeys(bound, ANY), **names},
            facts={way: of for way, of in self.facts.items() if way[0] not in hidden},
            loose=(self.loose - hidden) | loose,
        )

    def knowing(self, way: Way, of: Type) -> "Place":
        """Where a value is of this type."""
        return replace(self, facts={**self.facts, way: of})


class Walk:
    """One walk over a tree. `outer` are the values that the expression can see."""

    def __init__(self, text: str, outer: Mapping[str, Type], rules: Mapping[type, "Rule"]) -> None:
        self.text = text
        self.outer = outer
        self.types: dict[int, Type] = {}
        self.mistakes: dict[tuple[str, int], Mistake] = {}
        self._rules = rules
        self._visits = 0

    def visit(self, node: tree.Node, at: Place) -> Type:
        """The type of a node's value at a place."""
        self._visits += 1
        if self._visits > MOST_VISITS:
            return ANY
        found = self._rules[type(node)](self, node, at)
        self.types[id(node)] = found | self.types.get(id(node), found)
        return found

    def note(self, mistake: Mistake) -> None:
        """Remember a mistake, once for its place."""
        self.mistakes.setdefault((mistake.code, mistake.offset), mistake)

    def wrong(self, code: str, node: tree.Node, message: str, hint: str = "") -> None:
        """Remember that a node is wrong."""
        start, end = node.span
        self.note(Mistake(code, start, end - start, message, hint))

    def shown(self, node: tree.Node) -> str:
        """A node as it was written, on one line and short."""
        text = " ".join(self.text[node.span[0] : node.span[1]].split())
        return text if len(text) <= 40 else text[:37] + "..."


Rule = Callable[[Walk, Any, Place], Type]


def bound_names(nodes: list[tree.Node]) -> tuple[set[str], frozenset[str]]:
    """The names that nodes bind in their own block, and those of them bound in an unclear way."""
    direct = [node.name for node in nodes if isinstance(node, tree.Bind)]
    every: list[str] = []
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, tree.Bind):
            every.append(node.name)
        if not isinstance(node, tree.Block | tree.Lambda):
            waiting += tree.children(node)
    unclear = {name for name in every if name not in direct or every.count(name) > 1}
    return set(every), frozenset(unclear)


def way_of(node: tree.Node) -> Way | None:
    """The way to a value that a node names without computing anything."""
    if isinstance(node, tree.Variable):
        return (node.name,)
    if not isinstance(node, tree.Path) or node.group is not None or node.keep:
        return None
    way: Way = ("",)
    for index, step in enumerate(node.steps):
        if step.stages or step.streaming:
            return None
        if isinstance(step.node, tree.Name):
            way += (step.node.name,)
        elif isinstance(step.node, tree.Variable) and index == 0:
            way = (step.node.name,)
        else:
            return None
    return way
