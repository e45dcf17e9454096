"""A place in a document: its value, its position, and a safe way down."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from syncata.document import DataPath, Document, Scalar
from syncata.errors import Position


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a document with its path. Going down never fails: what is not there is None."""

    document: Document
    path: DataPath
    value: Any

    @staticmethod
    def root(document: Document) -> "Node":
        """The whole document."""
        return Node(document, (), document.data)

    def __getitem__(self, key: str | int) -> "Node":
        value = None
        if isinstance(self.value, dict):
            value = self.value.get(key)
        elif isinstance(self.value, list) and isinstance(key, int) and key < len(self.value):
            value = self.value[key]
        return Node(self.document, (*self.path, key), value)

    def __bool__(self) -> bool:
        return self.value is not None

    def items(self) -> Iterator[tuple[str, "Node"]]:
        """The members of an object; nothing for any other value."""
        for name in self.value if isinstance(self.value, dict) else ():
            yield name, self[name]

    def values(self) -> Iterator["Node"]:
        """The members of an object without their names."""
        return (node for _, node in self.items())

    @property
    def mapping(self) -> dict[str, Any]:
        """The value if it is an object, else an empty one."""
        return self.value if isinstance(self.value, dict) else {}

    def elements(self) -> Iterator["Node"]:
        """The elements of a list; nothing for any other value."""
        for index in range(len(self.value) if isinstance(self.value, list) else 0):
            yield self[index]

    def text(self, default: str = "") -> str:
        """The value if it is a text, else `default`."""
        return self.value if isinstance(self.value, str) else default

    def scalar(self) -> Scalar | None:
        """The text as it was written, of a text, number or boolean; None where there is none."""
        if self.value is None or isinstance(self.value, dict | list):
            return None
        written = self.document.scalars.get(self.path)
        return written or Scalar.of(str(self.value), self.position)

    def expect(self, default: str = "") -> Scalar:
        """The text, or `default` at the position of what is around it."""
        return self.scalar() or Scalar.of(default, self.position)

    @property
    def position(self) -> Position:
        """Where the value stands, or the nearest value around it."""
        return self.document.position(self.path)

    @property
    def key_position(self) -> Position:
        """Where the key of this value stands."""
        return self.document.keys.get(self.path, self.position)

    @property
    def shown(self) -> str:
        """The path as people write it: `source.streams.contents.request`."""
        return shown_path(self.path)


def shown_path(path: DataPath) -> str:
    """A path as people write it: names with dots, places in lists in brackets."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
