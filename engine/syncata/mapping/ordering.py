"""What order means: of records that are sent, and of lists in which it means nothing."""

import struct
from typing import Any

from syncata.expressions import UNDEFINED
from syncata.model import JsonObject, canonical, key_text


def sortable(value: Any) -> str:
    """A text that sorts as the value does: nothing, then numbers, then texts by characters."""
    if value is UNDEFINED or value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"1{_ordered_bits(float(value)):016x}"
    return f"2{key_text(value)}"


def _ordered_bits(number: float) -> int:
    """The bits of a double, such that they sort as numbers do."""
    (bits,) = struct.unpack(">Q", struct.pack(">d", number))
    return int(bits ^ (0xFFFFFFFFFFFFFFFF if bits >> 63 else 0x8000000000000000))


def unordered_fields(schema: JsonObject | None) -> frozenset[str]:
    """The fields of a resource whose lists are sets: their schema says `unordered: true`."""
    properties = (schema or {}).get("properties", {})
    return frozenset(
        name
        for name, rules in properties.items()
        if isinstance(rules, dict) and rules.get("unordered") is True
    )


def in_order(value: Any) -> Any:
    """A list without repetitions in an order of its own; anything else as it is."""
    if not isinstance(value, list):
        return value
    by_text = {canonical(item): item for item in value}
    return [by_text[text] for text in sorted(by_text)]
