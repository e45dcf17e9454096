"""The source API: streams of records, and the look-up that proves a record gone."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from syncata.api import CompiledRequest, answer_scope, as_list
from syncata.errors import RecordRejected, SpecFailed, Unavailable
from syncata.expressions import (
    UNDEFINED,
    Expression,
    ExpressionError,
    Scope,
    compile_expression,
    compile_optional,
    compile_template,
)
from syncata.model import JsonObject, digest, key_text
from syncata.pages import (
    NextPage,
    Reading,
    instant_of,
    instant_text,
    list_met,
    require_data,
    require_shape,
)
from syncata.spec.model import Absent, Incremental, Stream
from syncata.spec.requests import Pagination
from syncata.transport import Answer, Endpoint, Request


class StreamReader:
    """One stream of the spec, compiled."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self._request = CompiledRequest(stream.request)
        self._records = compile_expression(stream.records)
        self._count = compile_optional(stream.count)
        self._pages = NextPage(stream.pagination)
        self._absent = AbsentLookup(stream.absent, stream.pagination) if stream.absent else None
        self._changes = ChangedSince(stream.incremental) if stream.incremental else None

    async def read(
        self,
        endpoint: Endpoint,
        scope: Scope,
        reading: Reading,
        *,
        limit: int | None = None,
        since: datetime | None = None,
    ) -> AsyncIterator[list[JsonObject]]:
        """The stream's records, a page at a time; `reading` says afterwards whether that was all.

        `limit`: stop after so many records. `since`: only what has changed since. Neither reading
        is complete. Raises Unavailable for an answer that is no page, CredentialsRefused.
        """
        request = self._request.render(UNDEFINED, scope, kind="read", idempotent=True)
        if since is not None and self._changes is not None:
            request = self._changes.narrowed(request, scope, since)
        request = self._pages.first(request)
        cap = min(limit or _NO_CAP, self.stream.cap or _NO_CAP)
        met: dict[int, int] = {}
        async for answer in endpoint.pages(request, self._pages.follow(scope, reading)):
            records = self._page(answer, scope, reading)
            room = cap - reading.records
            reading.took(len(records))
            reading.began = reading.began or answer.date
            if self._changes is not None:
                self._changes.note(records, scope, reading)
            reading.digests = [_digest(record) for record in records]
            self._refuse_repeated(reading, met)
            yield records[:room]
            if reading.records >= cap:
                reading.records = cap
                reading.because = f"stopped after {cap:,} records"
                return
        self._conclude(reading)
        reading.whole = reading.complete
        if since is not None and reading.whole:
            reading.complete = False
            reading.because = "only what has changed was read"

    async def existing(self, endpoint: Endpoint, scope: Scope, keys: Sequence[str]) -> set[str]:
        """Which of these keys the source still holds. Raises Unavailable, CredentialsRefused."""
        assert self._absent is not None, "checked: absence is proven only where `absent` is given"
        return await self._absent.existing(endpoint, scope, keys)

    def _page(self, answer: Answer, scope: Scope, reading: Reading) -> list[JsonObject]:
        inner = answer_scope(scope, answer)
        require_data(answer, f"the stream {self.stream.name}")
        if self._count is not None:
            counted = _whole(self._evaluate(self._count, answer, inner))
            reading.moved = reading.moved or (reading.pages > 0 and counted != reading.counted)
            reading.counted = counted
        records = as_list(self._evaluate(self._records, answer, inner))
        require_shape(answer, self._records, records, f"the stream {self.stream.name}")
        for record in records:
            if not isinstance(record, dict):
                raise Unavailable(
                    f"the source answered a page of the stream {self.stream.name} in which a "
                    f"record is no object but {type(record).__name__}"
                )
        return records

    def _refuse_repeated(self, reading: Reading, met: dict[int, int]) -> None:
        """Refuse a page whose records all came before; the rest of its answer may differ."""
        if not reading.digests or None in reading.digests:  # such records are rejected one by one
            return
        earlier = met.setdefault(hash(tuple(reading.digests)), reading.pages)
        if earlier != reading.pages:
            raise Unavailable(
                f"the source gave the records of page {earlier} of the stream {self.stream.name} "
                f"again as page {reading.pages}; reading on might never end",
                hint="check `pagination` of the stream",
            )

    def _evaluate(self, expression: Expression, answer: Answer, scope: Scope) -> Any:
        try:
            return expression.evaluate(answer.body, scope)
        except ExpressionError as error:
            raise Unavailable(
                f"{error.position}: the source's answer is no page of the stream "
                f"{self.stream.name}: {error.message}"
            ) from error

    def _conclude(self, reading: Reading) -> None:
        if self._count is not None and reading.counted != reading.records:
            counts = "none" if reading.counted is None else f"{reading.counted:,}"
            reading.because = f"the source counts {counts} records, {reading.records:,} were read"
            return
        if reading.moved:
            reading.because = "the source's own count changed while it was read"
            return
        reading.complete, reading.because = True, ""


_NO_CAP = 1 << 62


def _digest(record: JsonObject) -> bytes | None:
    try:
        return digest(record)
    except ValueError:
        return None


def _whole(value: Any) -> int | None:
    """A count as APIs give it: a whole number, also as text; None: it is none."""
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if value == int(value) else None


class ChangedSince:
    """The `incremental` of a stream, compiled."""

    def __init__(self, spec: Incremental) -> None:
        self._param = spec.param
        self._value = compile_template(spec.value)
        self._cursor = compile_expression(spec.cursor)

    def narrowed(self, request: Request, scope: Scope, since: datetime) -> Request:
        """The request for what has changed since an instant."""
        value = self._value.render(UNDEFINED, scope.child({"since": instant_text(since)}))
        others = [pair for pair in request.params if pair[0] != self._param]
        return replace(request, params=(*others, (self._param, key_text(value))))

    def note(self, records: Sequence[JsonObject], scope: Scope, reading: Reading) -> None:
        """Note when the latest of these records changed."""
        for record in records:
            try:
                changed = instant_of(self._cursor.evaluate(record, scope))
            except ExpressionError:
                continue  # the record is judged elsewhere; it moves no cursor
            if changed is not None and (reading.latest is None or changed > reading.latest):
                reading.latest = changed


class AbsentLookup:
    """`absent`: asks the source for keys that a complete reading did not hold."""

    def __init__(self, spec: Absent, pagination: Pagination | None) -> None:
        self._batch = spec.batch
        self._request = CompiledRequest(spec.request)
        self._records = compile_expression(spec.records)
        self._pages = NextPage(pagination)

    async def existing(self, endpoint: Endpoint, scope: Scope, keys: Sequence[str]) -> set[str]:
        """Which of `keys` still exist. A key that cannot be asked for counts as existing."""
        found: set[str] = set()
        for start in range(0, len(keys), self._batch):
            batch = list(keys[start : start + self._batch])
            try:
                found |= await self._of(endpoint, scope.child({"keys": batch}), len(batch))
            except RecordRejected:
                found.update(batch)
        return found

    async def _of(self, endpoint: Endpoint, scope: Scope, asked: int) -> set[str]:
        found: set[str] = set()
        reading = Reading()
        request = self._request.render(UNDEFINED, scope, kind="read", idempotent=True)
        # An answer in pages proves nothing by its first one.
        pages = endpoint.pages(self._pages.first(request), self._pages.follow(scope, reading))
        async for answer in pages:
            if answer.ruling.then == "gone" and asked == 1:
                break  # asked for one record, told that it is gone
            require_data(answer, "the look-up `absent`")
            value = self._records.evaluate(answer.body, answer_scope(scope, answer))
            existing = as_list(value)
            require_shape(answer, self._records, existing, "the look-up `absent`")
            if not existing and list_met(answer.body, self._records):
                raise SpecFailed(
                    f"{self._records.source.position}: the look-up `absent` was answered with "
                    "records, but `records` finds no key in them: nothing counts as gone",
                    hint="correct `absent.records`: it must yield the keys of what still exists",
                )
            reading.took(len(existing))
            found.update(key_text(key) for key in existing)
        return found
