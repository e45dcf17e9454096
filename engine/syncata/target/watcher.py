"""What the target holds now: read as one list, or one thing at a time."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncata.api import CompiledRequest, answer_scope, as_list, holds, refusal, text_of
from syncata.document import Scalar
from syncata.errors import Unavailable
from syncata.expressions import (
    UNDEFINED,
    ExpressionError,
    Scope,
    compile_expression,
    compile_optional,
)
from syncata.model import JsonObject, key_text
from syncata.pages import NextPage, Reading, require_shape, whole
from syncata.spec.operations import Observe, ObserveList, ObserveOne
from syncata.transport import Answer, Endpoint


@dataclass(frozen=True, slots=True)
class Sight:
    """One thing as it was seen. `archived` None: that cannot be seen. A field that is not there
    is `nothing`; `id` is the target's, where it tells."""

    gone: bool = False
    archived: bool | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    nothing: Any = UNDEFINED
    id: str | None = None

    def over(self, confirmed: JsonObject) -> JsonObject:
        """A confirmed payload as it seems to be now; what was cleared stays null in it."""
        cleared = {name: None for name, value in confirmed.items() if value is None}
        seen = {n: v for n, v in {**confirmed, **self.fields}.items() if v is not self.nothing}
        return {**cleared, **seen}


class Watcher:
    """`observe` of a resource, compiled, in the scope of a run."""

    def __init__(self, spec: Observe, scope: Scope) -> None:
        self._list = _List(spec.list, scope) if spec.list else None
        self._one = _One(spec.one, scope) if spec.one else None

    @property
    def reads_list(self) -> bool:
        """Whether there is a list of everything."""
        return self._list is not None

    @property
    def share(self) -> int:
        """One of how many records is looked at singly in a run; 0: none is."""
        return self._one.share if self._one else 0

    async def listed(self, endpoint: Endpoint) -> AsyncIterator[dict[str, Sight]]:
        """Everything there is, by the target's id, a page at a time. Raises Unavailable."""
        assert self._list is not None
        async for page in self._list.pages(endpoint):
            yield page

    async def look(
        self, endpoint: Endpoint, key: str, target_id: str | None, known: JsonObject
    ) -> Sight:
        """One thing. Raises Unavailable, ReferenceMissing."""
        assert self._one is not None
        return await self._one.look(endpoint, key, target_id, known)


class _List:
    def __init__(self, spec: ObserveList, scope: Scope) -> None:
        self._scope = scope
        self._request = CompiledRequest(spec.request)
        self._pages = NextPage(spec.pagination)
        self._records = compile_expression(spec.records or Scalar.of("$"))
        self._id = compile_expression(spec.id)
        self._archived, self._gone = compile_optional(spec.archived), compile_optional(spec.gone)
        self._fields = {name: compile_expression(text) for name, text in spec.fields.items()}

    async def pages(self, endpoint: Endpoint) -> AsyncIterator[dict[str, Sight]]:
        request = self._request.render(UNDEFINED, self._scope, kind="read", idempotent=True)
        reading = Reading()
        follow = self._pages.follow(self._scope, reading)
        async for answer in endpoint.pages(self._pages.first(request), follow):
            if answer.ruling.then != "ok":
                raise Unavailable(f"the target's list cannot be read: {refusal(answer)}")
            try:
                things = as_list(
                    self._records.evaluate(answer.body, answer_scope(self._scope, answer))
                )
                require_shape(answer, self._records, things, "the target's list")
                reading.took(len(things))
                yield dict(self._seen(thing) for thing in things)
            except ExpressionError as error:
                raise _unexpected(error) from error

    def _seen(self, thing: Any) -> tuple[str, Sight]:
        scope = self._scope
        found = self._id.evaluate(thing, scope)
        if found is UNDEFINED or found is None:
            place = self._id.source.position
            raise Unavailable(f"{place}: `id` finds no id in a thing of the target's list")
        archived = None if self._archived is None else holds(self._archived, thing, scope)
        gone = self._gone is not None and holds(self._gone, thing, scope)
        fields = {name: e.evaluate(thing, scope) for name, e in self._fields.items()}
        return key_text(found), Sight(gone, archived, fields)


class _One:
    def __init__(self, spec: ObserveOne, scope: Scope) -> None:
        self.share = spec.share
        self._scope = scope
        self._request = CompiledRequest(spec.request)
        self._pages = NextPage(spec.pagination)
        self._archived, self._gone = compile_optional(spec.archived), compile_optional(spec.gone)
        self._id = compile_optional(spec.id)
        self._fields = (
            None
            if spec.fields is None
            else {name: compile_expression(text) for name, text in spec.fields.items()}
        )

    async def look(
        self, endpoint: Endpoint, key: str, target_id: str | None, known: JsonObject
    ) -> Sight:
        names = {"key": key, "id": UNDEFINED if target_id is None else target_id, "known": known}
        scope = self._scope.child(names)
        request = self._request.render(UNDEFINED, scope, kind="read", idempotent=True)
        answer = await whole(endpoint, request, self._pages, scope)
        scope = answer_scope(scope, answer)
        try:
            return self._seen(answer, scope, known)
        except ExpressionError as error:
            raise _unexpected(error) from error

    def _seen(self, answer: Answer, scope: Scope, known: JsonObject) -> Sight:
        gone = self._gone is not None and holds(self._gone, answer.body, scope)
        if gone or answer.ruling.then == "gone":
            return Sight(gone=True)
        if answer.ruling.then != "ok":
            raise Unavailable(f"a thing of the target cannot be looked at: {refusal(answer)}")
        archived = None if self._archived is None else holds(self._archived, answer.body, scope)
        found = UNDEFINED if self._id is None else self._id.evaluate(answer.body, scope)
        target_id = text_of(found, None)
        compared = self._compared(answer.body, scope, known)
        return Sight(archived=archived, fields=compared, id=target_id)

    def _compared(self, body: Any, scope: Scope, known: JsonObject) -> dict[str, Any]:
        if self._fields is not None:
            return {name: e.evaluate(body, scope) for name, e in self._fields.items()}
        held = body if isinstance(body, dict) else {}
        return {name: held.get(name, UNDEFINED) for name in known}


def _unexpected(error: ExpressionError) -> Unavailable:
    return Unavailable(
        f"{error.position}: what the target holds is not what it should be: {error.message}"
    )
