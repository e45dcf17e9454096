"""Large arrays, item by item."""

import asyncio
import gzip
import json
from typing import Any

import pytest
from tests.transport.serving import Asked, Bench, Reply, answer, on_bench, replies

from syncata.errors import CredentialsRefused, Unavailable
from syncata.transport import Request
from syncata.transport.body import Damaged, Unusable
from syncata.transport.items import ItemReader

GET = Request("GET", "/results")
ITEMS: list[Any] = [
    {"id": 1, "t": 'é["]}😀\\'},
    12,
    3.5,
    "a,b]",
    [],
    {},
    None,
    True,
    [[1], {"a": [2]}],
]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def _items(*portions: bytes, limit: int = 10_000) -> list[Any]:
    """The items; read one by one they must be those of an array that is read at once."""
    readers = ItemReader(limit, at_once=0), ItemReader(limit)
    one_by_one, at_once = (_taken(reader, portions) for reader in readers)
    assert repr(one_by_one) == repr(at_once)
    if isinstance(at_once, Exception):
        raise at_once
    return at_once


def _taken(reader: ItemReader, portions: tuple[bytes, ...]) -> list[Any] | Exception:
    try:
        found = [item for portion in portions for item in reader.feed(portion)]
        return found + list(reader.finish())
    except (Damaged, Unusable) as error:
        return error


@pytest.mark.parametrize("size", range(1, 24))
def test_portions_may_end_anywhere(size: int) -> None:
    """In the middle of characters, numbers, names and escapes: the items are the same."""
    text = json.dumps(ITEMS, ensure_ascii=False, indent=1).encode() + b"\n"
    portions = [text[at : at + size] for at in range(0, len(text), size)]
    assert _items(*portions) == ITEMS


@pytest.mark.parametrize("text", ["[]", " [ ] ", "\ufeff[]", "[\n]\n"])
def test_an_empty_array_has_no_items(text: str) -> None:
    """Blanks and a byte order mark do not matter."""
    assert _items(text.encode()) == []


def test_every_cut_is_noticed() -> None:
    """Whatever the place an array is cut at, it is never taken for a shorter one."""
    text = json.dumps(ITEMS).encode()
    for end in range(len(text)):
        with pytest.raises(Damaged):
            _items(text[:end])


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("[1 2]", Damaged), ("[1,]", Damaged), ("[,1]", Damaged), ("[1]]", Damaged),
        ("[1}", Damaged), ("[1] x", Damaged), ("['a']", Damaged), ("\xff", Unusable),
        ('{"a": []}', Unusable), ("null", Unusable), ("<html>", Unusable),
        ("[NaN]", Unusable), ("[1e999]", Unusable), ("[" + "[" * 101 + "]" * 102, Unusable),
        ("[" * 100_000, Unusable), ('["' + "a" * 20_000 + '"]', Unusable), ("[x" * 9000, Unusable),
        (f"[{'9' * 5000}]", Unusable),
    ],
)  # fmt: skip
def test_what_is_no_array_of_items_is_an_error(text: str, error: type[Exception]) -> None:
    """Neither other JSON nor no JSON, nor a value beyond the limits, yields anything silently."""
    with pytest.raises(error):
        _items(text.encode())


def test_invalid_bytes_are_an_error() -> None:
    """Text that is not UTF-8 is damaged."""
    with pytest.raises(Damaged, match="UTF-8"):
        _items(b'["\xff"]')


def test_one_large_item_in_many_portions_costs_its_size_only() -> None:
    """Trying again is rarer the longer the item: a megabyte in 1000 portions takes no minutes."""
    text = b"[" + json.dumps(["x" * 1000] * 1000).encode() + b"]"
    portions = [text[at : at + 1000] for at in range(0, len(text), 1000)]
    assert len(_items(*portions, limit=2_000_000)[0]) == 1000


async def _read(bench: Bench) -> list[Any]:
    async with bench.endpoint.stream(GET) as stream:
        return [item async for item in stream]


@pytest.mark.parametrize("zipped", [True, False])
def test_a_stream_is_read_over_the_network(zipped: bool) -> None:
    """Many items, in chunks, plain and inflated, while connections are reused."""
    many = [{"id": number, "text": "x" * 50} for number in range(20_000)]
    raw = json.dumps(many).encode()
    reply = (
        answer(raw=gzip.compress(raw, mtime=0), content_encoding="gzip")
        if zipped
        else answer(raw=raw)
    )

    async def test(bench: Bench) -> None:
        assert await _read(bench) == many
        assert await _read(bench) == many

    on_bench(replies(reply), test, max_body=10_000)


def test_status_is_judged_before_the_first_item() -> None:
    """Faults are waited out, a missing result is told by its ruling and cannot be iterated."""

    async def test(bench: Bench) -> None:
        assert await _read(bench) == [1]
        assert bench.time.waits == [0.5]
        async with bench.endpoint.stream(GET) as stream:
            assert stream.answer.ruling.then == "gone"
            with pytest.raises(Unavailable, match="answered 404"):
                _ = [item async for item in stream]

    on_bench(replies(answer(503), answer(body=[1]), answer(404, {})), test)


ZIPPED = gzip.compress(json.dumps(list(range(5000))).encode())
BROKEN: dict[str, tuple[Reply, str]] = {
    "no length, cut": (Reply(HEAD + b"\r\n[1,2,", "close"), "breaks off after 2 items"),
    "short": (Reply(HEAD + b"Content-Length: 99\r\n\r\n[1,2,", "close"), "broke off"),
    "reset": (Reply(HEAD + b"Content-Length: 99\r\n\r\n[1,2,", "reset"), "GET /results failed"),
    "gzip": (Reply(HEAD + b"Content-Encoding: gzip\r\n\r\n" + ZIPPED[:-30], "close"), "cut off"),
    "object": (answer(body={"items": []}), "not a JSON array"),
    "bomb": (
        answer(raw=gzip.compress(b"[" + b" " * 3_000_000, mtime=0), content_encoding="gzip"),
        "larger",
    ),
    "brotli": (answer(raw=b"[]", content_encoding="br"), "not understood"),
    "page": (answer(raw=b"<p>", content_type="text/html"), "text/html instead of JSON"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_stream_never_ends_early(kind: str) -> None:
    """Whatever breaks it off is Unavailable, never a short list."""
    reply, why = BROKEN[kind]

    async def test(bench: Bench) -> None:
        with pytest.raises(Unavailable, match=why):
            await _read(bench)

    on_bench(replies(reply), test, max_stream=1_000_000)


def test_a_dripping_stream_is_cut_by_its_patience() -> None:
    """Time spent waiting for bytes adds up; the reader's own work does not count."""
    drip = answer(body=list(range(100)))
    drip.portion, drip.pause = 2, 0.02

    async def test(bench: Bench) -> None:
        with pytest.raises(Unavailable, match="stalled after"):
            await _read(bench)
        bench.server.behaviour = replies(answer(raw=b"[" + b"1," * 60_000 + b"1]"))
        async with bench.endpoint.stream(GET) as stream:
            count = 0
            async for _ in stream:
                count += 1
                if count % 20_000 == 0:
                    await asyncio.sleep(0.15)
        assert count == 60_001

    on_bench(replies(drip), test, stream_timeout=0.3)


def test_a_stream_that_is_left_early_is_closed() -> None:
    """Its connection is given up, the next request works."""

    async def test(bench: Bench) -> None:
        async with bench.endpoint.stream(GET) as stream:
            async for _ in stream:
                break
        assert (await bench.endpoint.send(GET)).status == 200

    on_bench(replies(answer(body=list(range(50_000))), answer(body=[])), test)


def test_a_refused_stream_is_refused() -> None:
    """401 for a stream is what it is for any request."""

    def behaviour(_: Asked) -> Reply:
        return answer(401, {})

    async def test(bench: Bench) -> None:
        with pytest.raises(CredentialsRefused):
            await _read(bench)

    on_bench(behaviour, test)
