"""Answers spoilt on the way: the request had its effect, the client does not learn it cleanly."""

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SPOILING = ("truncated", "half_body", "drop_connection")


async def spoil(
    fault: str,
    app: ASGIApp,
    scope: Scope,
    receive: Receive,
    send: Send,
    record: Callable[[int], None],
) -> None:
    """Run `app`, `record` the status it meant to give, then ruin its answer as `fault` says."""
    messages: list[Message] = []

    async def collect(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, collect)
    start, body = messages[0], b"".join(message.get("body", b"") for message in messages[1:])
    record(start["status"])
    if fault == "drop_connection":
        await _hang_up(receive, send)
    else:
        await _cut(start, body, send, announce_all=fault == "truncated")


async def _cut(start: Message, body: bytes, send: Send, *, announce_all: bool) -> None:
    half = body[: len(body) // 2]
    announced = len(body) if announce_all else len(half)
    kept = [header for header in start["headers"] if header[0] != b"content-length"]
    await send({**start, "headers": [*kept, (b"content-length", b"%d" % announced)]})
    # Announced more and then nothing comes: the server closes the connection.
    await send({"type": "http.response.body", "body": half, "more_body": announce_all})


async def _hang_up(receive: Receive, send: Send) -> None:
    """Close the connection under uvicorn, which has no polite way of not answering."""
    cycle = getattr(send, "__self__", None)
    transport = getattr(cycle, "transport", None)
    if transport is not None:
        transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
