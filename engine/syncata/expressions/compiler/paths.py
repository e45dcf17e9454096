"""Code for paths, and for what is attached to operands that are none."""

from dataclasses import replace

from syncata.expressions import tree
from syncata.expressions.compiler import streams
from syncata.expressions.compiler.calls import makes_object
from syncata.expressions.compiler.constructors import function, group
from syncata.expressions.compiler.filters import filtered, loop_item, makes_functions
from syncata.expressions.compiler.members import core, leading_names, members, names_of, reach
from syncata.expressions.compiler.operands import scalar
from syncata.expressions.compiler.values import Kind, Value, json_like, sequence
from syncata.expressions.compiler.writer import MAX_LOOPS, Place, Writer


def path(w: Writer, node: tree.Path, place: Place, outward: bool) -> Value:
    """`a.b.c`, with filters, sorting, `[]`, names on the way and grouping."""
    steps = node.steps
    plain = leading_names(steps)
    if len(plain) == len(steps) and node.group is None and not node.keep:
        return names_of(w, plain, place, outward=outward)
    if _is_member(node):
        value = w.hold(w.node(steps[0].node, place))
        return members(w, value, leading_names(steps[1:]), outward=outward)
    carrying = [index for index, step in enumerate(steps) if step.streaming]
    if carrying:
        stream = _from_start(w, steps[: carrying[0]], place, steps[0])
        return streams.path(w, node, carrying[0], stream, place)
    last = outward and not node.keep and node.group is None
    value = _from_start(w, steps, place, steps[0], whole=True, outward=last)
    if node.keep:
        value = w.keep(Value(f"kept_path({value.code})", value.kind))
    return value if node.group is None else group(w, node.group, value.code, place)


def _is_member(node: tree.Path) -> bool:
    """Whether a path is a variable and names behind it, and nothing else."""
    first, rest = node.steps[0], node.steps[1:]
    named = bool(rest) and len(leading_names(rest)) == len(rest)
    free = not (first.stages or first.streaming or node.keep or node.group is not None)
    return named and free and isinstance(core(first), tree.Variable)


def _from_start(
    w: Writer,
    steps: tuple[tree.Step, ...],
    place: Place,
    first: tree.Step,
    *,
    whole: bool = False,
    outward: bool = False,
) -> Value:
    """The values that steps yield from the context on; `whole`: they are the whole path."""
    head = core(first)
    held = w.hold(place.context)
    once = place.root or isinstance(head, tree.Variable)
    stream = held.named(f"[{held.code}]" if once else f"stream_of({held.code})")
    stream = replace(stream, single=once)
    if not steps:
        return stream
    if isinstance(head, tree.Variable) and not first.stages:
        value = w.hold(w.node(first.node, place))
        return _rest(
            w, steps[1:], value.named(f"stream({value.code})"), place, whole=whole, outward=outward
        )
    if isinstance(head, tree.Array) and head.cons and not first.stages:
        return _after_array(w, steps, place, whole=whole)
    names = leading_names(steps)
    names = names[: len(steps) - 1] if whole else names
    if not names:
        return _rest(w, steps, stream, place, whole=whole, outward=outward)
    reached = w.hold(reach(w, names, place))
    at = reached.code
    stream = reached.named(f"({at} if type({at}) is list else stream({at}))")
    return _rest(w, steps[len(names) :], stream, place, whole=whole, outward=outward)


def _after_array(w: Writer, steps: tuple[tree.Step, ...], place: Place, *, whole: bool) -> Value:
    """A path that starts with an array: it is made once, and if it is empty that is the value."""
    made = w.hold(w.node(steps[0].node, place))
    if len(steps) == 1:
        return made
    name = w.name()
    w.emit(f"{name} = {made.code}")
    w.emit(f"if {made.code}:")
    with w.indented():
        stream = made.named(f"stream({made.code})")
        value = _rest(w, steps[1:], stream, place, whole=whole)
        w.emit(f"{name} = {value.code}")
    return Value(name, open=True)


def _rest(
    w: Writer,
    steps: tuple[tree.Step, ...],
    stream: Value,
    place: Place,
    *,
    whole: bool,
    outward: bool = False,
) -> Value:
    """The steps one after the other, each over what the one before yields."""
    while steps:
        names = leading_names(steps)
        if names:
            steps = steps[len(names) :]
            kind = Kind.FLAT if json_like(stream) else Kind.ANY
            walk = "walk_open" if whole and not steps else "walk_on"
            stream = w.keep(Value(f"{walk}({stream.code}, {names})", kind, open=True))
        else:
            step, steps = steps[0], steps[1:]
            last = whole and not steps
            stream = _step(w, step, stream, place, last=last, outward=outward and last)
    return stream


def _step(
    w: Writer, step: tree.Step, stream: Value, place: Place, *, last: bool, outward: bool
) -> Value:
    """One step: a loop over the stream."""
    if isinstance(step.node, tree.Sort):
        return _sort(w, step, stream, place)
    found = w.name("found")
    if not stream.single:
        stream = w.hold(stream)
        w.charge(stream.code, place)
    w.emit(f"{found} = []")
    item = loop_item(w, stream)
    inner = replace(
        place.within(item),
        loops=place.loops + 1,
        often=_reads_often(step.node),
        repeated=place.repeated or not stream.single,
    )
    outward = outward and makes_object(w, step.node, inner) and not step.stages
    w.emit(f"for {item.code} in {stream.code}:")
    with w.indented():
        value = _step_value(w, step.node, inner, outward=outward)
        for stage in step.stages:
            assert isinstance(stage, tree.Filter), "positions belong to streams"
            value = filtered(w, value, stage.test, inner)
        held = value if value.defined else w.hold(value)
        take = f"{found}.extend({value.items})" if value.items else f"{found}.append({held.code})"
        w.emit(take if value.defined else f"if {held.code} is not UNDEFINED: {take}")
    kind = Kind.FLAT if json_like(value) and not step.stages else Kind.ANY
    if value.items or scalar(value) or (isinstance(step.node, tree.Object) and not step.stages):
        return sequence(found, kind) if last else Value(found, kind)
    return w.keep(Value(f"{'last_step' if last else 'flattened'}({found})", kind, open=True))


def _reads_often(node: tree.Node) -> bool:
    """Whether a step looks up three members or more."""
    paths = [n for n in tree.walk(node) if isinstance(n, tree.Path)]
    return sum(isinstance(core(n.steps[0]), tree.Name) for n in paths) > 2


def _step_value(w: Writer, node: tree.Node, place: Place, *, outward: bool) -> Value:
    """The code of a step; where it makes functions, in a function of its own, so that each of
    them keeps the values of its turn."""
    if place.loops < MAX_LOOPS and not makes_functions(node):
        return w.node(node, place, outward=outward)
    name = function(w, "step", node, place)
    return w.keep(Value(f"{name}({place.context.code})"))


def _sort(w: Writer, step: tree.Step, stream: Value, place: Place) -> Value:
    """`^(...)`: not a step for each value but for all of them."""
    assert isinstance(step.node, tree.Sort)
    terms = ""
    for term in step.node.terms:
        key = function(w, "key", term.key, place.within(loop_item(w, stream)))
        terms += f"({key}, {term.descending}), "
    with w.placed(step.node.at):
        kind = Kind.FLAT if json_like(stream) else Kind.ANY
        code = f"order_by(sequence_of({stream.code}), [{terms}])"
        value = w.keep(Value(code, kind, open=True))
    for stage in step.stages:
        assert isinstance(stage, tree.Filter), "positions belong to streams"
        value = filtered(w, value, stage.test, place)
    return value


def attached(w: Writer, node: tree.Attached, place: Place, _outward: bool) -> Value:
    """Filters, a group or `[]` behind an operand that is no path."""
    value = w.open_node(node.node, place)
    if node.filters and streams.carries(node.node):
        value = streams.filtered(w, value, node, place)
    else:
        for test in node.filters:
            value = filtered(w, value, test, place)
    if node.group is not None:
        value = group(w, node.group, value.code, place)
    if node.keep:
        return w.keep(Value(f"kept({value.code})", value.kind))
    return value
