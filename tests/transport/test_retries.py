"""What is sent again, what is not, and after how long."""

from contextlib import suppress
from datetime import timedelta
from email.utils import format_datetime

import pytest
from tests.transport.serving import (
    START,
    Bench,
    Reply,
    answer,
    endpoint_to,
    on_bench,
    replies,
)

from syncata.errors import CredentialsRefused, Unavailable
from syncata.transport import Answer, InDoubt, Request, Ruling

GET = Request("GET", "/things", params=(("page[size]", "2"),))
CREATE = Request("POST", "/things", body=b"{}", kind="write")
UPSERT = Request("PUT", "/things", body=b"{}", kind="write", idempotent=True)
CUT = Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n[1", "reset")


def test_answer_is_decoded_and_told() -> None:
    """An answer carries JSON, headers, clock and address; the observer sees the attempt."""

    async def test(bench: Bench) -> None:
        got = await bench.endpoint.send(GET)
        assert (got.status, got.body, got.ruling.then, got.attempts) == (200, [1], "ok", 1)
        assert got.headers["x-a"] == "b"
        assert got.date == START
        assert got.url == bench.server.url + "/things?page%5Bsize%5D=2"
        assert bench.endpoint.requests == {("read", 200): 1}
        (event,) = bench.events
        assert (event.side, event.method, event.path, event.status) == (
            "target", "GET", "/things", 200,
        )  # fmt: skip

    on_bench(replies(answer(body=[1], x_a="b", date=format_datetime(START, usegmt=True))), test)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_passing_faults_are_waited_out_with_growing_waits(status: int) -> None:
    """Two faults and then an answer: two waits that double, and the answer."""

    async def test(bench: Bench) -> None:
        got = await bench.endpoint.send(GET)
        assert (got.body, got.attempts, bench.time.waits) == ({"a": 1}, 3, [0.5, 1.0])

    on_bench(replies(answer(status), answer(status), answer(body={"a": 1})), test)


def test_gives_up_after_five_attempts_and_says_what_was_answered() -> None:
    """The message names side, status, request, attempts and the beginning of the body."""

    async def test(bench: Bench) -> None:
        with pytest.raises(Unavailable) as caught:
            await bench.endpoint.send(UPSERT)
        assert caught.value.message == (
            'target answered 503 to PUT /things (5 attempts): {"error": "busy"}'
        )
        assert len(bench.server.asked) == 5

    on_bench(replies(answer(503, {"error": "busy"})), test)


@pytest.mark.parametrize(
    ("text", "waits"),
    [
        ("7", [7.0]),
        ("1.5", [1.5]),
        (format_datetime(START + timedelta(seconds=90), usegmt=True), [90.0]),
        (format_datetime(START - timedelta(seconds=90), usegmt=True), [0.5]),
        ("0", [0.5]),
        ("-5", [0.5]),
        ("soon", [0.5]),
        ("9" * 40, [0.5]),
        ("", [0.5]),
    ],
)
def test_retry_after_is_obeyed_exactly_where_it_makes_sense(text: str, waits: list[float]) -> None:
    """Seconds and dates are kept to; what names no wait gets our own."""

    async def test(bench: Bench) -> None:
        await bench.endpoint.send(GET)
        assert bench.time.waits == waits

    on_bench(replies(answer(429, retry_after=text), answer(body=[])), test)


def test_retry_after_date_is_measured_by_the_other_sides_clock() -> None:
    """A server whose clock is a day ahead does not make us wait a day."""
    theirs = START + timedelta(days=1)
    late = format_datetime(theirs + timedelta(seconds=30), usegmt=True)

    async def test(bench: Bench) -> None:
        await bench.endpoint.send(GET)
        assert bench.time.waits == [30.0]

    limited = answer(429, retry_after=late, date=format_datetime(theirs, usegmt=True))
    on_bench(replies(limited, answer(body=[])), test)


def test_retry_after_beyond_the_run_ends_it_at_once() -> None:
    """Asked to come back tomorrow, the run stops, says so, and does not knock again."""

    async def test(bench: Bench) -> None:
        for _ in range(2):
            with pytest.raises(Unavailable) as caught:
                await bench.endpoint.send(GET)
            assert "asked to come back in 86400 s; the run has 600 s left" in str(caught.value)
            assert caught.value.retry_after == 86400
        assert (len(bench.server.asked), bench.time.waits) == (1, [])

    on_bench(replies(answer(429, retry_after="86400")), test)


def test_named_waits_of_a_rate_limit_cost_no_attempts() -> None:
    """A shared place that is taken for minutes is waited for, up to the end of the run."""

    async def test(bench: Bench) -> None:
        assert (await bench.endpoint.send(GET)).attempts == 13
        assert bench.time.waits == [30.0] * 12

    def ruled(got: Answer) -> Ruling | None:
        return Ruling("rate_limit", wait=30.0) if got.status == 400 else None

    busy = [answer(400, {"code": "concurrency"})] * 12
    on_bench(replies(*busy, answer(body=[])), test, options={"classify": ruled})


@pytest.mark.parametrize("reply", [CUT, Reply(b"", "reset"), Reply(b"HTTP/1.1 200", "close")])
def test_a_broken_connection_is_tried_again_only_where_it_does_no_harm(reply: Reply) -> None:
    """Reads and idempotent writes are repeated; another write is in doubt after one attempt."""

    async def test(bench: Bench) -> None:
        with pytest.raises(InDoubt, match="POST /things failed"):
            await bench.endpoint.send(CREATE)
        assert len(bench.server.asked) == 1
        for request in (GET, UPSERT):
            assert (await bench.endpoint.send(request)).body == {}

    on_bench(replies(reply, reply, answer(body={}), reply, answer(body={})), test)


def test_an_idempotent_write_that_never_gets_an_answer_is_in_doubt() -> None:
    """After the last attempt it is still open whether one was carried out."""

    async def test(bench: Bench) -> None:
        with pytest.raises(InDoubt, match=r"\(5 attempts\)"):
            await bench.endpoint.send(UPSERT)

    on_bench(replies(Reply(b"", "reset")), test)


@pytest.mark.parametrize(
    ("reply", "doubtful"),
    [
        (answer(500), True),
        (answer(502), True),
        (answer(503), True),
        (answer(503, retry_after="3"), False),
        (answer(429), False),
        (answer(408), False),
        (answer(200, raw=b"<html>", content_type="text/html"), True),
        (answer(200, raw=b"{", content_type="application/json"), True),
    ],
)
def test_a_create_is_sent_again_only_if_it_was_turned_away(reply: Reply, doubtful: bool) -> None:
    """A failing server does not say whether it created; one that says come back does."""

    async def test(bench: Bench) -> None:
        if doubtful:
            with pytest.raises(InDoubt):
                await bench.endpoint.send(CREATE)
        else:
            assert (await bench.endpoint.send(CREATE)).status == 201
        assert len(bench.server.asked) == 2 - doubtful

    on_bench(replies(reply, answer(201, {"id": 1})), test)


def test_a_refused_connection_is_no_doubt_and_is_tried_again() -> None:
    """Nothing was sent, so even a create is repeated, and is plainly Unavailable at the end."""

    async def test(bench: Bench) -> None:
        with pytest.raises(Unavailable, match="no connection") as caught:
            await bench.endpoint.send(CREATE)
        assert not isinstance(caught.value, InDoubt)
        assert len(bench.time.waits) == 4
        assert bench.endpoint.requests == {("write", 0): 5}

    on_bench(replies(answer()), test, base_url="http://127.0.0.1:9")


@pytest.mark.parametrize(
    ("status", "then"), [(400, "reject"), (404, "gone"), (410, "gone"), (422, "reject")]
)
def test_errors_of_one_item_are_returned_with_their_ruling(status: int, then: str) -> None:
    """The caller decides about an item; the excerpt is ready for its message."""

    async def test(bench: Bench) -> None:
        got = await bench.endpoint.send(UPSERT)
        assert (got.ruling.then, got.excerpt) == (then, '{"why": "no"}')

    on_bench(replies(answer(status, {"why": "no"})), test)


def test_the_specs_rules_come_before_the_defaults() -> None:
    """An error inside 200 is retried, a 409 is fine, a stop ends the run with its message."""

    def ruled(got: Answer) -> Ruling | None:
        if got.status == 200 and "error" in got.body:
            return Ruling("retry", wait=2.0)
        return {409: Ruling("ok"), 418: Ruling("stop", message="(teapot)")}.get(got.status)

    async def test(bench: Bench) -> None:
        assert (await bench.endpoint.send(CREATE)).body == {"id": 1}
        assert bench.time.waits == [2.0]
        assert (await bench.endpoint.send(CREATE)).ruling.then == "ok"
        with pytest.raises(Unavailable, match=r"target answered 418 \(teapot\) to POST /things"):
            await bench.endpoint.send(CREATE)

    rest = (answer(409, {}), answer(418, {}))
    first = (answer(body={"error": 1}), answer(body={"id": 1}))
    on_bench(replies(*first, *rest), test, options={"classify": ruled})


def test_redirects_are_never_followed() -> None:
    """A redirect stops the run and says which origin it names."""

    async def test(bench: Bench) -> None:
        with pytest.raises(Unavailable, match="answered 302 to GET") as caught:
            await bench.endpoint.send(GET)
        assert "https://evil.example" in caught.value.hint
        assert len(bench.server.asked) == 1

    on_bench(replies(answer(302, location="https://evil.example/x?a=b")), test)


def test_a_dripping_answer_is_cut_by_the_total_deadline() -> None:
    """Each byte comes in time; the whole does not, and the next attempt gets it."""

    async def test(bench: Bench) -> None:
        assert (await bench.endpoint.send(GET)).attempts == 2

    drip = answer(body=list(range(40)))
    drip.portion, drip.pause = 1, 0.02
    on_bench(replies(drip, answer(body=[])), test, timeout=0.3)


def test_a_run_whose_time_is_up_sends_nothing() -> None:
    """After the deadline there is no request at all."""

    async def test(bench: Bench) -> None:
        with pytest.raises(Unavailable, match="time is up"):
            await bench.endpoint.send(GET)
        assert not bench.server.asked

    on_bench(replies(answer()), test, options={"deadline": 0.0})


def test_403_names_scope_and_is_not_repeated() -> None:
    """A forbidden request is a matter of credentials; the message quotes the answer."""

    async def test(bench: Bench) -> None:
        with pytest.raises(CredentialsRefused, match=r'answered 403 .*"scope"') as caught:
            await bench.endpoint.send(GET)
        assert "scope" in caught.value.hint
        assert len(bench.server.asked) == 1

    on_bench(replies(answer(403, {"missing": "scope"})), test)


def test_a_create_that_times_out_is_in_doubt_only_once_it_was_sent() -> None:
    """Hanging in the TLS handshake nothing was sent: repeated. Hanging after that: in doubt."""
    hang = answer(201, {"id": 1})
    hang.portion, hang.pause = 1, 0.05

    async def test(bench: Bench) -> None:
        with pytest.raises(InDoubt, match=r"no complete answer within 0\.2 s"):
            await bench.endpoint.send(CREATE)
        site = {"base_url": bench.server.url.replace("http:", "https:"), "timeout": 0.1}
        async with endpoint_to(bench.server, site | {"max_attempts": 2}) as mute:
            with pytest.raises(Unavailable, match=r"\(2 attempts\)") as caught:
                await mute.endpoint.send(CREATE)
            assert not isinstance(caught.value, InDoubt)
        assert len(bench.server.asked) == 1

    on_bench(replies(hang), test, timeout=0.2)


def test_the_clock_of_the_other_side_is_that_of_its_last_answer() -> None:
    """Unknown before the first answer and where none tells; errors tell it, too."""

    async def test(bench: Bench) -> None:
        told = [bench.endpoint.clock_ahead]
        for _ in range(3):
            with suppress(CredentialsRefused):
                await bench.endpoint.send(GET)
            told.append(bench.endpoint.clock_ahead)
        assert told == [None, 90.0, None, -3600.0]

    ahead = answer(403, {}, date="Mon, 02 Nov 2026 08:01:30 GMT")
    behind = answer(body=[], date="Mon, 02 Nov 2026 07:00:00 GMT")
    on_bench(replies(ahead, answer(body=[]), behind), test)
