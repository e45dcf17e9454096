"""httpx's transport to one side: TLS always verified, nothing taken from the environment."""

import asyncio
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from functools import partial

import certifi
import httpcore
import httpx

from syncata.errors import SpecFailed
from syncata.transport.in_process import InProcess
from syncata.transport.values import Resolve, Site, World
from syncata.transport.wire import Network

_CONNECTIONS = 20
_KEEP_ALIVE = 4.0  # below the 5 s after which common servers close: a race a write must not run
# httpcore's errors by httpx's names; `wire` raises none of the other timeouts.
_ERRORS: dict[type[Exception], type[httpx.TransportError]] = {
    httpcore.ConnectError: httpx.ConnectError,
    httpcore.ReadError: httpx.ReadError,
    httpcore.WriteError: httpx.WriteError,
    httpcore.PoolTimeout: httpx.PoolTimeout,
    httpcore.ProxyError: httpx.ProxyError,
    httpcore.LocalProtocolError: httpx.LocalProtocolError,
    httpcore.RemoteProtocolError: httpx.RemoteProtocolError,
    httpcore.UnsupportedProtocol: httpx.UnsupportedProtocol,
}
_CAUGHT = tuple(_ERRORS)


def transport_to(site: Site, world: World) -> httpx.AsyncBaseTransport:
    """What carries requests to a site. SpecFailed where `proxy` or `ca_file` cannot be used."""
    if world.respond is not None:
        return InProcess(site.name, world.respond)
    return Pool(site, world.resolve)


class Pool(httpx.AsyncBaseTransport):
    """httpx's transport over httpcore's connections, which are opened when requests need them.

    httpcore's own pool makes them, but does not keep them: for every request it asks each of them
    several times about all others, a third of what a small request costs.

    `exchange` calls it without an httpx.AsyncClient around it: that would cost a fifth more per
    request (docs/decisions/0004-transport.md) to keep cookies, prepare redirects and log whole
    URLs, none of it wanted here. A client can be put around it all the same; a test does.
    """

    def __init__(self, site: Site, resolve: Resolve | None = None) -> None:
        """SpecFailed where `proxy` or `ca_file` cannot be used."""
        self._factory = _open(site, resolve)
        self._turns = asyncio.Semaphore(_CONNECTIONS)
        self._idle: list[httpcore.AsyncConnectionInterface] = []  # used last, last

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; the answer's body is still to be read."""
        assert isinstance(request.stream, httpx.AsyncByteStream)
        outgoing = httpcore.Request(
            request.method,
            _core_url(request.url),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        await self._turn(request.extensions.get("timeout", {}).get("pool"))
        connection = None
        try:
            connection = await self._connection(outgoing.url.origin)
            answered = await connection.handle_async_request(outgoing)
        except BaseException as error:
            await self._give_back(connection)
            if isinstance(error, _CAUGHT):
                raise _ERRORS[type(error)](str(error)) from error
            raise
        body = _Body(answered, partial(self._give_back, connection))
        return httpx.Response(answered.status, headers=answered.headers, stream=body)

    async def aclose(self) -> None:
        """Close the connections that are not in use."""
        while self._idle:
            await self._idle.pop().aclose()
        await self._factory.aclose()

    async def _turn(self, patience: float | None) -> None:
        try:
            async with asyncio.timeout(patience):
                await self._turns.acquire()
        except TimeoutError as error:
            raise httpx.PoolTimeout("all connections are in use") from error

    async def _connection(self, origin: httpcore.Origin) -> httpcore.AsyncConnectionInterface:
        """The connection that was used last, or a new one."""
        while (connection := self._taken(origin)) is not None:
            if not connection.has_expired():
                return connection
            await connection.aclose()
        return self._factory.create_connection(origin)

    def _taken(self, origin: httpcore.Origin) -> httpcore.AsyncConnectionInterface | None:
        for place in reversed(range(len(self._idle))):
            if self._idle[place].can_handle_request(origin):
                return self._idle.pop(place)
        return None

    async def _give_back(self, connection: httpcore.AsyncConnectionInterface | None) -> None:
        """Keep a connection whose answer was read to its end, close any other."""
        self._turns.release()
        if connection is None:
            return
        if connection.is_available():
            self._idle.append(connection)
        else:
            await connection.aclose()
        if self._idle and self._idle[0].has_expired():
            await self._idle.pop(0).aclose()


class _Body(httpx.AsyncByteStream):
    """The bytes of an answer as they arrive."""

    def __init__(self, answered: httpcore.Response, done: Callable[[], Awaitable[None]]) -> None:
        self._answered = answered
        self._done: Callable[[], Awaitable[None]] | None = done

    async def __aiter__(self) -> AsyncIterator[bytes]:
        stream = self._answered.stream
        assert isinstance(stream, AsyncIterable)
        try:
            async for chunk in stream:
                yield chunk
        except _CAUGHT as error:
            raise _ERRORS[type(error)](str(error)) from error

    async def aclose(self) -> None:
        done, self._done = self._done, None
        if done is None:
            return
        try:
            await self._answered.aclose()
        finally:
            await done()


def _open(site: Site, resolve: Resolve | None) -> httpcore.AsyncConnectionPool:
    context = _trust(site)
    proxy = proxy_of(site)
    if proxy is None:
        return httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=_CONNECTIONS,
            keepalive_expiry=_KEEP_ALIVE,
            network_backend=Network(allow_private=site.allow_private, resolve=resolve),
        )
    return httpcore.AsyncHTTPProxy(
        _core_url(proxy.url),
        proxy_auth=proxy.raw_auth,
        ssl_context=context,
        proxy_ssl_context=_trust(site) if proxy.url.scheme == "https" else None,
        max_connections=_CONNECTIONS,
        keepalive_expiry=_KEEP_ALIVE,
        network_backend=Network(allow_private=True, check=False, resolve=resolve),
    )


def _core_url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )


def proxy_of(site: Site) -> httpx.Proxy | None:
    """Return the proxy that the operator configured, if any."""
    if site.proxy is None:
        return None
    try:
        proxy = httpx.Proxy(site.proxy)
    except (ValueError, httpx.InvalidURL):
        proxy = None
    if proxy is None or proxy.url.scheme not in ("http", "https") or not proxy.url.host:
        raise SpecFailed(f"{site.name}: the proxy is no http(s) URL with a host")
    return proxy


def _trust(site: Site) -> ssl.SSLContext:
    # ssl.create_default_context would follow SSL_CERT_FILE and SSLKEYLOGFILE.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    urls = (site.base_url, site.proxy or "", *site.origins)
    if any(url.lower().startswith("https:") for url in urls):
        context.load_verify_locations(certifi.where())
    if site.ca_file is not None:
        try:
            context.load_verify_locations(site.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise SpecFailed(f"{site.name}: ca_file {site.ca_file}: {error}") from error
    return context
