"""Filters `[...]` where generated code does not decide itself."""

import math
from collections.abc import Callable
from typing import Any

from syncata.expressions.runtime.operators import is_number, truthy
from syncata.expressions.runtime.sequences import Sequence, Tuples, items_of
from syncata.expressions.values import UNDEFINED


def picks(result: Any, index: int, size: int) -> int:
    """How often a filter's result picks the item at `index` of `size`: numbers pick by position,
    other values by their truth."""
    if result is True:
        return 1
    if type(result) is int or (type(result) is float and is_number(result)):
        return int(_position(result, size) == index)
    if isinstance(result, list) and all(map(is_number, result)):
        return sum(_position(number, size) == index for number in result)
    return int(truthy(result))


def _position(number: float, size: int) -> int:
    position = math.floor(number)
    return position + size if position < 0 else position


def solid(items: list[Any]) -> list[Any]:
    """`[$]`: the items that count as true; numbers pick by position."""
    found: list[Any] = []
    for index, item in enumerate(items):
        if type(item) is str:
            if item:
                found.append(item)
        elif item is not None and item is not UNDEFINED:
            found.extend([item] * picks(item, index, len(items)))
    return found


def item_at(value: Any, index: int) -> Any:
    """`value[index]`; the result is a sequence, or the item if that is an array."""
    items = value if isinstance(value, list) else (value,)
    found: Any = Tuples() if type(value) is Tuples else Sequence()
    position = index + len(items) if index < 0 else index
    if 0 <= position < len(items) and items[position] is not UNDEFINED:
        if isinstance(items[position], list):
            return items[position]
        found.append(items[position])
    return found


def filtered(value: Any, test: Callable[[Any], Any]) -> Sequence:
    """The items of a value that a test picks."""
    items = items_of(value)
    found = Sequence()
    for index, item in enumerate(items):
        found.extend([item] * picks(test(item), index, len(items)))
    return found


def filtered_tuples(stream: Any, test: Callable[[Any, dict[str, Any]], Any]) -> Any:
    """The tuples of a stream that a test picks.

    After a sort the reference no longer knows that these are tuples, and shows the test each
    tuple itself.
    """
    streaming = type(stream) is Tuples
    found: list[Any] = Tuples() if streaming else Sequence()
    for index, item in enumerate(stream):
        result = test(item["@"], item) if streaming else test(item, {})
        found.extend([item] * picks(result, index, len(stream)))
    return found
