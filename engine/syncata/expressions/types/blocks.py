"""Types of literals, names, conditions, blocks and written functions."""

from syncata.expressions import tree
from syncata.expressions.types import operators
from syncata.expressions.types.assume import assume
from syncata.expressions.types.model import (
    ANY,
    FUNCTION,
    UNDEFINED,
    Type,
    exactly,
    function,
)
from syncata.expressions.types.values import true_part
from syncata.expressions.types.walk import Place, Walk


def literal(_walk: Walk, node: tree.Literal, _at: Place) -> Type:
    """A text, a number, true, false or null."""
    return exactly(node.value)


def regex(_walk: Walk, _node: tree.Regex, _at: Place) -> Type:
    """A regular expression is a function."""
    return FUNCTION


def variable(walk: Walk, node: tree.Variable, at: Place) -> Type:
    """A name: the context, the input, one bound here, one of the outer values, a function."""
    if node.name in {"", "$"}:
        of = at.context if not node.name else at.root
    else:
        of = at.names.get(node.name, walk.outer.get(node.name, ANY))
    return of if node.name in at.loose else at.facts.get((node.name,), of)


def condition(walk: Walk, node: tree.Condition, at: Place) -> Type:
    """`?:`: what the branches yield that can be taken, each where the test holds or does not."""
    walk.visit(node.test, at)
    then = assume(walk, node.test, at, holds=True)
    otherwise = assume(walk, node.test, at, holds=False)
    found = Type(frozenset())
    if then is not None:
        found = _where_it_holds(node, walk.visit(node.then, then))
    if otherwise is None:
        return found
    return found | (UNDEFINED if node.otherwise is None else walk.visit(node.otherwise, otherwise))


def _where_it_holds(node: tree.Condition, of: Type) -> Type:
    """`a ?? b` and `a ?: b` are conditions that test what they yield."""
    if node.test == node.then:
        return true_part(of)
    test = node.test
    if isinstance(test, tree.Call) and test.arguments == (node.then,):
        called = test.function
        if isinstance(called, tree.Variable) and called.name == "exists":
            return of.defined
    return of


def binary(walk: Walk, node: tree.Binary, at: Place) -> Type:
    """An operator; the right side of `and` and `or` is seen where the left one let it be."""
    if node.operator not in {"and", "or"}:
        return operators.binary(walk, node, at)
    left = walk.visit(node.left, at)
    place = assume(walk, node.left, at, holds=node.operator == "and")
    if place is None:
        return operators.both(left, UNDEFINED) if node.operator == "and" else exactly(True)  # noqa: FBT003
    right = walk.visit(node.right, place)
    rule = operators.both if node.operator == "and" else operators.either
    return rule(left, right)


def block(walk: Walk, node: tree.Block, at: Place) -> Type:
    """`(...; ...)`: the value of the last part."""
    inner = at.scoped(node.nodes, {})
    found = UNDEFINED
    for part in node.nodes:
        found = walk.visit(part, inner)
    return found


def bind(walk: Walk, node: tree.Bind, at: Place) -> Type:
    """`$name := value`."""
    of = walk.visit(node.value, at)
    if node.name not in at.loose:
        at.names[node.name] = of
    return of


def written(walk: Walk, node: tree.Lambda, at: Place) -> Type:
    """A function, whose parameters may be anything."""
    return function(body_of(walk, node, at, ()))


def body_of(walk: Walk, node: tree.Lambda, at: Place, arguments: tuple[Type, ...]) -> Type:
    """What a written function yields for such arguments; what is not given may be anything."""
    given = dict(zip(node.parameters, arguments, strict=False))
    names = {name: given.get(name, ANY) for name in node.parameters}
    return walk.visit(node.body, at.scoped([node.body], names))
