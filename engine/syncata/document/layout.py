"""How a document was written: its outline, and the same text with other values in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from syncata.document.values import DataPath, Document
from syncata.flow_scalars import flow


@dataclass(frozen=True, slots=True)
class Outline:
    """A node of a YAML text as it was written: where it begins and ends, and what is inside.

    `kind` is scalar, alias, mapping or sequence; `parts` holds the elements of a sequence, of a
    mapping its keys and values in turn. `style` is that of a Scalar, or `flow`. `anchor` is the
    name of a mapping or sequence; that of a scalar is part of its text.
    """

    kind: str
    start: int
    end: int
    column: int
    path: DataPath
    style: str = ""
    anchor: str = ""
    parts: tuple["Outline", ...] = ()


def outline(document: Document) -> Outline | None:
    """The text of a document as it was written; None if nothing stands in it."""
    events = YAML(typ="safe", pure=True).parse(document.text)
    for event in events:
        if type(event).__name__ == "DocumentStartEvent":
            return _outlined(next(events), events, ())
    return None


def _outlined(event: Any, events: Iterator[Any], path: DataPath) -> Outline:
    kind = type(event).__name__.removesuffix("Event").removesuffix("Start").lower()
    start, column, end = event.start_mark.index, event.start_mark.column, event.end_mark.index
    if kind in ("scalar", "alias"):
        return Outline(kind, start, end, column, path, getattr(event, "style", None) or "")
    parts: list[Outline] = []
    place: str | int = 0
    while not type(inner := next(events)).__name__.endswith("EndEvent"):
        if kind == "sequence":
            place = len(parts)
        elif len(parts) % 2 == 0:
            place = str(getattr(inner, "value", ""))
        parts.append(_outlined(inner, events, (*path, place)))
    style = "flow" if event.flow_style else ""
    end = inner.end_mark.index if style else inner.start_mark.index
    return Outline(kind, start, end, column, path, style, event.anchor or "", tuple(parts))


def rewritten(document: Document, values: Mapping[DataPath, Any]) -> str:
    """The text of a document with other values at these paths; all else stays, comments too.

    A value inside another one that is replaced goes with it.
    """
    root, text = YAML(typ="safe", pure=True).compose(document.text), document.text
    places = [(*_span(_below(root, path), text), flow(value)) for path, value in values.items()]
    before = len(text) + 1
    for start, end, new in sorted(places, key=lambda place: (-place[1], place[0])):
        if end <= before:
            text, before = text[:start] + new + text[end:], start
    return text


def _below(node: Node, path: DataPath) -> Node:
    for part in path:
        if isinstance(node, MappingNode):
            node = next(value for key, value in node.value if str(key.value) == part)
        else:
            node = node.value[part]
    return node


def _span(node: Node, text: str) -> tuple[int, int]:
    """Where a value begins and ends, without the blanks and comments behind it."""
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, MappingNode | SequenceNode) and not node.flow_style and node.value:
        last = node.value[-1]
        end = _span(last[1] if isinstance(node, MappingNode) else last, text)[1]
    return start, start + len(text[start:end].rstrip())
