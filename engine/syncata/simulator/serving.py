"""Serving a simulator over real HTTP: in a thread for tests and demos, or for ever."""

import asyncio
import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

import uvicorn

from syncata.simulator.shell import Simulator


class Running:
    """A simulator that serves in a daemon thread until `stop`; also a context manager."""

    def __init__(self, name: str, simulator: Simulator, host: str, port: int) -> None:
        """Bind, start, and return once connections are accepted."""
        self.name = name
        self._simulator = simulator
        listener = listening_socket(host, port)
        self.port: int = listener.getsockname()[1]
        self.url = f"http://{host}:{self.port}"
        self._server = _Server(server_config(simulator))
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._server.serve(sockets=[listener])),
            name=f"simulator {name}",
            daemon=True,
        )
        self._thread.start()
        if not self._server.ready.wait(10):
            raise RuntimeError(f"simulator {name} did not start")

    def stop(self) -> None:
        """Stop serving; what was in memory is gone."""
        self._server.leave()
        self._thread.join(5)
        self._simulator.audit.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()


class _Server(uvicorn.Server):
    """uvicorn's server, told to another thread when it is ready and woken at once to stop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self.ready.set()

    async def main_loop(self) -> None:
        # uvicorn's own loop sleeps 0.1 s: hundreds of tests would wait for its end each time.
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), 0.1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # uvicorn's own waits 0.1 s for connections that a load balancer might still use.
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)

    def leave(self) -> None:
        self.should_exit = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a listening TCP socket."""
    # asyncio turns Nagle's algorithm off only where the protocol is named: 44 ms per request.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.listen(128)
    return listener


def server_config(simulator: Simulator) -> uvicorn.Config:
    """Return the settings of uvicorn: silent, no lifespan, nothing between it and us."""
    return uvicorn.Config(
        simulator,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,  # the simulator sends its own: that of its clock
        timeout_graceful_shutdown=1,
    )
