"""Fields that a sync from settings reads; the schemas of streams, and of parts of records."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from syncata.checks.rules.names import expressions, field_place, member_place, setting_known
from syncata.checks.schema_files import record_schema
from syncata.checks.subject import Subject
from syncata.errors import Finding
from syncata.spec.node import Node

Schema = Mapping[str, Any]

_PLAIN = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def settings_exist(subject: Subject) -> Iterator[Finding]:
    """A field that a sync from settings reads is one of them. Fields of streams are seen to by
    types."""
    for written, expression in expressions(subject):
        start = subject.root["syncs"][written.sync]["from"].text() if written.sync else ""
        if start != "settings" or subject.root["source"]["streams"][start]:
            continue
        settings = subject.root["settings"].mapping
        own = {path[0] for path in expression.reads if path and "*" not in path[0]}
        places = {name: field_place(expression, name) for name in sorted(own)}
        for name in sorted(expression.variables.get("parent") or ()):
            places[name] = member_place(expression, "parent", name)
        for name, place in places.items():
            yield from setting_known(settings, written, name, place)


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
