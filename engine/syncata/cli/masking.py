"""Personal data where people look: schemas mark it, and it is not shown."""

import json
from dataclasses import dataclass, replace
from typing import Any

from syncata.checks import spec_schema
from syncata.expressions import compile_expression
from syncata.inspection import Judgement, personal_paths, personal_places, sources
from syncata.spec.connection import Connection
from syncata.spec.model import Sync

MASK = "(personal)"


def masked_fields(connection: Connection) -> dict[str, frozenset[str]]:
    """Per sync, the target's fields that hold personal data, whole or in a part of them."""
    masked = {}
    for name, sync in connection.spec.syncs.items():
        resource = connection.spec.target.resources[sync.resource]
        schema = spec_schema(connection.spec, resource.schema)
        masked[name] = frozenset(path[0] for path in personal_paths(schema) if path)
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


@dataclass(frozen=True, slots=True)
class Masks:
    """What of the records of a sync is not told.

    `schema` is that of the stream; `personal` are the fields and conditions whose values would
    tell personal data.
    """

    sync: Sync
    schema: Any
    personal: frozenset[str]

    @staticmethod
    def of(connection: Connection, sync: Sync) -> "Masks":
        """What the schemas of a sync's stream and resource say."""
        spec = connection.spec
        stream = spec.source.streams.get(sync.stream or "")
        schema = (spec_schema(spec, stream.schema) if stream else None) or {}
        target = spec_schema(spec, spec.target.resources[sync.resource].schema)
        places = personal_places(sync, schema, target)
        # Where a sync says who a record is about, people are hashed in its keys.
        hashed = {"key"} if sync.person is not None else set[str]()
        return Masks(sync, schema, frozenset(places - hashed))

    def record(self, record: Any) -> Any:
        """A record of the stream, to be shown."""
        return masked(record, self.schema)

    def payload(self, payload: Any) -> Any:
        """What the target holds, or should hold, to be shown; None stays None."""
        return payload and {n: MASK if n in self.personal else v for n, v in payload.items()}

    def reads(self, name: str, made: Judgement) -> list[tuple[str, Any]]:
        """What a field reads of its record: paths and values."""
        expression = compile_expression(self.sync.map[name])
        if self.sync.each is not None and name in self.personal:
            return [(path, MASK) for path, _ in sources(expression, made.item.value)]
        return sources(expression, self.record(made.item.value))

    def key(self, key: str) -> str:
        """A record's key, to be shown."""
        return MASK if key and "key" in self.personal else key

    def judgement(self, made: Judgement) -> Judgement:
        """The judgement with a key that can be shown."""
        return replace(made, key=self.key(made.key))
