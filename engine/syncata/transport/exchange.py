"""One attempt: send a request, read and decode its answer, or say why there is none."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpcore

from syncata.transport.auth import Pairs
from syncata.transport.body import (
    Damaged,
    Unusable,
    claims_json,
    decode,
    is_framed,
    may_be_json,
    read_body,
)
from syncata.transport.egress import Url
from syncata.transport.values import Answer, Request
from syncata.transport.wire import Forbidden

Headers = dict[bytes, bytes]
_EMPTY = frozenset({202, 204, 205})
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class Failure(Exception):
    """No usable answer. `again`: another attempt may help. `sent`: the request may have arrived."""

    def __init__(self, problem: str, *, again: bool, sent: bool) -> None:
        super().__init__(problem)
        self.problem = problem
        self.again = again
        self.sent = sent


@dataclass(slots=True)
class Call:
    """A request under way, over all its attempts."""

    request: Request
    url: Url
    for_token: bool = False
    streaming: bool = False
    attempt: int = 0
    failures: int = 0
    unclear: bool = False  # an attempt may have been carried out
    renewed: bool = False  # a new token was had for it
    token: str = ""
    sent: bool = False
    response: httpcore.Response | None = None

    async def note_sending(self, event: str, _: Mapping[str, Any]) -> None:
        """httpcore: told when the first bytes go out."""
        if event.endswith("send_request_headers.started"):
            self.sent = True


def wire_request(call: Call, headers: Headers, secret_params: Pairs) -> httpcore.Request:
    """Return what goes out; `headers` are those every request carries."""
    request = call.request
    for name, value in request.headers.items():
        headers[_header(name.lower())] = _header(value)
    if request.body is not None:
        headers.setdefault(b"content-type", b"application/json")
        headers[b"content-length"] = str(len(request.body)).encode()
    elif request.method in _WITH_BODY:
        headers[b"content-length"] = b"0"
    url = call.url.with_secret(secret_params) if secret_params else call.url
    origin = url.origin
    # Asked for only where it decides whether a write is in doubt: each event costs time.
    watch = None if request.may_repeat else {"trace": call.note_sending}
    return httpcore.Request(
        request.method,
        httpcore.URL(scheme=origin.scheme, host=origin.host, port=origin.port, target=url.target),
        headers=list(headers.items()),
        content=request.body,
        extensions=watch,
    )


def _header(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError as error:
        raise Failure(
            "a header holds characters that HTTP cannot carry", again=False, sent=False
        ) from error


async def exchange(
    pool: httpcore.AsyncConnectionPool,
    call: Call,
    outgoing: httpcore.Request,
    *,
    seconds: float,
    max_body: int,
) -> Answer:
    """Send and read the whole answer within `seconds`; Failure where that does not work out.

    Of an answer that is to be streamed only the head is read; `call.response` then is open.
    """
    call.sent = call.request.may_repeat
    loop = asyncio.get_running_loop()
    started = loop.time()
    try:
        async with asyncio.timeout(seconds):
            status, headers, raw = await _transfer(pool, call, outgoing, max_body)
        return _answer(call, status, headers, raw, loop.time() - started)
    except TimeoutError as error:
        problem = f"no complete answer within {seconds:.1f} s"
        raise Failure(problem, again=True, sent=call.sent) from error
    except Forbidden as error:
        raise Failure(str(error), again=False, sent=False) from error
    except (httpcore.ConnectError, httpcore.ProxyError) as error:
        raise Failure(f"no connection: {error}", again=True, sent=False) from error
    except (httpcore.LocalProtocolError, httpcore.UnsupportedProtocol) as error:
        raise Failure(f"it cannot be sent: {error}", again=False, sent=False) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
        problem = str(error) or "the connection broke"
        raise Failure(problem, again=True, sent=call.sent) from error
    except Damaged as error:
        raise Failure(str(error), again=True, sent=True) from error
    except Unusable as error:
        raise Failure(str(error), again=False, sent=True) from error


async def _transfer(
    pool: httpcore.AsyncConnectionPool, call: Call, outgoing: httpcore.Request, max_body: int
) -> tuple[int, dict[str, str], bytes]:
    response = await pool.handle_async_request(outgoing)
    headers = _fold(response.headers)
    if call.streaming and 200 <= response.status < 300 and may_be_json(headers):
        call.response = response
        return response.status, headers, b""
    try:
        return response.status, headers, await read_body(response, headers, max_body)
    finally:
        await response.aclose()


def _fold(pairs: list[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in pairs:
        key = name.decode("latin-1").lower()
        text = value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _answer(call: Call, status: int, headers: dict[str, str], raw: bytes, elapsed: float) -> Answer:
    body, is_json = None, False
    success = 200 <= status < 300
    if raw:
        body, is_json = _decoded(headers, raw, success=success)
    elif success and call.response is None and not _may_be_empty(call.request, status, headers):
        raise Damaged(f"it was answered {status} with an empty body")
    return Answer(
        status, headers, body, raw, is_json, str(call.url), elapsed, attempts=call.attempt
    )


def _may_be_empty(request: Request, status: int, headers: Mapping[str, str]) -> bool:
    return (
        status in _EMPTY
        or request.method == "HEAD"
        or (request.kind == "write" and is_framed(headers))
    )


def _decoded(headers: Mapping[str, str], raw: bytes, *, success: bool) -> tuple[Any, bool]:
    """Decode a body; only a success must be JSON, an error is an error in any form."""
    if not may_be_json(headers):
        return None, False
    promised = claims_json(headers)
    try:
        body = decode(raw)
    except (Damaged, Unusable):
        if success and promised:
            raise
        return None, False
    if isinstance(body, dict | list):
        return body, True
    if success and not is_framed(headers):
        raise Damaged("its body has no stated end and may have been cut off")
    return (body, True) if promised else (None, False)
