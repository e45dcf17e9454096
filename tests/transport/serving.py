"""Raw HTTP servers on loopback, and an endpoint whose waits are recorded instead of slept."""

import asyncio
import json
import socket
import ssl
import struct
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from syncata.transport import Accounts, Endpoint, Event, Site, World

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@dataclass
class Asked:
    """A request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Reply:
    """Bytes to send; then the connection goes on, ends (`close`) or is reset (`reset`)."""

    data: bytes
    then: str = "go on"
    portion: int = 0
    pause: float = 0.0


Behaviour = Callable[[Asked], Reply]


def answer(
    status: int = 200, body: object = None, *, raw: bytes | None = None, **headers: Any
) -> Reply:
    """Return a whole answer; JSON unless `raw` is given."""
    data = raw if raw is not None else (b"" if body is None else json.dumps(body).encode())
    given = {"Content-Type": "application/json", "Content-Length": str(len(data))}
    given |= {name.replace("_", "-").title(): text for name, text in headers.items()}
    lines = "".join(f"{name}: {text}\r\n" for name, text in given.items() if text)
    return Reply(f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + data)


def replies(*sequence: Reply) -> Behaviour:
    """Return a behaviour that gives each reply once, the last one for ever."""
    waiting = list(sequence)
    return lambda _: waiting.pop(0) if len(waiting) > 1 else waiting[0]


@dataclass
class Server:
    """A server under test's control; `asked` holds what came."""

    behaviour: Behaviour
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        try:
            while (asked := await _read(reader)) is not None:
                self.asked.append(asked)
                reply = self.behaviour(asked)
                await _write(writer, reply)
                if reply.then == "reset":
                    _reset_on_close(writer)
                if reply.then != "go on":
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, target, headers, body)


async def _write(writer: asyncio.StreamWriter, reply: Reply) -> None:
    portion = reply.portion or max(1, len(reply.data))
    for at in range(0, len(reply.data), portion):
        writer.write(reply.data[at : at + portion])
        await writer.drain()
        await asyncio.sleep(reply.pause)


def _reset_on_close(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@asynccontextmanager
async def serving(behaviour: Behaviour, **options: Any) -> AsyncIterator[Server]:
    """Serve on a free port of 127.0.0.1."""
    # asyncio turns Nagle's algorithm off only where the protocol is named: 44 ms per request.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    server = Server(behaviour)
    running = await asyncio.start_server(server.serve, sock=listener, **options)
    scheme = "https" if "ssl" in options else "http"
    server.url = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
    try:
        yield server
    finally:
        running.close()
        await asyncio.sleep(0)


class FakeWorld:
    """Time that passes only by waiting, and what was waited."""

    def __init__(self, random: float = 1.0) -> None:
        """At 8 o'clock."""
        self.seconds = 0.0
        self.waits: list[float] = []
        self.world = World(
            now=lambda: START + timedelta(seconds=self.seconds),
            monotonic=lambda: self.seconds,
            sleep=self.sleep,
            random=lambda: random,
        )

    async def sleep(self, seconds: float) -> None:
        """Let that time pass."""
        self.waits.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)


@dataclass
class Bench:
    """A server, an endpoint to it, and what the endpoint told and waited."""

    server: Server
    endpoint: Endpoint
    time: FakeWorld
    events: list[Event]


def on_bench(
    behaviour: Behaviour,
    test: Callable[[Bench], Awaitable[None]],
    *,
    options: dict[str, Any] | None = None,
    **site: Any,
) -> None:
    """Run a test against a server of this behaviour."""

    async def run() -> None:
        async with serving(behaviour) as server, endpoint_to(server, site, options) as bench:
            await test(bench)

    finished(run())


@asynccontextmanager
async def endpoint_to(
    server: Server, site: dict[str, Any], options: dict[str, Any] | None = None
) -> AsyncIterator[Bench]:
    """Open an endpoint to a server."""
    time = FakeWorld()
    events: list[Event] = []
    whole: dict[str, Any] = {"name": "target", "base_url": server.url, "timeout": 5.0} | site
    account = Accounts(time.world).account("one")
    chosen: dict[str, Any] = {"deadline": 600.0, "observe": events.append, "world": time.world}
    chosen |= options or {}
    endpoint = Endpoint(Site(**whole), account, **chosen)
    try:
        yield Bench(server, endpoint, time, events)
    finally:
        await endpoint.aclose()


def finished(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end, within 10 s."""

    async def bounded() -> None:
        async with asyncio.timeout(10):
            await work

    asyncio.run(bounded())


def certificate(folder: Path, name: str = "IP:127.0.0.1") -> tuple[Path, Path]:
    """A certificate that vouches for itself, and its key."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-keyout", key, "-out", cert, "-nodes", "-subj", "/CN=test",
         "-addext", f"subjectAltName={name}", "-days", "2"],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert, key


def trusted(cert: Path, key: Path) -> ssl.SSLContext:
    """A server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context
