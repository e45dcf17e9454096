"""Built-in functions on numbers and arrays of numbers."""

import math
import random as randomness
from decimal import Decimal, InvalidOperation
from typing import Any

from syncata.expressions.faults import Refusal
from syncata.expressions.runtime.operators import double
from syncata.expressions.values import UNDEFINED

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def total(numbers: Any) -> Any:
    """`$sum`, added from left to right."""
    if numbers is UNDEFINED:
        return UNDEFINED
    result: int | float = 0
    for number in numbers:
        result += number
    return double(result)


def average(numbers: Any) -> Any:
    """`$average`."""
    if numbers is UNDEFINED or not numbers:
        return UNDEFINED
    return double(total(numbers) / len(numbers))


def largest(numbers: Any) -> Any:
    """`$max`."""
    return UNDEFINED if numbers is UNDEFINED or not numbers else max(numbers)


def smallest(numbers: Any) -> Any:
    """`$min`."""
    return UNDEFINED if numbers is UNDEFINED or not numbers else min(numbers)


def floor(number: Any) -> Any:
    """`$floor`."""
    return number if number is UNDEFINED or not _finite(number) else math.floor(number)


def ceil(number: Any) -> Any:
    """`$ceil`."""
    return number if number is UNDEFINED or not _finite(number) else math.ceil(number)


def _finite(number: float) -> bool:
    return type(number) is int or math.isfinite(number)


def rounded(number: Any, precision: Any = UNDEFINED) -> Any:
    """`$round`: half to even, to a number of decimal places (negative: of tens)."""
    if precision is UNDEFINED and type(number) is float and math.isfinite(number):
        return round(number)
    if number is UNDEFINED or not _finite(number):
        return number
    places = 0 if precision is UNDEFINED else int(precision)
    if not places:
        return round(number)
    try:
        shifted = round(float(Decimal(repr(number)).scaleb(places)))
        return double(float(Decimal(shifted).scaleb(-places)))
    except (InvalidOperation, OverflowError, ValueError):
        return number if places > 0 else 0


def absolute(number: Any) -> Any:
    """`$abs`."""
    return number if number is UNDEFINED else abs(number)


def square_root(number: Any) -> Any:
    """`$sqrt`."""
    if number is UNDEFINED:
        return UNDEFINED
    if number < 0:
        raise Refusal("D3060", "a negative number has no square root")
    return double(math.sqrt(number))


def power(number: Any, exponent: Any) -> Any:
    """`$power`."""
    if number is UNDEFINED:
        return UNDEFINED
    try:
        result = math.pow(number, exponent)
    except (TypeError, ValueError, OverflowError):
        result = math.nan
    if not math.isfinite(result):
        raise Refusal("D3061", "the power is not a number JSON can hold")
    return double(result)


def random() -> float:
    """`$random`."""
    return randomness.random()  # noqa: S311  nothing secret depends on it


def format_base(number: Any, base: Any = UNDEFINED) -> Any:
    """`$formatBase`: the rounded number with digits of a base from 2 to 36."""
    if number is UNDEFINED:
        return UNDEFINED
    value, radix = rounded(number), 10 if base is UNDEFINED else rounded(base)
    if not 2 <= radix <= 36:
        raise Refusal("D3100", "the base must be between 2 and 36")
    rest, digits = abs(int(value)), ""
    while rest:
        rest, digit = divmod(rest, int(radix))
        digits = _DIGITS[digit] + digits
    return ("-" if value < 0 else "") + (digits or "0")
