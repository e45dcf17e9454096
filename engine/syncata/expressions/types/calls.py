"""Types of calls: how many arguments, of which types, and what the function yields."""

from syncata.expressions import tree
from syncata.expressions.catalogue import FUNCTIONS, Function
from syncata.expressions.types import values
from syncata.expressions.types.blocks import body_of
from syncata.expressions.types.model import (
    ANY,
    FUNCTION,
    NUMBER,
    STRING,
    UNDEFINED,
    Type,
    array,
    function,
    record,
)
from syncata.expressions.types.results import yielded
from syncata.expressions.types.signatures import Profile, profile
from syncata.expressions.types.walk import Mistake, Place, Walk
from syncata.expressions.types.words import in_words

_COUNTED_ELSEWHERE = frozenset({"ref", "has", "find"})  # rules of their own ask for the key
_OVER_ITEMS = frozenset({"map", "filter", "single"})
_OVER_MEMBERS = frozenset({"each", "sift"})
_FOLDING = _OVER_MEMBERS | {"map", "filter", "reduce"}
_UNITS = frozenset({"milliseconds", "seconds", "minutes", "hours", "days"})
_CONVERSIONS = {"string": "string", "number": "number"}


def call(walk: Walk, node: tree.Call, at: Place) -> Type:
    """`$function(...)`."""
    name = built_in(walk, node.function, at)
    if not name:
        return _of_value(walk, node, at)
    given = _arguments(walk, name, node.arguments, at)
    found = FUNCTIONS[name]
    rule = profile(name)
    if rule is None or not _counted(walk, node, found, rule):
        return ANY
    _judge(walk, node, rule, given, at)
    if name == "merge" and node.arguments:
        return _merged(walk, node.arguments[0], given)
    if name in _FOLDING:
        return _folded(name, given)
    return yielded(name, rule.yields, _with_context(rule, given, at))


def built_in(walk: Walk, node: tree.Node, at: Place) -> str:
    """The name of the function of the language that a node is; empty if it is none."""
    if not isinstance(node, tree.Variable) or node.name in at.names or node.name in walk.outer:
        return ""
    return node.name if node.name in FUNCTIONS else ""


def apply(walk: Walk, node: tree.Apply, at: Place) -> Type:
    """`value ~> $function`."""
    of = walk.visit(node.value, at)
    name = built_in(walk, node.function, at)
    if not name:
        found = walk.visit(node.function, at)
        return found.result if found.kinds == {"function"} and "function" not in of.kinds else ANY
    rule = profile(name)
    if rule is None or "function" in of.kinds:
        return ANY
    _judge_one(walk, node.value, name, rule, of)
    return yielded(name, rule.yields, [of])


def partial(walk: Walk, node: tree.PartialCall, at: Place) -> Type:
    """`$function(?, ...)`."""
    for argument in node.arguments:
        if argument is not None:
            walk.visit(argument, at)
    return FUNCTION


def transform(walk: Walk, node: tree.Transform, at: Place) -> Type:
    """`|...|...|` is a function; its parts are seen with nothing known."""
    for part in (node.pattern, node.update, node.delete):
        if part is not None:
            walk.visit(part, at.inside(ANY))
    return FUNCTION


def _of_value(walk: Walk, node: tree.Call, at: Place) -> Type:
    """A call of what is no function of the language: written here, or not known."""
    of = ANY if _unbound(walk, node.function, at) else walk.visit(node.function, at)
    for argument in node.arguments:
        walk.visit(argument, at)
    return of.result if of.kinds == {"function"} else ANY


def _unbound(walk: Walk, node: tree.Node, at: Place) -> bool:
    return isinstance(node, tree.Variable) and not (
        node.name in at.names or node.name in walk.outer
    )


def _arguments(walk: Walk, name: str, nodes: tuple[tree.Node, ...], at: Place) -> list[Type]:
    """The types of arguments; a function that is written there sees the items of the first."""
    given: list[Type] = []
    for node in nodes:
        if isinstance(node, tree.Lambda) and given:
            seen = _seen(name, given)
            of = function(body_of(walk, node, at, seen))
        elif isinstance(node, tree.Variable) and given and name in _OVER_ITEMS:
            of = _named_function(walk, node, given[0], at)
        else:
            of = walk.visit(node, at)
        walk.types[id(node)] = of
        given.append(of)
    return given


def _seen(name: str, given: list[Type]) -> tuple[Type, ...]:
    """The arguments that a function is called with for each item, or member."""
    if name in _OVER_ITEMS:
        return (values.flat(given[0]).defined, NUMBER, array(values.flat(given[0]).defined))
    if name in _OVER_MEMBERS:
        shape = given[0].among({"object"}).shape
        held = ANY if shape is None else shape.every.defined
        return (held, STRING, given[0].among({"object"}))
    if name == "reduce":
        return (ANY, values.flat(given[0]).defined)
    return tuple([values.flat(given[0]).defined] * 2) if name == "sort" else ()


def _named_function(walk: Walk, node: tree.Variable, items: Type, at: Place) -> Type:
    """A function of the language that is named where one is applied to each item."""
    name = built_in(walk, node, at)
    rule = profile(name) if name else None
    if rule is None:
        return walk.visit(node, at)
    item = values.flat(items).defined
    if item.kinds:
        _judge_one(walk, node, name, rule, item)
    return function(yielded(name, rule.yields, [item]))


def _counted(walk: Walk, node: tree.Call, found: Function, rule: Profile) -> bool:
    """Whether there are as many arguments as the function takes."""
    count = len(node.arguments)
    if found.name in _COUNTED_ELSEWHERE and count < found.least:
        return False
    if rule.fits([ANY] * count, ANY):
        return True
    message = f"${found.name} takes {_how_many(found)}, not {count}"
    _miscounted(walk, node, found, message)
    return False


def _miscounted(walk: Walk, node: tree.Call, found: Function, message: str) -> None:
    start, end = node.function.span
    walk.note(Mistake("SYN260", start, end - start, message, f"for example {found.example}"))


def _how_many(found: Function) -> str:
    if found.most is None:
        return f"{found.least} arguments or more"
    if found.most == found.least:
        return f"{found.least or 'no'} argument{'' if found.least == 1 else 's'}"
    if not found.least:
        return f"at most {found.most} argument{'' if found.most == 1 else 's'}"
    return f"{found.least} to {found.most} arguments"


def _judge(walk: Walk, node: tree.Call, rule: Profile, given: list[Type], at: Place) -> None:
    """Tell of the first argument that can never be taken."""
    assert isinstance(node.function, tree.Variable)
    name = node.function.name
    if not rule.fits(given, at.context):
        if given:
            _refuse(walk, node, name, rule, given)
        else:
            wanted = in_words(rule.parameters[0].wanted)
            message = f"${name} without an argument takes the context, which must be {wanted}; "
            walk.wrong("SYN261", node, f"{message}it is {in_words(at.context)}")
    elif name == "duration" and not (given[1].values("string") or _UNITS) & _UNITS:
        message = f"$duration knows no {walk.shown(node.arguments[1])}"
        start, end = node.arguments[1].span
        unit = min(given[1].values("string") or [""])
        walk.note(Mistake("SYN261", start, end - start, message, "", unit, tuple(sorted(_UNITS))))


def _refuse(walk: Walk, node: tree.Call, name: str, rule: Profile, given: list[Type]) -> None:
    refused = rule.refused(given)
    if refused is None:
        _miscounted(walk, node, FUNCTIONS[name], f"${name} lacks an argument")
        return
    index, parameter = refused
    argument = node.arguments[index]
    wanted = f"a list of {_PLURALS[parameter.items]}" if parameter.items else ""
    message = f"argument {index + 1} of ${name} must be {wanted or in_words(parameter.wanted)}"
    told = f"{message}; {walk.shown(argument)} is {_said(given[index], wanted)}"
    walk.wrong("SYN261", argument, told, _conversion(walk, argument, parameter.wanted))


_PLURALS = {"number": "numbers", "string": "texts", "object": "objects"}


def _said(of: Type, wanted: str) -> str:
    """A type, with what a list of it holds where that matters."""
    if not wanted or of.defined.kinds != {"array"}:
        return in_words(of)
    held = of.element.defined.kinds
    plural = _PLURALS.get(min(held), "") if len(held) == 1 else ""
    return f"a list of {plural}" if plural else f"a list whose items are {in_words(of.element)}"


def _judge_one(walk: Walk, node: tree.Node, name: str, rule: Profile, of: Type) -> None:
    """The same where a function is applied to one value."""
    if rule.parameters and not rule.parameters[0].takes(of):
        wanted = in_words(rule.parameters[0].wanted)
        message = f"argument 1 of ${name} must be {wanted}; here it is {in_words(of)}"
        walk.wrong("SYN261", node, message)


def _conversion(walk: Walk, node: tree.Node, wanted: Type) -> str:
    for kind, name in _CONVERSIONS.items():
        of = walk.types.get(id(node), ANY).defined.kinds
        if wanted.kinds == {kind} and of <= {"string", "number", "boolean"}:
            return f"write ${name}({walk.shown(node)})"
    return ""


def _with_context(rule: Profile, given: list[Type], at: Place) -> list[Type]:
    """The arguments, with the context where it may stand for the first."""
    first = rule.parameters[0] if rule.parameters else None
    if first is None or not first.context or len(given) >= len(rule.parameters):
        return given
    if not given:
        return [at.context]
    needed = sum(not parameter.optional for parameter in rule.parameters)
    if len(given) >= needed and given[0].kinds <= first.kinds:
        return given  # there is nothing for the context to stand for
    return [given[0] | at.context, *given[1:], at.context]


def _folded(name: str, given: list[Type]) -> Type:
    """What `$map`, `$filter`, `$each`, `$sift` and `$reduce` yield."""
    if len(given) < 2 or name == "reduce":
        return ANY
    if name == "filter":
        return values.sequence(values.flat(given[0]))
    if name == "sift":
        return _sifted(given[0])
    return values.sequence(given[1].result)


def _sifted(of: Type) -> Type:
    shape = of.among({"object"}).shape
    if shape is None:
        return ANY
    members = {name: held | UNDEFINED for name, held in shape.members.items()}
    return record(members, shape.rest) | UNDEFINED


def _merged(walk: Walk, node: tree.Node, given: list[Type]) -> Type:
    """`$merge([a, b])`: of members with the same name the last one counts."""
    if not isinstance(node, tree.Array):
        return yielded("merge", "object", given)
    members: dict[str, Type] = {}
    rest: Type | None = None
    for item in node.items:
        of = walk.types.get(id(item), ANY)
        shape = of.shape
        if of.kinds != {"object"} or shape is None:
            return yielded("merge", "object", given)
        for name, held in shape.members.items():
            before = members.get(name, UNDEFINED if rest is None else rest | UNDEFINED)
            optional = "undefined" in held.kinds
            members[name] = held.defined | before if optional else held
        if shape.rest is not None:
            members = {n: t if n in shape.members else t | shape.rest for n, t in members.items()}
            rest = shape.rest if rest is None else rest | shape.rest
    return record(members, rest)
