"""Whether a JSON Schema is small enough to judge records by, with all its references followed.

References can double what a value is held against, line by line, and so make a few lines cost
hours; a reference that comes back to itself on the same value never ends.
"""

from collections.abc import Iterator, Mapping
from typing import Any

MAX_NESTING = 100
MAX_PARTS = 100_000

_LISTS = ("allOf", "anyOf", "oneOf")
_SAME = ("not", "if", "then", "else")  # what the same value is held against
_INNER = ("additionalProperties", "additionalItems", "contains", "propertyNames", "items")
_NAMED = ("properties", "patternProperties", "dependencies")


def excess(schema: Any) -> str:
    """Why a schema would cost too much; empty if it does not."""
    if _too_deep(schema):
        return f"it is nested deeper than {MAX_NESTING}"
    try:
        parts = _Counter(schema).parts(schema)
    except _EndlessError as endless:
        return f"{endless} leads back to itself, without end"
    if parts > MAX_PARTS:
        return f"with its references it has more than {MAX_PARTS:,} parts"
    return ""


class _EndlessError(Exception):
    """A reference that leads to itself on the same value."""


class _Counter:
    """Counts parts, each as often as it is reached; what holds itself, once."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._known: dict[str, int] = {}
        # References being followed, in order; None where a step into the value was made.
        self._way: list[str | None] = []

    def parts(self, schema: Any) -> int:
        """How many parts a value is held against, itself and all that it holds."""
        if not isinstance(schema, Mapping):
            return 1
        if "$ref" in schema:
            return 1 + self._referenced(str(schema["$ref"]))
        same = sum(self.parts(part) for part in _beside(schema))
        self._way.append(None)
        inner = sum(self.parts(part) for part in _inside(schema))
        self._way.pop()
        return 1 + same + inner

    def _referenced(self, reference: str) -> int:
        if reference in self._way:
            last = len(self._way) - self._way[::-1].index(reference)
            if None not in self._way[last:]:
                raise _EndlessError(reference)
            return 1
        if reference not in self._known:
            self._way.append(reference)
            self._known[reference] = self.parts(referenced(self._root, reference))
            self._way.pop()
        return self._known[reference]


def referenced(root: Any, reference: str) -> Any:
    """What a reference within a file names; nothing where it names nothing there."""
    found = root if reference.startswith("#") else None
    for part in reference[1:].split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _beside(schema: Mapping[str, Any]) -> Iterator[Any]:
    for word in _LISTS:
        yield from schema[word] if isinstance(schema.get(word), list) else ()
    yield from (schema[word] for word in _SAME if word in schema)


def _inside(schema: Mapping[str, Any]) -> Iterator[Any]:
    for word in _INNER:
        found = schema.get(word)
        yield from found if isinstance(found, list) else (found,) if word in schema else ()
    for word in _NAMED:
        yield from schema[word].values() if isinstance(schema.get(word), Mapping) else ()


def _too_deep(schema: Any) -> bool:
    """Whether it is nested too deeply, found without recursion."""
    level = [schema]
    for _ in range(MAX_NESTING):
        level = [inner for part in level for inner in _held(part)]
        if not level:
            return False
    return True


def _held(part: Any) -> Iterator[Any]:
    values = part.values() if isinstance(part, Mapping) else part if isinstance(part, list) else ()
    yield from (value for value in values if isinstance(value, Mapping | list))
