"""Built-in functions on arrays and objects, and those that take functions."""

import random
from collections.abc import Callable
from typing import Any

from syncata.expressions.faults import Refusal
from syncata.expressions.runtime.functions import Function
from syncata.expressions.runtime.limits import MAX_STEPS
from syncata.expressions.runtime.operators import is_number, truthy
from syncata.expressions.runtime.sequences import Sequence, member
from syncata.expressions.values import LARGEST_RESULT, UNDEFINED, json_text


def count(items: Any) -> int:
    """`$count`."""
    return 0 if items is UNDEFINED else len(items)


def exists(value: Any) -> bool:
    """`$exists`."""
    return value is not UNDEFINED


def boolean(value: Any) -> Any:
    """`$boolean`."""
    return UNDEFINED if value is UNDEFINED else truthy(value)


def negated(value: Any) -> Any:
    """`$not`."""
    return UNDEFINED if value is UNDEFINED else not truthy(value)


def append(first: Any, second: Any) -> Any:
    """`$append`: two values as one array; undefined adds nothing."""
    if first is UNDEFINED or second is UNDEFINED:
        return second if first is UNDEFINED else first
    items = list(first) if isinstance(first, list) else [first]
    if isinstance(second, list):
        items.extend(second)
    else:
        items.append(second)
    if len(items) > MAX_STEPS:
        raise Refusal("SYN222", f"an array grows beyond {MAX_STEPS} items")
    return items


def keys(value: Any) -> Any:
    """`$keys`: the names of an object's members, or of those of an array's objects."""
    if isinstance(value, list):
        return Sequence(dict.fromkeys(name for item in value for name in keys(item)))
    return Sequence(value) if isinstance(value, dict) else Sequence()


def lookup(value: Any, name: Any) -> Any:
    """`$lookup`."""
    return UNDEFINED if name is UNDEFINED else member(value, name)


def spread(value: Any) -> Any:
    """`$spread`: an object with n members as n objects with one."""
    if isinstance(value, list):
        result: Any = Sequence()
        for item in value:
            result = append(result, spread(item))
        return result
    if isinstance(value, dict):
        return Sequence({name: held} for name, held in value.items())
    return value


def merge(objects: Any) -> Any:
    """`$merge`."""
    if objects is UNDEFINED:
        return UNDEFINED
    result: dict[str, Any] = {}
    for each_object in objects:
        result.update(each_object)
    return result


def reverse(items: Any) -> Any:
    """`$reverse`."""
    return items if items is UNDEFINED or len(items) <= 1 else list(reversed(items))


def shuffle(items: Any) -> Any:
    """`$shuffle`."""
    if items is UNDEFINED or len(items) <= 1:
        return items
    shuffled = list(items)
    random.shuffle(shuffled)
    return shuffled


def distinct(items: Any) -> Any:
    """`$distinct`: equal items once."""
    if not isinstance(items, list) or len(items) <= 1:
        return items
    left = [LARGEST_RESULT]
    first: dict[Any, Any] = {}
    for item in items:
        first.setdefault(_identity(item, left), item)
    return Sequence(first.values()) if isinstance(items, Sequence) else list(first.values())


def _identity(value: Any, left: list[int]) -> Any:
    """Equal for equal values, and only for them; `left` counts down their parts."""
    if isinstance(value, (dict, list)):
        left[0] -= len(value) + 1
        if left[0] < 0:
            raise Refusal("SYN222", f"$distinct compares more than {LARGEST_RESULT} parts")
    if isinstance(value, dict):
        members = ((name, _identity(held, left)) for name, held in value.items())
        return ("object", frozenset(members))
    if isinstance(value, list):
        return ("array", *(_identity(item, left) for item in value))
    return (type(value) is bool, value)


def zipped(*arrays: Any) -> list[Any]:
    """`$zip`: arrays of the first items, the second ones, ..."""
    if any(array is UNDEFINED for array in arrays):
        return []
    return [list(items) for items in zip(*arrays, strict=False)]


def type_of(value: Any) -> Any:
    """`$type`."""
    if value is UNDEFINED:
        return UNDEFINED
    if value is None:
        return "null"
    names = ((bool, "boolean"), (str, "string"), (list, "array"), (dict, "object"))
    for kind, name in names:
        if isinstance(value, kind):
            return name
    return "number" if is_number(value) else "function"


def clone(value: Any) -> Any:
    """`$clone`: a copy; functions become empty texts."""
    if isinstance(value, dict):
        return {name: clone(held) for name, held in value.items()}
    if isinstance(value, list):
        return [clone(item) for item in value]
    if isinstance(value, Function):
        return ""
    if isinstance(value, float):
        return float(json_text(value))
    return value


def error(message: Any = UNDEFINED) -> Any:
    """`$error`."""
    raise Refusal("D3137", message or "$error() was called")


def require(condition: Any, message: Any = UNDEFINED) -> Any:
    """`$assert`."""
    if condition is UNDEFINED or not condition:
        raise Refusal("D3141", message or "the condition of $assert() does not hold")
    return UNDEFINED


def mapped(items: Any, function: Function) -> Any:
    """`$map`."""
    if items is UNDEFINED:
        return UNDEFINED
    apply = _caller(function)
    values = (apply(item, index, items) for index, item in enumerate(items))
    return Sequence(value for value in values if value is not UNDEFINED)


def filtered(items: Any, function: Function) -> Any:
    """`$filter`."""
    if items is UNDEFINED:
        return UNDEFINED
    apply = _caller(function)
    return Sequence(item for index, item in enumerate(items) if truthy(apply(item, index, items)))


def _caller(function: Function) -> Callable[..., Any]:
    """How to call a function for each item: with as many arguments as it takes."""
    if function.arity <= 1:
        call = function.call
        return lambda item, _index, _items: call((item,))
    return function.apply


def single(items: Any, function: Any = UNDEFINED) -> Any:
    """`$single`: the only item for which a function holds."""
    if items is UNDEFINED:
        return UNDEFINED
    found = [
        item
        for index, item in enumerate(items)
        if function is UNDEFINED or truthy(function.apply(item, index, items))
    ]
    if len(found) > 1:
        raise Refusal("D3138", "$single() found more than one item")
    if not found:
        raise Refusal("D3139", "$single() found no item")
    return found[0]


def reduce(items: Any, function: Function, start: Any = UNDEFINED) -> Any:
    """`$reduce`: items folded into one value, from left to right."""
    if items is UNDEFINED:
        return UNDEFINED
    if function.arity < 2:
        raise Refusal("D3050", "the function of $reduce() must take two arguments")
    first = start is UNDEFINED and len(items) > 0
    result = items[0] if first else start
    for index in range(int(first), len(items)):
        result = function.apply(result, items[index], index, items)
    return result


def each(value: Any, function: Any) -> Any:
    """`$each`: a function applied to every member of an object."""
    if value is UNDEFINED:
        return Sequence()
    values = (function.apply(held, name, value) for name, held in value.items())
    return Sequence(result for result in values if result is not UNDEFINED)


def sift(value: Any, function: Any = UNDEFINED) -> Any:
    """`$sift`: the members of an object for which a function holds."""
    if value is UNDEFINED:
        return UNDEFINED
    if function is UNDEFINED:
        raise Refusal("T0410", "$sift needs a function")
    found = {
        name: held for name, held in value.items() if truthy(function.apply(held, name, value))
    }
    return found or UNDEFINED
