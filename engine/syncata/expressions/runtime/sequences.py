"""Arrays and sequences: what paths yield, and when one item stands for itself.

The reference tells arrays, which stay what they are, from sequences, which collapse to their only
item. `Sequence` is such a sequence, `Kept` one that keeps its only item (`a[]`), `Cons` an array
constructor's result inside a path, which is not flattened, and `Tuples` a stream of tuples: dicts
of the names bound along a path.
"""

from collections.abc import Callable, Iterable
from typing import Any

from syncata.expressions.values import UNDEFINED


class Sequence(list[Any]):
    """A sequence; as the value of an expression it has two items or more."""

    __slots__ = ()


class Kept(Sequence):
    """A sequence that keeps its only item."""

    __slots__ = ()


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
    return value[0] if value else UNDEFINED


def gathered(found: list[Any]) -> Any:
    """The value of a path whose last step yielded these values, none of them a list."""
    if len(found) == 1:
        return found[0]
    return Sequence(found) if found else UNDEFINED


def kept(value: Any) -> Any:
    """A value of `expression[]`: a sequence keeps its only item."""
    if type(value) is not Sequence:
        return value
    return Kept(value) if value else UNDEFINED


def kept_path(value: Any) -> Any:
    """The value of a path with `[]` in it."""
    return Kept([value]) if type(value) is Cons else kept(value)


def stream(value: Any) -> Any:
    """What the next step of a path goes over: the items of a list, or the value alone."""
    if isinstance(value, list):
        return value
    return [] if value is UNDEFINED else [value]


def stream_of(value: Any) -> Any:
    """What the first step of a path goes over: the context's items, or the context, even if it is
    undefined."""
    return value if isinstance(value, list) else [value]


def sequence_of(items: Any) -> Sequence:
    """Items as a sequence."""
    return items if type(items) is Sequence else Sequence(items)


def settled(value: Any) -> Any:
    """The value of a member: a sequence in it does not keep its only item."""
    if isinstance(value, Sequence) and len(value) <= 1:
        return value[0] if value else UNDEFINED
    return value


def items_of(value: Any) -> Any:
    """What a filter goes over: undefined counts as an item."""
    return value if isinstance(value, list) else [value]


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
        if isinstance(only, list) and not isinstance(only, Sequence):
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


def walk(value: Any, names: tuple[str, ...]) -> Any:
    """The value of a path of names from a value on, or from the items of a list."""
    if not isinstance(value, (list, dict)):
        return UNDEFINED
    if len(names) == 1 and type(value) is list:
        found = _each(value, names[0])
        if found is not None:
            return gathered(found)
    return collapsed(walk_open(stream(value), names))


def _each(items: list[Any], name: str) -> list[Any] | None:
    """The members with a name, if all items are objects and none of the members is a list."""
    found = []
    for item in items:
        if type(item) is not dict:
            return None
        value = item.get(name, UNDEFINED)
        if value is not UNDEFINED:
            if isinstance(value, list):
                return None
            found.append(value)
    return found


def walk_out(value: Any, names: tuple[str, ...]) -> Any:
    """The same as plain JSON."""
    found = walk(value, names)
    return list(found) if isinstance(found, Sequence) else found


def walk_on(value: Any, names: tuple[str, ...]) -> Any:
    """What further steps go over behind a path of names."""
    if not isinstance(value, (list, dict)):
        return UNDEFINED
    items = stream(value)
    for name in names:
        items = flattened(members(items, name))
    return items


def walk_open(items: Any, names: tuple[str, ...]) -> Any:
    """What the last step of a path of names yields, not collapsed."""
    for name in names[:-1]:
        items = flattened(members(items, name))
        if not items:
            return items
    return last_step(members(items, names[-1]))


def array(value: Any) -> list[Any]:
    """`[value]`."""
    if isinstance(value, list):
        return list(value)
    return [] if value is UNDEFINED else [value]


def walk_array(value: Any, name: str) -> list[Any]:
    """`[value.name]` where the value is no object."""
    found = _each(value, name) if type(value) is list else None
    return array(walk(value, (name,))) if found is None else found


Walk = Callable[[Any, tuple[str, ...]], Any]


class Reader:
    """What members are read from where the context is no object: it has every name."""

    __slots__ = ("value", "walk")

    def __init__(self, value: Any, walk: Walk) -> None:
        self.value = value
        self.walk = walk

    def __contains__(self, name: str) -> bool:
        return True

    def __getitem__(self, name: str) -> Any:
        return self.walk(self.value, (name,))


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
