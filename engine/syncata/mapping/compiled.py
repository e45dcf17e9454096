"""One sync, compiled: from a source record to its key, its standing and its payload."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from syncata.errors import RecordRejected
from syncata.expressions import UNDEFINED, Expression, ExpressionError, Scope, compile_expression
from syncata.mapping.context import Context, Functions, Note
from syncata.mapping.contract import contract
from syncata.model import JsonObject, Stamp, digest, key_text
from syncata.spec.model import Sync

# Part of every fingerprint: grows when the engine maps the same record to another payload.
MAPPING_VERSION = 1

Explain = Callable[[JsonObject, Any], list[tuple[str, str]]]
_MISSING = object()


class Standing(StrEnum):
    """What the conditions of a sync say about a record."""

    LIVE = "live"
    CLOSED = "closed"
    EXCLUDED = "excluded"


class CompiledSync:
    """The expressions of one sync, ready to be called for each record of a run.

    `source_schema` and `target_schema` are JSON Schemas or None; `explain` lists (path, message)
    of what a value violates; `reads` is the text that makes records of the source's answers.
    """

    def __init__(
        self,
        sync: Sync,
        *,
        source_schema: JsonObject | None,
        target_schema: JsonObject | None,
        explain: Explain,
        reads: str = "",
    ) -> None:
        self.sync = sync
        self._reads = reads
        self._key = compile_expression(sync.key)
        self._where = compile_expression(sync.where) if sync.where else None
        self._live = compile_expression(sync.live) if sync.live else None
        self._fields = [(name, compile_expression(text)) for name, text in sync.map.items()]
        self._source_schema, self._target_schema = source_schema, target_schema
        self._source_fits = contract(source_schema) if source_schema else _always
        self._target_fits = contract(target_schema) if target_schema else _always
        self._explain = explain
        called = {call.name for expression in self._expressions() for call in expression.calls}
        # Time and references change a payload without changing what its stamp is made of.
        self.moves = sync.volatile or bool(called & {"ref", "has"})
        self._scope: Scope | None = None
        self._spec_digest = self._values_digest = b""

    def bind(self, context: Context, functions: Functions, note: Note) -> "CompiledSync":
        """Take in the values of a run; from here on records can be judged.

        `note` is told each source value that has no counterpart.
        """
        sync = self.sync
        roles = [bool(sync.where), bool(sync.live), sync.resource, sync.on_excluded, self._reads]
        shape = [list(sync.map), list(sync.require), *roles]
        self._spec_digest, self._values_digest = context.digests(
            self._expressions(), shape, MAPPING_VERSION
        )
        self._scope = context.scope(functions, note)
        return self

    def _expressions(self) -> list[Expression]:
        conditions = [condition for condition in (self._where, self._live) if condition]
        return [self._key, *conditions, *(expression for _, expression in self._fields)]

    def key(self, record: JsonObject) -> str:
        """The record's key as text. Raises RecordRejected where it has none."""
        value = self._evaluate(self._key, record, "key")
        if value is UNDEFINED or value is None or value == "":
            raise RecordRejected(
                "SYN601", "the record has no key", field="key", position=self._key.source.position
            )
        try:
            text = key_text(value)
            text.encode()
        except ValueError as error:
            raise RecordRejected("SYN609", f"the key is no valid text: {error}") from error
        return text

    def stamp(self, record: JsonObject) -> Stamp:
        """What a decision about this record rests on. Raises RecordRejected for what is no text."""
        try:
            return Stamp(digest(record), self._spec_digest, self._values_digest)
        except ValueError as error:
            raise RecordRejected("SYN609", f"the record is no valid JSON text: {error}") from error

    def standing(self, record: JsonObject) -> Standing:
        """Judge `where`, then `live`. Raises RecordRejected where one cannot be decided."""
        if self._where and not self._condition(self._where, record, "where"):
            return Standing.EXCLUDED
        if self._live and not self._condition(self._live, record, "live"):
            return Standing.CLOSED
        return Standing.LIVE

    def payload(self, record: JsonObject) -> JsonObject:
        """What the target should hold. Raises RecordRejected with the field at fault."""
        if not self._source_fits(record):
            self._violation("SYN605", self._source_schema, record)
        payload: JsonObject = {}
        for name, expression in self._fields:
            value = self._evaluate(expression, record, name)
            if value is not UNDEFINED:
                payload[name] = value
        for name in self.sync.require:
            if payload.get(name) in (None, ""):
                self._lacks(name)
        if not self._target_fits(payload):
            self._violation("SYN606", self._target_schema, payload)
        return payload

    def _condition(self, expression: Expression, record: JsonObject, place: str) -> bool:
        for path in expression.needs:
            if not present(record, path):
                raise RecordRejected(
                    "SYN602",
                    f"`{place}` reads {'.'.join(path)}, which this record lacks",
                    field=place,
                    position=expression.source.position,
                )
        value = self._evaluate(expression, record, place)
        if isinstance(value, bool):
            return value
        shown = (
            "nothing" if value is UNDEFINED else "null" if value is None else type(value).__name__
        )
        raise RecordRejected(
            "SYN602",
            f"`{place}` must yield true or false; for this record it yields {shown}",
            field=place,
            position=expression.source.position,
        )

    def _evaluate(self, expression: Expression, record: JsonObject, place: str) -> Any:
        assert self._scope is not None, "bind() comes first"
        try:
            return expression.evaluate(record, self._scope)
        except ExpressionError as error:
            raise RecordRejected(
                "SYN603", f"{error.code}: {error.message}", field=place, position=error.position
            ) from error

    def _lacks(self, name: str) -> None:
        raise RecordRejected(
            "SYN604",
            f"the required property {name} is missing",
            field=name,
            position=self.sync.map[name].position,
        )

    def _violation(self, code: str, schema: Mapping[str, Any] | None, value: JsonObject) -> None:
        reasons = self._explain(dict(schema or {}), value)
        path, message = reasons[0] if reasons else ("", "does not fit its schema")
        field = path.split(".")[0].split("[")[0]
        mapped = self.sync.map.get(field) if code == "SYN606" else None
        position = mapped.position if mapped else None
        raise RecordRejected(code, message, field=path, position=position)


def _always(_value: Any) -> bool:
    return True


def present(value: Any, path: tuple[str, ...]) -> bool:
    """Whether a path of names leads to something other than null, through lists as well."""
    for index, name in enumerate(path):
        if isinstance(value, list):
            return any(present(item, path[index:]) for item in value)
        value = value.get(name, _MISSING) if isinstance(value, dict) else _MISSING
        if value is _MISSING or value is None:
            return False
    return True
