"""Operators: arithmetic on doubles, comparison, equality, membership, text, truth."""

import math
from collections.abc import Callable, Iterable
from typing import Any

from syncata.expressions.faults import Refusal
from syncata.expressions.runtime.limits import Budget
from syncata.expressions.values import LARGEST_PLAIN_INTEGER, UNDEFINED, finite, json_text, text_of

NUMBERS = frozenset({int, float})
TEXT_ITEMS = frozenset({str})
OBJECT_ITEMS = frozenset({dict})
LARGEST_EXACT = 2**53  # beyond it doubles, and so the reference's numbers, skip integers
LARGEST_RANGE = 10_000_000


def is_number(value: Any) -> bool:
    """Whether a value is a number; infinity is an error, and not-a-number is none."""
    if type(value) is int:
        return True
    if type(value) is not float or math.isnan(value):
        return False
    if math.isinf(value):
        raise Refusal("D1001", "a number is out of range: a division by zero?")
    return True


def double(value: float) -> int | float:
    """A result of arithmetic as the reference holds it: integral numbers are integers here, unless
    they would be written with an exponent."""
    if type(value) is int:
        if -LARGEST_EXACT <= value <= LARGEST_EXACT:
            return value
        try:
            value = float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    return int(value) if value.is_integer() and abs(value) < LARGEST_PLAIN_INTEGER else value


def _operands(left: Any, right: Any) -> bool:
    """Whether arithmetic has two numbers; raises Refusal for other values."""
    if type(left) is int and type(right) is int:
        return True
    for code, side, value in (("T2001", "left", left), ("T2002", "right", right)):
        if value is not UNDEFINED and not is_number(value):
            raise Refusal(code, f"the {side} side of the operator must be a number")
    return left is not UNDEFINED and right is not UNDEFINED


def add(left: Any, right: Any) -> Any:
    """`+`."""
    return double(left + right) if _operands(left, right) else UNDEFINED


def subtract(left: Any, right: Any) -> Any:
    """`-`."""
    return double(left - right) if _operands(left, right) else UNDEFINED


def multiply(left: Any, right: Any) -> Any:
    """`*`."""
    if not _operands(left, right):
        return UNDEFINED
    try:
        return double(left * right)
    except OverflowError:
        return math.copysign(math.inf, left) * math.copysign(1, right)


def divide(left: Any, right: Any) -> Any:
    """`/`; by zero it yields infinity, which is an error as soon as it is used."""
    whole = type(left) is int and type(right) is int and right
    if whole and abs(left) <= LARGEST_EXACT >= abs(right):
        return left / right if left % right else left // right
    if not _operands(left, right):
        return UNDEFINED
    if right == 0:
        return math.nan if left == 0 else math.copysign(math.inf, left) * math.copysign(1, right)
    return double(float(left) / float(right))


def remainder(left: Any, right: Any) -> Any:
    """`%`, with the sign of the left side."""
    if not _operands(left, right):
        return UNDEFINED
    return math.nan if right == 0 else double(math.fmod(left, right))


def negate(value: Any) -> Any:
    """Unary `-`."""
    if value is UNDEFINED:
        return UNDEFINED
    if is_number(value):
        return -value
    raise Refusal("D1002", f"a minus cannot stand before {shown(value)}")


def shown(value: Any) -> str:
    """A value in a message, cut short."""
    if value is UNDEFINED:
        return "nothing"
    try:
        text = json_text(value)
    except (TypeError, ValueError, RecursionError, Refusal):
        return "a function"
    return text if len(text) <= 80 else text[:77] + "..."


def equal(left: Any, right: Any) -> bool:
    """`=`: by value; nothing is equal to undefined."""
    if left is UNDEFINED or right is UNDEFINED:
        return False
    return same(left, right)


def unequal(left: Any, right: Any) -> bool:
    """`!=`: by value; nothing is unequal to undefined either."""
    if left is UNDEFINED or right is UNDEFINED:
        return False
    return not same(left, right)


def same(left: Any, right: Any) -> bool:
    """Whether two values are the same JSON; true is not 1."""
    if isinstance(left, (list, dict)):
        return _same_parts(left, right, set())
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


def _same_parts(left: Any, right: Any, seen: set[tuple[int, int]]) -> bool:
    """`seen` are pairs compared before: parts that a value holds twice are compared once."""
    if not isinstance(left, (list, dict)):
        return same(left, right)
    pair = (id(left), id(right))
    if left is right or pair in seen:
        return True
    seen.add(pair)
    pairs: Iterable[tuple[Any, Any]]
    if isinstance(left, list):
        alike = isinstance(right, list) and len(left) == len(right)
        pairs = zip(left, right, strict=False) if alike else ()
    else:
        alike = isinstance(right, dict) and left.keys() == right.keys()
        pairs = ((value, right[name]) for name, value in left.items()) if alike else ()
    return alike and all(_same_parts(one, other, seen) for one, other in pairs)


def included(left: Any, right: Any) -> bool:
    """`in`: arrays and objects are only in a list as themselves, not as equal ones."""
    if left is UNDEFINED or right is UNDEFINED:
        return False
    items = right if isinstance(right, list) else (right,)
    if type(left) is str:
        return left in items
    return any(_identical(left, item) for item in items)


def _identical(left: Any, right: Any) -> bool:
    if isinstance(left, bool) or isinstance(right, bool) or isinstance(left, (list, dict)):
        return left is right
    return bool(left == right)


def order_key(text: str) -> str | bytes:
    """What sorts as the reference sorts texts: by UTF-16 code units."""
    return text if text.isascii() else text.encode("utf-16-be", "surrogatepass")


def text_less(left: str, right: str) -> bool:
    """`<` of two texts, by UTF-16 code units."""
    if left.isascii() or right.isascii():
        return left < right
    return left.encode("utf-16-be", "surrogatepass") < right.encode("utf-16-be", "surrogatepass")


def _comparing(numbers: Callable[[Any, Any], bool], texts: Callable[[str, str], bool]) -> Any:
    """An operator that compares: numbers with numbers, texts with texts."""

    def compare(left: Any, right: Any) -> Any:
        kinds = type(left), type(right)
        if kinds == (str, str):
            return texts(left, right)
        if kinds[0] in NUMBERS and kinds[1] in NUMBERS:
            return numbers(left, right)
        for value in (left, right):
            if type(value) is not str and type(value) not in NUMBERS and value is not UNDEFINED:
                raise Refusal("T2010", f"only numbers and texts have an order, not {shown(value)}")
        if left is UNDEFINED or right is UNDEFINED:
            return UNDEFINED
        message = f"{shown(left)} and {shown(right)} cannot be compared: their types differ"
        raise Refusal("T2009", message)

    return compare


less = _comparing(lambda a, b: bool(a < b), text_less)
less_or_equal = _comparing(lambda a, b: bool(a <= b), lambda a, b: not text_less(b, a))
greater = _comparing(lambda a, b: bool(a > b), lambda a, b: text_less(b, a))
greater_or_equal = _comparing(lambda a, b: bool(a >= b), lambda a, b: not text_less(a, b))


_AS_IN_PYTHON = frozenset({str, int, bool, dict, type(None), type(UNDEFINED)})


def truthy(value: Any) -> bool:
    """Whether a value counts as true; of a list, whether one of its items does."""
    if type(value) in _AS_IN_PYTHON:
        return bool(value)
    if isinstance(value, list):
        return any(map(truthy, value))
    if isinstance(value, dict):
        return bool(value)
    return is_number(value) and value != 0


def number_text(number: float) -> str:
    """A number as text; infinity has none."""
    if not math.isfinite(number):
        raise Refusal("D3001", "infinity and not-a-number cannot be written as text")
    return text_of(number)


def span(first: Any, last: Any, budget: Budget) -> Any:
    """`[first..last]`; undefined where the first is larger."""
    for code, side, value in (("T2003", "left", first), ("T2004", "right", last)):
        if value is not UNDEFINED and not _is_integer(value):
            raise Refusal(code, f"the {side} side of the range must be an integer")
    if first is UNDEFINED or last is UNDEFINED or first > last:
        return UNDEFINED
    first, last = int(first), int(last)
    size = last - first + 1
    if size > LARGEST_RANGE:
        raise Refusal("D2014", f"a range holds at most {LARGEST_RANGE} numbers, not {size}")
    budget.take(size)
    return range(first, last + 1)


def _is_integer(value: Any) -> bool:
    return type(value) is int or (type(value) is float and value.is_integer())


def exit_number(value: Any) -> Any:
    """A computed number as a result."""
    return finite(value) if type(value) is float else value
