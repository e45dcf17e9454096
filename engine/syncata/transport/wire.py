"""Connections: every address is checked before it is connected to, and nothing else is.

httpcore's public network hooks on plain asyncio: the address that was checked is the one that is
used (no second look-up a name server could answer differently), and an exchange costs a third
less processor time than with httpcore's own backend. Timeouts are the caller's: one for the whole.
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Iterable

import httpcore
import httpx

from syncata.transport.egress import objection
from syncata.transport.values import Resolve

_HIGH = 256 * 1024  # bytes received and not yet read, from which on reading pauses
_NEXT_ADDRESS = 5.0  # seconds for one of several addresses

# It logs whole URLs, with what stands in their query.
logging.getLogger("httpcore").setLevel(logging.WARNING)


class Forbidden(httpx.ConnectError):
    """A connection that must not be made; trying again is no use."""


class Network(httpcore.AsyncNetworkBackend):
    """Opens TCP connections to checked addresses."""

    def __init__(
        self, *, allow_private: bool, check: bool = True, resolve: Resolve | None = None
    ) -> None:
        """`check` is off towards a proxy that an operator configured."""
        self._allow_private = allow_private
        self._check = check
        self._resolve = resolve or _look_up

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of `host` that answers."""
        del timeout, local_address, socket_options
        addresses = await self._addresses(host, port)
        for address in addresses[:-1]:
            try:
                async with asyncio.timeout(_NEXT_ADDRESS):
                    return await _connect(address, port)
            except (TimeoutError, httpcore.ConnectError):
                continue
        return await _connect(addresses[-1], port)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: no spec may reach a local socket."""
        del timeout, socket_options
        raise Forbidden(f"no connections to local sockets ({path})")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    async def _addresses(self, host: str, port: int) -> list[str]:
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} has no address: {error}") from error
        if not addresses:
            raise httpcore.ConnectError(f"{host} has no address")
        for address in addresses if self._check else ():
            if why := objection(address, host, allow_private=self._allow_private):
                raise Forbidden(why)
        return addresses


async def _look_up(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


async def _connect(address: str, port: int) -> "Connection":
    try:
        _, connection = await asyncio.get_running_loop().create_connection(
            Connection, address, port
        )
    except OSError as error:
        raise httpcore.ConnectError(error.strerror or str(error)) from error
    return connection


class Connection(asyncio.Protocol, httpcore.AsyncNetworkStream):
    """One TCP or TLS connection."""

    def __init__(self) -> None:
        """Connected by `connection_made`."""
        self._received = bytearray()
        self._ended = False
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._paused = False
        self._transport: asyncio.Transport
        self._secure = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: the connection stands."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes came."""
        self._received += data
        if len(self._received) > _HIGH and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool | None:
        """asyncio: no more bytes will come."""
        self._ended = True
        self._wake()
        return None

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the connection is gone."""
        self._ended = True
        self._error = exc
        self._wake()

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> bytes:
        """Return the next bytes, b"" at the end."""
        del timeout
        while not self._received:
            if self._ended:
                if self._error is not None:
                    raise httpcore.ReadError(str(self._error)) from self._error
                return b""
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        data = bytes(self._received[:max_bytes])
        del self._received[:max_bytes]
        if self._paused and len(self._received) < _HIGH // 2:
            self._paused = False
            self._transport.resume_reading()
        return data

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> None:
        """Hand bytes to the system; they lie in memory already, so waiting would save none."""
        del timeout
        if self._transport.is_closing():
            raise httpcore.WriteError("the connection was closed")
        self._transport.write(buffer)

    async def aclose(self) -> None:
        """Close at once; a TLS farewell to a peer that hangs would last 30 s."""
        if self._secure:
            self._transport.abort()
        else:
            self._transport.close()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        """Secure the connection; the certificate is verified by the context."""
        del timeout
        loop = asyncio.get_running_loop()
        try:
            secured = await loop.start_tls(
                self._transport, self, ssl_context, server_hostname=server_hostname
            )
        except ssl.SSLCertVerificationError as error:
            raise Forbidden(f"its certificate is not trusted: {error.verify_message}") from error
        except (OSError, ssl.SSLError) as error:
            raise httpcore.ConnectError(f"no TLS connection: {error}") from error
        if secured is None:
            raise httpcore.ConnectError("no TLS connection: it was closed")
        self._transport = secured
        self._secure = True
        return self

    def get_extra_info(self, info: str) -> object:
        """Tell httpcore what it asks for: `is_readable` means an idle connection is spent."""
        if info == "is_readable":
            return self._ended or bool(self._received) or self._transport.is_closing()
        if info == "ssl_object":
            return self._transport.get_extra_info("ssl_object")
        return None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
