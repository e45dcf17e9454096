"""httpx's transport: what it is to httpx, and the URLs that it is given."""

import asyncio

import httpcore
import httpx
import pytest
from tests.transport.serving import FakeWorld, Reply, answer, finished, replies, serving

from syncata.errors import SpecFailed
from syncata.transport import Accounts, Endpoint, Request, Site
from syncata.transport.egress import origin, parse, path
from syncata.transport.pool import _ERRORS, Pool

CUT = Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n[1", "close")


def test_it_serves_a_client_of_httpx_too() -> None:
    """Answers come whole, and errors are httpx's own."""

    async def run() -> None:
        async with serving(replies(answer(body=[1]), CUT, Reply(b"", "reset"))) as server:
            transport = Pool(Site(name="source", base_url=server.url))
            async with httpx.AsyncClient(transport=transport, trust_env=False) as client:
                assert (await client.get(server.url)).json() == [1]
                with pytest.raises(httpx.RemoteProtocolError):
                    await client.get(server.url)
                with pytest.raises(httpx.ReadError):
                    await client.get(server.url)
                with pytest.raises(httpx.LocalProtocolError):
                    await client.get(server.url, headers={"x": "a\nb"})

    finished(run())


def test_a_pool_that_is_full_is_httpxs_timeout() -> None:
    """A client's own limit on waiting for a connection is kept to."""

    async def run() -> None:
        slow = answer(body=[1])
        slow.portion, slow.pause = 1, 0.05
        async with serving(replies(slow)) as server:
            transport = Pool(Site(name="source", base_url=server.url))
            timeout = httpx.Timeout(None, pool=0.1)
            async with httpx.AsyncClient(transport=transport, timeout=timeout) as client:
                busy = [asyncio.create_task(client.get(server.url)) for _ in range(20)]
                await asyncio.sleep(0.05)
                with pytest.raises(httpx.PoolTimeout):
                    await client.get(server.url)
                for task in busy:
                    task.cancel()
                await asyncio.gather(*busy, return_exceptions=True)

    finished(run())


def test_every_error_of_httpcore_has_its_name_in_httpx() -> None:
    """None of those that the pool may raise comes through as it is."""
    known = {kind for kind in vars(httpcore).values() if isinstance(kind, type)}
    errors = {kind for kind in known if issubclass(kind, Exception) and not kind.__subclasses__()}
    unused = {"ConnectTimeout", "ReadTimeout", "WriteTimeout", "ConnectionNotAvailable"}
    assert {kind.__name__ for kind in errors} - unused == {kind.__name__ for kind in _ERRORS}
    assert all(kind.__name__ == ours.__name__ for kind, ours in _ERRORS.items())


@pytest.mark.parametrize(
    ("url", "home", "target"),
    [
        ("HTTPS://API.Example:443", "https://api.example", "/"),
        ("https://api.example.:8443/a?b#c", "https://api.example:8443", "/a"),
        ("http://[::1]:80/a%2Fb", "http://[::1]", "/a%2Fb"),
        ("https://b\u00fccher.example/\u00e9", "https://xn--bcher-kva.example", "/%C3%A9"),
    ],
)
def test_urls_are_compared_in_one_spelling(url: str, home: str, target: str) -> None:
    """Case, default port, a final dot and letters beyond ASCII make no other origin."""
    assert (origin(parse(url)), path(parse(url))) == (home, target)


@pytest.mark.parametrize(
    "url",
    ["https://.", "https://a.example:x", "https://a:70000", "https://[::1", "https://xn--a\u00fc.example",
     "https://u@a.example", "https://a.example\\@b", "https://a.example/\t", "//a.example"],
)  # fmt: skip
def test_urls_that_are_none(url: str) -> None:
    """Whatever httpx says about them, it is a ValueError here."""
    with pytest.raises(ValueError, match=r"\w"):
        parse(url)


@pytest.mark.parametrize(
    "proxy", ["ftp://a.example", "socks5://a.example", "http://", "http://u:pw@a:x"]
)
def test_proxies_that_cannot_be_used(proxy: str) -> None:
    """Only HTTP proxies are; a password is not shown."""
    site = Site(name="source", base_url="http://127.0.0.1", proxy=proxy)
    with pytest.raises(SpecFailed, match="proxy") as caught:
        Endpoint(site, Accounts().account("x"), deadline=0)
    assert "pw" not in caught.value.message


def test_headers_beyond_ascii_are_sent_as_latin_1() -> None:
    """What fits in a byte is sent; what does not, says so before anything is sent."""

    async def run() -> None:
        async with serving(replies(answer(body=[]))) as server:
            account = Accounts(FakeWorld().world).account("x")
            site = Site(name="source", base_url=server.url)
            endpoint = Endpoint(site, account, deadline=1e12)
            await endpoint.send(Request("GET", "/", headers={"X-Name": "\u00e9"}))
            assert server.asked[0].headers["x-name"] == "\u00e9"
            with pytest.raises(Exception, match="HTTP cannot carry"):
                await endpoint.send(Request("GET", "/", headers={"X-Name": "\u4e2d"}))
            assert len(server.asked) == 1
            await endpoint.aclose()

    finished(run())
