"""Code for members of objects by name: look-ups in objects inline, lists at run time."""

from syncata.expressions import tree
from syncata.expressions.compiler.values import Kind, Value, json_like
from syncata.expressions.compiler.writer import Place, Writer

Names = tuple[str, ...]


def leading_names(steps: tuple[tree.Step, ...]) -> Names:
    """The names of the steps at the start that are nothing but names."""
    names: list[str] = []
    for step in steps:
        held = core(step)
        if not isinstance(held, tree.Name) or step.stages or step.streaming:
            break
        names.append(held.name)
    return tuple(names)


def core(step: tree.Step) -> tree.Node:
    """What a step evaluates, without what is attached to it."""
    return step.node.node if isinstance(step.node, tree.Attached) else step.node


def path_names(node: tree.Node) -> Names:
    """The names of a path that consists of nothing else, else none."""
    if not isinstance(node, tree.Path) or node.group is not None or node.keep:
        return ()
    names = leading_names(node.steps)
    return names if len(names) == len(node.steps) else ()


def array_of(w: Writer, names: Names, place: Place) -> Value:
    """`[a.b]`: the values of a path of names in a new array."""
    if len(names) == 1:
        value = names_of(w, names, place, outward=False)
        return w.keep(Value(f"array({value.code})", _item_kind(place), defined=True, is_list=True))
    held = w.hold(_member(w, names[:-1], place, "walk_on"))
    at, name = held.code, names[-1]
    one = f"array({_read(at, name)}) if type({at}) is dict"
    code = f"{one} else walk_array({at}, {name!r})"
    return w.keep(Value(code, _item_kind(place), defined=True, is_list=True))


def _item_kind(place: Place) -> Kind:
    return Kind.JSON if place.plain else Kind.ANY


def names_of(w: Writer, names: Names, place: Place, *, outward: bool) -> Value:
    """The value of a path of names from the context on."""
    known = w.remembered("walk", w.hold(place.context).code, place.root, names)
    walk = "walk_out" if outward and place.plain and known is None else "walk"
    return _settled(w, _member(w, names, place, walk), place.plain, walk)


def reach(w: Writer, names: Names, place: Place) -> Value:
    """What further steps go over behind names."""
    return _member(w, names, place, "walk_on")


def members(w: Writer, value: Value, names: Names, *, outward: bool) -> Value:
    """The value of a path of names from a value on."""
    plain = json_like(value)
    for index, name in enumerate(names):
        last = index == len(names) - 1
        walk = ("walk_out" if outward and plain else "walk") if last else "walk_on"
        value = w.keep(Value(_look_up(value.code, name, walk), Kind.JSON if plain else Kind.ANY))
    return _settled(w, value, plain, walk)


def _settled(w: Writer, value: Value, plain: bool, walk: str) -> Value:
    """The value with what is known of it; only in plain JSON no member is a sequence."""
    if plain:
        return Value(value.code, Kind.JSON if walk == "walk_out" else Kind.FLAT)
    return w.keep(Value(f"settled({value.code})"))


def _member(w: Writer, names: Names, place: Place, walk: str) -> Value:
    """A member of a member of the context; what was looked up before is not looked up again."""
    context = w.hold(place.context)
    key = (walk, context.code, place.root, names)
    known = w.remembered(*key)
    if known is not None:
        return known
    name = names[-1]
    kind = _item_kind(place)
    if len(names) > 1:
        held = w.hold(_member(w, names[:-1], place, "walk_on"))
        code = _look_up(held.code, name, walk)
    elif place.often:
        code = _read(_reader(w, context.code, walk, once=place.root), name)
    else:
        code = _look_up(context.code, name, walk)
    return w.remember(w.keep(Value(code, kind)), *key)


def _look_up(at: str, name: str, walk: str) -> str:
    return f"({_read(at, name)}) if type({at}) is dict else {walk}({at}, ({name!r},))"


def _read(at: str, name: str) -> str:
    """A member of an object; asking first is quicker than a call of `get`."""
    return f"{at}[{name!r}] if {name!r} in {at} else UNDEFINED"


def _reader(w: Writer, at: str, walk: str, *, once: bool) -> str:
    """The variable with the object that members of the context are read from."""
    known = w.remembered("reader", at, walk, once)
    if known is not None:
        return known.code
    other = f"Reader({f'[{at}]' if once else at}, {walk})"
    if at == "root" and not w.function:
        name = w.name("read")
        w.readers[name] = other
        return w.remember_always(Value(name), "reader", at, walk, once).code
    value = w.keep(Value(f"{at} if type({at}) is dict else {other}"))
    return w.remember(value, "reader", at, walk, once).code


def readers(w: Writer) -> list[str]:
    """The lines that make the objects which members of the input are read from."""
    if not w.readers:
        return []
    names, others = list(w.readers), list(w.readers.values())
    return [
        f"if type(root) is dict: {' = '.join(names)} = root",
        f"else: {', '.join(names)} = {', '.join(others)}",
    ]
