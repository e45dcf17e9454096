"""What a request costs: CPU microseconds of the client, a page of 50 records from loopback.

PYTHONPATH=engine python benchmarks/transport.py [REQUESTS]

The server is another process, so its work does not count. The ways take turns within a round, and
a ratio compares the same round only: what else the machine does falls on all of them.
"""

import asyncio
import json
import multiprocessing
import socket
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx

from syncata.transport import Accounts, Endpoint, Request, Site
from syncata.transport.pool import Pool

ROUNDS = 31
RECORD = {"id": "507f1f77bcf86cd799439011", "title": "A course", "text": "é" * 100, "hours": 1.5}
BODY = json.dumps({"data": [RECORD] * 50, "links": {"next": None}}, ensure_ascii=False).encode()
PAGE = b"".join(
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nServer: bench\r\n",
        b"Date: Mon, 02 Nov 2026 08:00:00 GMT\r\nX-Request-Id: 1\r\n",
        b"Content-Length: %d\r\n\r\n" % len(BODY),
        BODY,
    ]
)
PATH = "/v2/things?page%5Bsize%5D=50&page%5Bnumber%5D=3"
HEADERS = {
    "accept": "application/json",
    "accept-encoding": "gzip",
    "user-agent": "bench",
    "authorization": "Bearer x",
}
Send = Callable[[], Awaitable[object]]


class Server(asyncio.Protocol):
    """Answers every request with the page."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: a client came."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """asyncio: a GET fits in one portion."""
        assert data.endswith(b"\r\n\r\n")
        self._transport.write(PAGE)


def serve(listener: socket.socket) -> None:
    """Serve until the process is ended."""

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(Server, sock=listener)
        await server.serve_forever()

    asyncio.run(run())


@asynccontextmanager
async def every_way(url: str) -> AsyncIterator[dict[str, Send]]:
    """The ways to get the page, the bare ones with no more than the body read and decoded."""
    endpoint = Endpoint(
        Site(
            name="source", base_url=url, user_agent="bench", headers={"authorization": "Bearer x"}
        ),
        Accounts().account("bench"),
        deadline=time.monotonic() + 3600,
    )
    ours = Pool(Site(name="source", base_url=url))
    over_ours = httpx.AsyncClient(transport=Pool(Site(name="source", base_url=url)))
    plain = httpx.AsyncClient(trust_env=False)

    def request() -> httpx.Request:
        return httpx.Request("GET", url + PATH, headers=HEADERS)

    async def direct() -> object:
        return await read(await ours.handle_async_request(request()))

    async def with_client() -> object:
        return await read(await over_ours.send(request(), stream=True))

    async def out_of_the_box() -> object:
        return (await plain.get(url + PATH, headers=HEADERS)).json()

    async with ours, over_ours, plain:
        yield {
            "Endpoint.send": lambda: endpoint.send(Request("GET", PATH)),
            "Pool, called directly": direct,
            "httpx.AsyncClient over Pool": with_client,
            "httpx.AsyncClient as it comes": out_of_the_box,
        }
    await endpoint.aclose()


async def read(response: httpx.Response) -> object:
    """Read and decode a body."""
    raw = b"".join([chunk async for chunk in response.aiter_raw()])
    await response.aclose()
    return json.loads(raw)


async def measure(url: str, requests: int) -> dict[str, list[float]]:
    """Return the microseconds per request of each way and round."""
    async with every_way(url) as ways:
        spent: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(ROUNDS + 1):
            for name, send in ways.items():
                started = time.process_time()
                for _ in range(requests):
                    await send()
                if number:  # the first round warms up
                    spent[name].append((time.process_time() - started) / requests * 1e6)
        return spent


def main() -> None:
    """Print medians over the rounds, and ratios to the first way."""
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    listener = socket.create_server(("127.0.0.1", 0))
    server = multiprocessing.Process(target=serve, args=(listener,), daemon=True)
    server.start()
    try:
        spent = asyncio.run(measure(f"http://127.0.0.1:{listener.getsockname()[1]}", requests))
    finally:
        server.terminate()
    print(f"{len(BODY):,} bytes a page, {requests} requests a round, median of {ROUNDS} rounds")
    first = next(iter(spent.values()))
    for name, each in spent.items():
        ratios = [one / other for one, other in zip(each, first, strict=True)]
        ratio = f"{statistics.median(ratios):5.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
        print(f"  {name:32}{statistics.median(each):8.0f} µs CPU   x {ratio}")


if __name__ == "__main__":
    main()
