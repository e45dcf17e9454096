"""Arrays and sequences: what paths yield, and when one item stands for itself.

The reference tells arrays, which stay what they are, from sequences, which collapse to their only
item. `Sequence` is such a sequence, `Cons` an array constructor's result inside a path, which is
not flattened, and `Tuples` a stream of tuples: dicts of the names bound along a path.
"""

from collections.abc import Iterable
from typing import Any

from syncata.expressions.values import UNDEFINED


class Sequence(list[Any]):
    """A sequence; `keep` says that a single item stays in it (`a[]`)."""

    __slots__ = ("keep",)
    keep: bool

    def __init__(self, items: Iterable[Any] = (), *, keep: bool = False) -> None:
        super().__init__(items)
        self.keep = keep


class Cons(list[Any]):
    """What an array constructor yields as a step of a path: one item, whatever it holds."""

    __slots__ = ()


class Tuples(list[dict[str, Any]]):
    """A stream of tuples: `@` is the value, other keys are the names bound along the path."""

    __slots__ = ()


def collapsed(value: Any) -> Any:
    """A value of an expression: of a sequence without items nothing, of one item the item."""
    if type(value) is not Sequence or len(value) > 1:
        return value
    if not value:
        return UNDEFINED
    return value if value.keep else value[0]


def kept(value: Any) -> Any:
    """A value of `expression[]`: a sequence keeps its only item."""
    if type(value) is not Sequence:
        return value
    value.keep = True
    return value or UNDEFINED


def kept_path(value: Any) -> Any:
    """The value of a path with `[]` in it."""
    if type(value) is Cons:
        value = Sequence([value])
    return kept(value)


def stream(value: Any) -> Any:
    """What the next step of a path goes over: the items of a list, or the value alone."""
    if isinstance(value, list):
        return value
    return () if value is UNDEFINED else (value,)


def stream_of(value: Any) -> Any:
    """What the first step of a path goes over: the context's items, or the context, even if it is
    undefined."""
    return value if isinstance(value, list) else (value,)


def sequence_of(items: Any) -> Sequence:
    """Items as a sequence."""
    return items if type(items) is Sequence else Sequence(items)


def settled(value: Any) -> Any:
    """The value of a member: a sequence in it does not keep its only item."""
    if type(value) is Sequence and len(value) <= 1:
        return value[0] if value else UNDEFINED
    return value


def items_of(value: Any) -> Any:
    """What a filter goes over: undefined counts as an item."""
    return value if isinstance(value, list) else (value,)


def flattened(found: Iterable[Any]) -> Sequence:
    """What a step yielded for each item, as one sequence: lists give their items."""
    result = Sequence()
    for value in found:
        if isinstance(value, list) and type(value) is not Cons:
            result.extend(value)
        else:
            result.append(value)
    return result


def last_step(found: list[Any]) -> Any:
    """As `flattened`, for the last step of a path: a single array stays what it is."""
    if len(found) == 1:
        only = found[0]
        if isinstance(only, list) and type(only) is not Sequence:
            return only
    return flattened(found)


def member(value: Any, name: str) -> Any:
    """The members with a name, not collapsed: of an object one, of a list those of its items."""
    if isinstance(value, dict):
        return value.get(name, UNDEFINED)
    if not isinstance(value, list):
        return UNDEFINED
    result = Sequence()
    for item in value:
        found = item.get(name, UNDEFINED) if type(item) is dict else member(item, name)
        if isinstance(found, list):
            result.extend(found)
        elif found is not UNDEFINED:
            result.append(found)
    return result


def members(items: Iterable[Any], name: str) -> list[Any]:
    """What a step that is a name yields for each item, where it yields something."""
    found = []
    for item in items:
        known = type(item) is dict
        value = item.get(name, UNDEFINED) if known else collapsed(member(item, name))
        if value is not UNDEFINED:
            found.append(value)
    return found


def walk(items: Any, names: tuple[str, ...]) -> Any:
    """The value of a path of names from a stream of items."""
    return collapsed(walk_open(items, names))


def walk_open(items: Any, names: tuple[str, ...]) -> Any:
    """The stream at the end of a path of names; its end is the path's end."""
    for name in names[:-1]:
        items = flattened(members(items, name))
        if not items:
            return items
    return last_step(members(items, names[-1]))


def walk_on(items: Any, names: tuple[str, ...]) -> Any:
    """The stream after steps that are names, where more steps follow."""
    for name in names:
        items = flattened(members(items, name))
    return items


def wildcard(value: Any) -> Any:
    """`*`: the values of an object's members, or of a list; arrays give their items, at any depth.

    As in the reference, an object that holds an array yields an array, which does not collapse.
    """
    if not isinstance(value, (dict, list)):
        return Sequence()
    result: list[Any] = []
    array = False
    for held in value.values() if isinstance(value, dict) else value:
        if isinstance(held, list):
            array = True
            result.extend(_deep_items(held))
        else:
            result.append(held)
    return result if array else Sequence(result)


def _deep_items(items: list[Any]) -> list[Any]:
    """All items that are no lists; deep input costs no recursion."""
    found: list[Any] = []
    waiting = [iter(items)]
    while waiting:
        for item in waiting[-1]:
            if isinstance(item, list):
                waiting.append(iter(item))
                break
            found.append(item)
        else:
            waiting.pop()
    return found


def descendants(value: Any) -> Any:
    """`**`: the value and everything below it, without the arrays in between."""
    if value is UNDEFINED:
        return UNDEFINED
    result = Sequence()
    waiting = [value]
    while waiting:
        held = waiting.pop()
        if isinstance(held, list):
            waiting.extend(reversed(held))
            continue
        result.append(held)
        if isinstance(held, dict):
            waiting.extend(reversed(held.values()))
    return result
