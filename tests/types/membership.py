"""Whether a value is of a type, and the narrowest type of a value."""

from typing import Any

from syncata.expressions import UNDEFINED
from syncata.expressions.types.model import (
    NEVER,
    Type,
    array,
    exactly,
    record,
    union,
)
from syncata.expressions.types.model import UNDEFINED as NOTHING


def type_of(value: Any) -> Type:
    """The narrowest type that a value has."""
    if value is UNDEFINED:
        return NOTHING
    if isinstance(value, list):
        return array(union(map(type_of, value)) if value else NEVER, filled=bool(value))
    if isinstance(value, dict):
        return record({name: type_of(held) for name, held in value.items()})
    return exactly(value)


def holds(of: Type, value: Any) -> bool:
    """Whether a type has a value."""
    if value is UNDEFINED:
        return "undefined" in of.kinds
    if value is None:
        return "null" in of.kinds
    if isinstance(value, list):
        items = all(holds(of.element, item) for item in value)
        return "array" in of.kinds and items and bool(value or not of.filled)
    if isinstance(value, dict):
        return "object" in of.kinds and _is_shaped(of, value)
    name = (
        "boolean" if isinstance(value, bool) else "string" if isinstance(value, str) else "number"
    )
    known = of.values(name)
    return name in of.kinds and (known is None or value in known)


def _is_shaped(of: Type, value: dict[str, Any]) -> bool:
    if of.shape is None:
        return True
    names = of.shape.members.keys() | value.keys()
    return all(holds(of.shape.member(name), value.get(name, UNDEFINED)) for name in names)
