"""YAML files as plain JSON data in which every value knows its line and column.

Files are hostile until read: size, depth, aliases and expansion are bounded, tags are refused,
dates stay text, keys are strings and never repeat.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from math import isfinite
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from syncata.document.composing import MAX_DEPTH, ExcessError, compose
from syncata.errors import Finding, Position, SpecInvalid
from syncata.flow_scalars import flow, source_offsets

MAX_BYTES = 256 * 1024
MAX_LINES = 5_000
MAX_VALUES = 100_000

DataPath = tuple[str | int, ...]

_STRUCTURE_HINT = "in an expression, put the text in quotes or after `|` on lines of its own"


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


def folder(kind: str) -> Traversable:
    """The packaged `mappings` or `schemas`: inside a wheel, or at a checkout's root."""
    packaged = files("syncata") / kind
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / kind


def as_named(path: Path) -> Path:
    """The path as people name it: relative to where they are, if it is below."""
    try:
        return path.resolve().relative_to(Path.cwd().resolve())
    except ValueError:
        return path


def load_file(path: Path, *, shown: str | None = None) -> Document:
    """Read a YAML file. Raises SpecInvalid with a position for whatever is wrong in it."""
    name = shown or str(path)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)  # a device or a pipe need not end
    except OSError as error:
        raise _refused(name, "SYN001", f"cannot be read: {error.strerror}") from error
    return load_bytes(content, name)


@lru_cache(maxsize=64)
def load_bytes(content: bytes, name: str) -> Document:
    """Read YAML from bytes; `name` is the file's name in findings. Raises SpecInvalid.

    What was read before is not read again: a service reads the same spec for each of its runs. So
    nobody may change a document's data.
    """
    if len(content) > MAX_BYTES:
        raise _refused(name, "SYN002", f"has more than {MAX_BYTES:,} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _refused(name, "SYN003", "is not UTF-8 text", line=line) from error
    if text.count("\n") > MAX_LINES:
        raise _refused(name, "SYN002", f"has more than {MAX_LINES:,} lines")
    return _Reader(name, text.replace("\r\n", "\n")).document()


def _refused(name: str, code: str, message: str, *, line: int = 1) -> SpecInvalid:
    return SpecInvalid((Finding(Position(name, line, 1), code, f"the file {message}"),))


class _Reader:
    """Builds data and positions from ruamel's node tree, collecting findings on the way."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._text = text
        self._values: dict[DataPath, Position] = {}
        self._keys: dict[DataPath, Position] = {}
        self._scalars: dict[DataPath, Scalar] = {}
        self._findings: list[Finding] = []

    def document(self) -> Document:
        root = self._compose()
        data = self._value(root, ()) if root is not None else None
        if self._findings:
            raise SpecInvalid(tuple(sorted(self._findings, key=lambda f: f.position)))
        return Document(self._name, self._text, data, self._values, self._keys, self._scalars)

    def _compose(self) -> Node | None:
        try:
            return compose(self._text)
        except ExcessError as error:
            raise _refused(self._name, "SYN002", str(error)) from error
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            position = Position(self._name, mark.line + 1, mark.column + 1) if mark else None
            raise self._syntax(error.problem or str(error), position) from error
        except YAMLError as error:
            raise self._syntax(str(error).splitlines()[0], None) from error

    def _syntax(self, problem: str, position: Position | None) -> SpecInvalid:
        where = position or Position(self._name, 1, 1)
        message = f"this is not YAML: {problem}"
        return SpecInvalid((Finding(where, "SYN010", message, _STRUCTURE_HINT),))

    def _value(self, node: Node, path: DataPath) -> Any:
        if len(path) >= MAX_DEPTH:  # by aliases, of itself even
            raise _refused(self._name, "SYN002", f"is nested deeper than {MAX_DEPTH}")
        position = self._position(node)
        self._values[path] = position
        if len(self._values) > MAX_VALUES:
            raise _refused(self._name, "SYN002", f"expands to more than {MAX_VALUES:,} values")
        if not isinstance(node, ScalarNode) and str(node.tag) not in _COLLECTIONS:
            self._find(position, "SYN014", f"tags ({node.tag}) are not part of the language")
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self._value(item, (*path, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, ScalarNode)
        return self._scalar(node, path, position)

    def _mapping(self, node: MappingNode, path: DataPath) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            where = self._position(key_node)
            if not isinstance(key_node, ScalarNode):
                self._find(where, "SYN011", "a key must be a text", _STRUCTURE_HINT)
                continue
            key = str(key_node.value)
            if key == "<<" and not key_node.style:
                self._find(where, "SYN012", "merge keys (`<<`) are not part of the language")
                continue
            if key in data:
                first = self._keys[(*path, key)]
                self._find(where, "SYN013", f'the key "{key}" stands here twice (first: {first})')
                continue
            self._keys[(*path, key)] = where
            data[key] = self._value(value_node, (*path, key))
            if value_node.start_mark.index == value_node.end_mark.index:
                self._values[*path, key] = where  # nothing was written: the key is the place
        return data

    def _scalar(self, node: ScalarNode, path: DataPath, position: Position) -> Any:
        style = node.style or ""
        text = str(node.value).replace("\a", "")
        start, end = node.start_mark.index, node.end_mark.index
        self._scalars[path] = Scalar(text, position, style, self._text, start, end)
        tag = str(node.tag).removeprefix("tag:yaml.org,2002:")
        if style:
            tag = "str" if tag in _PLAIN_KINDS else tag
        if tag in ("str", "timestamp"):
            return text
        if tag in _PLAIN_KINDS:
            return self._plain(tag, text, node)
        self._find(position, "SYN014", f"tags ({node.tag}) are not part of the language")
        return None

    def _plain(self, tag: str, text: str, node: ScalarNode) -> Any:
        if tag == "null":
            return None
        if tag == "bool":
            return text.lower() == "true"
        try:
            number = int(text) if tag == "int" else float(text)
            if isfinite(number):
                return number
            raise ValueError
        except (ValueError, OverflowError):
            self._find(
                self._position(node), "SYN015", f"{text} is not a JSON number", "put it in quotes"
            )
            return None

    def _position(self, node: Node) -> Position:
        return Position(self._name, node.start_mark.line + 1, node.start_mark.column + 1)

    def _find(self, position: Position, code: str, message: str, hint: str = "") -> None:
        self._findings.append(Finding(position, code, message, hint))


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


_COLLECTIONS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
_PLAIN_KINDS = frozenset({"str", "int", "float", "bool", "null", "timestamp"})
