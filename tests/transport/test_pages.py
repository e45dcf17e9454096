"""Reading from page to page."""

from typing import Any

import pytest
from tests.transport.serving import Asked, Bench, Reply, answer, on_bench, replies

from syncata.errors import Unavailable
from syncata.transport import Answer, NextPage, Request
from syncata.transport.pages import walk

GET = Request("GET", "/items", params=(("size", "2"), ("page", "1")))


async def _bodies(bench: Bench, next_page: NextPage) -> list[Any]:
    return [got.body async for got in bench.endpoint.pages(GET, next_page)]


def by_number(got: Answer, page: int) -> dict[str, str] | None:
    """Ask for the next number while there are items."""
    return {"page": str(page + 1)} if got.body["data"] else None


def by_link(got: Answer, _: int) -> str | None:
    """Follow the link of the body."""
    link: str | None = got.body.get("next")
    return link


def test_parameters_are_merged_over_the_requests() -> None:
    """A page number replaces its parameter, the others stay."""
    pages = [answer(body={"data": data}) for data in ([1], [2], [])]

    async def test(bench: Bench) -> None:
        assert [body["data"] for body in await _bodies(bench, by_number)] == [[1], [2], []]
        assert [asked.target for asked in bench.server.asked] == [
            "/items?size=2&page=1", "/items?size=2&page=2", "/items?size=2&page=3",
        ]  # fmt: skip

    on_bench(replies(*pages), test)


@pytest.mark.parametrize(
    ("link", "target"),
    [("?cursor=b%3D", "/items?cursor=b%3D"), ("/other?x=1", "/other?x=1"), ("more", "/more")],
)
def test_a_relative_link_carries_its_own_parameters(link: str, target: str) -> None:
    """It is resolved against the page it stood on, without the first request's parameters."""

    async def test(bench: Bench) -> None:
        assert len(await _bodies(bench, by_link)) == 2
        assert bench.server.asked[1].target == target

    on_bench(replies(answer(body={"next": link}), answer(body={"next": ""})), test)


def test_an_absolute_link_is_followed_within_the_origin_only() -> None:
    """The same origin is fine; another host, port or scheme is refused before a request."""

    async def test(bench: Bench) -> None:
        links = [
            bench.server.url + "/p2", "https://evil.example/p", "http://127.0.0.1:1/p",
            "//evil.example/p", "http://a@evil.example/p", "file:///etc/passwd", "\\\\evil\\p",
        ]  # fmt: skip
        pages = [answer(body={"next": link}) for link in links]
        bench.server.behaviour = replies(pages[0], answer(body={}))
        assert len(await _bodies(bench, by_link)) == 2
        for page in pages[1:]:
            bench.server.behaviour = replies(page)
            with pytest.raises(Unavailable, match=r"points to .*, outside|cannot go to"):
                await _bodies(bench, by_link)

    on_bench(replies(answer()), test)


def test_pages_that_come_twice_are_an_error() -> None:
    """The same request again, or the same content under another number, would never end."""

    async def test(bench: Bench) -> None:
        with pytest.raises(Unavailable, match="page 2 is the same as page 1"):
            await _bodies(bench, by_number)
        with pytest.raises(Unavailable, match="page 2 asks again for page 1"):
            await _bodies(bench, lambda *_: {"page": "1"})

    on_bench(replies(answer(body={"data": [1]})), test)


def test_a_loop_of_links_is_an_error() -> None:
    """Two pages that point to each other are noticed at the third."""

    def behaviour(asked: Asked) -> Reply:
        return answer(body={"next": "/b" if asked.target == "/a" else "/a", "n": asked.target})

    async def test(bench: Bench) -> None:
        with pytest.raises(Unavailable, match="page 4 asks again for page 2"):
            await _bodies(bench, by_link)

    on_bench(behaviour, test)


@pytest.mark.parametrize("nothing", [None, "", {}, False])
def test_nothing_ends_the_reading(nothing: Any) -> None:
    """Null, false, an empty text and no parameters all end it."""

    async def test(bench: Bench) -> None:
        assert await _bodies(bench, lambda *_: nothing) == [[1]]

    on_bench(replies(answer(body=[1])), test)


def test_a_page_that_is_gone_ends_and_is_told() -> None:
    """The last answer carries its ruling, so that nobody takes the reading for complete."""

    async def test(bench: Bench) -> None:
        rulings = [got.ruling.then async for got in bench.endpoint.pages(GET, by_link)]
        assert rulings == ["ok", "gone"]

    on_bench(replies(answer(body={"next": "?p=2"}), answer(404, {})), test)


def test_endless_pages_are_capped() -> None:
    """Ever new pages end at the cap with an error."""

    def behaviour(asked: Asked) -> Reply:
        return answer(body={"data": [asked.target]})

    async def test(bench: Bench) -> None:
        endpoint = bench.endpoint
        pages = walk(endpoint.send, endpoint._egress, GET, by_number, name="source", max_pages=5)
        with pytest.raises(Unavailable, match="more than 5 pages"):
            _ = [got async for got in pages]

    on_bench(behaviour, test)
