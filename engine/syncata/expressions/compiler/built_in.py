"""Code for calls of functions that every expression has."""

from syncata.expressions import tree
from syncata.expressions.compiler.operands import scalar
from syncata.expressions.compiler.values import PLAIN, Kind, Value, json_like
from syncata.expressions.compiler.writer import Place, Writer
from syncata.expressions.runtime.builtins import BUILT_IN
from syncata.expressions.runtime.functions import Builtin
from syncata.expressions.runtime.signatures import Parameter


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What they yield, where it is not ANY.
TEXTS = _names(
    """string substring substringBefore substringAfter lowercase uppercase trim pad replace join
    formatNumber formatBase formatInteger type base64encode base64decode encodeUrlComponent
    encodeUrl decodeUrlComponent decodeUrl fromMillis"""
)
NUMBERS = _names("count length toMillis random")
COMPUTED = _names("sum max min average number floor ceil round abs sqrt power parseInteger")
BOOLEANS = _names("boolean not exists contains")
KINDS = (
    (Kind.TEXT, TEXTS),
    (Kind.NUMBER, NUMBERS),
    (Kind.COMPUTED, COMPUTED),
    (Kind.BOOLEAN, BOOLEANS),
    (Kind.JSON, _names("split")),
)
# As plain as their first argument.
ITEMS = _names("filter keys lookup reverse shuffle sort distinct merge spread single zip clone")
# What makes an object of the members of its arguments: it is plain JSON if they are.
COPIES = _names("merge")
# What may not be collapsed yet.
OPEN = _names("map filter keys lookup distinct each spread match")
DEFINED = _names("count exists random")
# What may yield something else for the same arguments, or yields a sequence that others may change.
IMPURE = _names(
    "random shuffle map filter sort reduce single each sift match replace contains split"
)
# What yields nothing for nothing, whatever the other arguments are.
STRICT = TEXTS | COMPUTED | _names("length boolean not contains split")

GUARDS = {
    "s": "type({0}) is str", "n": "type({0}) in NUMBERS", "b": "type({0}) is bool",
    "o": "type({0}) is dict", "f": "isinstance({0}, Function)",
}  # fmt: skip
ITEM_TYPES = {"s": "TEXT_ITEMS", "n": "NUMBERS", "o": "OBJECT_ITEMS"}  # of arrays, by signature
KIND_LETTERS = {
    Kind.TEXT: "s", Kind.NUMBER: "n", Kind.COMPUTED: "n", Kind.BOOLEAN: "b", Kind.FUNCTION: "f",
}  # fmt: skip


def own(w: Writer, name: str, node: tree.Call, place: Place) -> Value:
    """A function of ours, which takes and yields plain JSON."""
    arguments = [w.hold(w.node(each, place, outward=True)).code for each in node.arguments]
    kind = Kind.NUMBER if name == "duration" else Kind.TEXT
    return w.once(Value(f"f_{name}.take({', '.join(arguments)})", kind))


def built_in(
    w: Writer, name: str, node: tree.Call, place: Place, *, outward: bool = False
) -> Value:
    """A function of the language: called at once where the arguments fit for certain.

    `outward`: its arguments must be plain JSON.
    """
    if name == "join" and len(node.arguments) == 2:
        return _join(w, node, place)
    values = [w.node(each, place, outward=outward) for each in node.arguments]
    if name == "exists" and len(values) == 1:
        code = "True" if values[0].defined else f"({values[0].code} is not UNDEFINED)"
        return Value(code, Kind.BOOLEAN, defined=True)
    values = [w.hold(value) for value in values]
    codes = [value.code for value in values]
    listed = "".join(f"{code}, " for code in codes)
    careful = f"f_{name}.call(({listed}), {place.context.code})"
    if len(values) == 2 and name == "lookup":
        return _lookup(w, node.arguments[0], values[0], codes[1], careful)
    guards = _guards(name, values)
    if guards is None:
        code = careful
    else:
        w.direct.add(name)
        code = f"d_{name}({', '.join(codes)})"
        if any(guards):
            tests = [test for test in guards if test]
            if name in STRICT and tests == guards[:1] and not values[0].defined:
                careful = f"UNDEFINED if {codes[0]} is UNDEFINED else {careful}"
            code = f"{code} if {' and '.join(tests)} else {careful}"
    result = _result(name, values, code)
    return w.keep(result) if name in IMPURE else w.once(result)


def _join(w: Writer, node: tree.Call, place: Place) -> Value:
    """`$join` with a separator: most often texts that were just put together."""
    texts = w.open_node(node.arguments[0], place)
    if not texts.items:
        texts = w.hold(w.collapse(texts))
    separator = w.hold(w.node(node.arguments[1], place))
    if separator.kind is not Kind.TEXT or not separator.defined:
        held = w.hold(w.collapse(texts)) if texts.items else texts
        arguments = f"({held.code}, {separator.code})"
        return w.once(Value(f"f_join.call({arguments}, {place.context.code})", Kind.TEXT))
    if texts.items:
        return w.once(Value(f"joined_items({texts.items}, {separator.code}, f_join)", Kind.TEXT))
    return w.once(Value(f"joined({texts.code}, {separator.code}, f_join)", Kind.TEXT))


def _lookup(w: Writer, node: tree.Node, value: Value, key: str, careful: str) -> Value:
    """`$lookup`: at once where a text is looked up in an object, `node`."""
    if scalar(value):
        return w.keep(Value(careful, open=True))
    tests = [f"type({key}) is str"]
    written = isinstance(node, tree.Object)  # so that it is an object for certain
    if not written:
        tests.insert(0, f"type({value.code}) is dict")
    code = f"{value.code}.get({key}, UNDEFINED) if {' and '.join(tests)} else {careful}"
    if written and value.kind is Kind.JSON:
        return w.keep(Value(code, Kind.JSON))
    return w.keep(Value(code, Kind.FLAT if json_like(value) else Kind.ANY, open=True))


def _guards(name: str, values: list[Value]) -> list[str] | None:
    """For each argument the test under which it fits the signature as it is, empty if it does for
    certain; None if it is never so plain."""
    function_ = BUILT_IN[name]
    assert isinstance(function_, Builtin)
    parameters = function_.signature.parameters
    if len(values) > len(parameters):
        return None
    if any(not p.pattern.endswith("?") or p.context for p in parameters[len(values) :]):
        return None
    tests = []
    for parameter, value in zip(parameters, values, strict=False):
        test = _guard(parameter, value)
        if test is None:
            return None
        tests.append(test)
    return tests


def _guard(parameter: Parameter, value: Value) -> str | None:
    """The test of one argument: empty if it fits for certain, None if there is none."""
    letters = parameter.pattern.strip("?+").strip("[]").replace("m", "")
    if parameter.is_array:
        test = f"isinstance({value.code}, list)"
        if not parameter.items:
            return test
        types = ITEM_TYPES.get(parameter.items)
        return types and f"({test} and {types}.issuperset(map(type, {value.code})))"
    if set("asnblo") <= set(letters):
        return "" if "f" in letters or value.kind in PLAIN else None
    if value.defined and KIND_LETTERS.get(value.kind, "-") in letters:
        return ""
    tests = [GUARDS[letter].format(value.code) for letter in letters if letter in GUARDS]
    return f"({' or '.join(tests)})" if len(tests) > 1 else tests[0]


def _result(name: str, values: list[Value], code: str) -> Value:
    kind = next((kind for kind, names in KINDS if name in names), Kind.ANY)
    if name in ITEMS and all(json_like(value) for value in values[:1]):
        kind = Kind.JSON if name in COPIES and values[0].kind in PLAIN else Kind.FLAT
    text = bool(values) and values[0].defined and values[0].kind is Kind.TEXT
    defined = name in DEFINED or (name in TEXTS and text)
    return Value(code, kind, defined=defined, open=name in OPEN)
