"""Types as people read them: in messages, and in a short form."""

import json
from collections.abc import Iterator

from syncata.expressions.types.model import ANY, JSON, KINDS, SCALARS, Type

_NAMES = {
    "null": "null",
    "boolean": "true or false",
    "number": "a number",
    "string": "a text",
    "array": "a list",
    "object": "an object",
    "function": "a function",
}
_MOST_SHOWN = 6


def in_words(of: Type) -> str:
    """A type in a message: `a text or a number`; undefined is not told."""
    found = [words for name, words in _NAMES.items() if name in of.kinds]
    if not found:
        return "nothing"
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} or {found[-1]}"


def short(of: Type) -> str:
    """A type in one line: `"a" | number | array<string> | {id: string} | undefined`."""
    if of == ANY:
        return "any"
    if of.kinds >= JSON.kinds and of.but("undefined", "function") == JSON:
        return "json | undefined" if "undefined" in of.kinds else "json"
    order = [*KINDS[1:], "undefined"]
    return " | ".join(_kind(of, name) for name in order if name in of.kinds) or "never"


def _kind(of: Type, name: str) -> str:
    known = of.values(name) if name in SCALARS else None
    if known is not None and known != {True, False} and len(known) <= _MOST_SHOWN:
        return " | ".join(sorted(json.dumps(value, ensure_ascii=False) for value in known))
    if name == "array":
        return "array" if of.items is None else f"array<{short(of.items)}>"
    if name == "object" and of.shape is not None:
        return "{" + ", ".join(_members(of)) + "}"
    return name


def _members(of: Type) -> Iterator[str]:
    shape = of.shape
    assert shape is not None
    for name, held in shape.members.items():
        mark = "?" if "undefined" in held.kinds else ""
        yield f"{name}{mark}: {short(held.defined)}"
    if shape.rest is not None:
        yield "..."
