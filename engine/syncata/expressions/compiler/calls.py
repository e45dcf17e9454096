"""Code for calls of functions."""

from syncata.expressions import tree
from syncata.expressions.compiler.built_in import COPIES, built_in, own
from syncata.expressions.compiler.constructors import function
from syncata.expressions.compiler.names import bound_in
from syncata.expressions.compiler.operands import is_built_in, named
from syncata.expressions.compiler.values import Kind, Value
from syncata.expressions.compiler.writer import Place, Writer
from syncata.expressions.runtime.builtins import BUILT_IN
from syncata.expressions.runtime.functions import Host
from syncata.expressions.runtime.signatures import signature


def call(w: Writer, node: tree.Call, place: Place, outward: bool) -> Value:
    """`$function(...)`."""
    name = node.function.name if isinstance(node.function, tree.Variable) else ""
    known = name if name and not _is_bound(place, name) else ""
    if known and is_built_in(w, known):
        w.built_in.add(known)
        if isinstance(BUILT_IN[known], Host):
            return own(w, known, node, place)
        return built_in(w, known, node, place, outward=outward and known in COPIES)
    called = w.hold(w.node(node.function, place))
    outward = bool(known) and known != "$"
    arguments = [w.hold(w.node(each, place, outward=outward)).code for each in node.arguments]
    _check_name(w, called, node.function, place, "T1005")
    context = place.context.code
    listed = "".join(f"{argument}, " for argument in arguments)
    if node.tail:
        return w.keep(Value(f"TailCall({called.code}, ({listed}), {context})"))
    code = f"call({called.code}, ({listed}), {context}, {name!r})"
    if outward:
        code = f"{called.code}.take({listed[:-2]}) if type({called.code}) is Host else {code}"
        return w.keep(Value(code, Kind.JSON))
    return w.keep(Value(code, open=True))


def makes_object(w: Writer, node: tree.Node, place: Place) -> bool:
    """Whether a node yields an object, or nothing, that is plain JSON if its parts are."""
    if isinstance(node, tree.Call) and isinstance(node.function, tree.Variable):
        name = node.function.name
        return name in COPIES and is_built_in(w, name) and not _is_bound(place, name)
    return isinstance(node, tree.Object)


def _is_bound(place: Place, name: str) -> bool:
    """Whether the expression may bind a name itself."""
    frame = place.names
    while frame.parent is not None:
        if name in frame.local or name in frame.tuple_names:
            return True
        frame = frame.parent
    return name in frame.local or name in frame.tuple_names


def _check_name(w: Writer, called: Value, node: tree.Node, place: Place, code: str) -> None:
    """A name without its `$` is told apart from what is no function."""
    if isinstance(node, tree.Path) and isinstance(node.steps[0].node, tree.Name):
        name = node.steps[0].node.name
        held = named(w, name, place)
        w.emit(f"if {called.code} is UNDEFINED and {held.code} is not UNDEFINED:")
        with w.indented():
            w.emit(f"raise forgotten_dollar({name!r}, {code!r})")


def lambda_(w: Writer, node: tree.Lambda, place: Place, _outward: bool) -> Value:
    """`function($a){...}`: a generated function, and an object that holds it."""
    w.spends = True
    variables = [w.variable(name) for name in node.parameters]
    given = "".join(f"{variable}=UNDEFINED, " for variable in variables)
    with w.nested("lambda", f"{given}*_") as name:
        frame = w.frame(place.names)
        for parameter, variable in zip(node.parameters, variables, strict=True):
            frame.local[parameter] = variable
            frame.assigned[parameter] = Value(variable)
        for bound in bound_in((node.body,)):
            frame.rebound.add(bound)
            if bound not in frame.local:
                frame.local[bound] = w.variable(bound)
                w.emit(f"{frame.local[bound]} = UNBOUND")
        value = w.node(
            node.body, Place(place.context, frame, place.root, often=place.often, repeated=True)
        )
        w.emit(f"return {value.code}")
    sign = ""
    if node.signature is not None:
        sign = f", {w.constant(signature(node.signature), 'signature')}"
    code = f"Closure({name}, {len(node.parameters)}, budget{sign})"
    return w.keep(Value(code, Kind.FUNCTION, defined=True))


def partial(w: Writer, node: tree.PartialCall, place: Place, _outward: bool) -> Value:
    """`$function(?, ...)`."""
    codes = [
        "PLACEHOLDER" if each is None else w.hold(w.node(each, place)).code
        for each in node.arguments
    ]
    called = w.hold(w.node(node.function, place))
    _check_name(w, called, node.function, place, "T1007")
    listed = "".join(f"{code}, " for code in codes)
    return w.keep(Value(f"partial({called.code}, ({listed}))", Kind.FUNCTION, defined=True))


def apply(w: Writer, node: tree.Apply, place: Place, _outward: bool) -> Value:
    """`value ~> $function`."""
    value = w.hold(w.node(node.value, place))
    called = w.node(node.function, place)
    return w.keep(Value(f"applied({value.code}, {called.code})", open=True))


def transform(w: Writer, node: tree.Transform, place: Place, _outward: bool) -> Value:
    """`|pattern|update, delete|`: a function."""
    inner = place.within(Value("item"))
    pattern = function(w, "pattern", node.pattern, inner)
    update = function(w, "update", node.update, inner)
    delete = "None" if node.delete is None else function(w, "delete", node.delete, inner)
    places = (node.update.at, node.delete.at if node.delete is not None else node.at, node.at)
    clone = named(w, "clone", place)
    code = f"Transform({clone.code}, {pattern}, {update}, {delete}, {places})"
    return w.keep(Value(code, Kind.FUNCTION, defined=True))
