"""What is known at compile time about a value that generated code computes."""

from dataclasses import dataclass, replace
from enum import Enum, auto
from keyword import iskeyword


class NotCovered(Exception):
    """The compiler has no code for an expression: it is interpreted."""


class Kind(Enum):
    """What a value may be, besides undefined."""

    TEXT = auto()
    NUMBER = auto()
    BOOLEAN = auto()
    SCALAR = auto()  # any of these, or null
    JSON = auto()  # what comes from JSON: no sequence, no function
    COMPUTED = auto()  # a number that may be infinite
    FREE = auto()  # a name of the scope: JSON or a function
    FLAT = auto()  # JSON, or a sequence of JSON
    FUNCTION = auto()
    ANY = auto()


SCALARS = frozenset({Kind.TEXT, Kind.NUMBER, Kind.BOOLEAN, Kind.SCALAR})
PLAIN = SCALARS | {Kind.JSON}


@dataclass(frozen=True, slots=True)
class Value:
    """Python code for a value. It may be written once, and later, unless it is an `atom`.

    `defined`: it is never undefined. `open`: it may be a sequence that was not collapsed yet; then
    `items`, if not empty, is the variable of a list of its items. `is_list`: it is an array,
    `single`: one that its code makes for this value alone.
    """

    code: str
    kind: Kind = Kind.ANY
    defined: bool = False
    open: bool = False
    items: str = ""
    is_list: bool = False
    single: bool = False

    @property
    def atom(self) -> bool:
        """Whether the code is a name or a constant, which can be written twice."""
        return is_atom(self.code)

    def named(self, code: str) -> "Value":
        """The same value by other code."""
        return replace(self, code=code, items="", single=False)


def sequence(items: str, kind: Kind) -> Value:
    """A sequence of what a list holds."""
    return Value(f"Sequence({items})", kind, defined=True, open=True, items=items)


def json_like(value: Value) -> bool:
    """Whether a value's items are plain JSON for certain."""
    return value.kind in PLAIN or value.kind in {Kind.FLAT, Kind.FREE}


NOTHING = Value("UNDEFINED", Kind.SCALAR)


def is_atom(code: str) -> bool:
    """Whether code is a name, a number or a text without further parts."""
    if code.isidentifier():
        return not iskeyword(code) or code in {"None", "True", "False"}
    return code[0] in "'\"" or code.lstrip("(-").rstrip(")").replace(".", "").isdigit()


def joined(first: Value, second: Value, code: str) -> Value:
    """A value that is one of two."""
    kind = first.kind if first.kind is second.kind else _common({first.kind, second.kind})
    defined = first.defined and second.defined
    return Value(code, kind, defined, first.open or second.open)


def _common(kinds: set[Kind]) -> Kind:
    for candidate, members in (
        (Kind.SCALAR, SCALARS),
        (Kind.COMPUTED, SCALARS | {Kind.COMPUTED}),
        (Kind.JSON, PLAIN),
        (Kind.FLAT, PLAIN | {Kind.FLAT}),
        (Kind.FREE, PLAIN | {Kind.FREE}),
    ):
        if kinds <= members:
            return candidate
    return Kind.ANY
