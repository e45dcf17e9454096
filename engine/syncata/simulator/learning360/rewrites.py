"""A target that stores another value than it was sent: the switch `rewrites`."""

from collections.abc import Collection
from typing import Any

# Fields that take one value of a list: any other text would not be stored at all.
_LISTED = {"contentType": "course", "difficultyLevel": "beginner", "defaultLang": "en"}


def rewritten(item: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Return an item whose fields of these names hold something else; absent ones stay so."""
    changed = {name: _other(name, item[name]) for name in names if name in item}
    return item | changed


def _other(name: str, value: Any) -> Any:
    if name in _LISTED:
        return _LISTED[name]
    if isinstance(value, str):
        return f"{value} *"
    if isinstance(value, int):
        return value + 1
    return [*value, {"name": "*"} if name == "sources" else "*"]
