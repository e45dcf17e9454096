"""The target of a test: accepts what is written, unless the test says otherwise."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from syncata.document import Scalar
from syncata.errors import SpecFailed
from syncata.expressions import UNDEFINED, Scope, compile_expression
from syncata.expressions.solving import merged, solved
from syncata.spec.model import Spec
from syncata.spec.operations import Operation, Results
from syncata.spec.tests import TargetAnswers
from syncata.testing.held import Held
from syncata.testing.stage import CURRENT, FIND, KEYS, LISTED, LOOKUPS, MARK, RECORDS, SINGLE
from syncata.testing.writings import Writings
from syncata.transport import Reply, Sent

JOBS = "jobs"
_GONE = Reply(404)


class StagedTarget:
    """Answers for a staged spec. `sent` are the bodies of writes by sync and operation; `problem`
    is why an answer could not be worked out, if one could not.
    """

    def __init__(
        self,
        spec: Spec,
        answers: TargetAnswers,
        held: Held,
        scope: Scope,
        writings: Writings,
    ) -> None:
        self._spec = spec
        self._answers = answers
        self._held = held
        self._scope = scope
        self._writings = writings
        self._jobs: list[tuple[Operation, list[Any]]] = []
        self.sent: dict[str, dict[str, list[Any]]] = {}
        self.problem: SpecFailed | None = None

    def respond(self, sent: Sent) -> Reply:
        """Answer a request. Raises SpecFailed where it cannot be told how."""
        try:
            return self._answer(sent)
        except SpecFailed as problem:
            self.problem = problem
            raise

    def _answer(self, sent: Sent) -> Reply:
        if MARK in sent.headers:
            sync, operation = sent.headers[MARK].split()
            body = json.loads(sent.body) if sent.body else None
            self.sent.setdefault(sync, {}).setdefault(operation, []).append(body)
            return self._write(sync, operation, sent, body)
        kind, name, *rest = sent.path.strip("/").split("/")
        if kind == JOBS:
            return self._job(int(name), results=bool(rest))
        params = dict(sent.params)
        if kind == FIND:
            return Reply(body=self._answers.holds.get(name, []))
        if kind == CURRENT:
            found = self._named(self._answers.current.get(name, {}), params["key"])
            return _GONE if found is None else Reply(body=found)
        if kind == LISTED:
            return self._held.listed(name)
        if kind == SINGLE:
            return self._held.one(name, params["key"])
        assert kind == LOOKUPS, "a staged spec asks for nothing else"
        return self._lookup(name, [value for _, value in sent.params])

    def _lookup(self, name: str, keys: list[str]) -> Reply:
        by = self._spec.target.lookups[name].by
        if by is None:
            return Reply(body=self._answers.lookups[name])
        given = {key.casefold(): (key, t) for key, t in self._answers.found.get(name, {}).items()}
        wanted = sorted({key.casefold() for key in keys} & given.keys())
        return Reply(body=[self._known_by(by, *given[key]) for key in wanted])

    def _known_by(self, by: Scalar, key: str, thing: Any) -> Any:
        """The thing that a look-up finds, with what it is known by."""
        whole = merged(solved(by, key), thing)
        if compile_expression(by).evaluate(whole, self._scope) is UNDEFINED:
            raise _cannot_tell(by, "what is found is known by", "give it in `found`")
        return whole

    def _write(self, sync: str, name: str, sent: Sent, body: Any) -> Reply:
        refusal = self._answers.refuse.get(sync)
        if refusal is not None:
            headers = refusal.get("headers", {})
            return Reply(refusal["status"], refusal.get("body", {}), headers)
        operation = self._spec.target.resources[sync].operations[name]
        keys: list[str] = json.loads(unquote(sent.headers[KEYS]))
        if operation.batch is None:
            return self._write_one(sync, operation, keys[0])
        results = operation.item_results
        if results is None:
            return Reply(body={})
        items = _records(sent) or _items(body, len(keys))
        answered = [self._result(sync, results, i, k) for i, k in zip(items, keys, strict=True)]
        if operation.job is not None:
            self._jobs.append((operation, answered))
            location = {operation.job.location: f"/{JOBS}/{len(self._jobs)}"}
            return Reply(operation.job.accepted_status, {}, location)
        return Reply(body=_listed(results, answered))

    def _write_one(self, sync: str, operation: Operation, key: str) -> Reply:
        said = self._named(self._answers.fail.get(sync, {}), key)
        if said is not None:
            return Reply(400, said if isinstance(said, dict) else {"error": said})
        body: Any = {}
        if operation.id is not None:
            body = merged({}, solved(operation.id, self._id(sync, key)))
        return Reply(body=merged(body, self._answers.answer.get(sync, {})))

    def _result(self, sync: str, results: Results, item: Any, key: str) -> Any:
        """What a bulk request says of one item."""
        echo = item if results.echo is None else solved(results.echo, item)
        if echo is UNDEFINED:
            assert results.echo is not None
            raise _cannot_tell(results.echo, "an item is echoed", _ADVICE.format(sync))
        said = self._named(self._answers.fail.get(sync, {}), key)
        always = self._answers.answer.get(sync, {})
        if isinstance(said, dict):
            return merged(merged(echo, always), said)
        if said is not None:
            return merged(echo, UNDEFINED if results.error is None else solved(results.error, said))
        result = merged(merged(echo, solved(results.ok, True)), always)  # noqa: FBT003
        if results.id is not None:
            result = merged(result, solved(results.id, self._id(sync, key)))
        if compile_expression(results.ok).evaluate(result, self._scope) is not True:
            raise _cannot_tell(results.ok, "a success looks like", _ADVICE.format(sync))
        return result

    def _job(self, number: int, *, results: bool) -> Reply:
        operation, answered = self._jobs[number - 1]
        job = operation.job
        assert job is not None
        if results:
            return Reply(body=_listed(job.results, answered))
        status = solved(job.poll.status, job.poll.done[0])
        if status is UNDEFINED:
            raise _cannot_tell(job.poll.status, "a job's state is", "write it as a path of names")
        return Reply(body=status)

    def _id(self, sync: str, key: str) -> str:
        given = self._named(self._answers.ids.get(sync, {}), key)
        return given if given is not None else f"{sync}-{key}"

    def _named(self, by_key: Mapping[str, Any], key: str) -> Any:
        """What a test says of the record with this key in the ledger; None: nothing."""
        return next((v for name, v in by_key.items() if key in self._writings(name)), None)


_ADVICE = "write it as a path of names, or give it in the test: `target: {{answer: {{{}: …}}}}`"


def _cannot_tell(source: Scalar, what: str, advice: str) -> SpecFailed:
    shown = source.text.strip()
    return SpecFailed(
        f"{source.position}: it cannot be told from `{shown}` what {what}", hint=advice
    )


def _records(sent: Sent) -> list[Any]:
    """The records of a batch whose request tells them; else they are the items of its body."""
    text = unquote(sent.headers.get(RECORDS, ""))
    return list(json.loads(text)) if text else []


def _items(body: Any, length: int) -> list[Any]:
    """The list in a batch's body that holds one item per record."""
    inside = body.values() if isinstance(body, dict) else ()
    lists = [value for value in (body, *inside) if isinstance(value, list)]
    return next((value for value in lists if len(value) == length), [{}] * length)


def _listed(results: Results, answered: list[Any]) -> Any:
    """The answer that holds these results."""
    if results.records is None:
        return answered
    whole = solved(results.records, answered)
    if whole is UNDEFINED:
        advice = "write it as a path of names"
        raise _cannot_tell(results.records, "the list of results is", advice)
    return whole
