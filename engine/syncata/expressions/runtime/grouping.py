"""Object constructors and grouping: `{key: value}` over one value or many."""

from collections.abc import Callable
from typing import Any

from syncata.expressions.faults import Refusal
from syncata.expressions.runtime.collections import append
from syncata.expressions.runtime.operators import shown
from syncata.expressions.runtime.sequences import Tuples
from syncata.expressions.values import UNDEFINED

Evaluate = Callable[..., Any]
"""Generated code for a key or a value: takes the context, and the tuple where there is one."""

Pair = tuple[Evaluate, Evaluate]


def whole(value: Any) -> Any:
    """The context of values whose keys are constant: of a list all its items at once."""
    if not isinstance(value, list):
        return value
    result: Any = UNDEFINED
    if len(value) == 1:
        return value[0]
    for item in value:
        result = append(result, item)
    return result


def same_key(name: str) -> Refusal:
    """Two keys of an object constructor are equal."""
    return Refusal("D1009", f"two keys of the object are both {shown(name)}")


def checked_key(key: Any) -> str:
    """A key that was computed. Raises Refusal T1003 for what is no text."""
    if isinstance(key, str):
        return key
    raise Refusal("T1003", f"the key of an object must be a text, not {shown(key)}")


class Group:
    """What falls under one key: the pair that made the key, and the values that have it."""

    __slots__ = ("data", "index")

    def __init__(self, index: int, data: Any) -> None:
        self.index = index
        self.data = data


def grouped(value: Any, pairs: tuple[Pair, ...]) -> dict[str, Any]:
    """Values grouped by key, and for each group the value of its pair."""
    streaming = type(value) is Tuples
    items = value if isinstance(value, list) else [value]
    if not items and not streaming:
        items = [UNDEFINED]
    groups: dict[str, Group] = {}
    for item in items:
        for index, (key_of, _) in enumerate(pairs):
            _sort_in(groups, _given(key_of, item, streaming), index, item)
    result = {}
    for key, group in groups.items():
        value_of = pairs[group.index][1]
        if streaming:
            names = dict(_reduced(group.data))
            found = value_of(names.pop("@", UNDEFINED), names)
        else:
            found = value_of(group.data)
        if found is not UNDEFINED:
            result[key] = found
    return result


def _given(evaluate: Evaluate, item: Any, streaming: bool) -> Any:
    return evaluate(item["@"], item) if streaming else evaluate(item)


def _sort_in(groups: dict[str, Group], key: Any, index: int, item: Any) -> None:
    if key is UNDEFINED:
        return
    name = checked_key(key)
    known = groups.get(name)
    if known is None:
        groups[name] = Group(index, item)
    elif known.index != index:
        raise same_key(name)
    else:
        known.data = append(known.data, item)


def _reduced(data: Any) -> dict[str, Any]:
    """Tuples of one group as one: each name holds all its values."""
    if isinstance(data, dict):
        return data
    result: dict[str, Any] = dict(data[0])
    for each in data[1:]:
        for name, value in each.items():
            result[name] = append(result.get(name, UNDEFINED), value)
    return result
