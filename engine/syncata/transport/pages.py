"""Reading on from page to page, until there is none."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace

from syncata.errors import Unavailable
from syncata.transport.egress import Egress
from syncata.transport.values import Answer, NextPage, Request

MAX_PAGES = 100_000


async def walk(
    send: Callable[[Request], Awaitable[Answer]],
    egress: Egress,
    request: Request,
    next_page: NextPage,
    *,
    name: str,
    max_pages: int = MAX_PAGES,
) -> AsyncIterator[Answer]:
    """Yield the answer to each page; see `Endpoint.pages`."""
    asked: dict[int, int] = {}
    seen: dict[int, int] = {}
    current = request
    for page in range(1, max_pages + 1):
        _check_new(asked, hash((current.url, current.params)), page, name, "asks again for")
        answer = await send(current)
        if answer.body:
            _check_new(seen, hash(answer.raw), page, name, "is the same as")
        yield answer
        following = next_page(answer, page) if answer.ruling.then == "ok" else None
        if not following:
            return
        current = _following(egress, request, answer, following)
    raise Unavailable(f"{name}: more than {max_pages} pages at {answer.url.partition('?')[0]}")


def _check_new(met: dict[int, int], mark: int, page: int, name: str, how: str) -> None:
    earlier = met.setdefault(mark, page)
    if earlier != page:
        raise Unavailable(
            f"{name}: page {page} {how} page {earlier}; reading on would never end",
            hint="check `next:` of the stream's pagination",
        )


def _following(
    egress: Egress, first: Request, answer: Answer, following: Mapping[str, str] | str
) -> Request:
    if isinstance(following, str):
        return replace(first, url=str(egress.follow(following, answer.url)), params=())
    kept = tuple(pair for pair in first.params if pair[0] not in following)
    return replace(first, params=(*kept, *following.items()))
