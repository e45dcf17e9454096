"""Jobs whose acceptance was never read: listed, and recognized by what they echo."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from syncata.api import CompiledRequest, answer_scope, as_list, holds, refusal
from syncata.errors import SpecFailed, Unavailable
from syncata.expressions import UNDEFINED, Scope, compile_expression, compile_optional
from syncata.model import canonical
from syncata.pages import NextPage, Reading, instant_of, instant_text, require_shape
from syncata.spec.operations import InDoubt
from syncata.spec.requests import Request as RequestSpec
from syncata.transport import Answer, Endpoint


class JobSearch:
    """`in_doubt` of a job, compiled."""

    def __init__(self, spec: InDoubt) -> None:
        self.window = spec.window
        self._request = CompiledRequest(spec.list)
        self._pages = NextPage(spec.pagination)
        self._records = compile_expression(spec.records)
        self._where = compile_optional(spec.where)
        self._created = compile_expression(spec.created)
        self._location = CompiledRequest(RequestSpec("GET", spec.location, {}, {}, None))

    async def jobs(self, endpoint: Endpoint, scope: Scope, since: datetime) -> list[str]:
        """The URLs of the jobs made since an instant of the target's clock, newest first.

        Raises Unavailable, CredentialsRefused, SpecFailed.
        """
        asking = scope.child({"since": instant_text(since)})
        request = self._request.render(UNDEFINED, asking, kind="read", idempotent=True)
        reading, found = Reading(), list[tuple[datetime, str]]()
        async for answer in endpoint.pages(
            self._pages.first(request), self._pages.follow(asking, reading)
        ):
            listed = self._listed(answer, scope)
            reading.took(len(listed))
            meant = self._meant(listed, scope)
            found += [(at, endpoint.resolve(url, answer)) for at, url in meant if at >= since]
        return [url for _, url in sorted(found, reverse=True)]

    def _listed(self, answer: Answer, scope: Scope) -> list[Any]:
        if answer.ruling.then != "ok":
            raise Unavailable(f"the target's jobs cannot be listed: {refusal(answer)}")
        found = as_list(self._records.evaluate(answer.body, answer_scope(scope, answer)))
        require_shape(answer, self._records, found, "the list of the target's jobs")
        return found

    def _meant(self, jobs: Iterable[Any], scope: Scope) -> Iterator[tuple[datetime, str]]:
        for job in jobs:
            if self._where is not None and not holds(self._where, job, scope):
                continue
            created = instant_of(self._created.evaluate(job, scope))
            if created is None:
                place = self._created.source.position
                raise SpecFailed(f"{place}: `created` of `in_doubt` finds no instant in a job")
            yield created, self._location.render(job, scope, kind="read", idempotent=True).url


class Echoes:
    """What a job must echo, each as often as it was sent, to be the one that was sent."""

    def __init__(self, sent: Iterable[Any]) -> None:
        self._missing = Counter(map(_plain_text, sent))

    def take(self, echo: Any) -> bool:
        """Take the echo in one result; whether it was still missing."""
        text = _plain_text(None if echo is UNDEFINED else echo)
        self._missing[text] -= 1
        return self._missing[text] >= 0

    @property
    def all_came(self) -> bool:
        """Whether nothing is missing any more."""
        return not +self._missing


def _plain_text(value: Any) -> bytes:
    """Canonical JSON in which 1.0 is 1: JSON has numbers, and no kinds of them."""
    return canonical(_plain(value))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
