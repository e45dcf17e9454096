"""A YAML text as it is written: where each node begins and ends."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML

from syncata.document.reading import DataPath, Document


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
