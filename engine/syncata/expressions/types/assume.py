"""What a condition says of values once it has counted as true, or as false.

It makes types narrower, so that no branch is complained about that is never taken.
"""

from collections.abc import Callable

from syncata.expressions import tree
from syncata.expressions.types.model import ANY, NULL, SCALARS, Type, union
from syncata.expressions.types.values import can_be_false, can_be_true, true_part
from syncata.expressions.types.walk import Place, Walk, way_of

Narrow = Callable[[Type], Type]


def assume(walk: Walk, test: tree.Node, at: Place, *, holds: bool) -> Place | None:
    """The place where a condition, visited before, holds or does not; None: it never is so."""
    of = walk.types.get(id(test), ANY)
    if not (can_be_true(of) if holds else can_be_false(of)):
        return None
    if isinstance(test, tree.Binary):
        return _operator(walk, test, at, holds)
    if isinstance(test, tree.Call) and isinstance(test.function, tree.Variable):
        return _call(walk, test, test.function.name, at, holds)
    if isinstance(test, tree.Block) and len(test.nodes) == 1:
        return assume(walk, test.nodes[0], at, holds=holds)
    if holds:
        return _narrowed(walk, test, at, true_part)
    return at


def _call(walk: Walk, test: tree.Call, name: str, at: Place, holds: bool) -> Place | None:
    argument = test.arguments[0] if len(test.arguments) == 1 else None
    if argument is None or name in at.names:
        return _doubtful(test, at)
    if name == "exists":
        narrow: Narrow = _defined if holds else _undefined
        return _narrowed(walk, argument, at, narrow)
    if name == "not":
        unclear = not holds and "undefined" in walk.types.get(id(argument), ANY).kinds
        return at if unclear else assume(walk, argument, at, holds=not holds)
    if name == "boolean":
        return assume(walk, argument, at, holds=holds)
    return _doubtful(test, at)


def _operator(walk: Walk, test: tree.Binary, at: Place, holds: bool) -> Place | None:
    if test.operator == ("and" if holds else "or"):
        place = assume(walk, test.left, at, holds=holds)
        return None if place is None else assume(walk, test.right, place, holds=holds)
    if test.operator in {"=", "!="}:
        for side, other in ((test.left, test.right), (test.right, test.left)):
            if isinstance(other, tree.Literal):
                return _compared(walk, side, other, at, _equality(test.operator, holds))
    if test.operator == "in":
        return _listed(walk, test, at, holds=holds)
    return _doubtful(test, at)


def _listed(walk: Walk, test: tree.Binary, at: Place, *, holds: bool) -> Place | None:
    """`value in [...]`, where the list is of plain values that are written out."""
    items = test.right.items if isinstance(test.right, tree.Array) else ()
    if not items or not all(isinstance(item, tree.Literal) for item in items):
        return _doubtful(test, at)
    listed = union(walk.types.get(id(item), ANY) for item in items)
    if holds:
        return _narrowed(walk, test.left, at, _equal_to(listed))
    return _narrowed(walk, test.left, at, _other_than_each(listed))


def _other_than_each(listed: Type) -> Narrow:
    def narrow(of: Type) -> Type:
        for name in SCALARS & listed.kinds:
            of = of.without(name, listed.values(name) or frozenset())
        return of.but("null") if "null" in listed.kinds else of

    return narrow


def _equality(operator: str, holds: bool) -> tuple[bool, bool]:
    """Whether the two sides are equal, and whether one may be undefined all the same."""
    equal = (operator == "=") == holds
    return equal, not holds


def _compared(
    walk: Walk, side: tree.Node, literal: tree.Literal, at: Place, equality: tuple[bool, bool]
) -> Place | None:
    equal, maybe_undefined = equality
    tested = _argument_of_type(side, at)
    if tested is not None:
        names = {str(literal.value)}
        narrow = _of_kinds(names) if equal else _not_of_kinds(names)
        side = tested
    else:
        of = walk.types.get(id(literal), ANY)
        narrow = _equal_to(of) if equal else _other_than(of)

    def whole(of: Type) -> Type:
        kept = narrow(of.defined)
        return kept | of.among({"undefined"}) if maybe_undefined else kept

    return _narrowed(walk, side, at, whole)


def _argument_of_type(side: tree.Node, at: Place) -> tree.Node | None:
    """What `$type` is asked about."""
    if not isinstance(side, tree.Call) or not isinstance(side.function, tree.Variable):
        return None
    asked = side.function.name == "type" and "type" not in at.names and len(side.arguments) == 1
    return side.arguments[0] if asked else None


def _narrowed(walk: Walk, node: tree.Node, at: Place, narrow: Narrow) -> Place | None:
    way = way_of(node)
    if way is None or way[0] in at.loose:
        return _doubtful(node, at)
    found = narrow(walk.types.get(id(node), ANY))
    return at.knowing(way, found) if found.kinds else None


def _doubtful(test: tree.Node, at: Place) -> Place:
    """Of what `$type` is asked about in other ways nothing is taken for granted."""
    for node in tree.walk(test):
        asked = _argument_of_type(node, at)
        way = None if asked is None else way_of(asked)
        if way is not None:
            at = at.knowing(way, ANY)
    return at


def _defined(of: Type) -> Type:
    return of.defined


def _undefined(of: Type) -> Type:
    return of.among({"undefined"})


def _of_kinds(names: set[str]) -> Narrow:
    return lambda of: of.among(names)


def _not_of_kinds(names: set[str]) -> Narrow:
    return lambda of: of.but(*names)


def _equal_to(literal: Type) -> Narrow:
    def narrow(of: Type) -> Type:
        found = of.among(literal.kinds)
        for name in SCALARS & found.kinds:
            found = found.limited(name, literal.values(name) or frozenset())
        return found

    return narrow


def _other_than(literal: Type) -> Narrow:
    def narrow(of: Type) -> Type:
        if literal == NULL:
            return of.but("null")
        for name in SCALARS & literal.kinds:
            of = of.without(name, literal.values(name) or frozenset())
        return of

    return narrow
