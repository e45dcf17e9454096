"""Bulk jobs: followed until they end, then every result is paired with what was sent."""

from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from typing import Any

from syncata.api import answer_scope, as_list, holds, refusal, text_of
from syncata.errors import Unavailable
from syncata.expressions import (
    UNDEFINED,
    ExpressionError,
    Scope,
    compile_expression,
    compile_optional,
    compile_template,
)
from syncata.model import Action, Change, Outcome, Verdict
from syncata.spec.operations import Job, Results
from syncata.transport import Answer, Endpoint, Request, World

LOST_AFTER = 24 * 3600.0
_GROWTH = 1.5


class JobLost(Exception):
    """The target does not know the job."""


class JobFollower:
    """The `job` of an operation, compiled."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._status = compile_expression(job.poll.status)

    def location(self, endpoint: Endpoint, answer: Answer) -> str:
        """Where an accepted job is followed. Raises Unavailable where the answer does not say."""
        location = answer.headers.get(self._job.location.lower())
        if answer.status == self._job.accepted_status and location:
            return endpoint.resolve(location, answer)
        raise Unavailable(
            f"the target answered {answer.status} to a bulk request; "
            f"{self._job.accepted_status} with the header {self._job.location} was expected"
        )

    async def ended(
        self,
        endpoint: Endpoint,
        scope: Scope,
        location: str,
        *,
        world: World,
        tick: Callable[[], None],
        age: float = 0.0,
    ) -> str:
        """Wait until the job has ended; its last status. `age`: seconds since it was submitted.

        `tick` is called before each look: the wait can be long.

        Raises JobLost where it is not known, or not done after a day; Unavailable.
        """
        poll = self._job.poll
        submitted, pause = world.monotonic() - age, poll.every_from
        while True:
            tick()
            answer = await endpoint.send(_get(location))
            if answer.ruling.then == "gone":
                raise JobLost(f"the target does not know the job {location} any more")
            if answer.ruling.then != "ok":
                raise Unavailable(f"the target's job {location} cannot be read: {refusal(answer)}")
            status = self._status.evaluate(answer.body, scope)
            if status in poll.done:
                return str(status)
            waited = world.monotonic() - submitted
            if waited > LOST_AFTER:
                raise JobLost(f"the target's job {location} is still {status} after a day")
            if waited > poll.timeout:
                # It may still do its work: its batch stays open, and nothing is sent beside it.
                raise Unavailable(
                    f"the target's job {location} is still {status} after {waited:.0f} s",
                    hint="the next run looks at it again before it sends anything",
                )
            await world.sleep(pause)
            pause = min(pause * _GROWTH, poll.every_to)

    def results_request(self, scope: Scope, location: str) -> Request:
        """The request for the job's results."""
        path = self._job.results.path
        assert path is not None, "checked: the results of a job have a path"
        url = compile_template(path).render(UNDEFINED, scope.child({"location": location}))
        return _get(str(url))


def require_results(answer: Answer, location: str) -> None:
    """Refuse what are no results. Raises JobLost where they are gone, Unavailable."""
    if answer.ruling.then == "gone":
        raise JobLost(f"the results of the job {location} are gone")
    if answer.ruling.then != "ok":
        raise Unavailable(f"the results of the job {location} cannot be read: {refusal(answer)}")


def _get(url: str) -> Request:
    return Request("GET", url)


class ResultReader:
    """The `results` of an operation, compiled: what one result says about one item."""

    def __init__(self, spec: Results) -> None:
        self._records = compile_optional(spec.records)
        self._echo = compile_optional(spec.echo)
        self._match = compile_expression(spec.match)
        self._ok = compile_expression(spec.ok)
        self._id = compile_optional(spec.id)
        self._error = compile_optional(spec.error)
        self._errors = [(compile_expression(e.when), e.then) for e in spec.item_errors]

    @property
    def are_nested(self) -> bool:
        """Whether `records` says where the list is; else the answer itself is the list."""
        return self._records is not None

    def records(self, answer: Answer, scope: Scope) -> list[Any]:
        """The results that an answer to the request itself holds."""
        if self._records is None:
            return as_list(answer.body)
        return as_list(self._records.evaluate(answer.body, answer_scope(scope, answer)))

    def match(self, item: Any, scope: Scope) -> str:
        """What pairs an item that was sent with its echo in a result."""
        return text_of(self._match.evaluate(item, scope), "")

    def echo(self, result: Any, scope: Scope) -> Any:
        """The item that a result echoes."""
        return result if self._echo is None else self._echo.evaluate(result, scope)

    def outcome(self, result: Any, scope: Scope, change: Change) -> Outcome:
        """What a result says about the change it belongs to."""
        if holds(self._ok, result, scope):
            told = UNDEFINED if self._id is None else self._id.evaluate(result, scope)
            return Outcome(change, Verdict.OK, text_of(told, change.target_id))
        error = UNDEFINED if self._error is None else self._error.evaluate(result, scope)
        message = text_of(error, "refused without a reason")
        verdict = self._verdict(result, scope, change)
        if verdict is Verdict.OK:
            return Outcome(change, verdict, change.target_id)
        if verdict is Verdict.WAITING:  # counted by what is waited for, and shown to people
            return Outcome(change, verdict, None, "target")
        return Outcome(change, verdict, None, message)

    def _verdict(self, result: Any, scope: Scope, change: Change) -> Verdict:
        """What the refusal of an item means."""
        for when, then in self._errors:
            try:
                if holds(when, result, scope):
                    retired = then == "gone" and change.action in _RETIRES
                    return Verdict.OK if retired else _THEN[then]
            except ExpressionError:
                continue  # a class written for another shape of result
        return Verdict.REJECTED


_RETIRES = (Action.ARCHIVE, Action.REMOVE)
_THEN = {
    "wait": Verdict.WAITING, "retry": Verdict.UNKNOWN, "reject": Verdict.REJECTED,
    "gone": Verdict.REJECTED,
}  # fmt: skip


async def pair_results(
    reader: ResultReader, results: AsyncIterable[Any], scope: Scope, sent: Mapping[str, Change]
) -> AsyncIterator[Outcome]:
    """An outcome for every change that was sent; without a result it is UNKNOWN.

    `sent` maps each item's match to its change. Results of items that were not sent are ignored.
    """
    waiting = dict(sent)
    async for result in results:
        change = waiting.pop(reader.match(reader.echo(result, scope), scope), None)
        if change is not None:
            yield reader.outcome(result, scope, change)
    for change in waiting.values():
        yield Outcome(change, Verdict.UNKNOWN, None, "the target gave no result for it")
