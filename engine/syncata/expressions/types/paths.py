"""Types of paths: steps, filters, groups, and names that a schema does not know."""

from dataclasses import replace

from syncata.expressions import tree
from syncata.expressions.types.model import (
    ANY,
    NEVER,
    NULL,
    UNDEFINED,
    Shape,
    Type,
    array,
    kind,
    record,
    union,
)
from syncata.expressions.types.values import can_be_true, deeply_flat, flat, named, sequence
from syncata.expressions.types.walk import Mistake, Place, Walk, Way
from syncata.expressions.types.words import in_words


def path(walk: Walk, node: tree.Path, at: Place) -> Type:
    """`a.b.c`: each step is evaluated for every value of the one before."""
    of, here = at.context, at
    way: Way | None = ("",)
    for index, step in enumerate(node.steps):
        of, way = _step(walk, step, (index, of, way), here)
        if way is not None and way[0] not in at.loose:
            of = at.facts.get(way, of)
        here = here.inside(of)
        if step.streaming:
            of = ANY
            bound = [name for name in (step.focus, step.index, step.ancestor) if name]
            here = here.scoped((), dict.fromkeys(bound, ANY)).inside(ANY)
    if node.keep:
        of = _kept(of)
    if node.group is not None:
        return _group(walk, node.group, here, of)
    return of


def attached(walk: Walk, node: tree.Attached, at: Place) -> Type:
    """An operand with filters, a group or `[]` behind it."""
    of = walk.visit(node.node, at)
    for test in node.filters:
        of = _filtered(walk, test, of, at)
    if node.keep:
        of = _kept(of)
    return of if node.group is None else _group(walk, node.group, at, of)


def _kept(of: Type) -> Type:
    """What `[]` makes of a value: one value may be a list of it."""
    held = flat(of).defined
    return of | array(held) if held.kinds else of


def name(walk: Walk, node: tree.Name, at: Place) -> Type:
    """A member of the context, where it is no plain step."""
    return _member(walk, node, at.context)


def sort(walk: Walk, node: tree.Sort, at: Place) -> Type:
    """`^(...)`: the same items."""
    for term in node.terms:
        walk.visit(term.key, at.inside(flat(at.context)))
    return at.context


def anything(_walk: Walk, _node: tree.Node, _at: Place) -> Type:
    """What is not followed: `*`, `**`, `%`."""
    return ANY


def _step(
    walk: Walk, step: tree.Step, before: tuple[int, Type, Way | None], at: Place
) -> tuple[Type, Way | None]:
    """The type of one step, and the way to it where nothing but names led here."""
    index, of, way = before
    if isinstance(step.node, tree.Name):
        found = _member(walk, step.node, of)
        way = None if way is None else (*way, step.node.name)
    elif index == 0 and isinstance(step.node, tree.Variable):
        found, way = walk.visit(step.node, at), (step.node.name,)
    elif isinstance(step.node, tree.Sort):
        found, way = walk.visit(step.node, at.inside(of)), None
    else:
        found, way = _for_each(walk, step.node, of, at, first=index == 0), None
    before_stages = found
    for stage in step.stages:
        way = None
        if isinstance(stage, tree.Filter):
            found = _filtered(walk, stage.test, found, at)
        else:
            at.names[stage.name] = ANY
    if step.stages and "array" in of.kinds:  # each of several values was filtered by itself
        empty = "array" in before_stages.kinds and not before_stages.filled
        found = sequence(flat(found) | found | (NULL if empty else NEVER))
    return found, way


def _for_each(walk: Walk, node: tree.Node, of: Type, at: Place, *, first: bool) -> Type:
    """A step that computes something, for each value of the one before."""
    if first and ("array" not in of.kinds or isinstance(node, tree.Array)):
        return walk.visit(node, at)
    several = "array" in of.kinds
    items = flat(of) if first else flat(of).defined
    if not items.kinds:
        return UNDEFINED
    found = walk.visit(node, at.inside(items))
    if isinstance(node, tree.Array):
        found = found | flat(found)
    if several:
        return sequence(found | flat(found))
    return found | UNDEFINED if "undefined" in of.kinds else found


def _member(walk: Walk, node: tree.Name, of: Type) -> Type:
    """What a name yields; whether a schema knows it is told."""
    inner = deeply_flat(of)
    shape = inner.shape
    if "object" in inner.kinds and shape is not None and node.name not in shape.members:
        _unknown(walk, node, shape)
    known = inner.defined.kinds
    if known and not known & {"object", "function"} and known != {"null"}:
        message = f"{in_words(inner.but('null'))} has no fields: there is no {node.name} in it"
        walk.wrong("SYN330", node, message)
    return named(of, node.name)


def _unknown(walk: Walk, node: tree.Name, shape: Shape) -> None:
    start, end = node.span
    if shape.whose and (shape.rest is None or shape.rest == ANY):
        message = f"{shape.whose} has no field {node.name}"
        walk.note(Mistake("SYN330", start, end - start, message, "", node.name,
                          tuple(shape.members), certain=shape.rest is None))  # fmt: skip


def _filtered(walk: Walk, test: tree.Node, of: Type, at: Place) -> Type:
    """`[...]`: by position, or the items for which it counts as true."""
    items = flat(of)
    if not items.kinds:
        return UNDEFINED if of.kinds else of
    picked = walk.visit(test, at.inside(items))
    if isinstance(test, tree.Literal) and picked.kinds == {"number"}:
        return items | UNDEFINED
    if "number" in picked.kinds or "array" in picked.kinds or can_be_true(picked):
        return sequence(items)
    return UNDEFINED


def _group(walk: Walk, node: tree.Group, at: Place, of: Type) -> Type:
    """`{...}`: an object whose members are made of the items with the same key."""
    items = flat(of).defined
    if items.kinds:
        for key, value in node.pairs:
            walk.visit(key, at.inside(items))
            walk.visit(value, at.inside(items | array(items)))
    return kind("object", "undefined")


def objects(walk: Walk, node: tree.Object, at: Place) -> Type:
    """`{...}`; members whose name is computed may be any."""
    members: dict[str, Type] = {}
    rest: Type | None = None
    for key, value in node.pairs:
        names, held = walk.visit(key, at), walk.visit(value, at)
        if held.kinds == {"function"}:
            held = ANY
        if isinstance(key, tree.Literal) and isinstance(key.value, str):
            members[key.value] = held
        else:
            rest = held if rest is None else rest | held
            _wants_text(walk, key, names)
    return record(members, rest)


def _wants_text(walk: Walk, key: tree.Node, of: Type) -> None:
    if of.defined.kinds and "string" not in of.kinds:
        message = f"the name of a member must be a text; {walk.shown(key)} is {in_words(of)}"
        walk.wrong("SYN262", key, message, f"write $string({walk.shown(key)})")


def arrays(walk: Walk, node: tree.Array, at: Place) -> Type:
    """`[...]`: lists among the items are taken apart, but for those written as lists."""
    found: list[Type] = []
    filled = False
    for item in node.items:
        of = walk.visit(item, at)
        if not isinstance(item, tree.Array):
            filled = filled or (bool(of.kinds) and not of.kinds & {"undefined", "array"})
            of = flat(of)
        else:
            filled = True
        found.append(of.defined)
    return replace(array(union(found) if found else NEVER), filled=filled)
