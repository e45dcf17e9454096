"""Code for paths, and for what is attached to operands that are none."""

from dataclasses import replace

from syncata.expressions import tree
from syncata.expressions.compiler import streams
from syncata.expressions.compiler.constructors import function, group
from syncata.expressions.compiler.filters import filtered, json_like, loop_item, makes_functions
from syncata.expressions.compiler.operands import scalar
from syncata.expressions.compiler.values import Kind, Value
from syncata.expressions.compiler.writer import MAX_LOOPS, Place, Writer

Steps = tuple[tree.Step, ...]


def path(w: Writer, node: tree.Path, place: Place, outward: bool) -> Value:
    """`a.b.c`, with filters, sorting, `[]`, names on the way and grouping."""
    steps = node.steps
    plain = _leading_names(steps)
    if len(plain) == len(steps) and node.group is None and not node.keep:
        return _names(w, plain, place)
    carrying = [index for index, step in enumerate(steps) if step.streaming]
    if carrying:
        stream = _from_start(w, steps[: carrying[0]], place, steps[0])
        return streams.path(w, node, carrying[0], stream, place)
    last = outward and not node.keep and node.group is None
    value = _from_start(w, steps, place, steps[0], whole=True, outward=last)
    if node.keep:
        value = w.keep(Value(f"kept_path({value.code})", value.kind))
    return value if node.group is None else group(w, node.group, value.code, place)


def _leading_names(steps: Steps) -> tuple[str, ...]:
    """The names of the steps at the start that are nothing but names."""
    names: list[str] = []
    for step in steps:
        held = _core(step)
        if not isinstance(held, tree.Name) or step.stages or step.streaming:
            break
        names.append(held.name)
    return tuple(names)


def _core(step: tree.Step) -> tree.Node:
    return step.node.node if isinstance(step.node, tree.Attached) else step.node


def _names(w: Writer, names: tuple[str, ...], place: Place) -> Value:
    """A path of names: look-ups in objects inline, lists at run time."""
    at = w.hold(place.context).code
    kind = Kind.FLAT if place.plain else Kind.ANY
    if len(names) == 1:
        items = f"({at},)" if place.root else f"stream_of({at})"
        code = (
            f"{at}.get({names[0]!r}, UNDEFINED) if type({at}) is dict else walk({items}, {names})"
        )
        value = Value(f"({code})", kind)
    else:
        value = Value(w.name(), kind)
        w.emit(f"{value.code} = {at}")
        _look_up(w, value.code, names, place, "walk")
    return value if place.plain else w.keep(Value(f"settled({value.code})"))


def _look_up(
    w: Writer, name: str, names: tuple[str, ...], place: Place, otherwise: str, at: int = 0
) -> None:
    """Look-ups one in the other; where there is a list, `otherwise` goes on with it."""
    w.emit(f"if type({name}) is dict:")
    with w.indented():
        w.emit(f"{name} = {name}.get({names[at]!r}, UNDEFINED)")
        if at + 1 < len(names):
            _look_up(w, name, names, place, otherwise, at + 1)
    once = place.root and at == 0
    w.emit("else:" if at == 0 else f"elif isinstance({name}, (list, dict)):")
    with w.indented():
        items = f"({name},)" if once else f"stream_of({name})"
        w.emit(f"{name} = {otherwise}({items}, {names[at:]})")
    if at:
        w.emit("else:")
        with w.indented():
            w.emit(f"{name} = UNDEFINED")


def _from_start(
    w: Writer,
    steps: Steps,
    place: Place,
    first: tree.Step,
    *,
    whole: bool = False,
    outward: bool = False,
) -> Value:
    """The values that steps yield from the context on; `whole`: they are the whole path."""
    head = _core(first)
    held = w.hold(place.context)
    if place.root or isinstance(head, tree.Variable):
        stream = held.named(f"({held.code},)")
    else:
        stream = held.named(f"stream_of({held.code})")
    if not steps:
        return stream
    if isinstance(head, tree.Variable) and not first.stages:
        value = w.hold(w.node(first.node, place))
        return _rest(
            w, steps[1:], value.named(f"stream({value.code})"), place, whole=whole, outward=outward
        )
    if isinstance(head, tree.Array) and head.cons and not first.stages:
        return _after_array(w, steps, place, whole=whole)
    names = _leading_names(steps)
    names = names[: len(steps) - 1] if whole else names
    if not names:
        return _rest(w, steps, stream, place, whole=whole, outward=outward)
    name = w.name()
    w.emit(f"{name} = {held.code}")
    _look_up(w, name, names, place, "walk_on")
    stream = Value(f"stream({name})", Kind.JSON if place.plain else Kind.ANY)
    return _rest(w, steps[len(names) :], stream, place, whole=whole, outward=outward)


def _after_array(w: Writer, steps: Steps, place: Place, *, whole: bool) -> Value:
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
    steps: Steps,
    stream: Value,
    place: Place,
    *,
    whole: bool,
    outward: bool = False,
) -> Value:
    """The steps one after the other, each over what the one before yields."""
    while steps:
        names = _leading_names(steps)
        if names:
            steps = steps[len(names) :]
            walk = "walk_open" if whole and not steps else "walk_on"
            kind = Kind.FLAT if json_like(stream) else Kind.ANY
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
    mark = len(w.lines)
    w.emit(f"{found} = []")
    item = loop_item(w, stream)
    inner = replace(place.within(item), loops=place.loops + 1)
    outward = outward and not (step.stages or isinstance(step.node, tree.Array))
    w.emit(f"for {item.code} in {stream.code}:")
    with w.indented():
        value = _step_value(w, step.node, inner, outward=outward)
        for stage in step.stages:
            assert isinstance(stage, tree.Filter), "positions belong to streams"
            value = filtered(w, value, stage.test, inner)
        held = value if value.defined else w.hold(value)
        append = f"{found}.append({held.code})"
        w.emit(append if value.defined else f"if {held.code} is not UNDEFINED: {append}")
    kind = Kind.FLAT if json_like(value) and not step.stages else Kind.ANY
    if scalar(value) or (isinstance(step.node, tree.Object) and not step.stages):
        w.patch(mark, f"{found} = Sequence()")
        return Value(found, kind, open=True)
    return w.keep(Value(f"{'last_step' if last else 'flattened'}({found})", kind, open=True))


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
