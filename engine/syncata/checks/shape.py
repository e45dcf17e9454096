"""The first pass: the document against the JSON Schema of the language, as findings."""

from collections.abc import Iterator, Mapping
from typing import Any

from syncata.checks.draft7 import Violation, violations
from syncata.checks.places import fits
from syncata.checks.subject import at_key, at_value
from syncata.document import DataPath, Document
from syncata.errors import Finding
from syncata.spec.node import Node

CODES = {
    "unknown": "SYN101",
    "required": "SYN102",
    "type": "SYN103",
    "enum": "SYN104",
    "const": "SYN104",
    "pattern": "SYN105",
    "minLength": "SYN105",
    "maxLength": "SYN105",
    "format": "SYN105",
    "propertyNames": "SYN105",
    "minimum": "SYN106",
    "maximum": "SYN106",
    "exclusiveMinimum": "SYN106",
    "minItems": "SYN107",
    "minProperties": "SYN107",
}
OTHER = "SYN109"

# Words that later versions of the language bring: refused by name, so that nobody looks for a typo.
LATER: Mapping[str, str] = {
    "source.lookups": "look-ups in the source",
    "source.streams.*.each": "child streams",
    "source.streams.*.parent": "child streams",
    "source.streams.*.requests": "streams of several requests",
    "source.streams.*.windows": "reading by time windows",
    "source.streams.*.changes": "change feeds",
    "target.resources.*.item_errors": "classes of errors for single items",
    "target.resources.*.*.item_errors": "classes of errors for single items",
    "syncs.*.fold": "one record out of several",
}


def shape_findings(document: Document, schema: Mapping[str, Any]) -> Iterator[Finding]:
    """What the JSON Schema refuses, each at the very key or value."""
    if not isinstance(document.data, dict):
        root = Node.root(document)
        message = "the file is empty" if document.data is None else "the file must hold keys"
        hint = "a spec starts with `spec: 1`, a connection with `spec: NAME`"
        yield at_value(root, "SYN103", message, hint)
        return
    for violation in violations(schema, document.data):
        yield _finding(document, violation)


def _finding(document: Document, violation: Violation) -> Finding:
    node = node_at(document, violation.path)
    code = CODES.get(violation.keyword, OTHER)
    hint = violation.hint
    if code == "SYN101" and (later := _later(violation.path)):
        message = f'"{violation.path[-1]}" ({later}) is not available in this version'
        return at_key(node, "SYN501", message, "leave it out; a later version brings it")
    if violation.schema.get("x-kind") in ("expression", "template"):
        return _text_expected(node, str(violation.schema["x-kind"]))
    if code == "SYN104" and violation.path == ("spec",):
        hint = "this version reads `spec: 1`"
    make = at_key if violation.at_key else at_value
    return make(node, code, violation.message, hint)


def _text_expected(node: Node, kind: str) -> Finding:
    """An expression that YAML read as something else than text."""
    if node.value is None or node.value == "":
        return at_key(node, "SYN230", f"{node.shown} is empty; it must be {_article(kind)}")
    written = node.scalar()
    if written is not None:
        hint = f"quote it: '{written.text}'"
        message = f"{node.shown} must be {_article(kind)}; YAML reads {written.text} as no text"
        return at_value(node, "SYN230", message, hint)
    shape = "an object" if isinstance(node.value, dict) else "a list"
    message = f"{node.shown} must be {_article(kind)}; YAML reads this as {shape}"
    return at_value(node, "SYN230", message, "put it in quotes, or after `|` on lines of its own")


def _article(kind: str) -> str:
    return "an expression" if kind == "expression" else "a text"


def _later(path: DataPath) -> str:
    return next((words for pattern, words in LATER.items() if fits(pattern, path)), "")


def node_at(document: Document, path: DataPath) -> Node:
    """The node of a path."""
    node = Node.root(document)
    for part in path:
        node = node[part]
    return node
