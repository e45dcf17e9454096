"""Personal data where people look: schemas mark it, and it is not shown."""

import json
from typing import Any

from syncata.checks import spec_schema
from syncata.spec.connection import Connection

MASK = "(personal)"


def masked_fields(connection: Connection) -> dict[str, frozenset[str]]:
    """Per sync, the target's fields that hold personal data."""
    masked = {}
    for name, sync in connection.spec.syncs.items():
        resource = connection.spec.target.resources[sync.resource]
        schema: Any = spec_schema(connection.spec, resource.schema) or {}
        properties = schema.get("properties", {})
        masked[name] = frozenset(
            field for field, rules in properties.items() if rules.get("personal")
        )
    return masked


def masked_record(connection: Connection, sync: str, text: str | None) -> Any:
    """A source's record of which personal data is masked; None where none is kept."""
    spec = connection.spec
    if text is None or sync not in spec.syncs:
        return None
    stream = spec.source.streams.get(spec.syncs[sync].stream or "")
    schema: Any = (spec_schema(spec, stream.schema) if stream else None) or {}
    return masked(json.loads(text), schema)


def masked(value: Any, schema: Any) -> Any:
    """A JSON value of which the parts that its schema marks as personal are masked."""
    rules = schema if isinstance(schema, dict) else {}
    if rules.get("personal") and value is not None:
        return MASK
    if isinstance(value, dict):
        properties = rules.get("properties", {})
        return {name: masked(part, properties.get(name)) for name, part in value.items()}
    if isinstance(value, list):
        return [masked(part, rules.get("items")) for part in value]
    return value
