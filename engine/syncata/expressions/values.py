"""The values expressions work on, and how they pass into the interpreter and out of it.

Outside: plain JSON values, JSON null as None, UNDEFINED for what is not there.
Inside the interpreter: None is undefined and `NULL` is JSON null.
"""

import json
import math
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
    """A value inside a result as plain JSON: here None is null, as in the input."""
    if isinstance(value, (str, bool, int)) or value is None:
        return value
    if value is NULL:
        return None
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return finite(value)
    raise Refusal("SYN223", "the result is a function, not a value: are parentheses missing?")


def finite(number: float) -> float:
    """The number itself; raises Refusal D1001 for infinity and not-a-number."""
    if math.isfinite(number):
        return number
    raise Refusal("D1001", "the result is a number out of range")


def text_of(value: Any) -> str:
    """A plain value as `$string` and `&` write it: texts unchanged, the rest as JSON.

    Integers keep all their digits. Raises Refusal for functions and numbers out of range.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return _number_text(finite(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < LARGEST_PLAIN_INTEGER else _number_text(float(value))
    return json_text(value)


def json_text(value: Any, indent: int | None = None) -> str:
    """A plain value as JSON text with numbers of at most 15 digits, as the reference does."""
    separators = (",", ": ") if indent else (",", ":")
    return json.dumps(
        _rounded(value), ensure_ascii=False, allow_nan=False, indent=indent, separators=separators
    )


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    if isinstance(value, float):
        short = float(format(finite(value), ".15g"))
        return int(short) if short.is_integer() and abs(short) < LARGEST_PLAIN_INTEGER else short
    return value


def _number_text(number: float) -> str:
    """A number as the reference writes it: 15 digits, an exponent only when it must."""
    text = format(number, ".15g")
    mantissa, _, exponent = text.partition("e")
    if not exponent:
        return text
    if -7 < int(exponent) < 21:
        return format(Decimal(text), "f")
    return f"{mantissa}e{int(exponent):+d}"
