"""A TCP proxy that spoils connections as it is told, the same way for the same seed."""

import asyncio
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from threading import Event, Thread
from typing import Literal
from urllib.parse import urlsplit

Kind = Literal["refuse", "cut", "reset"]
KINDS: tuple[Kind, ...] = ("refuse", "cut", "reset")


@dataclass(frozen=True)
class Toxic:
    """What becomes of one connection: turned away, or ended or reset after so many bytes."""

    kind: Kind
    after: int = 0


@dataclass
class FaultProxy:
    """Passes connections on to `host`:`port`; the next ones meet what `plan` holds, in order."""

    host: str
    port: int
    plan: list[Toxic] = field(default_factory=list)
    struck: list[Toxic] = field(default_factory=list)
    url: str = ""

    def scatter(self, seed: int, number: int, longest: int) -> None:
        """Plan so many faults by chance, after up to `longest` bytes of answers each."""
        chance = Random(seed)
        self.plan = [Toxic(chance.choice(KINDS), chance.randrange(longest)) for _ in range(number)]

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it or its fault does."""
        toxic = self.plan.pop(0) if self.plan else None
        if toxic is not None and toxic.kind == "refuse":
            self.struck.append(toxic)
            _reset(writer)
            return
        upstream, there = await asyncio.open_connection(self.host, self.port)
        onward = asyncio.create_task(_copy(reader, there))
        try:
            await self._back(upstream, writer, toxic)
        except (OSError, asyncio.CancelledError):
            pass  # either side ended it, or the proxy ends
        finally:
            onward.cancel()
            there.close()
            writer.close()

    async def _back(
        self, upstream: asyncio.StreamReader, writer: asyncio.StreamWriter, toxic: Toxic | None
    ) -> None:
        passed = 0
        while data := await upstream.read(65536):
            if toxic is not None and passed + len(data) > toxic.after:
                writer.write(data[: toxic.after - passed])
                await writer.drain()
                self.struck.append(toxic)
                if toxic.kind == "reset":
                    _reset(writer)
                return
            writer.write(data)
            await writer.drain()
            passed += len(data)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        return
    finally:
        writer.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@contextmanager
def proxied(url: str) -> Iterator[FaultProxy]:
    """A proxy before the server at `url`, in a thread of its own."""
    parts = urlsplit(url)
    proxy = FaultProxy(parts.hostname or "", parts.port or 80)
    ready = Event()
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()

    async def serve() -> None:
        # asyncio turns Nagle's algorithm off only where the protocol is named.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
        server = await asyncio.start_server(proxy.pass_on, sock=listener)
        proxy.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        ready.set()
        await ended.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    thread = Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(5)
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(5)
        loop.close()
