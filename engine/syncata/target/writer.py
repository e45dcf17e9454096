"""Writing to the target: one record per request, or many in a bulk request."""

from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from syncata.api import CompiledRequest, answer_scope, holds, refusal, text_of
from syncata.errors import RecordRejected, SpecFailed
from syncata.expressions import (
    UNDEFINED,
    ExpressionError,
    Scope,
    compile_expression,
    compile_optional,
)
from syncata.model import NO_STAMP, Change, JsonObject, Outcome, Verdict, decoded
from syncata.spec.operations import WITHOUT_RECORD, Operation
from syncata.target.current import CurrentReader
from syncata.target.jobs import JobFollower, ResultReader, pair_results, require_results
from syncata.target.search import Echoes, JobSearch
from syncata.transport import Answer, Endpoint, Request

_RETIRES = ("archive", "remove")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A bulk job the target has taken; its results come later."""

    location: str


@dataclass(frozen=True, slots=True)
class Divided:
    """A batch of which nothing was taken because of some record in it: its halves, to be sent."""

    halves: tuple[Mapping[str, Change], ...]


class Writer:
    """One operation of a resource, compiled."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.name = operation.name
        self._request = CompiledRequest(operation.request)
        self._id = compile_optional(operation.id)
        self._read = CurrentReader(operation.read) if operation.read else None
        conflict = operation.conflict
        self._conflict = compile_expression(conflict.when) if conflict else None
        self.follower = JobFollower(operation.job) if operation.job else None
        in_doubt = operation.job.in_doubt if operation.job else None
        self.search = JobSearch(in_doubt) if in_doubt else None
        results = operation.item_results
        self._results = ResultReader(results) if results else None
        # What is staged is JSON text: it goes into the body as it is, where the request allows.
        as_text = self.name not in WITHOUT_RECORD and "items" not in self._request.variables
        self._around = self._request.around("records") if as_text else None

    @property
    def is_safe(self) -> bool:
        """Whether sending it twice does no harm: a create that is sent twice makes two."""
        return self.name != "create" or self.operation.repeatable

    @property
    def gives_ids(self) -> bool:
        """Whether the answer to one write tells the target's id of the record."""
        return self._id is not None

    @property
    def is_bulk(self) -> bool:
        """Whether one request carries many records."""
        return self.operation.batch is not None

    async def write_one(self, endpoint: Endpoint, scope: Scope, change: Change) -> Outcome:
        """Send one record. Raises Unavailable, CredentialsRefused, ReferenceMissing."""
        value, inner = self._names(scope, change)
        try:
            if self._read is not None:
                inner = inner.child({"current": await self._read.current(endpoint, inner)})
            request = self._request.render(value, inner, kind="write", idempotent=self.is_safe)
        except (ExpressionError, RecordRejected) as error:
            return Outcome(change, Verdict.REJECTED, None, f"cannot be sent: {error.message}")
        try:
            answer = await endpoint.send(request)
        except RecordRejected as rejected:
            return Outcome(change, Verdict.REJECTED, None, rejected.message)
        return self._judge(answer, inner, change)

    def _judge(self, answer: Answer, scope: Scope, change: Change) -> Outcome:
        then = answer.ruling.then
        if then != "ok" and self._is_conflict(answer, scope):
            # Without its stamp it is planned again, and `find` then shows what is there.
            return Outcome(replace(change, stamp=NO_STAMP), Verdict.REJECTED, None, CONFLICT)
        if then == "ok" or (then in ("gone", "skip") and self.name in _RETIRES):
            return Outcome(change, Verdict.OK, self._target_id(answer, scope, change))
        if then == "gone" and self.name == "restore":
            return Outcome(change, Verdict.REJECTED, None, GONE)
        verdict = Verdict.SKIPPED if then == "skip" else Verdict.REJECTED
        return Outcome(change, verdict, None, refusal(answer))

    def _is_conflict(self, answer: Answer, scope: Scope) -> bool:
        if self._conflict is None:
            return False
        return holds(self._conflict, answer.body, answer_scope(scope, answer))

    def _target_id(self, answer: Answer, scope: Scope, change: Change) -> str | None:
        if self._id is None:
            return change.target_id
        value = self._id.evaluate(answer.body, answer_scope(scope, answer))
        return text_of(value, change.target_id)

    async def write_many(
        self, endpoint: Endpoint, scope: Scope, batch: Mapping[str, Change]
    ) -> Accepted | Divided | list[Outcome]:
        """Send a batch: the job it became, or the outcomes where the answer holds them.

        `batch` holds the changes by their `match`. Raises Unavailable, CredentialsRefused,
        ReferenceMissing.
        """
        changes = list(batch.values())
        sent = self._sent(scope, batch) if self._results else {}
        answer = await endpoint.send(self._batch_request(scope, changes))
        if answer.ruling.then != "ok":
            return self._divided(answer, batch) or self._all_refused(answer, changes)
        if self.follower is not None:
            return Accepted(self.follower.location(endpoint, answer))
        if self._results is None:
            return [Outcome(c, Verdict.OK, c.target_id) for c in changes]
        results = _each(self._results.records(answer, scope))
        paired = pair_results(self._results, results, scope, sent)
        return [outcome async for outcome in paired]

    def _divided(self, answer: Answer, batch: Mapping[str, Change]) -> Divided | None:
        """The halves of a batch of which the target takes all or nothing."""
        if not self._is_atomic or len(batch) == 1 or answer.ruling.then == "skip":
            return None
        items, middle = list(batch.items()), len(batch) // 2
        return Divided((dict(items[:middle]), dict(items[middle:])))

    @property
    def _is_atomic(self) -> bool:
        return self.operation.batch is not None and self.operation.batch.atomic

    def _all_refused(self, answer: Answer, changes: Sequence[Change]) -> list[Outcome]:
        why, then = refusal(answer), answer.ruling.then
        if then == "skip" or (then == "gone" and self._is_atomic and self.name in _RETIRES):
            verdict = Verdict.OK if self.name in _RETIRES else Verdict.SKIPPED
            return [Outcome(c, verdict, c.target_id, why) for c in changes]
        # Of many nothing was said about any single record: without its stamp each is sent again.
        asked = changes if self._is_atomic else [replace(c, stamp=NO_STAMP) for c in changes]
        return [Outcome(c, Verdict.REJECTED, None, why) for c in asked]

    async def job_outcomes(
        self, endpoint: Endpoint, scope: Scope, location: str, batch: Mapping[str, Change]
    ) -> list[Outcome]:
        """What the results of an ended job say about each change of its batch.

        Raises JobLost where there are no results any more, Unavailable.
        """
        assert self._results is not None
        sent = self._sent(scope, batch)
        async with self._job_results(endpoint, scope, location) as results:
            paired = pair_results(self._results, results, scope, sent)
            return [outcome async for outcome in paired]

    async def is_echoed(
        self, endpoint: Endpoint, scope: Scope, location: str, batch: Mapping[str, Change]
    ) -> bool:
        """Whether an ended job echoes just what this batch sends: then it is this batch's.

        Raises JobLost where there are no results any more, Unavailable.
        """
        assert self._results is not None
        changes = list(batch.values())
        body = self._request.body(UNDEFINED, self._batch_scope(scope, changes))
        echoes = Echoes(self._items(body, len(changes)))
        async with self._job_results(endpoint, scope, location) as results:
            async for result in results:
                if not echoes.take(self._results.echo(result, scope)):
                    return False
        return echoes.all_came

    @asynccontextmanager
    async def _job_results(
        self, endpoint: Endpoint, scope: Scope, location: str
    ) -> AsyncIterator[AsyncIterable[Any]]:
        """The results of an ended job. Raises JobLost, Unavailable."""
        assert self.follower is not None
        assert self._results is not None
        request = self.follower.results_request(scope, location)
        if self._results.are_nested:
            answer = await endpoint.send(request)
            require_results(answer, location)
            yield _each(self._results.records(answer, scope))
            return
        async with endpoint.stream(request) as stream:
            require_results(stream.answer, location)
            yield stream

    def match(self, scope: Scope, change: Change) -> str:
        """What pairs this change with its result; changes of a batch must differ in it.

        Raises SpecFailed where there is nothing to pair it by.
        """
        if self._results is None or self.name in WITHOUT_RECORD:
            return change.key
        return self._matched(_desired(change), scope)

    def _matched(self, item: Any, scope: Scope) -> str:
        assert self._results is not None
        match = self._results.match(item, scope)
        if not match:
            raise SpecFailed(
                f"`match` of {self.name} yields nothing for an item that is to be sent: its "
                "result could not be told from others",
                hint="correct `results.match`: it is evaluated on each item of the body",
            )
        return match

    def _sent(self, scope: Scope, batch: Mapping[str, Change]) -> Mapping[str, Change]:
        assert self._results is not None
        if self.name not in WITHOUT_RECORD:
            return batch
        changes = list(batch.values())
        body = self._request.body(UNDEFINED, self._batch_scope(scope, changes))
        items = self._items(body, len(changes))
        sent = {self._matched(i, scope): c for i, c in zip(items, changes, strict=True)}
        if len(sent) < len(changes):
            raise SpecFailed(f"`match` of {self.name} yields the same for different items")
        return sent

    def _items(self, body: Any, length: int) -> list[Any]:
        """The list in a batch's body that holds one item per change. Raises SpecFailed."""
        inside = body.values() if isinstance(body, dict) else ()
        for value in (body, *inside):
            if isinstance(value, list) and len(value) == length:
                return value
        raise SpecFailed(
            f"the body of {self.name} holds no list with one item per record",
            hint="one record makes `$keys.{…}` a single object: write `[$keys.{…}]`",
        )

    def _batch_request(self, scope: Scope, changes: Sequence[Change]) -> Request:
        if self._around is None:
            inner, body = self._batch_scope(scope, changes), None
        else:
            inner = scope.child({"keys": [change.key for change in changes]})
            texts = ",".join([change.desired or "null" for change in changes])
            body = f"[{texts}]".encode().join(self._around)
        return self._request.render(
            UNDEFINED, inner, kind="write", idempotent=self.search is None, body=body
        )

    def _batch_scope(self, scope: Scope, changes: Sequence[Change]) -> Scope:
        keys, items = [change.key for change in changes], [_item(change) for change in changes]
        if self.name in WITHOUT_RECORD:
            return scope.child({"keys": keys, "items": items})
        records = [_desired(change) for change in changes]
        with_records = [i | {"desired": r} for i, r in zip(items, records, strict=True)]
        return scope.child({"keys": keys, "records": records, "items": with_records})

    def _names(self, scope: Scope, change: Change) -> tuple[Any, Scope]:
        known = decoded(change.confirmed) if change.confirmed else UNDEFINED
        target_id = UNDEFINED if change.target_id is None else change.target_id
        inner = scope.child({"key": change.key, "id": target_id, "known": known})
        if self.name in WITHOUT_RECORD or change.desired is None:
            return UNDEFINED, inner
        return _desired(change), inner


CONFLICT = "the target holds such a resource already"
GONE = "the target does not hold what is to be restored"


def _desired(change: Change) -> Any:
    return decoded(change.desired or "null")


def _item(change: Change) -> JsonObject:
    """What `$items` says of every change: its key, and the target's id if there is one."""
    item: JsonObject = {"key": change.key}
    return item if change.target_id is None else item | {"id": change.target_id}


async def _each(items: list[Any]) -> AsyncIterator[Any]:
    for item in items:
        yield item
