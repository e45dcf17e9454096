"""One attempt: send a request, read and decode its answer, or say why there is none."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

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
from syncata.transport.values import Answer, Request
from syncata.transport.wire import Forbidden

_EMPTY = frozenset({202, 204, 205})


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
    url: httpx.URL
    for_token: bool = False
    streaming: bool = False
    attempt: int = 0
    failures: int = 0
    unclear: bool = False  # an attempt may have been carried out
    renewed: bool = False  # a new token was had for it
    token: str = ""
    sent: bool = False
    response: httpx.Response | None = None

    async def note_sending(self, event: str, _: Mapping[str, Any]) -> None:
        """httpcore: told when the first bytes go out."""
        if event.endswith("send_request_headers.started"):
            self.sent = True


def wire_request(call: Call, headers: dict[str, str], secret_params: Pairs) -> httpx.Request:
    """Return what goes out; `headers` are those every request carries."""
    request = call.request
    given = headers | {name.lower(): text for name, text in request.headers.items()}
    if request.body is not None:
        given.setdefault("content-type", "application/json")
    # Asked for only where it decides whether a write is in doubt: each event costs time.
    watch = None if request.may_repeat else {"trace": call.note_sending}
    try:
        return httpx.Request(
            request.method,
            call.url.copy_merge_params(dict(secret_params)) if secret_params else call.url,
            headers=httpx.Headers(given, encoding="latin-1"),
            content=request.body,
            extensions=watch,
        )
    except UnicodeEncodeError as error:
        raise Failure(
            "a header holds characters that HTTP cannot carry", again=False, sent=False
        ) from error


async def exchange(
    transport: httpx.AsyncBaseTransport,
    call: Call,
    outgoing: httpx.Request,
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
            status, headers, raw = await _transfer(transport, call, outgoing, max_body)
        return _answer(call, status, headers, raw, loop.time() - started)
    except TimeoutError as error:
        problem = f"no complete answer within {seconds:.1f} s"
        raise Failure(problem, again=True, sent=call.sent) from error
    except Forbidden as error:
        raise Failure(str(error), again=False, sent=False) from error
    except (httpx.ConnectError, httpx.ProxyError) as error:
        raise Failure(f"no connection: {error}", again=True, sent=False) from error
    except (httpx.LocalProtocolError, httpx.UnsupportedProtocol) as error:
        raise Failure(f"it cannot be sent: {error}", again=False, sent=False) from error
    except httpx.TransportError as error:
        problem = str(error) or "the connection broke"
        raise Failure(problem, again=True, sent=call.sent) from error
    except Damaged as error:
        raise Failure(str(error), again=True, sent=True) from error
    except Unusable as error:
        raise Failure(str(error), again=False, sent=True) from error


async def _transfer(
    transport: httpx.AsyncBaseTransport, call: Call, outgoing: httpx.Request, max_body: int
) -> tuple[int, dict[str, str], bytes]:
    response = await transport.handle_async_request(outgoing)
    headers = dict(response.headers.items())
    if call.streaming and 200 <= response.status_code < 300 and may_be_json(headers):
        call.response = response
        return response.status_code, headers, b""
    try:
        return response.status_code, headers, await read_body(response, headers, max_body)
    finally:
        await response.aclose()


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
