"""Bodies of batches, tried with one record and with two: to JSONata, one thing is no list."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from syncata.checks.rules.resources import operations
from syncata.checks.subject import Subject, Written, at_key
from syncata.errors import Finding
from syncata.expressions import (
    FUNCTIONS,
    UNDEFINED,
    Expression,
    ExpressionError,
    Scope,
    compile_template,
)
from syncata.spec.node import Node

_NAMES = frozenset({"keys", "records", "items"})
_NOW = datetime(2000, 1, 1, tzinfo=UTC)


def bulk_bodies_hold_each_record(subject: Subject) -> Iterator[Finding]:
    """Where items are paired with results, the body holds one list with an entry per record."""
    for operation in operations(subject):
        paired = operation["job"] or operation["results"]
        if operation["batch"] and paired and operation.path[-1] != "create":
            yield from _judged(subject, operation)


def _judged(subject: Subject, operation: Node) -> Iterator[Finding]:
    request = operation["request"]
    body = request["body"]
    if not request.mapping or not _can_be_tried(subject, body):
        return
    try:
        one, two = _lists(subject, body, 1), _lists(subject, body, 2)
    except (ExpressionError, LookupError):
        return  # it needs more than dummies
    if (one, two) == (1, 1):
        return
    with_records = operation.path[-1] in ("update", "upsert")
    if (one, two) == (0, 1):
        message = "with one record the body holds no list"
        part = "$records.{…}" if with_records else "$keys.{…}"
        hint = f"with one record `{part}` is no list: write `[{part}]`"
    else:
        held = "several lists" if max(one, two) > 1 else "no list"
        message = f"the body holds {held} with one entry per record"
        part = "$records" if with_records else "[$keys.{'id': $}]"
        hint = f'it must hold exactly one, for example `body: {{items: "{{{part}}}"}}`'
    yield at_key(body or request, "SYN338", message, hint)


def _can_be_tried(subject: Subject, body: Node) -> bool:
    """Whether every text of the body compiles and needs nothing but keys, records and items."""
    known = {text.node.path for text in subject.written}
    if any(node.path not in known for node in _strings(body) if node.text().strip()):
        return False
    texts = _texts(subject, body)
    return all(_is_plain(text, expression) for text in texts for expression in text.expressions)


def _is_plain(text: Written, expression: Expression) -> bool:
    called = {call.name for call in expression.calls if not call.local}
    names = _NAMES & set(text.place.variables)
    return (
        not expression.reads
        and names >= set(expression.variables)
        and not called & {"ref", "has"}
        and set(FUNCTIONS) >= called
    )


def _texts(subject: Subject, body: Node) -> list[Written]:
    depth = len(body.path)
    return [text for text in subject.written if text.node.path[:depth] == body.path]


def _strings(node: Node) -> Iterator[Node]:
    if isinstance(node.value, str):
        yield node
    for child in [*node.values(), *node.elements()]:
        yield from _strings(child)


def _lists(subject: Subject, body: Node, number: int) -> int:
    """How many lists with `number` entries the body holds, at its top or one level down."""
    read = {
        member
        for text in _texts(subject, body)
        for expression in text.expressions
        for member in expression.variables.get("records") or ()
    }
    keys = [str(place + 1) for place in range(number)]
    records = [dict.fromkeys(read, key) for key in keys]
    items = [{"key": key, "id": key, "desired": {}} for key in keys]
    scope = Scope({"keys": keys, "records": records, "items": items}, now=_NOW)
    data = _filled(body, scope)
    held = list(data.values()) if isinstance(data, dict) else [data]
    return sum(isinstance(part, list) and len(part) == number for part in held)


def _filled(node: Node, scope: Scope) -> Any:
    """The body as data. Raises LookupError where a dummy record has not enough in it."""
    if isinstance(node.value, dict):
        return {name: _filled(part, scope) for name, part in node.items()}
    if isinstance(node.value, list):
        return [_filled(part, scope) for part in node.elements()]
    if not isinstance(node.value, str):
        return node.value
    value = compile_template(node.expect()).render(UNDEFINED, scope)
    if value is UNDEFINED or value == []:
        raise LookupError
    return value
