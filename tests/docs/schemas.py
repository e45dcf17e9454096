"""What editors show: `markdownDescription` in the two schemas, made from what they say already.

It is the description, the default, and, for an expression or a text with expressions in it, what it
sees at its place.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.docs.markdown import code

from syncata.checks import PLACES, Place
from syncata.checks.places import fits

SCHEMAS = Path(__file__).parents[2] / "schemas"
FILES = [SCHEMAS / f"{kind}.schema.json" for kind in ("connector", "connection")]

WORD = "markdownDescription"
PARTS = ("additionalProperties", "items")


def renewed(text: str) -> str:
    """A schema with every description for editors made anew."""
    schema = json.loads(text)
    places = _places(schema) if schema["title"].startswith("Connector") else {}
    for node in _nodes(schema):
        node.pop(WORD, None)
        target = schema["definitions"].get(node.get("$ref", "").rpartition("/")[2], {})
        described = node.get("description") or target.get("description", "")
        told = _told(node, described, places.get(id(node), []))
        if told and told != node.get("description"):
            node[WORD] = told
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _nodes(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every schema in a schema that stands for a value of its own."""
    for word in ("properties", "definitions"):
        for part in schema.get(word, {}).values():
            yield part
            yield from _nodes(part)
    for part in (*(schema.get(word) for word in PARTS), *_branches(schema)):
        if isinstance(part, dict):
            yield part
            yield from _nodes(part)


def _branches(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for word in ("oneOf", "anyOf", "allOf"):
        yield from schema.get(word, ())


def _told(node: dict[str, Any], description: str, places: list[Place]) -> str:
    default = node.get("default")
    lines = [description] if description else []
    if description and default not in (None, {}, []):
        shown = default if isinstance(default, str) else json.dumps(default, ensure_ascii=False)
        lines.append(f"Default: {code(shown)}")
    seen = {_seen(place): None for place in places}
    if len(seen) == 1:  # what stands at several kinds of places sees other names at each
        lines += seen
    return "\n\n".join(lines)


def _seen(place: Place) -> str:
    names = [code(f"${name}") for name in place.variables]
    names += ["definitions"] if place.definitions else []
    names += [code("$ref"), code("$has")] if place.references else []
    record = f"{code('$')} is {place.record}. " if place.record else ""
    secrets = " Secret settings have their value here." if place.secrets else ""
    return f"{record}It sees {', '.join(names)}.{secrets}"


def _places(schema: dict[str, Any]) -> dict[int, list[Place]]:
    """The places at which each schema with `x-kind` stands in specs."""
    found: dict[int, list[Place]] = {}

    def walk(node: dict[str, Any], path: tuple[str, ...], inside: frozenset[str]) -> None:
        target, name = node, node.get("$ref", "").rpartition("/")[2]
        if name in inside:
            return
        if name:
            target, inside = schema["definitions"][name], inside | {name}
        if target.get("x-kind"):
            places = (p for p in PLACES if any(fits(w, path) for w in p.where))
            found.setdefault(id(node), []).extend(places)
        for branch in (target, *_branches(target)):
            for word, part in branch.get("properties", {}).items():
                walk(part, (*path, word), inside)
            for word in PARTS:
                if isinstance(branch.get(word), dict):
                    walk(branch[word], (*path, "*"), inside)

    walk(schema, (), frozenset())
    return found


def write() -> None:
    """Write both schemas anew."""
    for file in FILES:
        file.write_text(renewed(file.read_text("utf-8")), encoding="utf-8")
