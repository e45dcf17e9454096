"""Reading page by page: how far it came, and what one page says about the next."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from syncata.api import answer_scope
from syncata.errors import Unavailable
from syncata.expressions import Expression, ExpressionError, Scope, compile_expression
from syncata.model import clean, key_text
from syncata.spec.requests import Pagination
from syncata.transport import Answer, Endpoint, Request

Digests = Sequence[bytes | None]


@dataclass(slots=True)
class Reading:
    """How far a reading came; only a complete one may prove absence.

    `on_page` counts the records of the last page, `digests` are theirs (None: a record is no JSON
    text); `counted` is what the API says there are, `moved` that it did not always say the same.
    `whole`: everything that was asked for came, be it all there is or what has changed.
    `began` is the API's clock at the first page, `latest` when the last of the records changed.
    """

    pages: int = 0
    records: int = 0
    on_page: int = 0
    digests: Digests = ()
    counted: int | None = None
    moved: bool = False
    complete: bool = False
    whole: bool = False
    because: str = "the reading was not finished"
    began: datetime | None = None
    latest: datetime | None = None

    def took(self, number: int) -> None:
        """Another page came, with so many records."""
        self.pages += 1
        self.records += number
        self.on_page = number


class NextPage:
    """`pagination`, compiled; without it there is one page."""

    def __init__(self, pagination: Pagination | None) -> None:
        first = pagination.first if pagination else {}
        self._first = tuple((name, str(value)) for name, value in first.items())
        self._next = compile_expression(pagination.next) if pagination else None

    def first(self, request: Request) -> Request:
        """The request for the first page."""
        return replace(request, params=(*request.params, *self._first)) if self._first else request

    def follow(
        self, scope: Scope, reading: Reading
    ) -> Callable[[Answer, int], Mapping[str, str] | str | None]:
        """From an answer and its number to the next request's parameters or URL; None: the end."""

        def following(answer: Answer, number: int) -> Mapping[str, str] | str | None:
            if self._next is None:
                return None
            page = {"number": number, "offset": reading.records, "count": reading.on_page}
            inner = answer_scope(scope, answer).child({"page": page})
            try:
                value = self._next.evaluate(answer.body, inner)
            except ExpressionError as error:
                raise Unavailable(
                    f"{error.position}: the next page cannot be found: {error.message}",
                    hint="see `pagination` in the spec",
                ) from error
            if isinstance(value, dict):
                return {name: key_text(v) for name, v in value.items() if v is not None}
            return value if isinstance(value, str) and value else None

        return following


async def whole(endpoint: Endpoint, request: Request, pages: NextPage, scope: Scope) -> Answer:
    """The answer to a request, the lists of all its pages as one. Raises Unavailable."""
    reading, last, parts = Reading(), None, list[Any]()
    async for answer in endpoint.pages(pages.first(request), pages.follow(scope, reading)):
        if answer.ruling.then != "ok":
            return answer
        part = answer.body if isinstance(answer.body, list) else [answer.body]
        reading.took(len(part))
        parts += part
        last = answer
    assert last is not None, "a request has an answer, or raises"
    return last if reading.pages == 1 else replace(last, body=parts)


def shown(answer: Answer) -> str:
    """The beginning of an answer, for messages."""
    return answer.excerpt or clean(answer.raw[:200].decode(errors="replace"))


def require_data(answer: Answer, what: str) -> None:
    """Refuse an answer that is no data, whatever its shape. Raises Unavailable."""
    if answer.ruling.then != "ok":
        said = answer.ruling.message or shown(answer)
        raise Unavailable(f"the answer was {answer.status} for {what}: {said}")


def require_shape(answer: Answer, reads: Expression, found: Sequence[Any], what: str) -> None:
    """Refuse an answer in which there is no list where `records` looks for one.

    `found` is what it yielded: nothing is believed only of an empty list. Raises Unavailable;
    without this an unexpected answer would read as "there is nothing".
    """
    if list_met(answer.body, reads) is not None or (found and isinstance(answer.body, dict)):
        return
    wanted = " or ".join(sorted({".".join(path) for path in reads.reads if path})) or "a list"
    raise Unavailable(
        f"the answer was {answer.status} for {what}, but without {wanted}: {shown(answer)}",
        hint="if the API has changed, change `records` in the spec",
    )


def list_met(body: Any, reads: Expression) -> list[Any] | None:
    """The first list that the paths of an expression come to, at their end or on the way."""
    for path in [path for path in reads.reads if path] or [()]:
        value = body
        for name in path:
            if not isinstance(value, dict):
                break
            value = value.get(name)
        if isinstance(value, list):
            return value
    return None


def instant_text(instant: datetime) -> str:
    """An instant in ISO 8601, UTC, to the millisecond."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant_of(value: Any) -> datetime | None:
    """The instant that a text in ISO 8601 names (UTC where it names no zone), if it does."""
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
