"""Bodies that are cut, hostile or no data at all."""

import gzip
import json
import random
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from tests.transport.serving import Bench, Reply, answer, on_bench, replies

from syncata.errors import CredentialsRefused, Unavailable
from syncata.transport import Request
from syncata.transport.body import Damaged, Unusable, _carefully, decode

GET = Request("GET", "/things")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
ZIPPED = gzip.compress(json.dumps(list(range(5000))).encode(), mtime=0)


def _bomb(megabytes: int) -> bytes:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(squeeze.compress(b" " * 1_000_000) for _ in range(megabytes)) + squeeze.flush()


CUT: dict[str, Reply] = {
    "short": Reply(HEAD + b"Content-Length: 1000\r\n\r\n[1,2,3]", "close"),
    "unfinished chunks": Reply(
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n7\r\n[1,2,3]\r\n", "close"
    ),
    "no length, cut": Reply(HEAD + b"\r\n[1,2,", "close"),
    "no length, a number": Reply(HEAD + b"\r\n12", "close"),
    "no length, nothing": Reply(HEAD + b"\r\n", "close"),
    "gzip cut": Reply(HEAD + b"Content-Encoding: gzip\r\n\r\n" + ZIPPED[:-30], "close"),
    "gzip nearly nothing": Reply(HEAD + b"Content-Encoding: gzip\r\n\r\n" + ZIPPED[:12], "close"),
    "gzip damaged": answer(raw=ZIPPED[:40] + b"x" * 40 + ZIPPED[80:], content_encoding="gzip"),
    "no JSON": answer(raw=b'{"a": '),
    "no UTF-8": answer(raw=b'["\xff"]'),
    "empty": answer(raw=b""),
    "garbage": Reply(b"\x16\x03\x01garbage\r\n\r\n", "close"),
}


@pytest.mark.parametrize("kind", CUT)
def test_a_damaged_answer_is_read_again_and_never_half_used(kind: str) -> None:
    """Every kind of cut is noticed; the whole page is asked for once more."""

    async def test(bench: Bench) -> None:
        got = await bench.endpoint.send(GET)
        assert (got.body, got.attempts) == ([7], 2)

    on_bench(replies(CUT[kind], answer(body=[7])), test)


USELESS: dict[str, tuple[Reply, str]] = {
    "bomb": (answer(raw=_bomb(3), content_encoding="gzip"), "larger than 1000000"),
    "two layers": (
        answer(raw=gzip.compress(_bomb(1), mtime=0), content_encoding="gzip, gzip"),
        "encoding",
    ),
    "brotli": (answer(raw=b"x", content_encoding="br"), "encoding 'br'"),
    "claims much": (Reply(HEAD + b"Content-Length: 99999999\r\n\r\n["), "larger than"),
    "endless": (Reply(HEAD + b"\r\n[" + b"1," * 900_000, "close"), "larger than"),
    "deep": (answer(raw=b"[" * 101 + b"]" * 101), "nested"),
    "deeper": (answer(raw=b"[" * 100_000 + b"]" * 100_000), "nested"),
    "NaN": (answer(raw=b'{"a": NaN}'), "NaN"),
    "Infinity": (answer(raw=b"[-Infinity]"), "Infinity"),
    "1e999": (answer(raw=b"[1e999]"), "beyond every limit"),
    "long number": (answer(raw=b"9" * 5000), "beyond every limit"),
}


@pytest.mark.parametrize("kind", USELESS)
def test_a_hostile_answer_ends_it_at_once(kind: str) -> None:
    """What no further attempt makes better is Unavailable, with the limit that was hit."""
    reply, why = USELESS[kind]

    async def test(bench: Bench) -> None:
        with pytest.raises(Unavailable, match=why):
            await bench.endpoint.send(GET)
        assert len(bench.server.asked) == 1

    on_bench(replies(reply), test, max_body=1_000_000)


@pytest.mark.parametrize(
    ("raw", "headers", "value"),
    [
        (b'{"id": 123456789012345678901234567890}', {}, {"id": 123456789012345678901234567890}),
        (b'["\\ud800"]', {}, ["\ud800"]),
        (b"\xef\xbb\xbf[1]", {}, [1]),
        (b"null", {}, None),
        (b"[" * 100 + b"]" * 100, {}, json.loads("[" * 100 + "]" * 100)),
        (b"[1]", {"content_type": "text/plain"}, [1]),
        (b"[1]", {"content_type": ""}, [1]),
        (b"[1]", {"content_type": "application/vnd.api+json; charset=utf-8"}, [1]),
        (ZIPPED, {"content_encoding": "gzip"}, list(range(5000))),
        (
            gzip.compress(b"[1,", mtime=0) + gzip.compress(b"2]", mtime=0),
            {"content_encoding": "gzip"}, [1, 2],
        ),
    ],
)  # fmt: skip
def test_good_bodies_are_decoded_exactly(raw: bytes, headers: dict[str, Any], value: Any) -> None:
    """Long integers, lone surrogates, a byte order mark and gzip in pieces come through."""

    async def test(bench: Bench) -> None:
        got = await bench.endpoint.send(GET)
        assert got.is_json
        assert got.body == value

    on_bench(replies(answer(raw=raw, **headers)), test)


@pytest.mark.parametrize(
    ("request_", "reply"),
    [
        (GET, answer(204)),
        (GET, answer(202)),
        (Request("DELETE", "/x", kind="write"), answer(200)),
        (Request("PUT", "/x", kind="write"), answer(201)),
    ],
)
def test_an_empty_body_is_fine_where_none_is_due(request_: Request, reply: Reply) -> None:
    """No content, accepted, and writes that answer with nothing."""

    async def test(bench: Bench) -> None:
        got = await bench.endpoint.send(request_)
        assert (got.body, got.is_json, got.ruling.then) == (None, False, "ok")

    on_bench(replies(reply), test)


def test_a_body_is_read_quickly_as_it_is_read_carefully() -> None:
    """Random JSON, and what is nearly JSON, gives the same value or the same error both ways."""
    luck = random.Random(5)

    def text(depth: int = 0) -> str:
        kind = luck.random() if depth < 6 else 1
        if kind < 0.3:
            return f"[{','.join(text(depth + 1) for _ in range(luck.randint(0, 3)))}]"
        if kind < 0.6:
            members = [f"{luck.choice(NAMES)}:{text(depth + 1)}" for _ in range(luck.randint(0, 3))]
            return f"{{{','.join(members)}}}"
        return luck.choice(SCALARS)

    def read(by: Callable[[bytes], Any], raw: bytes) -> str:
        try:
            return repr(by(raw))
        except (Damaged, Unusable) as error:
            return repr(error)

    deep = [b"[" * depth + b"]" * depth for depth in (99, 100, 101, 1023, 1025, 50_000)]
    nested = [b'{"a":[' * depth + b"]}" * depth for depth in (49, 50, 51)]
    hidden = [b'["' + b"[" * 200 + b'"]', b'[{"]":"["}]']
    for raw in [*deep, *nested, *hidden, *(text().encode() for _ in range(2000))]:
        end = luck.choice([None, None, None, luck.randint(0, len(raw))])
        for each in (raw, b"\xef\xbb\xbf" + raw, raw[:end]):
            assert read(decode, each) == read(_carefully, each), each[:200]


NAMES = ['"a"', '"b"', '"[["', '"\\ud800"', '"\u00e9"', '"\\u0000"']
SCALARS = [
    "1", "-0", "-0.0", "1.5", "1e5", "1E400", "1e-400", "123456789012345678901",
    "18446744073709551615", "18446744073709551616", "-9223372036854775809", "9999999999999999999",
    "0.1234567890123456789", "NaN", "-Infinity", "01", "1.", "tru", "'a'", "true", "null",
    '"1234567890123456789"', '"x 12345678901234567890"', '"[[["', '"\\ud83d\\ude00"', '"\\ud83d"',
    '"a\tb"', '"\x7f"', '"\\x"', '"\u00e9"', '"]}"', " 1 ", "\f1", "\ufeff1",
]  # fmt: skip


def test_a_web_page_instead_of_data_is_quoted() -> None:
    """HTML under 200 is tried again and then told with status, type and beginning."""

    async def test(bench: Bench) -> None:
        with pytest.raises(Unavailable, match="answered 200 with text/html instead of JSON") as e:
            await bench.endpoint.send(GET)
        assert e.value.message.endswith("<h1>Down for maintenance</h1>")

    on_bench(
        replies(answer(raw=b"<h1>Down  for\nmaintenance</h1>", content_type="text/html")), test
    )


def test_a_login_page_instead_of_data_is_a_matter_of_credentials() -> None:
    """A single sign-on page under 200 says that the credentials were not used."""

    async def test(bench: Bench) -> None:
        with pytest.raises(CredentialsRefused, match="login page"):
            await bench.endpoint.send(GET)

    page = b'<form><input type="password"></form>'
    on_bench(replies(answer(raw=page, content_type="text/html")), test)


def test_a_server_error_in_html_is_judged_by_its_status() -> None:
    """An error may have any form; even a damaged one does not hide its status."""

    async def test(bench: Bench) -> None:
        assert (await bench.endpoint.send(GET)).body == [1]
        assert (await bench.endpoint.send(GET)).ruling.then == "gone"

    html = answer(502, raw=b"<html>Bad gateway</html>", content_type="text/html")
    on_bench(replies(html, answer(body=[1]), answer(404, raw=b"{")), test)
