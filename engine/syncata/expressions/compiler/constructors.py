"""Code for arrays, objects and grouping."""

from syncata.expressions import tree
from syncata.expressions.compiler.members import array_of, path_names
from syncata.expressions.compiler.names import Frame, bound_in
from syncata.expressions.compiler.operands import scalar
from syncata.expressions.compiler.values import PLAIN, Kind, Value
from syncata.expressions.compiler.writer import Place, Writer

Names = frozenset[str]


def array(w: Writer, node: tree.Array, place: Place, outward: bool) -> Value:
    """`[...]`: what is no array constructor itself gives its items."""
    literal = constant_array(node)
    if literal is not None and not outward and not node.cons:
        return Value(w.constant(literal, "list"), Kind.JSON, defined=True)
    names = path_names(node.items[0]) if len(node.items) == 1 and not node.cons else ()
    if names:
        return array_of(w, names, place)
    name = w.name()
    w.emit(f"{name} = Cons()" if node.cons else f"{name} = []")
    plain = not node.cons
    for item in node.items:
        plain = _item(w, name, item, place, outward) and plain
    return Value(name, Kind.JSON if plain else Kind.ANY, defined=True, is_list=True)


def _item(w: Writer, name: str, item: tree.Node, place: Place, outward: bool) -> bool:
    """One item; yields whether it is plain JSON for certain."""
    if isinstance(item, tree.Range):
        first, last = w.node(item.first, place), w.node(item.last, place)
        w.spends = True
        with w.placed(item.at):
            w.emit(f"{name}.extend(span({first.code}, {last.code}, budget) or ())")
        return True
    value = w.node(item, place, outward=outward)
    inside = item.node if isinstance(item, tree.Attached) else item
    alone = isinstance(inside, tree.Array)
    if (alone or scalar(value)) and value.defined:
        w.emit(f"{name}.append({value.code})")
    else:
        held = w.hold(value)
        if alone or scalar(value):
            w.emit(f"if {held.code} is not UNDEFINED: {name}.append({held.code})")
        else:
            w.emit(f"if isinstance({held.code}, list): {name}.extend({held.code})")
            w.emit(f"elif {held.code} is not UNDEFINED: {name}.append({held.code})")
    return value.kind in PLAIN or value.kind is Kind.FLAT


def constant_array(node: tree.Array) -> list[object] | None:
    """An array of constants."""
    if all(isinstance(item, tree.Literal) for item in node.items):
        return [item.value for item in node.items if isinstance(item, tree.Literal)]
    return None


def constant_object(node: tree.Object) -> dict[str, object] | None:
    """An object of constants, with keys that differ."""
    found: dict[str, object] = {}
    for key, value in node.pairs:
        if not (isinstance(key, tree.Literal) and isinstance(value, tree.Literal)):
            return None
        if not isinstance(key.value, str) or key.value in found:
            return None
        found[key.value] = value.value
    return found


def object_(w: Writer, node: tree.Object, place: Place, outward: bool) -> Value:
    """`{...}`: with constant keys one object, else grouped."""
    literal = constant_object(node)
    if literal is not None and not outward:
        return Value(w.constant(literal, "object"), Kind.JSON, defined=True)
    keys = [key.value if isinstance(key, tree.Literal) else None for key, _ in node.pairs]
    if not all(isinstance(key, str) for key in keys) or len(set(keys)) < len(keys):
        return _grouped(w, node.pairs, _items(place), place)
    inner = place.within(_context(w, place))
    members, plain = [], True
    for key, value_node in node.pairs:
        value = w.node(value_node, inner, outward=outward)
        plain = plain and value.kind in PLAIN
        members.append((w.node(key, inner).code, w.hold(value)))
    name = w.name()
    w.emit(f"{name} = {{{', '.join(f'{code}: {value.code}' for code, value in members)}}}")
    for code, value in members:
        if not value.defined:
            w.emit(f"if {value.code} is UNDEFINED: del {name}[{code}]")
    return Value(name, Kind.JSON if plain else Kind.ANY, defined=True)


def _context(w: Writer, place: Place) -> Value:
    """The context of the values: all items of a list at once."""
    if place.root or scalar(place.context):
        return place.context
    held = w.hold(place.context)
    code = f"{held.code} if type({held.code}) is dict else whole({held.code})"
    return w.keep(held.named(code))


def _items(place: Place) -> str:
    """What is grouped: the input is one item, even if it is a list."""
    return f"[{place.context.code}]" if place.root else place.context.code


def group(
    w: Writer, node: tree.Group, value: str, place: Place, carried: Names | None = None
) -> Value:
    """`value{...}`; `carried` are the names that tuples hold, if the value is a stream of them."""
    with w.placed(node.at):
        return _grouped(w, node.pairs, value, place, carried)


def _grouped(
    w: Writer, pairs: tree.Pairs, value: str, place: Place, carried: Names | None = None
) -> Value:
    """A call of the run-time grouping, with a function for each key and value."""
    functions = [
        f"({function(w, 'key', key, place, carried)}, {function(w, 'value', held, place, carried)})"
        for key, held in pairs
    ]
    listed = "".join(f"{pair}, " for pair in functions)
    return w.keep(Value(f"grouped({value}, ({listed}))", Kind.ANY, defined=True))


def function(
    w: Writer, prefix: str, node: tree.Node, place: Place, carried: Names | None = None
) -> str:
    """A generated function that evaluates a node on an item; of a stream it takes the value and
    the tuple, which holds the names that the path carries."""
    item = w.name("item")
    names = w.name("names")
    with w.nested(prefix, item if carried is None else f"{item}, {names}") as name:
        if carried is None:
            inner = Place(Value(item, place.context.kind), place.names, repeated=True)
        else:
            outer = w.frame(place.names, tuple_code=names, tuple_names=carried)
            inner = Place(Value(item), own_frame(w, outer, (node,)), repeated=True)
        w.emit(f"return {w.node(node, inner).code}")
    return name


def own_frame(w: Writer, outer: Frame | None, nodes: tuple[tree.Node, ...]) -> Frame:
    """A frame for the names that nodes bind outside blocks; none of them has a value yet."""
    frame = w.frame(outer)
    for name in bound_in(nodes):
        frame.local[name] = w.variable(name)
        frame.rebound.add(name)
        w.emit(f"{frame.local[name]} = UNBOUND")
    return frame
