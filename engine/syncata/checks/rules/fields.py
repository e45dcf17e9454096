"""Fields that a sync reads, held against the schemas of its stream, and of parts of records."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from syncata.checks.draft7 import did_you_mean
from syncata.checks.rules.names import expressions, field_place, member_place, setting_known
from syncata.checks.schema_files import record_schema
from syncata.checks.subject import Subject, Written, finding
from syncata.errors import Finding, Position, Severity
from syncata.expressions import Expression
from syncata.spec.node import Node

Schema = Mapping[str, Any]
Places = Mapping[str, tuple[Position, int]]

_PLAIN = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def fields_exist(subject: Subject) -> Iterator[Finding]:
    """A field that a sync reads is one of its stream (or of its settings), or of the parts that
    `each` makes of a record, where those are known."""
    for written, expression in expressions(subject):
        if not written.sync:
            continue
        sync = subject.root["syncs"][written.sync]
        names = sorted({path[0] for path in expression.reads if path and "*" not in path[0]})
        places = {name: field_place(expression, name) for name in names}
        if sync["each"] and written.node.path[2] != "each":
            parts = f"the schema of `{sync['each'].text()}`"
            yield from _missing(schema_of_records(subject, sync), places, parts)
        else:
            yield from _of_stream(subject, written, sync, places)
        yield from _of_stream(subject, written, sync, _parent_fields(expression))


def schema_of_records(subject: Subject, sync: Node) -> Schema | None:
    """The schema of a sync's records: its stream's, or what that says of the list which `each`
    names; None where nothing says it."""
    schema = stream_schema(subject, sync)
    if not sync["each"]:
        return schema
    path = sync["each"].text().strip()
    if not _PLAIN.fullmatch(path):
        return None
    for name in path.split("."):
        schema = _items(properties_of(schema).get(name))
    return schema


def properties_of(schema: Any) -> Schema:
    """The properties that a schema names; none if it is no schema of objects."""
    found = schema.get("properties") if isinstance(schema, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _items(schema: Any) -> Schema | None:
    if not isinstance(schema, Mapping):
        return None
    items = schema.get("items", schema)
    return items if isinstance(items, Mapping) else None


def stream_schema(subject: Subject, sync: Node) -> Schema | None:
    """The schema of the records of a sync's stream, if there is a readable one."""
    stream = subject.root["source"]["streams"][sync["from"].text()]
    return record_schema(stream["schema"].text(), subject.folders)


def _parent_fields(expression: Expression) -> Places:
    names = sorted(expression.variables.get("parent") or ())
    return {name: member_place(expression, "parent", name) for name in names}


def _of_stream(subject: Subject, written: Written, sync: Node, places: Places) -> Iterator[Finding]:
    stream = sync["from"].text()
    if stream == "settings" and not subject.root["source"]["streams"][stream]:
        settings = subject.root["settings"].mapping
        for name, place in places.items():
            yield from setting_known(settings, written, name, place)
    else:
        yield from _missing(stream_schema(subject, sync), places, "the stream's schema")


def _missing(schema: Schema | None, places: Places, whose: str) -> Iterator[Finding]:
    properties = properties_of(schema)
    if not schema or "properties" not in schema:
        return
    closed = schema.get("additionalProperties") is False
    for name, (position, length) in places.items():
        near = did_you_mean(name, properties)
        if name in properties or not (closed or "mean" in near):
            continue
        severity = Severity.ERROR if closed else Severity.WARNING
        message = f"{whose} has no field {name}"
        yield finding(position, "SYN330", message, near, length, severity=severity)
