"""Sorting: `$sort` and the `^(...)` of a path, stable, with the reference's comparisons."""

from collections.abc import Callable
from typing import Any

from syncata.expressions.faults import Refusal
from syncata.expressions.runtime.functions import Function
from syncata.expressions.runtime.operators import NUMBERS, is_number, order_key, shown, truthy
from syncata.expressions.values import UNDEFINED

After = Callable[[Any, Any], bool]
Term = tuple[Callable[[Any], Any], bool]
"""What an item is sorted by, and whether in descending order."""


def merge_sorted(items: list[Any], after: After) -> list[Any]:
    """Items in the order of a test whether one comes after another, which may be inconsistent.

    It compares the same pairs as the reference, so that errors show for the same data.
    """
    if len(items) <= 1:
        return items
    middle = len(items) // 2
    left, right = merge_sorted(items[:middle], after), merge_sorted(items[middle:], after)
    merged: list[Any] = []
    first = second = 0
    while first < len(left) and second < len(right):
        if after(left[first], right[second]):
            merged.append(right[second])
            second += 1
        else:
            merged.append(left[first])
            first += 1
    return [*merged, *left[first:], *right[second:]]


def sort(items: Any, function: Any = UNDEFINED) -> Any:
    """`$sort`: numbers or texts in order, or as a comparing function says."""
    if items is UNDEFINED or len(items) <= 1:
        return items
    if isinstance(function, Function):
        return merge_sorted(list(items), lambda a, b: truthy(function.call((a, b))))
    if all(map(is_number, items)):
        return sorted(items)
    if all(isinstance(item, str) for item in items):
        return sorted_texts(items, lambda item: item)
    raise Refusal("D3070", "only texts or only numbers can be sorted without a comparing function")


def sorted_texts(items: Any, key: Callable[[Any], str], *, descending: bool = False) -> list[Any]:
    """Items by a text, in the order of UTF-16 code units."""
    texts = {id(item): key(item) for item in items}
    if all(text.isascii() for text in texts.values()):
        return sorted(items, key=lambda item: texts[id(item)], reverse=descending)
    return sorted(
        items,
        key=lambda item: texts[id(item)].encode("utf-16-be", "surrogatepass"),
        reverse=descending,
    )


class Keyed:
    """An item with what it is sorted by, each term computed when it is first compared."""

    __slots__ = ("found", "item")

    def __init__(self, item: Any) -> None:
        self.item = item
        self.found: list[Any] = []

    def key(self, terms: list[Term], index: int) -> Any:
        """What the item is sorted by in the term at `index`."""
        if index == len(self.found):
            self.found.append(terms[index][0](self.item))
        return self.found[index]


def order_by(items: Any, terms: list[Term]) -> Any:
    """`^(...)`: items sorted by terms; undefined comes last."""
    if len(items) <= 1:
        return items
    keyed = [Keyed(item) for item in items]
    quick = _quickly(keyed, terms) if len(terms) == 1 else None
    if quick is None:
        quick = merge_sorted(keyed, lambda a, b: _after(a, b, terms))
    return [each.item for each in quick]


def _quickly(keyed: list[Keyed], terms: list[Term]) -> list[Keyed] | None:
    """In order by the only term if it yields only numbers or only texts, else None."""
    kinds = {type(each.key(terms, 0)) for each in keyed}
    descending = terms[0][1]
    if kinds <= NUMBERS:
        return sorted(keyed, key=lambda each: each.found[0], reverse=descending)
    if kinds == {str}:
        return sorted_texts(keyed, lambda each: each.found[0], descending=descending)
    return None


def _after(left: Keyed, right: Keyed, terms: list[Term]) -> bool:
    """Whether an item comes after another."""
    for index, (_, descending) in enumerate(terms):
        first, second = left.key(terms, index), right.key(terms, index)
        if first is UNDEFINED or second is UNDEFINED:
            if first is second:
                continue
            return first is UNDEFINED
        order = _order(first, second)
        if order:
            return (order < 0) if descending else (order > 0)
    return False


def _order(first: Any, second: Any) -> int:
    """Less than zero, zero or more, as the first is less than the second, equal or more."""
    for value in (first, second):
        if type(value) is not str and type(value) not in NUMBERS:
            raise Refusal("T2008", f"only numbers and texts can be sorted by, not {shown(value)}")
    if (type(first) is str) is not (type(second) is str):
        message = f"{shown(first)} and {shown(second)} cannot be sorted together"
        raise Refusal("T2007", message)
    if first == second:
        return 0
    if type(first) is str:
        if first.isascii() or second.isascii():
            return -1 if first < second else 1
        first, second = order_key(first), order_key(second)
    return -1 if first < second else 1
