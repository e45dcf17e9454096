"""Connections that break, hang or drip, over sockets of the system."""

import asyncio

import pytest
from tests.transport.serving import Bench, Reply, answer, on_bench, replies

from syncata.errors import Unavailable
from syncata.transport import Request, World

GET = Request("GET", "/things")
WHOLE = answer(body={"items": [1, 2, 3], "title": "Überblick"})


@pytest.mark.parametrize("end", ["close", "reset"])
def test_an_answer_that_breaks_off_after_any_byte_is_read_again(end: str) -> None:
    """Wherever it breaks, the whole page is asked for again and nothing of the half is used."""
    cuts = [Reply(WHOLE.data[:at], end) for at in range(len(WHOLE.data))]
    turns = [turn for cut in cuts for turn in (cut, WHOLE)]

    async def test(bench: Bench) -> None:
        for at in range(len(cuts)):
            got = await bench.endpoint.send(GET)
            assert (got.attempts, got.body) == (2, {"items": [1, 2, 3], "title": "Überblick"}), at

    on_bench(replies(*turns, WHOLE), test, options={"deadline": 1e6})


HANGS = {
    "falls silent": Reply(WHOLE.data[:1], pause=1.0),
    "drips its head": Reply(WHOLE.data, portion=1, pause=0.05),
}


@pytest.mark.parametrize("kind", HANGS)
def test_a_server_that_hangs_is_given_up_in_time(kind: str) -> None:
    """Silent after accepting, or a byte now and then: each attempt ends at the request's time."""

    async def test(bench: Bench) -> None:
        with pytest.raises(Unavailable, match=r"no complete answer within 0\.1 s") as caught:
            await bench.endpoint.send(GET)
        assert "(2 attempts)" in caught.value.message

    on_bench(replies(HANGS[kind]), test, timeout=0.1, max_attempts=2)


def test_a_name_without_an_address_is_tried_again_and_told() -> None:
    """A name server that stumbles costs an attempt; one that never knows ends the run."""
    calls: list[str] = []

    async def nowhere(host: str, _port: int) -> list[str]:
        calls.append(host)
        raise OSError(-2, "Name or service not known")

    async def test(bench: Bench) -> None:
        with pytest.raises(Unavailable, match=r"has no address: .*Name or service not known"):
            await bench.endpoint.send(GET)
        assert calls == ["localhost"] * 3

    async def sleep(_seconds: float) -> None:
        await asyncio.sleep(0)

    world = World(monotonic=lambda: 0.0, sleep=sleep, resolve=nowhere)
    site = {"base_url": "http://localhost:9", "max_attempts": 3}
    on_bench(replies(WHOLE), test, options={"world": world}, **site)
