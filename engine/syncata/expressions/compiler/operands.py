"""Code for literals, names, operators, conditions and blocks."""

from dataclasses import replace

from syncata.expressions import tree
from syncata.expressions.compiler.names import bound_in, lookup, may_change, used_in
from syncata.expressions.compiler.values import NOTHING, SCALARS, Kind, Value, joined
from syncata.expressions.compiler.writer import Place, Writer
from syncata.expressions.runtime.builtins import BUILT_IN
from syncata.expressions.runtime.matching import Matcher

ARITHMETIC = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "remainder"}
ORDER = {"<": "less", "<=": "less_or_equal", ">": "greater", ">=": "greater_or_equal"}


def literal(_w: Writer, node: tree.Literal, _place: Place, _outward: bool) -> Value:
    """A constant."""
    return constant(node.value)


def constant(value: object) -> Value:
    """The code of a text, number, true, false or null."""
    if isinstance(value, bool):
        return Value(repr(value), Kind.BOOLEAN, defined=True)
    if isinstance(value, str):
        return Value(repr(value), Kind.TEXT, defined=True)
    if value is None:
        return Value("None", Kind.SCALAR, defined=True)
    code = repr(value)
    return Value(f"({code})" if code[0] == "-" else code, Kind.NUMBER, defined=True)


def regex(w: Writer, node: tree.Regex, _place: Place, _outward: bool) -> Value:
    """A regular expression is a function."""
    return Value(w.constant(Matcher(node.pattern), "regex"), Kind.FUNCTION, defined=True)


def variable(w: Writer, node: tree.Variable, place: Place, _outward: bool) -> Value:
    """`$`, `$$`, a name bound here, a built-in function, or a name of the scope."""
    if node.name == "":
        return place.context
    value = named(w, node.name, place)
    return w.keep(value) if may_change(place.names, node.name) else value


def named(w: Writer, name: str, place: Place) -> Value:
    """The value of a name."""
    return lookup(place.names, name, lambda free: _free(w, free))


def _free(w: Writer, name: str) -> Value:
    """A name that the expression does not bind."""
    if name == "$":
        return Value("root", Kind.JSON)
    if is_built_in(w, name):
        w.built_in.add(name)
        return Value(f"f_{name}", Kind.FUNCTION, defined=True)
    return Value(w.scope_name(name), Kind.FREE)


def is_built_in(w: Writer, name: str) -> bool:
    """Whether a free name is a function that needs no scope, and that the scope does not hide."""
    return name in BUILT_IN and name not in w.hidden


def parent(_w: Writer, node: tree.Parent, place: Place, _outward: bool) -> Value:
    """`%`."""
    return lookup(place.names, node.label, lambda _: NOTHING)


def negation(w: Writer, node: tree.Negation, place: Place, _outward: bool) -> Value:
    """Unary minus."""
    value = w.node(node.operand, place)
    return w.keep(Value(f"negate({value.code})", Kind.COMPUTED))


def binary(w: Writer, node: tree.Binary, place: Place, _outward: bool) -> Value:
    """An operator between two values."""
    if node.operator in {"and", "or"}:
        return _short_circuit(w, node, place)
    left = w.node(node.left, place)
    if node.operator == "in":
        return _included(w, left, node.right, place)
    right = w.node(node.right, place)
    if node.operator in ARITHMETIC:
        code = f"{ARITHMETIC[node.operator]}({left.code}, {right.code})"
        return w.keep(Value(code, Kind.COMPUTED))
    if node.operator in ORDER:
        code = f"{ORDER[node.operator]}({left.code}, {right.code})"
        return w.keep(Value(code, Kind.BOOLEAN))
    if node.operator == "&":
        code = f"{_text(w, left)} + {_text(w, right)}"
        if place.repeated or w.spends or _fed_back(node):
            w.grows, code = True, f"grown({code})"
        return w.keep(Value(code, Kind.TEXT, defined=True))
    return _equality(w, left, right, node.operator == "=")


def _fed_back(node: tree.Binary) -> bool:
    """Whether a text may hold what another `&` made: only so it can outgrow the record."""
    named_parts = (part.name for part in tree.walk(node) if isinstance(part, tree.Variable))
    return any(name and name not in BUILT_IN for name in named_parts)


def _text(w: Writer, value: Value) -> str:
    """A side of `&`."""
    if value.kind is Kind.TEXT and value.defined:
        return value.code
    held = w.hold(value)
    return f"({held.code} if type({held.code}) is str else concatenated({held.code}))"


def _equality(w: Writer, left: Value, right: Value, equal: bool) -> Value:
    for one, other in ((left, right), (right, left)):
        if one.kind is Kind.TEXT and one.defined and one.atom:
            held = w.hold(other)
            defined = held.defined or equal
            test = f"{held.code} {'==' if equal else '!='} {one.code}"
            code = test if defined else f"{held.code} is not UNDEFINED and {test}"
            return Value(f"({code})", Kind.BOOLEAN, defined=True)
    function = "equal" if equal else "unequal"
    return Value(f"{function}({left.code}, {right.code})", Kind.BOOLEAN, defined=True)


def _included(w: Writer, left: Value, node: tree.Node, place: Place) -> Value:
    texts = _texts_of(node)
    if texts is None:
        right = w.node(node, place)
        return Value(f"included({left.code}, {right.code})", Kind.BOOLEAN, defined=True)
    held = w.hold(left)
    code = f"type({held.code}) is str and {held.code} in {w.constant(texts, 'texts')}"
    return Value(f"({code})", Kind.BOOLEAN, defined=True)


def _texts_of(node: tree.Node) -> frozenset[str] | None:
    """The items of an array of texts that is written down."""
    if not isinstance(node, tree.Array):
        return None
    items = [item.value if isinstance(item, tree.Literal) else None for item in node.items]
    texts = [item for item in items if isinstance(item, str)]
    return frozenset(texts) if len(texts) == len(items) else None


def truth(w: Writer, value: Value) -> str:
    """Code for whether a value counts as true."""
    if value.kind in {Kind.BOOLEAN, Kind.TEXT}:
        return value.code
    held = w.hold(value)
    return f'({held.code} != "" if type({held.code}) is str else truthy({held.code}))'


def _short_circuit(w: Writer, node: tree.Binary, place: Place) -> Value:
    """`and` and `or`: the right side is evaluated if it matters."""
    left = w.node(node.left, place)
    held = w.keep(Value(_boolean(w, left), Kind.BOOLEAN, defined=True))
    mark = len(w.lines)
    w.emit(f"if {held.code}:" if node.operator == "and" else f"if not {held.code}:")
    with w.indented():
        right = w.node(node.right, place)
        code = _boolean(w, right)
        if len(w.lines) == mark + 1:  # nothing had to be computed before: one line says it all
            first = w.lines[mark - 1].text.partition(" = ")[2]
            del w.lines[mark - 1 :]
            return Value(f"({first} {node.operator} {code})", Kind.BOOLEAN, defined=True)
        w.emit(f"{held.code} = {code}")
    return held


def _boolean(w: Writer, value: Value) -> str:
    """The truth of a value as true or false."""
    if value.kind is Kind.BOOLEAN:
        return value.code if value.defined else f"({value.code} is True)"
    if value.kind is Kind.TEXT:
        return f'({value.code} != "")' if value.defined else f"bool({value.code})"
    return truth(w, value)


def condition(w: Writer, node: tree.Condition, place: Place, outward: bool) -> Value:
    """`test ? then : otherwise`."""
    test = truth(w, w.node(node.test, place))
    name = w.name()
    w.emit(f"if {test}:")
    with w.indented():
        first = w.node(node.then, place, outward=outward)
        w.emit(f"{name} = {first.code}")
    w.emit("else:")
    with w.indented():
        second = NOTHING
        if node.otherwise is not None:
            second = w.node(node.otherwise, place, outward=outward)
        w.emit(f"{name} = {second.code}")
    return joined(first, second, name)


def block(w: Writer, node: tree.Block, place: Place, outward: bool) -> Value:
    """Expressions in order, with names of their own; the last is the value."""
    inner = place
    if counts := bound_in(node.nodes):
        frame = w.frame(place.names)
        for name in counts:
            frame.local[name] = w.variable(name)
            if counts[name] > 1 or not _bound_here(node, name):
                frame.rebound.add(name)
            if not _bound_first(node, name):
                w.emit(f"{frame.local[name]} = UNBOUND")
        inner = replace(place, names=frame)
    value = NOTHING
    for index, each in enumerate(node.nodes):
        last = index == len(node.nodes) - 1
        if isinstance(each, tree.Bind):
            value = _bind_here(w, each, inner, once=counts[each.name] == 1)
        else:
            value = w.node(each, inner, outward=outward and last)
    return value


def _bound_here(node: tree.Block, name: str) -> bool:
    """Whether the block binds a name as one of its own expressions, not inside one."""
    return any(isinstance(each, tree.Bind) and each.name == name for each in node.nodes)


def _bound_first(node: tree.Block, name: str) -> bool:
    """Whether the block binds a name for certain before it is used."""
    for index, each in enumerate(node.nodes):
        if isinstance(each, tree.Bind) and each.name == name:
            return not used_in((*node.nodes[:index], each.value), name)
    return False


def _bind_here(w: Writer, node: tree.Bind, place: Place, *, once: bool) -> Value:
    """A name that has its value from here on; what is known of it holds if it is bound once."""
    value = bind(w, node, place)
    known = value if once else Value(value.code)
    place.names.assigned[node.name] = known
    return known


def bind(w: Writer, node: tree.Bind, place: Place, _outward: bool = False) -> Value:
    """`$name := value`."""
    frame = place.names
    while node.name not in frame.local:
        assert frame.parent is not None, "every name was found before"
        frame = frame.parent
    value = w.node(node.value, place)
    w.assign(frame, node.name, value.code)
    return value.named(frame.local[node.name])


def boolean_kind(value: Value) -> bool:
    """Whether a value is true or false for certain."""
    return value.kind is Kind.BOOLEAN


def scalar(value: Value) -> bool:
    """Whether a value is no list for certain."""
    return value.kind in SCALARS or value.kind is Kind.COMPUTED
