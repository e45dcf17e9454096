"""An API that lives in this process: a function answers what would go over the network."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it would go out. `side` is source or target, `path` has no query."""

    side: str
    method: str
    path: str
    params: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered: `body` is JSON data, or None for an empty body."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


Respond = Callable[[Sent], Reply]


class InProcess(httpx.AsyncBaseTransport):
    """httpx's transport to a function; everything around it is as over the network."""

    def __init__(self, side: str, respond: Respond) -> None:
        self._side = side
        self._respond = respond

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Ask the function. Raises what it raises."""
        url = request.url
        reply = self._respond(
            Sent(
                self._side,
                request.method,
                url.path,
                tuple(url.params.multi_items()),
                dict(request.headers.items()),
                await request.aread(),
            )
        )
        return _response(reply)


def _response(reply: Reply) -> httpx.Response:
    content, headers = b"", dict(reply.headers)
    if reply.body is not None:
        content = json.dumps(reply.body, ensure_ascii=False).encode()
        headers = {"content-type": "application/json", **headers}
    headers["content-length"] = str(len(content))
    return httpx.Response(reply.status, headers=headers, stream=httpx.ByteStream(content))
