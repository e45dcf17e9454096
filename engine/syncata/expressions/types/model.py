"""Types of values: which kinds are possible, and what is known of each.

A type is a set of values that is never too small. It says at most one thing about each kind: the
only texts, numbers or booleans there are, what a list holds, which members an object has.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

KINDS = ("undefined", "null", "boolean", "number", "string", "array", "object", "function")
SCALARS = frozenset({"boolean", "number", "string"})
MOST_VALUES = 256  # a kind with more possible values than these is taken as open
MOST_PARTS = 20_000  # of a type with more parts only the kinds are kept

Values = frozenset[Any]
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Type:
    """A set of values. `only` has the possible values of scalar kinds, where they are known;
    `items`, `shape` and `yields` (None: not known) tell of arrays, objects and functions.

    `filled`: an array has an item at least. `size`: how many types it is made of.
    """

    kinds: frozenset[str]
    only: Mapping[str, Values] = field(default_factory=lambda: _NOTHING)
    items: "Type | None" = None
    shape: "Shape | None" = None
    yields: "Type | None" = None
    filled: bool = False
    size: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parts = (self.items, self.yields)
        size = 1 + sum(part.size for part in parts if part is not None)
        size += 0 if self.shape is None else self.shape.size
        if size > MOST_PARTS:
            for name in ("items", "shape", "yields"):
                object.__setattr__(self, name, None)
            size = 1
        object.__setattr__(self, "size", size)

    def __or__(self, other: "Type") -> "Type":
        """The values of both."""
        if self == other or not other.kinds:
            return self
        if not self.kinds:
            return other
        return Type(
            self.kinds | other.kinds,
            _joined_values(self, other),
            _joined(self, other, "array", self.items, other.items),
            _joined_shapes(self, other),
            _joined(self, other, "function", self.yields, other.yields),
            filled=("array" not in self.kinds or self.filled)
            and ("array" not in other.kinds or other.filled),
        )

    def but(self, *kinds: str) -> "Type":
        """Without the values of these kinds."""
        return self.among(self.kinds.difference(kinds))

    def among(self, kinds: Iterable[str]) -> "Type":
        """Only the values of these kinds."""
        left = self.kinds.intersection(kinds)
        return self if left == self.kinds else replace(self, kinds=left)

    @property
    def defined(self) -> "Type":
        """Without undefined."""
        return self.but("undefined")

    @property
    def element(self) -> "Type":
        """What a list of this type holds."""
        return ANY if self.items is None else self.items

    @property
    def result(self) -> "Type":
        """What a function of this type yields."""
        return ANY if self.yields is None else self.yields

    def values(self, kind: str) -> Values | None:
        """The only values of a scalar kind; None where any is possible."""
        if kind not in self.kinds:
            return frozenset()
        return self.only.get(kind)

    def without(self, kind: str, values: Values) -> "Type":
        """Without these values of a scalar kind, where all of its values are known."""
        known = self.values(kind)
        if known is None or kind not in self.kinds:
            return self
        return self.limited(kind, known - values)

    def limited(self, kind: str, values: Values) -> "Type":
        """Of a scalar kind these values only."""
        known = self.values(kind)
        left = values if known is None else values & known
        if not left:
            return self.but(kind)
        return replace(self, only={**self.only, kind: left})


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of objects: their members, and `rest`, the type of any other member (None:
    there are no others). `whose` names the schema that says so; empty: no schema does.

    `required`: the members without which a schema refuses an object.
    """

    members: Mapping[str, Type]
    rest: Type | None
    whose: str = ""
    required: frozenset[str] = frozenset()

    @property
    def size(self) -> int:
        """How many types it is made of."""
        return sum(held.size for held in self.members.values()) + (
            0 if self.rest is None else self.rest.size
        )

    def member(self, name: str) -> Type:
        """The type of a member."""
        if name in self.members:
            return self.members[name]
        return UNDEFINED if self.rest is None else self.rest | UNDEFINED

    @property
    def every(self) -> Type:
        """What any member may be."""
        return union([*self.members.values(), self.rest or NEVER])


def kind(*names: str) -> Type:
    """All values of some kinds."""
    return Type(frozenset(names))


def exactly(value: Any) -> Type:
    """The type of one scalar, or of null."""
    if value is None:
        return NULL
    name = (
        "boolean" if isinstance(value, bool) else "string" if isinstance(value, str) else "number"
    )
    return Type(frozenset({name}), {name: frozenset({value})})


def array(items: Type, *, filled: bool = False) -> Type:
    """Lists of such items."""
    return Type(frozenset({"array"}), items=items, filled=filled)


def record(
    members: Mapping[str, Type],
    rest: Type | None = None,
    whose: str = "",
    required: Iterable[str] = (),
) -> Type:
    """Objects with these members."""
    return Type(frozenset({"object"}), shape=Shape(members, rest, whose, frozenset(required)))


def function(yields: Type) -> Type:
    """Functions that yield such values."""
    return Type(frozenset({"function"}), yields=yields)


def union(types: Iterable[Type]) -> Type:
    """The values of all types."""
    found = NEVER
    for each in types:
        found |= each
    return found


def _joined_values(one: Type, other: Type) -> Mapping[str, Values]:
    found = {}
    for name in SCALARS & (one.kinds | other.kinds):
        left, right = one.values(name), other.values(name)
        if left is not None and right is not None and len(left | right) <= MOST_VALUES:
            found[name] = left | right
    return found


def _joined(
    one: Type, other: Type, name: str, left: Type | None, right: Type | None
) -> Type | None:
    if name not in one.kinds or name not in other.kinds:
        return left if name in one.kinds else right
    return None if left is None or right is None else left | right


def _joined_shapes(one: Type, other: Type) -> Shape | None:
    left, right = one.shape, other.shape
    if "object" not in one.kinds or "object" not in other.kinds:
        return left if "object" in one.kinds else right
    if left is None or right is None:
        return None
    names = dict.fromkeys([*left.members, *right.members])
    rests = [rest for rest in (left.rest, right.rest) if rest is not None]
    return Shape(
        {name: left.member(name) | right.member(name) for name in names},
        union(rests) if rests else None,
        left.whose if left.whose == right.whose else "",
        left.required & right.required,
    )


NEVER = Type(frozenset())
UNDEFINED = kind("undefined")
NULL = kind("null")
BOOLEAN = kind("boolean")
NUMBER = kind("number")
STRING = kind("string")
OBJECT = kind("object")
FUNCTION = kind("function")
ANY = kind(*KINDS)
JSON = ANY.but("undefined", "function")
