"""The values expressions work on, and how they pass into the interpreter and out of it.

Outside: plain JSON values, JSON null as None, UNDEFINED for what is not there.
Inside the interpreter: None is undefined and `NULL` is JSON null.
"""

import json
import math
import re
from decimal import Decimal
from typing import Any, Final

from jsonata.utils import Utils

from syncata.expressions.faults import Refusal


class Undefined:
    """The type of UNDEFINED; it has one instance."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "undefined"

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        return "UNDEFINED"


UNDEFINED: Final = Undefined()
"""What an expression yields when there is nothing: not JSON null, which is None."""

NULL: Final[Any] = Utils.NULL_VALUE
LARGEST_RESULT = 5_000_000
_SURROGATE = re.compile("[\ud800-\udfff]")
LARGEST_PLAIN_INTEGER = 10**21  # from here on numbers are written with an exponent


def inward(value: Any) -> Any:
    """A plain value or UNDEFINED as the interpreter wants it; containers are not copied unless
    a list holds null, which the interpreter would take for undefined."""
    if value is None:
        return NULL
    if value is UNDEFINED:
        return None
    if isinstance(value, list) and None in value:
        return visible_nulls(value)
    return value


def visible_nulls(items: list[Any]) -> list[Any]:
    """A copy of a list in which null is `NULL`."""
    return [NULL if item is None else item for item in items]


def outward(value: Any) -> Any:
    """What the interpreter yielded, as a plain value or UNDEFINED; containers are copied.

    Raises Refusal for a function and for a number JSON cannot hold.
    """
    return UNDEFINED if value is None else plain(value)


def plain(value: Any) -> Any:
    """A value inside a result as plain JSON: here None is null, as in the input.

    Undefined items of an array are null, as where the reference writes them. Raises Refusal for a
    function, a number that JSON cannot hold, and a value that is too large when it is written out.
    """
    if isinstance(value, (str, bool, int)) or value is None or value is UNDEFINED:
        return value
    return _plain(value, [LARGEST_RESULT])


def _plain(value: Any, left: list[int]) -> Any:
    """`left` counts down: parts that a value holds twice are written twice."""
    if isinstance(value, (str, bool, int)) or value is None:
        return value
    if value is NULL or value is UNDEFINED:
        return None
    if isinstance(value, (dict, list)):
        left[0] -= len(value) + 1
        if left[0] < 0:
            raise Refusal("SYN222", f"the result has more than {LARGEST_RESULT} parts")
        if isinstance(value, dict):
            return {name: _plain(member, left) for name, member in value.items()}
        return [_plain(item, left) for item in value]
    if isinstance(value, float):
        return finite(value)
    raise a_function()


def no_function(value: Any) -> Any:
    """A value that is plain unless it is a function. Raises Refusal for a function."""
    if value is None or value is UNDEFINED or isinstance(value, (str, int, float, list, dict)):
        return value
    raise a_function()


def a_function() -> Refusal:
    """The refusal of a function as a result."""
    return Refusal("SYN223", "the result is a function, not a value: are parentheses missing?")


def finite(number: float) -> float:
    """The number itself; raises Refusal D1001 for infinity and not-a-number."""
    if math.isfinite(number):
        return number
    raise Refusal("D1001", "the result is a number out of range")


def text_of(value: Any) -> str:
    """A plain value as `$string` and `&` write it: texts unchanged, the rest as JSON.

    Integers keep all their digits. Raises Refusal for functions and numbers out of range.
    """
    return value if isinstance(value, str) else json_text(value)


def json_text(value: Any, indent: int = 0) -> str:
    """A plain value as JSON text, as the reference writes it; undefined members are left out.

    Raises Refusal for functions, numbers out of range and text without end.
    """
    parts: list[str] = []
    _write(value, "\n" if indent else "", " " * indent, parts)
    return "".join(parts)


def _write(value: Any, line: str, indent: str, parts: list[str]) -> None:
    """`line` is what a new line starts with, empty for JSON without white space."""
    if isinstance(value, dict):
        members = [(name, member) for name, member in value.items() if member is not UNDEFINED]
        _enclosed("{}", members, line, indent, parts)
    elif isinstance(value, list):
        _enclosed("[]", [("", item) for item in value], line, indent, parts)
    else:
        parts.append(_scalar(value))
        if len(parts) > LARGEST_RESULT:
            raise Refusal("SYN222", f"the value has more than {LARGEST_RESULT} parts")


def _enclosed(
    signs: str, members: list[tuple[str, Any]], line: str, indent: str, parts: list[str]
) -> None:
    """An object or an array."""
    parts.append(signs[0])
    deeper = line and line + indent
    for index, (name, member) in enumerate(members):
        parts.append(f",{deeper}" if index else deeper)
        if signs == "{}":
            parts.append(_quoted(name) + (": " if line else ":"))
        _write(member, deeper, indent, parts)
    parts.append(line + signs[1] if members else signs[1])


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return _number_text(value)
    if value is None or value is UNDEFINED:
        return "null"
    raise Refusal("SYN223", "a function cannot be written as text")


def _quoted(text: str) -> str:
    """A JSON string; halves of surrogate pairs are escaped."""
    quoted = json.dumps(text, ensure_ascii=False)
    return quoted if quoted.isascii() else _SURROGATE.sub(_escaped, quoted)


def _escaped(half: re.Match[str]) -> str:
    return f"\\u{ord(half[0]):04x}"


def _number_text(number: float) -> str:
    """A number as the reference writes it: fractions with 15 digits, an exponent if it must."""
    if isinstance(number, int):
        if abs(number) < LARGEST_PLAIN_INTEGER:
            return str(number)
        try:
            number = float(number)
        except OverflowError:
            raise Refusal("D1001", "the result is a number out of range") from None
    elif not finite(number).is_integer():
        number = float(format(number, ".15g"))
    if number == 0:
        return "0"
    text = repr(number)
    size = Decimal(text).adjusted()
    if -7 < size < 21:
        return format(Decimal(text), "f").removesuffix(".0")
    mantissa, _, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent):+d}"
