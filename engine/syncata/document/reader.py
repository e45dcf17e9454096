"""YAML files read into documents.

Files are hostile until read: size, depth, aliases and
expansion are bounded, tags are refused, dates stay text, keys are strings and never repeat.
"""

from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from syncata.document.values import DataPath, Document, Scalar
from syncata.errors import Finding, Position, SpecInvalid

MAX_BYTES = 256 * 1024
MAX_LINES = 5_000
MAX_DEPTH = 50
MAX_ALIASES = 50
MAX_VALUES = 100_000

_STRUCTURE_HINT = "in an expression, put the text in quotes or after `|` on lines of its own"


def folder(kind: str) -> Traversable:
    """The packaged `mappings` or `schemas`: inside a wheel, or at a checkout's root."""
    packaged = files("syncata") / kind
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / kind


def load_file(path: Path, *, shown: str | None = None) -> Document:
    """Read a YAML file. Raises SpecInvalid with a position for whatever is wrong in it."""
    name = shown or str(path)
    try:
        content = path.read_bytes()
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
        raise _refused(name, "SYN002", f"has {len(content):,} bytes; the limit is {MAX_BYTES:,}")
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
        self._yaml = YAML(typ="safe", pure=True)
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
            node = self._yaml.compose(self._text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            position = Position(self._name, mark.line + 1, mark.column + 1) if mark else None
            raise self._syntax(error.problem or str(error), position) from error
        except YAMLError as error:
            raise self._syntax(str(error).splitlines()[0], None) from error
        except RecursionError as error:
            raise _refused(self._name, "SYN002", f"is nested deeper than {MAX_DEPTH}") from error
        assert node is None or isinstance(node, Node)
        if node is not None:
            self._refuse_excess(node)
        return node

    def _refuse_excess(self, root: Node) -> None:
        """Refuse depth and aliases before anything is expanded; an alias is a node met again."""
        waiting, met, aliases = [(root, 1)], set[int](), 0
        while waiting:
            node, depth = waiting.pop()
            aliases += id(node) in met
            if aliases > MAX_ALIASES:
                raise _refused(self._name, "SYN002", f"has more than {MAX_ALIASES} aliases")
            if id(node) in met or isinstance(node, ScalarNode):
                met.add(id(node))
                continue
            met.add(id(node))
            if depth > MAX_DEPTH:
                raise _refused(self._name, "SYN002", f"is nested deeper than {MAX_DEPTH}")
            for child in node.value:
                parts = child if isinstance(child, tuple) else (child,)
                waiting += [(part, depth + 1) for part in parts]

    def _syntax(self, problem: str, position: Position | None) -> SpecInvalid:
        where = position or Position(self._name, 1, 1)
        message = f"this is not YAML: {problem}"
        return SpecInvalid((Finding(where, "SYN010", message, _STRUCTURE_HINT),))

    def _value(self, node: Node, path: DataPath) -> Any:
        position = self._position(node)
        self._values[path] = position
        if len(self._values) > MAX_VALUES:
            raise _refused(self._name, "SYN002", f"expands to more than {MAX_VALUES:,} values")
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
            return int(text) if tag == "int" else float(text)
        except ValueError:
            self._find(
                self._position(node), "SYN015", f"{text} is not a JSON number", "put it in quotes"
            )
            return None

    def _position(self, node: Node) -> Position:
        return Position(self._name, node.start_mark.line + 1, node.start_mark.column + 1)

    def _find(self, position: Position, code: str, message: str, hint: str = "") -> None:
        self._findings.append(Finding(position, code, message, hint))


_PLAIN_KINDS = frozenset({"str", "int", "float", "bool", "null", "timestamp"})
