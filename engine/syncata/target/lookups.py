"""Values read from the target: `lookups` once per run, and resources that may exist already."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from syncata.api import CompiledRequest, answer_scope, as_list, holds, refusal
from syncata.document import Scalar
from syncata.errors import SpecFailed, Unavailable
from syncata.expressions import (
    UNDEFINED,
    ExpressionError,
    Scope,
    compile_expression,
    compile_template,
)
from syncata.mapping.compiled import present
from syncata.model import JsonObject, key_text
from syncata.pages import NextPage, Reading, require_shape
from syncata.spec.model import Lookup
from syncata.spec.operations import Find
from syncata.transport import Answer, Endpoint


async def look_up(lookup: Lookup, endpoint: Endpoint, scope: Scope) -> Any:
    """The value of a look-up; UNDEFINED where its `when` does not hold.

    Raises SpecFailed where `one` value is wanted and there is another number.
    """
    if lookup.when and not holds(compile_expression(lookup.when), UNDEFINED, scope):
        return UNDEFINED
    request = CompiledRequest(lookup.request)
    answer = await endpoint.send(request.render(UNDEFINED, scope, kind="read", idempotent=True))
    gone = answer.ruling.then == "gone"
    if not gone and answer.ruling.then != "ok":
        raise SpecFailed(f"the look-up {lookup.name} was refused: {refusal(answer)}")
    try:
        result = compile_expression(lookup.result).evaluate(
            UNDEFINED if gone else answer.body, answer_scope(scope, answer)
        )
    except ExpressionError as error:
        raise Unavailable(
            f"{error.position}: the target's answer to the look-up {lookup.name} is not what it "
            f"should be: {error.message}"
        ) from error
    if not lookup.one:
        return result
    values = [] if gone else as_list(result)
    if len(values) != 1:
        raise SpecFailed(_failure(lookup, scope, len(values)))
    return values[0]


def _failure(lookup: Lookup, scope: Scope, number: int) -> str:
    if number == 0 and lookup.message:
        return str(compile_template(lookup.message).render(UNDEFINED, scope))
    found = "nothing" if number == 0 else f"{number} results"
    return f"the look-up {lookup.name} must give one result; it gave {found}"


@dataclass(frozen=True, slots=True)
class Found:
    """What the target holds already: its id and its fields as observed."""

    target_id: str
    observed: JsonObject


class Finder:
    """`find` of a resource, compiled."""

    def __init__(self, spec: Find) -> None:
        self.adopt = spec.adopt
        self._request = CompiledRequest(spec.request)
        self._pages = NextPage(spec.pagination)
        self._records = compile_expression(spec.records or Scalar.of("$"))
        self._where = compile_expression(spec.where)
        self._id = compile_expression(spec.id)

    async def find(self, endpoint: Endpoint, scope: Scope, key: str) -> Found | None:
        """The one existing resource for which `where` holds, `$key` being `key`.

        Raises SpecFailed where several match, or where the spec can find nothing.
        """
        scope = scope.child({"key": key})
        matches = [item async for item in self._candidates(endpoint, scope)]
        ids = [self._target_id(item, scope) for item in matches[:5]]
        if len(matches) > 1:
            raise SpecFailed(
                f"{len(matches)} resources of the target match {key}, one is expected: "
                f"{', '.join(ids)}",
                hint="make `where` of `find` more exact, or remove the others by hand",
            )
        return Found(ids[0], matches[0]) if matches else None

    def _target_id(self, item: JsonObject, scope: Scope) -> str:
        value = self._id.evaluate(item, scope)
        if value is UNDEFINED or value is None:
            place = self._id.source.position
            raise SpecFailed(f"{place}: `id` of `find` finds no id in what the target holds")
        return key_text(value)

    async def _candidates(self, endpoint: Endpoint, scope: Scope) -> AsyncIterator[JsonObject]:
        request = self._request.render(UNDEFINED, scope, kind="read", idempotent=True)
        reading = Reading()
        unread = set(self._where.needs)
        pages = endpoint.pages(self._pages.first(request), self._pages.follow(scope, reading))
        async for answer in pages:
            items = self._items(answer, scope)
            reading.took(len(items))
            for item in items:
                unread = {path for path in unread if not present(item, path)}
                if holds(self._where, item, scope):
                    yield item
        if unread and reading.records:
            raise SpecFailed(
                f"{self._where.source.position}: `where` of `find` reads "
                f"{', '.join(sorted('.'.join(path) for path in unread))}, which nothing of the "
                f"{reading.records:,} things found has: it would never find anything"
            )

    def _items(self, answer: Answer, scope: Scope) -> list[JsonObject]:
        if answer.ruling.then != "ok":
            raise Unavailable(f"the target cannot be searched: {refusal(answer)}")
        found = self._records.evaluate(answer.body, answer_scope(scope, answer))
        items = [item for item in as_list(found) if isinstance(item, dict)]
        require_shape(answer, self._records, items, "the search of the target")
        return items


def observed_part(found: Mapping[str, Any], desired: Mapping[str, Any]) -> JsonObject:
    """The fields of what was found that the mapping decides about."""
    return {name: found[name] for name in desired if name in found}
