"""What functions yield, where their signature alone would say too little."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from syncata.expressions.types.model import (
    ANY,
    NEVER,
    NUMBER,
    OBJECT,
    STRING,
    UNDEFINED,
    Type,
    array,
    exactly,
    kind,
    record,
    union,
)
from syncata.expressions.types.values import (
    can_be_false,
    can_be_true,
    deeply_flat,
    flat,
    folded,
    member_of,
    sequence,
    type_names,
)

Result = Callable[[Sequence[Type]], Type]

# What these yield does not depend on whether an argument is undefined.
_TOTAL = frozenset({"count", "exists", "has", "rank", "now", "millis", "random"})


def yielded(name: str, kind_of_result: str, arguments: Sequence[Type]) -> Type:
    """What a built-in function yields for arguments (the context among them, where it is one)."""
    special = _SPECIAL.get(name)
    if special is not None and arguments:
        return special(arguments)
    of = kind(kind_of_result) if kind_of_result else ANY
    if name in _TOTAL or not any("undefined" in given.kinds for given in arguments):
        return of
    return of | UNDEFINED


def _first(arguments: Sequence[Type]) -> Type:
    return arguments[0].among({"undefined"})


def _folding(name: str) -> Result:
    return lambda given: folded(given[0], name) | _first(given)


def _string(given: Sequence[Type]) -> Type:
    only_texts = given[0].defined.kinds == {"string"}
    return given[0] if only_texts else STRING | _first(given)


def _truth(given: Sequence[Type]) -> Type:
    of = NEVER
    if can_be_true(given[0]):
        of |= exactly(True)  # noqa: FBT003  a value of the language
    if can_be_false(given[0].defined):
        of |= exactly(False)  # noqa: FBT003
    return of | _first(given)


def _negated(given: Sequence[Type]) -> Type:
    known = _truth(given).values("boolean") or frozenset()
    return union(exactly(not value) for value in known) | _first(given)


def _extreme(given: Sequence[Type]) -> Type:
    sure = given[0].kinds <= {"array", "number"} and (
        "array" not in given[0].kinds or given[0].filled
    )
    return NUMBER if sure else NUMBER | UNDEFINED


def _lookup(given: Sequence[Type]) -> Type:
    if len(given) < 2:
        return ANY
    table = deeply_flat(given[0])
    names = given[1].values("string")
    of = NEVER
    if "object" in table.kinds:
        if table.shape is None:
            return ANY
        every = [member_of(table, name) for name in names] if names else [table.shape.every]
        for held in every:
            of |= held
        of = of if names else of | UNDEFINED
    if table.kinds - {"object"} or "undefined" in given[1].kinds:
        of |= UNDEFINED
    return of | sequence(flat(of) | of) if "array" in given[0].kinds else of


def _append(given: Sequence[Type]) -> Type:
    if len(given) < 2:
        return ANY
    one, other = given[0], given[1]
    of = array(flat(one).defined | flat(other).defined)
    if "undefined" in one.kinds:
        of |= other
    return of | one.defined if "undefined" in other.kinds else of


def _merge(given: Sequence[Type]) -> Type:
    items = flat(given[0]).among({"object"})
    if items.shape is None or not items.kinds:
        return OBJECT | _first(given)
    shape = items.shape
    members = {name: held | UNDEFINED for name, held in shape.members.items()}
    return record(members, shape.rest) | _first(given)


def _list(given: Sequence[Type]) -> Type:
    of = array(flat(given[0]).defined)
    return of | UNDEFINED if "undefined" in given[0].kinds else of


def _distinct(given: Sequence[Type]) -> Type:
    return given[0] | flat(given[0])


def _always(of: Type) -> Result:
    return lambda _given: of


def _instant(given: Sequence[Type]) -> Type:
    """What does not fit a picture is nothing; without a picture it is an error."""
    sure = len(given) == 1 and "undefined" not in given[0].kinds
    return NUMBER if sure else NUMBER | UNDEFINED


def _nothing(of: Type) -> Type:
    return UNDEFINED if of.kinds & {"undefined", "null"} else NEVER


def _language(given: Sequence[Type]) -> Type:
    options = flat(given[1]).among({"string"}) if len(given) > 1 else STRING
    return options | UNDEFINED


_SPECIAL: Mapping[str, Result] = MappingProxyType(
    {
        "lowercase": _folding("lowercase"),
        "uppercase": _folding("uppercase"),
        "trim": _folding("trim"),
        "string": _string,
        "boolean": _truth,
        "not": _negated,
        "max": _extreme,
        "min": _extreme,
        "average": _extreme,
        "lookup": _lookup,
        "append": _append,
        "merge": _merge,
        "reverse": _list,
        "shuffle": _list,
        "sort": _list,
        "distinct": _distinct,
        "clone": lambda given: given[0],
        "type": lambda given: type_names(given[0]),
        "split": lambda given: array(STRING) | _first(given),
        "keys": _always(sequence(STRING)),
        "spread": lambda given: given[0] | sequence(OBJECT),
        "match": _always(sequence(OBJECT)),
        "zip": _always(array(array(ANY.defined))),
        "single": lambda given: flat(given[0]),
        "sift": _always(OBJECT | UNDEFINED),
        "error": _always(NEVER),
        "assert": _always(UNDEFINED),
        "unmapped": _always(UNDEFINED),
        "duration": _always(NUMBER | UNDEFINED),
        "language": _language,
        "toMillis": _instant,
        "link": _always(STRING | UNDEFINED),
        "text": lambda given: STRING | _nothing(given[0]),
        "html": lambda given: STRING | _nothing(given[0]),
        "find": _always(ANY),
    }
)
