"""One record judged for people: every field by itself, and what a run would say of the whole."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from syncata.errors import RecordRejected
from syncata.expressions import UNDEFINED, Expression, ExpressionError, Scope, compile_expression
from syncata.mapping.compiled import CompiledSync, Item, Standing
from syncata.mapping.ordering import in_order
from syncata.mapping.ranking import Deferred
from syncata.model import JsonObject
from syncata.target.keyed import ROUNDS, LookupPending
from syncata.target.references import NotThereYet

_RANK = "waits until everything was read: its place among the others decides"

Fetch = Callable[[], Awaitable[None]]


async def _nothing_to_fetch() -> None:
    """No look-up by keys."""


@dataclass(frozen=True, slots=True)
class FieldValue:
    """What one line of a mapping yields: a value (UNDEFINED: left out), why it has none, or what
    it waits for. `without` names look-ups that it reads and that are not known."""

    name: str
    value: Any = UNDEFINED
    rejected: RecordRejected | None = None
    waits: str = ""
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a run would say of a record.

    `key` is "" where it has none; people in it are hashed. `standing` is None where it cannot be
    decided. `payload` is what the target should hold, `rejected` why the record is set aside,
    `waits` what it waits for; `final`: it is left alone whatever its source says.
    """

    item: Item
    key: str = ""
    standing: Standing | None = None
    payload: JsonObject | None = None
    fields: tuple[FieldValue, ...] = ()
    rejected: RecordRejected | None = None
    waits: str = ""
    final: bool = False


class Judge:
    """Judges records by one sync that is bound to the values of a run.

    `fetch` looks up what records ask for. `missing` names look-ups that are not known, by field.
    Without `fields` only the whole is judged.
    """

    def __init__(
        self,
        compiled: CompiledSync,
        fetch: Fetch = _nothing_to_fetch,
        missing: Mapping[str, tuple[str, ...]] | None = None,
        *,
        fields: bool = True,
    ) -> None:
        self.compiled = compiled
        self._expressions: Mapping[str, Expression] = {
            name: compile_expression(text) for name, text in compiled.sync.map.items() if fields
        }
        self._fetch = fetch
        self._missing = missing or {}

    async def judge(self, item: Item, known: Any = UNDEFINED) -> Judgement:
        """Judge a record of which the target confirmed `known`.

        Raises Unavailable, CredentialsRefused.
        """
        for _ in range(ROUNDS):
            try:
                return self._judged(item, known)
            except LookupPending:
                await self._fetch()
        deep = RecordRejected("SYN603", f"look-ups are nested more than {ROUNDS} deep")
        return Judgement(item, rejected=deep)

    def _judged(self, item: Item, known: Any) -> Judgement:
        try:
            key, _ = self.compiled.key(item)
        except RecordRejected as why:
            return Judgement(item, rejected=why)
        except NotThereYet as missing:
            return Judgement(item, waits=str(missing))
        self.compiled.ranking.key = key
        scope = self.compiled.scope(item, known)
        fields = tuple(self._field(name, item, scope) for name in self._expressions)
        made = self._whole(Judgement(item, key, fields=fields), known, scope)
        return _for_lack_of_lookups(made)

    def _field(self, name: str, item: Item, scope: Scope) -> FieldValue:
        without = self._missing.get(name, ())
        made = FieldValue(name, without=without)
        expression = self._expressions[name]
        try:
            value = expression.evaluate(item.value, scope)
        except ExpressionError as error:
            message = f"{error.code}: {error.message}"
            why = RecordRejected("SYN603", message, field=name, position=error.position)
            return replace(made, rejected=why)
        except RecordRejected as why:
            return replace(made, rejected=why)
        except NotThereYet as missing:
            return replace(made, waits=str(missing))
        except Deferred:
            return replace(made, waits=_RANK)
        if value is UNDEFINED and without:
            return replace(made, waits=f"waits for the look-up {', '.join(without)}")
        in_its_order = name in self.compiled.unordered and value is not UNDEFINED
        return replace(made, value=in_order(value) if in_its_order else value)

    def _whole(self, made: Judgement, known: Any, scope: Scope) -> Judgement:
        compiled, item, standing = self.compiled, made.item, None
        try:
            final = known is not UNDEFINED and compiled.is_final(item, scope)
            standing = compiled.standing(item, scope)
            payload = compiled.payload(item, scope) if standing is Standing.LIVE else None
        except RecordRejected as why:
            return replace(made, standing=standing, rejected=why)
        except NotThereYet as missing:
            return replace(made, standing=standing, waits=str(missing))
        except Deferred:
            return replace(made, standing=standing, waits=_RANK)
        except ValueError as error:
            unwritable = RecordRejected("SYN609", f"no valid JSON text: {error}")
            return replace(made, standing=standing, rejected=unwritable)
        return replace(made, standing=standing, payload=payload, final=final)


def _for_lack_of_lookups(made: Judgement) -> Judgement:
    """A record that lacks only what a look-up would give is not set aside: it is not known."""
    waiting = {field.name: field.waits for field in made.fields if field.without and field.waits}
    if made.rejected is None or made.rejected.code not in ("SYN604", "SYN606"):
        return made
    name = next((name for name in waiting if _is_within(made.rejected.field, name)), None)
    return made if name is None else replace(made, rejected=None, waits=waiting[name])


def _is_within(path: str, field: str) -> bool:
    """Whether a path of a payload, like `names[0].first`, leads into a field."""
    return path == field or path.startswith((f"{field}.", f"{field}["))
