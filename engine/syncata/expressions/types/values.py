"""Questions about types: can two values be equal, can a value count as true, what is in a list."""

from syncata.expressions.types.model import (
    ANY,
    NEVER,
    SCALARS,
    STRING,
    UNDEFINED,
    Type,
    array,
    exactly,
    union,
)

_ALWAYS_FALSE = frozenset({"undefined", "null", "function"})
_EMPTY = {"boolean": False, "number": 0, "string": ""}


def can_be_true(of: Type) -> bool:
    """Whether a value may count as true."""
    for name in of.kinds - _ALWAYS_FALSE:
        if name == "array":
            if of.items is None or can_be_true(of.items):
                return True
        elif name == "object" or of.values(name) is None or any(of.values(name) or ()):
            return True
    return False


def can_be_false(of: Type) -> bool:
    """Whether a value may count as false."""
    for name in of.kinds:
        if name not in SCALARS:
            return True
        known = of.values(name)
        if known is None or not all(known):
            return True
    return False


def true_part(of: Type) -> Type:
    """The values that count as true."""
    found = of.but(*_ALWAYS_FALSE)
    for name, empty in _EMPTY.items():
        found = found.without(name, frozenset({empty}))
    return found.limited("boolean", frozenset({True})) if "boolean" in found.kinds else found


def meet(one: Type, other: Type) -> bool:
    """Whether a value may be of both types; undefined is equal to nothing."""
    for name in (one.kinds & other.kinds) - {"undefined"}:
        left, right = one.values(name), other.values(name)
        if name not in SCALARS or left is None or right is None or left & right:
            return True
    return False


def flat(of: Type) -> Type:
    """A value, or what the list holds that it is: one level of lists taken away."""
    return of.but("array") | of.element if "array" in of.kinds else of


def deeply_flat(of: Type) -> Type:
    """The same for lists in lists, whatever their depth."""
    for _ in range(8):
        if "array" not in of.kinds:
            return of
        if of.items is None:
            return ANY.but("array")
        of = flat(of)
    return ANY.but("array")


def sequence(items: Type) -> Type:
    """What a path yields of such items: nothing, one of them, or a list."""
    held = items.defined
    return UNDEFINED | held | array(held) if held.kinds else UNDEFINED


def member_of(of: Type, name: str) -> Type:
    """What a step that is a name yields of one value that is no list."""
    found = NEVER
    if "object" in of.kinds:
        found = ANY if of.shape is None else of.shape.member(name)
    return found | UNDEFINED if of.kinds - {"object", "array"} else found


def named(of: Type, name: str) -> Type:
    """What a step that is a name yields of a value."""
    if "array" not in of.kinds:
        return member_of(of, name)
    each = member_of(deeply_flat(of), name)
    return member_of(of.but("array"), name) | sequence(flat(each) | each)


def type_names(of: Type) -> Type:
    """What `$type` yields."""
    names = union(exactly(name) for name in sorted(of.defined.kinds))
    return names | UNDEFINED if "undefined" in of.kinds else names


def folded(of: Type, name: str) -> Type:
    """What a function of texts (`lowercase`, `uppercase`, `trim`) makes of the texts there are."""
    known = of.values("string")
    if not known:
        return STRING
    convert = {"lowercase": str.lower, "uppercase": str.upper, "trim": _trimmed}[name]
    return union(exactly(convert(text)) for text in sorted(known))


def _trimmed(text: str) -> str:
    return " ".join(text.split())
