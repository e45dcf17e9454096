"""Specs and connections in their usual form: YAML and the JSONata in it.

Only white space, line breaks and quotes change. What was read before and what is read after are
compared; if they differ in anything, the text stays as it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from syncata.checks.places import texts
from syncata.checks.schema_files import packaged
from syncata.checks.subject import subject_of
from syncata.document import DataPath, Document, load_bytes, outline
from syncata.errors import Finding, SpecInvalid
from syncata.expressions import print_template, same_expression
from syncata.formatting.comments import comments
from syncata.formatting.scalars import Scalars
from syncata.formatting.writing import NotWritable, write
from syncata.spec.node import Node

__all__ = ["Formatted", "format_document"]


@dataclass(frozen=True, slots=True)
class Formatted:
    """`text` is the whole file. `findings`: why it stays as it was, if it cannot be parsed;
    `kept`: why, if this writer leaves it alone."""

    text: str
    findings: tuple[Finding, ...] = ()
    kept: str = ""


def format_document(document: Document) -> Formatted:
    """A document in its usual form; one that holds an expression which does not compile stays."""
    if not isinstance(document.data, dict) or "spec" not in document.data:
        return Formatted(document.text, kept="it is no spec and no connection")
    schema = packaged("connector")
    kinds: dict[DataPath, str] = {}
    if not isinstance(document.data["spec"], str):
        broken = subject_of(document, schema, ()).broken
        if broken:
            return Formatted(document.text, broken)
        kinds = {node.path: kind for node, kind in texts(schema, Node.root(document))}
    return _written(document, kinds)


def _written(document: Document, kinds: Mapping[DataPath, str]) -> Formatted:
    root = outline(document)
    if root is None:
        return Formatted(document.text)
    try:
        text = write(root, Scalars(document, kinds))
        again = load_bytes(text.encode(errors="surrogatepass"), document.file)
    except NotWritable as reason:
        return Formatted(document.text, kept=str(reason))
    except SpecInvalid:
        return Formatted(document.text, kept="it would not be YAML any more")
    inside = outline(again)
    if inside is None or not _same(document.data, again.data, (), kinds):
        return Formatted(document.text, kept="it would not mean the same any more")
    if sorted(comments(document.text, root)) != sorted(comments(text, inside)):
        return Formatted(document.text, kept="a comment would be lost")
    return Formatted(text)


def _same(old: Any, new: Any, path: DataPath, kinds: Mapping[DataPath, str]) -> bool:
    """Whether two values are equal, expressions but for their white space."""
    if type(old) is not type(new):
        return False
    if isinstance(old, dict):
        return list(old) == list(new) and all(
            _same(old[name], new[name], (*path, name), kinds) for name in old
        )
    if isinstance(old, list):
        pairs = zip_longest(old, new)
        return len(old) == len(new) and all(
            _same(one, other, (*path, place), kinds) for place, (one, other) in enumerate(pairs)
        )
    if old == new or not isinstance(old, str):
        return bool(old == new)
    kind = kinds.get(path)
    if kind == "template":
        return print_template(old) == print_template(new)
    return kind == "expression" and same_expression(old, new)
