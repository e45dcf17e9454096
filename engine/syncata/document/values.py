"""A document and its texts, each of which knows where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from syncata.errors import Position
from syncata.flow_scalars import source_offsets

DataPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text of a document that knows where its characters stand.

    `style` is YAML's: "" plain, `'`, `"`, `|` or `>`; `source` is the whole file's text and
    `start` the offset in it at which the scalar begins.
    """

    text: str
    position: Position
    style: str = ""
    source: str = field(default="", repr=False)
    start: int = 0
    end: int = 0

    @staticmethod
    def of(text: str, position: Position | None = None) -> "Scalar":
        """A scalar that stands alone on one line; for texts that come from no file."""
        return Scalar(text, position or Position("<text>", 1, 1), source=text, end=len(text))

    def at(self, offset: int) -> Position:
        """The position of `text[offset]`: exact but for folded (`>`) scalars, which give their
        start."""
        if not self.source or self.style == ">":
            return self.position
        offsets = source_offsets(self.source[self.start : self.end], self.text, self.style)
        here = self.start + offsets[max(0, min(offset, len(offsets) - 1))]
        before = self.source[self.start : here]
        line_breaks = before.count("\n")
        if not line_breaks:
            return Position(
                self.position.file, self.position.line, self.position.column + len(before)
            )
        column = len(before) - before.rfind("\n")
        return Position(self.position.file, self.position.line + line_breaks, column)


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file: `data` is plain JSON data, the rest says where each path of it stands.

    `values` and `keys` map a path to the position of its value and of its key; `scalars` holds
    the text of every scalar as it was written.
    """

    file: str
    text: str
    data: Any
    values: Mapping[DataPath, Position]
    keys: Mapping[DataPath, Position]
    scalars: Mapping[DataPath, Scalar]

    def position(self, path: DataPath) -> Position:
        """Where the value of `path` stands, or the nearest value around it."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Position(self.file, 1, 1))
