"""Code for filters `[...]`."""

import math

from syncata.expressions import tree
from syncata.expressions.compiler.constructors import function
from syncata.expressions.compiler.operands import boolean_kind
from syncata.expressions.compiler.values import Kind, Value, json_like, sequence
from syncata.expressions.compiler.writer import MAX_LOOPS, Place, Writer


def loop_item(w: Writer, items: Value) -> Value:
    """The variable of a loop over items."""
    return Value(w.name("item"), Kind.JSON if json_like(items) else Kind.ANY)


def makes_functions(node: tree.Node) -> bool:
    """Whether a node holds functions, which remember the variables around them."""
    return any(isinstance(n, (tree.Lambda, tree.Transform)) for n in tree.walk(node))


def index_of(test: tree.Node) -> int | None:
    """The position that a filter picks, if it is a written number."""
    if not isinstance(test, tree.Literal) or isinstance(test.value, bool):
        return None
    return math.floor(test.value) if isinstance(test.value, (int, float)) else None


def items_code(value: Value) -> str:
    """Code for what a filter goes over."""
    return value.code if value.is_list else f"items_of({value.code})"


def filtered(w: Writer, value: Value, test: tree.Node, place: Place) -> Value:
    """The items of a value that a filter picks, as a sequence not collapsed yet."""
    kind = Kind.FLAT if json_like(value) else Kind.ANY
    index = index_of(test)
    if index is not None:
        return w.keep(Value(f"item_at({value.code}, {index})", kind, open=True))
    held = Value(value.items, value.kind) if value.items else w.hold(value)
    if isinstance(test, tree.Variable) and not test.name:
        found = w.keep(Value(f"solid({items_code(held)})"))
        return sequence(found.code, kind)
    kept, item = w.name("kept"), loop_item(w, value)
    inner = Place(item, place.names, loops=place.loops + 1, repeated=True)
    if inner.loops >= MAX_LOOPS or makes_functions(test):
        name = function(w, "test", test, inner)
        return w.keep(Value(f"filtered({held.code}, {name})", kind, open=True))
    w.emit(f"{kept} = []")
    position, items = w.name("i"), w.name("items")
    w.emit(f"{items} = {items_code(held)}")
    w.charge(items, place)
    mark = len(w.lines)
    w.emit(f"for {position}, {item.code} in enumerate({items}):")
    with w.indented():
        result = w.node(test, inner)
        if boolean_kind(result):
            w.patch(mark, f"for {item.code} in {items}:")
            w.emit(f"if {result.code}: {kept}.append({item.code})")
        else:
            _pick(w, w.hold(result).code, kept, (item.code, position, items))
    return sequence(kept, kind)


def _pick(w: Writer, result: str, kept: str, item: tuple[str, str, str]) -> None:
    """Texts decide by their truth, numbers by position, other values at run time."""
    value, position, items = item
    w.emit(f"if type({result}) is str:")
    with w.indented():
        w.emit(f"if {result}: {kept}.append({value})")
    w.emit("else:")
    with w.indented():
        w.emit(f"{kept}.extend([{value}] * picks({result}, {position}, len({items})))")
