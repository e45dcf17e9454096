"""What the rules look at: a spec's document and every text in it, compiled."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources.abc import Traversable
from typing import Any

from syncata.checks.places import Place, place_of, texts
from syncata.document import Document, Scalar
from syncata.errors import Finding, Position, Severity
from syncata.expressions import (
    Expression,
    ExpressionError,
    compile_expression,
    compile_template,
)
from syncata.spec.node import Node

# Shells and connection files write ${NAME}; to JSONata it would be text, or a grouping of `$`.
_FOREIGN = re.compile(r"\$\{\s*[A-Za-z_]\w*")

_REST = 1 << 20  # characters: the rest of a line


@dataclass(frozen=True, slots=True)
class Written:
    """One text of a spec: where it stands, and the expressions it holds."""

    node: Node
    place: Place
    expressions: tuple[Expression, ...]

    @property
    def sync(self) -> str:
        """The sync it belongs to, or nothing."""
        path = self.node.path
        return str(path[1]) if path[0] == "syncs" else ""


@dataclass(frozen=True, slots=True)
class Subject:
    """A spec under examination. `folders` are where schema files are looked for."""

    root: Node
    folders: Sequence[Traversable]
    written: tuple[Written, ...]
    broken: tuple[Finding, ...] = field(default=())

    @property
    def definitions(self) -> Mapping[str, Expression]:
        """The definitions that compile."""
        return {
            str(text.node.path[1]): text.expressions[0]
            for text in self.written
            if text.node.path[0] == "definitions"
        }

    def definitions_used(self, expression: Expression) -> dict[str, Expression]:
        """The definitions that an expression uses, directly or through others."""
        known, found = self.definitions, dict[str, Expression]()
        waiting = [*expression.variables, *(call.name for call in expression.calls)]
        while waiting:
            name = waiting.pop()
            if name in known and name not in found:
                found[name] = known[name]
                waiting += [*known[name].variables, *(call.name for call in known[name].calls)]
        return found


def subject_of(
    document: Document, schema: Mapping[str, Any], folders: Sequence[Traversable]
) -> Subject:
    """Compile every text of a document; what does not compile is a finding."""
    root = Node.root(document)
    written: list[Written] = []
    broken: list[Finding] = []
    for node, kind in texts(schema, root):
        place, scalar = place_of(node), node.scalar()
        if place is None or scalar is None or not scalar.text.strip():
            continue
        try:
            written.append(Written(node, place, _compiled(scalar, kind)))
        except ExpressionError as error:
            broken.append(_not_compiled(error, scalar))
    return Subject(root, folders, tuple(written), tuple(broken))


def finding(
    position: Position,
    code: str,
    message: str,
    hint: str = "",
    length: int = 1,
    *,
    severity: Severity = Severity.ERROR,
) -> Finding:
    """A finding with its hint, which most have."""
    return Finding(position, code, message, hint, severity, max(length, 1))


def at_value(node: Node, code: str, message: str, hint: str = "") -> Finding:
    """A finding that underlines a value."""
    scalar = node.document.scalars.get(node.path)
    one_line = scalar is not None and scalar.style not in ("|", ">")
    length = scalar.end - scalar.start if scalar is not None and one_line else 1
    return finding(node.position, code, message, hint, length)


def hiding(found: Finding, node: Node) -> Finding:
    """The finding, with a value that nobody is to see: a secret that stands in a file."""
    scalar = node.document.scalars.get(node.path)
    length = _REST if scalar is None else scalar.end - scalar.start
    return replace(found, hidden=(node.position, max(length, 1)))


def at_key(node: Node, code: str, message: str, hint: str = "") -> Finding:
    """A finding that underlines a key."""
    length = len(str(node.path[-1])) if node.path in node.document.keys else 1
    return finding(node.key_position, code, message, hint, length)


def occurrence(expression: Expression, pattern: str, default: Position) -> tuple[Position, int]:
    """Where a pattern stands in an expression first, and its length."""
    found = re.search(pattern, expression.source.text)
    return (expression.source.at(found.start()), len(found[0])) if found else (default, 1)


def _compiled(scalar: Scalar, kind: str) -> tuple[Expression, ...]:
    if kind == "expression":
        foreign = _FOREIGN.search(scalar.text)
        if foreign:
            message = f"{foreign[0]}…}} is no expression, and nothing puts a value in its place"
            raise ExpressionError("SYN212", message, scalar.at(foreign.start()))
        return (compile_expression(scalar),)
    return compile_template(scalar).expressions


def _not_compiled(error: ExpressionError, scalar: Scalar) -> Finding:
    hint = ""
    if error.code == "SYN212" or "${" in scalar.text:
        hint = "settings are written {$settings.name}; ${env:NAME} belongs into connection files"
    elif "{{" in scalar.text and error.code != "SYN211":
        hint = "an expression stands as it is, without {{ }}"
    return finding(error.position, error.code, error.message, hint)
