"""The types of an expression: one walk over its tree."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from syncata.expressions import tree
from syncata.expressions.types import blocks, calls, operators, paths
from syncata.expressions.types.assume import assume
from syncata.expressions.types.model import Type
from syncata.expressions.types.walk import Mistake, Place, Rule, Walk, Way

_NO_FACTS: Mapping[Way, Type] = MappingProxyType({})

RULES: Mapping[type, Rule] = {
    tree.Literal: blocks.literal,
    tree.Regex: blocks.regex,
    tree.Variable: blocks.variable,
    tree.Parent: paths.anything,
    tree.Name: paths.name,
    tree.Wildcard: paths.anything,
    tree.Descendants: paths.anything,
    tree.Sort: paths.sort,
    tree.Path: paths.path,
    tree.Attached: paths.attached,
    tree.Array: paths.arrays,
    tree.Range: operators.span,
    tree.Object: paths.objects,
    tree.Negation: operators.negation,
    tree.Binary: blocks.binary,
    tree.Condition: blocks.condition,
    tree.Block: blocks.block,
    tree.Bind: blocks.bind,
    tree.Lambda: blocks.written,
    tree.Call: calls.call,
    tree.PartialCall: calls.partial,
    tree.Apply: calls.apply,
    tree.Transform: calls.transform,
}


@dataclass(frozen=True, slots=True)
class Typed:
    """What the analysis found: the type of the value, and what is wrong."""

    type: Type
    mistakes: tuple[Mistake, ...]
    _walk: Walk

    def of(self, node: tree.Node) -> Type | None:
        """The type of a node; None for one that is never evaluated."""
        return self._walk.types.get(id(node))

    def shown(self, node: tree.Node) -> str:
        """A node as it was written, short."""
        return self._walk.shown(node)


def infer(
    node: tree.Node,
    text: str,
    context: Type,
    outer: Mapping[str, Type],
    facts: Mapping[Way, Type] = _NO_FACTS,
) -> Typed:
    """The types of a tree, made from `text`, whose `$` is `context`; `outer` are the values that
    the expression can see besides, `facts` what else is known of values."""
    walk = Walk(text, outer, RULES)
    found = walk.visit(node, _begin(node, context, facts))
    return Typed(found, tuple(walk.mistakes.values()), walk)


def facts_of(
    node: tree.Node, context: Type, outer: Mapping[str, Type], facts: Mapping[Way, Type]
) -> Mapping[Way, Type]:
    """What is known of values where this condition has counted as true, besides `facts`."""
    walk, at = Walk("", outer, RULES), _begin(node, context, facts)
    walk.visit(node, at)
    found = assume(walk, node, at, holds=True)
    if found is None:
        return facts
    return {way: of for way, of in found.facts.items() if not way[0] or way[0] in outer}


def _begin(node: tree.Node, context: Type, facts: Mapping[Way, Type]) -> Place:
    return Place(context, context, {}, facts).scoped([node], {})


def outcomes(node: tree.Node) -> list[tree.Node]:
    """The nodes whose value may be the value of a tree: the ends of its branches."""
    found: list[tree.Node] = []
    waiting = [node]
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, tree.Condition):
            waiting += [part.then, *([part.otherwise] if part.otherwise is not None else [])]
        elif isinstance(part, tree.Block) and part.nodes:
            waiting.append(part.nodes[-1])
        elif isinstance(part, tree.Bind):
            waiting.append(part.value)
        else:
            found.append(part)
    return found
