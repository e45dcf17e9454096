"""One sync, compiled: from a source record to its key, its standing and its payload."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from syncata.errors import RecordRejected
from syncata.expressions import UNDEFINED, Expression, ExpressionError, Scope, compile_expression
from syncata.mapping.context import Context, Functions, Note, Watch
from syncata.mapping.contract import contract
from syncata.mapping.ordering import in_order, sortable, unordered_fields
from syncata.mapping.persons import Keyed, hidden, is_personal
from syncata.mapping.ranking import Ranking
from syncata.model import JsonObject, Stamp, canonical, digest, key_text
from syncata.spec.model import Sync

# Part of every fingerprint: grows when the engine maps the same record to another payload.
MAPPING_VERSION = 2

Explain = Callable[[JsonObject, Any], list[tuple[str, str]]]
_MISSING = object()
_MOVING = frozenset({"ref", "has", "find", "rank"})


class Standing(StrEnum):
    """What the conditions of a sync say about a record."""

    LIVE = "live"
    CLOSED = "closed"
    EXCLUDED = "excluded"


class Item(NamedTuple):
    """One record of a sync; with `each`, `parent` is the stream's record that it is part of.

    `source` is the digest of the value, where it is known already.
    """

    value: Any
    parent: JsonObject | None = None
    source: bytes | None = None


class CompiledSync:
    """The expressions of one sync, ready to be called for each record of a run.

    `source_schema` and `target_schema` are JSON Schemas or None; `explain` lists (path, message)
    of what a value violates; `reads` is the text that makes records of the source's answers;
    `watch` is told of every evaluation beforehand.
    `refers_to` are the syncs whose ids of records are in its payloads.
    """

    def __init__(
        self,
        sync: Sync,
        *,
        source_schema: JsonObject | None,
        target_schema: JsonObject | None,
        explain: Explain,
        reads: str = "",
        watch: Watch | None = None,
    ) -> None:
        self.sync, self._watch = sync, watch
        self._reads = reads
        self._key = compile_expression(sync.key)
        self._each, self._where, self._live, self._person, self._order, self._final = (
            compile_expression(text) if text else None
            for text in (sync.each, sync.where, sync.live, sync.person, sync.order, sync.final)
        )
        self._fields = [(name, compile_expression(text)) for name, text in sync.map.items()]
        self._source_schema, self._target_schema = source_schema, target_schema
        self._source_fits = contract(source_schema) if source_schema and not sync.each else _always
        self._target_fits = contract(target_schema) if target_schema else _always
        self.unordered = unordered_fields(target_schema)
        self._explain = explain
        calls = [call for expression in self._expressions() for call in expression.calls]
        called = {call.name for call in calls}
        self.refers_to = frozenset(str(c.arguments[0]) for c in calls if c.name == "ref")
        # Time and references change a payload without changing what its stamp is made of.
        self.moves = sync.volatile or bool(called & _MOVING)
        self.sees_known = self._sees("known")
        self._sees_parent = self._sees("parent")
        self.ranking = Ranking()
        self._scope: Scope | None = None
        self._spec_digest = self._values_digest = b""
        self._keyed: Keyed = str
        self._provisional = ""

    def bind(
        self,
        context: Context,
        functions: Functions,
        note: Note,
        *,
        keyed: Keyed = str,
        provisional: str = "",
    ) -> "CompiledSync":
        """Take in the values of a run; from here on records can be judged.

        `note` is told each source value that has no counterpart. `keyed` makes a keyed hash of
        who a record is about. `provisional` marks ids in a payload that are not known yet.
        """
        sync = self.sync
        roles = [bool(sync.where), bool(sync.live), sync.resource, sync.on_excluded, self._reads]
        more = [bool(e) for e in (self._each, self._person, self._final)]
        shape = [list(sync.map), list(sync.require), *roles, *(more if any(more) else ())]
        self._spec_digest, self._values_digest = context.digests(
            self._expressions(), shape, MAPPING_VERSION
        )
        self._scope = context.scope({**functions, "rank": self.ranking}, note)
        self._keyed, self._provisional = keyed, provisional
        return self

    @property
    def basis(self) -> str:
        """A digest of the compiled sync and of the values it reads."""
        return (self._spec_digest + self._values_digest).hex()

    def _expressions(self) -> list[Expression]:
        optional = (self._each, self._where, self._live, self._person, self._final)
        conditions = [condition for condition in optional if condition]
        return [self._key, *conditions, *(expression for _, expression in self._fields)]

    def _sees(self, variable: str) -> bool:
        return any(variable in expression.variables for expression in self._expressions())

    def items(self, record: JsonObject, source: bytes | None = None) -> Iterable[Item]:
        """The records of the sync that one of the stream, with this digest, holds.

        Raises RecordRejected.
        """
        if self._each is None:
            return (Item(record, None, source),)
        found = self._evaluate(self._each, record, "each")
        if found is UNDEFINED or found is None:
            return ()
        return [Item(part, record) for part in (found if isinstance(found, list) else [found])]

    def scope(self, item: Item, known: Any = UNDEFINED) -> Scope:
        """What the expressions see besides the record: its parent, what is known of it."""
        assert self._scope is not None, "bind() comes first"
        names = {}
        if self._sees_parent:
            names["parent"] = item.parent if item.parent is not None else UNDEFINED
        if self.sees_known:
            names["known"] = known
        return self._scope.child(names) if names else self._scope

    def key(self, item: Item) -> tuple[str, str | None]:
        """The record's key as text, and the keyed hash of who it is about, if anybody.

        Raises RecordRejected where it has none.
        """
        scope = self.scope(item)
        value = self._evaluate(self._key, item.value, "key", scope)
        if value is UNDEFINED or value is None or value == "":
            raise RecordRejected(
                "SYN601", "the record has no key", field="key", position=self._key.source.position
            )
        person = None
        if self._person is not None:
            about = self._evaluate(self._person, item.value, "person", scope)
            if about is not UNDEFINED and about is not None:
                person = self._keyed(key_text(about))
                value = hidden(value, about, person)
        try:
            text = key_text(value)
            text.encode()
        except ValueError as error:
            raise RecordRejected("SYN609", f"the key is no valid text: {error}") from error
        return text, person

    def stamp(self, item: Item) -> Stamp:
        """What a decision about this record rests on. Raises RecordRejected for what is no text."""
        whole = [item.value, item.parent] if self._sees_parent else item.value
        try:
            source = item.source if item.source and not self._sees_parent else digest(whole)
            return Stamp(source, self._spec_digest, self._values_digest)
        except ValueError as error:
            raise RecordRejected("SYN609", f"the record is no valid JSON text: {error}") from error

    def order(self, item: Item, scope: Scope) -> str:
        """A text by which records are sent in order. Raises RecordRejected."""
        if self._order is None:
            return ""
        return sortable(self._evaluate(self._order, item.value, "order", scope))

    def is_final(self, item: Item, scope: Scope) -> bool:
        """Whether a known record is left alone. Raises RecordRejected where it is undecided."""
        return self._final is not None and self._truth(self._final, item.value, "final", scope)

    def standing(self, item: Item, scope: Scope) -> Standing:
        """Judge `where`, then `live`. Raises RecordRejected where one cannot be decided."""
        if self._where and not self._condition(self._where, item.value, "where", scope):
            return Standing.EXCLUDED
        if self._live and not self._condition(self._live, item.value, "live", scope):
            return Standing.CLOSED
        return Standing.LIVE

    def payload(self, item: Item, scope: Scope) -> JsonObject:
        """What the target should hold. Raises RecordRejected with the field at fault."""
        if not self._source_fits(item.value):
            self._violation("SYN605", self._source_schema, item.value)
        payload: JsonObject = {}
        for name, expression in self._fields:
            value = self._evaluate(expression, item.value, name, scope)
            if value is not UNDEFINED:
                payload[name] = value
        for name in self.sync.require:
            if payload.get(name) in (None, ""):
                self._lacks(name)
        return self.fitting(payload)

    def fitting(self, payload: JsonObject) -> JsonObject:
        """The payload, its unordered lists in order. Raises RecordRejected if it does not fit.

        A payload with provisional ids is judged once they are known.
        """
        for name in self.unordered & payload.keys():
            payload[name] = in_order(payload[name])
        if not self._target_fits(payload) and not self._is_provisional(payload):
            self._violation("SYN606", self._target_schema, payload)
        return payload

    def _is_provisional(self, payload: JsonObject) -> bool:
        return bool(self._provisional) and self._provisional in canonical(payload).decode()

    def _condition(self, expression: Expression, record: Any, place: str, scope: Scope) -> bool:
        for path in expression.needs:
            if not present(record, path):
                raise RecordRejected(
                    "SYN602",
                    f"`{place}` reads {'.'.join(path)}, which this record lacks",
                    field=place,
                    position=expression.source.position,
                )
        return self._truth(expression, record, place, scope)

    def _truth(self, expression: Expression, record: Any, place: str, scope: Scope) -> bool:
        value = self._evaluate(expression, record, place, scope)
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

    def _evaluate(
        self, expression: Expression, record: Any, place: str, scope: Scope | None = None
    ) -> Any:
        used = scope or self._scope
        assert used is not None, "bind() comes first"
        if self._watch is not None:
            self._watch(expression, record, used)
        try:
            return expression.evaluate(record, used)
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
        if is_personal(schema, field):
            message = "a personal value does not fit its schema"
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
