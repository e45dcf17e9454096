"""Resources of the target that may exist already: `find`."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from syncata.api import CompiledRequest, answer_scope, as_list, holds, refusal, text_of
from syncata.document import Scalar
from syncata.errors import SpecFailed, Unavailable
from syncata.expressions import UNDEFINED, Expression, Scope, compile_expression, compile_optional
from syncata.mapping.compiled import present
from syncata.model import JsonObject
from syncata.pages import NextPage, Reading, require_shape
from syncata.spec.operations import Find
from syncata.transport import Answer, Endpoint

_OF_A_RECORD = frozenset({"key", "desired"})


@dataclass(frozen=True, slots=True)
class Found:
    """What the target holds already: its id and its fields as observed."""

    target_id: str
    observed: JsonObject


class Finder:
    """`find` of a resource, compiled. What does not depend on the record is read once."""

    def __init__(self, spec: Find) -> None:
        self.adopt = spec.adopt
        self._several = spec.several
        self._request = CompiledRequest(spec.request)
        self._pages = NextPage(spec.pagination)
        self._records = compile_expression(spec.records or Scalar.of("$"))
        self._where = compile_optional(spec.where)
        self._by = compile_optional(spec.by)
        self._id = compile_expression(spec.id)
        self._all: list[JsonObject] | None = None
        self._known_by: dict[str, list[JsonObject]] = {}

    async def find(
        self, endpoint: Endpoint, scope: Scope, key: str, desired: str | None = None
    ) -> Found | None:
        """The one existing resource that is known by `key`, or for which `where` holds.

        `desired` is the JSON text of what the mapping made of the record. Raises SpecFailed where
        several are found, or where the spec can find nothing.
        """
        record = UNDEFINED if desired is None else json.loads(desired)
        inner = scope.child({"key": key, "desired": record})
        if _OF_A_RECORD & self._request.variables:
            matches = self._matching([i async for i in self._read(endpoint, inner)], inner, key)
        else:
            if self._all is None:
                self._take([item async for item in self._read(endpoint, scope)], scope)
            candidates = self._all if self._by is None else self._known_by.get(key, [])
            matches = self._matching(candidates or [], inner, key)
        return self._one(matches, inner, key)

    def _take(self, items: list[JsonObject], scope: Scope) -> None:
        self._all = items if self._by is None else []
        if self._by is not None:
            for item in items:
                self._known_by.setdefault(self._name(self._by, item, scope), []).append(item)

    def _one(self, matches: list[JsonObject], scope: Scope, key: str) -> Found | None:
        found = sorted((self._target_id(item, scope), place) for place, item in enumerate(matches))
        if len(found) > 1 and self._several == "stop":
            ids = ", ".join(target_id for target_id, _ in found[:5])
            raise SpecFailed(
                f"{len(found)} resources of the target match {key}, one is expected: {ids}",
                hint="make `find` more exact, remove the others by hand, or write `several: first`",
            )
        return Found(found[0][0], matches[found[0][1]]) if found else None

    def _matching(self, items: list[JsonObject], scope: Scope, key: str) -> list[JsonObject]:
        if self._by is not None:
            return [item for item in items if self._name(self._by, item, scope) == key]
        assert self._where is not None, "checked: `find` has `where` or `by`"
        unread, found = set(self._where.needs), []
        for item in items:
            unread = {path for path in unread if not present(item, path)}
            if holds(self._where, item, scope):
                found.append(item)
        if unread and items:
            raise SpecFailed(
                f"{self._where.source.position}: `where` of `find` reads "
                f"{', '.join(sorted('.'.join(path) for path in unread))}, which nothing of the "
                f"{len(items):,} things found has: it would never find anything"
            )
        return found

    def _name(self, by: Expression, item: JsonObject, scope: Scope) -> str:
        return text_of(by.evaluate(item, scope), "")

    def _target_id(self, item: JsonObject, scope: Scope) -> str:
        target_id = text_of(self._id.evaluate(item, scope), None)
        if target_id is None:
            place = self._id.source.position
            raise SpecFailed(f"{place}: `id` of `find` finds no id in what the target holds")
        return target_id

    async def _read(self, endpoint: Endpoint, scope: Scope) -> AsyncIterator[JsonObject]:
        request = self._request.render(UNDEFINED, scope, kind="read", idempotent=True)
        reading = Reading()
        pages = endpoint.pages(self._pages.first(request), self._pages.follow(scope, reading))
        async for answer in pages:
            items = self._items(answer, scope)
            reading.took(len(items))
            for item in items:
                yield item

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
