"""Where requests may go, and through what."""

from pathlib import Path

import pytest
from tests.transport.serving import (
    Asked,
    Bench,
    FakeWorld,
    Reply,
    answer,
    certificate,
    endpoint_to,
    finished,
    on_bench,
    replies,
    serving,
    trusted,
)

from syncata.errors import RecordRejected, SpecFailed, Unavailable
from syncata.transport import Accounts, Bearer, Endpoint, Request, Site, World
from syncata.transport.egress import objection

GET = Request("GET", "/things")


@pytest.mark.parametrize(
    ("address", "host", "allowed", "private"),
    [
        ("93.184.216.34", "api.example", True, True),
        ("2606:4700::1111", "api.example", True, True),
        ("127.0.0.1", "api.example", False, True),
        ("127.0.0.1", "localhost", True, True),
        ("::1", "localhost", True, True),
        ("10.0.0.1", "localhost", False, False),
        ("93.184.216.34", "localhost", False, False),
        ("127.0.0.1", "127.0.0.1", True, True),
        ("127.0.0.1", "2130706433", False, True),
        ("127.0.0.1", "127.1", False, True),
        ("10.1.2.3", "api.example", False, True),
        ("10.1.2.3", "10.1.2.3", True, True),
        ("192.168.1.1", "api.example", False, True),
        ("172.16.0.1", "api.example", False, True),
        ("100.100.100.200", "api.example", False, True),
        ("fd00::1", "api.example", False, True),
        ("fd00::1", "fd00::1", True, True),
        ("::ffff:127.0.0.1", "api.example", False, True),
        ("::ffff:8.8.8.8", "api.example", True, True),
        ("64:ff9b::7f00:1", "api.example", False, True),
        ("64:ff9b::a9fe:a9fe", "api.example", False, False),
        ("2002:7f00:1::", "api.example", False, True),
        ("169.254.169.254", "169.254.169.254", False, False),
        ("::ffff:169.254.169.254", "api.example", False, False),
        ("fe80::1%eth0", "api.example", False, False),
        ("0.0.0.0", "api.example", False, False),
        ("::", "api.example", False, False),
        ("224.0.0.1", "api.example", False, False),
        ("240.0.0.1", "api.example", False, True),
    ],
)
def test_addresses_that_may_be_connected_to(
    address: str, host: str, allowed: bool, private: bool
) -> None:
    """Public ones; private ones if the URL names them or they are allowed; link-local never."""
    assert (objection(address, host, allow_private=False) == "") is allowed
    assert (objection(address, host, allow_private=True) == "") is private


def test_a_name_that_leads_inside_is_refused_before_a_connection() -> None:
    """One bad address among good ones is enough; nothing is sent, nothing tried again."""

    async def resolve(_host: str, _port: int) -> list[str]:
        return ["93.184.216.34", "127.0.0.1"]

    async def run() -> None:
        time = FakeWorld()
        world = World(time.world.now, time.world.monotonic, time.sleep, resolve=resolve)
        account = Accounts(world).account("x")
        endpoint = Endpoint(
            Site(name="source", base_url="https://api.example"), account, deadline=60, world=world
        )
        with pytest.raises(Unavailable, match=r"api\.example is 127\.0\.0\.1, which is not"):
            await endpoint.send(GET)
        assert time.waits == []
        await endpoint.aclose()

    finished(run())


def test_the_checked_address_is_the_one_connected_to() -> None:
    """A name is looked up once for a connection; a second, other answer is never asked for."""
    looked_up: list[str] = []

    async def resolve(host: str, _port: int) -> list[str]:
        looked_up.append(host)
        return ["127.0.0.2", "127.0.0.1"] if len(looked_up) == 1 else ["10.0.0.1"]

    async def test(bench: Bench) -> None:
        site = Site(name="source", base_url=bench.server.url.replace("127.0.0.1", "localhost"))
        account = Accounts().account("x")
        endpoint = Endpoint(site, account, deadline=1e12, world=World(resolve=resolve))
        for _ in range(3):
            assert (await endpoint.send(GET)).body == []
        assert looked_up == ["localhost"]
        assert bench.server.asked[0].headers["host"].startswith("localhost:")
        await endpoint.aclose()

    on_bench(replies(answer(body=[])), test)


@pytest.mark.parametrize(
    "base_url",
    [
        "http://api.example", "http://10.0.0.1", "ftp://api.example", "api.example", "https://",
        "https://u:pw@api.example", "https://169.254.169.254", "https://[::ffff:169.254.169.254]",
        "https://0.0.0.0", "https://api.example/a b", "https://api.example:99999",
    ],
)  # fmt: skip
def test_base_urls_that_cannot_be_used(base_url: str) -> None:
    """Plain http beyond this machine, passwords in URLs and other schemes are refused."""
    with pytest.raises(SpecFailed) as caught:
        Endpoint(Site(name="source", base_url=base_url), Accounts().account("x"), deadline=0)
    assert "pw" not in caught.value.message


def test_paths_continue_the_base_url() -> None:
    """A base URL may have a path; queries are kept; what is no ASCII is encoded."""

    async def test(bench: Bench) -> None:
        for path in ("/v2/a?b=1", "v2/é ü", bench.server.url + "/abs%2Fx"):
            await bench.endpoint.send(Request("GET", path.replace(" ", "%20")))
        assert [asked.target for asked in bench.server.asked] == [
            "/things/v2/a?b=1", "/things/v2/%C3%A9%20%C3%BC", "/abs%2Fx",
        ]  # fmt: skip

    async def run() -> None:
        async with (
            serving(replies(answer(body=[]))) as server,
            endpoint_to(server, {"base_url": server.url + "/things/"}) as bench,
        ):
            await test(bench)

    finished(run())


@pytest.mark.parametrize("key", ["..", ".", "%2e%2E", "a/../b"])
def test_a_key_of_dots_does_not_change_the_path(key: str) -> None:
    """A record whose key would make DELETE /courses/.. of it is set aside."""

    async def test(bench: Bench) -> None:
        with pytest.raises(RecordRejected) as caught:
            await bench.endpoint.send(Request("DELETE", f"/courses/{key}", kind="write"))
        assert caught.value.code == "SYN610"
        await bench.endpoint.send(Request("DELETE", "/courses/a..b/.c?d=/../", kind="write"))

    on_bench(replies(answer(204)), test)


def test_further_origins_get_no_credentials() -> None:
    """An origin that the spec names may be asked; token and site headers stay at home."""

    async def run() -> None:
        async with (
            serving(replies(answer(body=[]))) as home,
            serving(replies(answer(body=[]))) as o,
        ):
            site = {"credentials": Bearer("tok"), "headers": {"X-A": "b"}, "origins": (o.url,)}
            async with endpoint_to(home, site) as bench:
                await bench.endpoint.send(GET)
                await bench.endpoint.send(Request("GET", o.url + "/file"))
            assert "authorization" in home.asked[0].headers
            assert {"authorization", "x-a"}.isdisjoint(o.asked[0].headers)

    finished(run())


def test_a_jobs_location_is_resolved_within_the_origin() -> None:
    """Relative and absolute locations work, another origin does not."""

    async def test(bench: Bench) -> None:
        got = await bench.endpoint.send(GET)
        assert bench.endpoint.resolve("/jobs/1", got) == bench.server.url + "/jobs/1"
        assert bench.endpoint.resolve(bench.server.url + "/j", got) == bench.server.url + "/j"
        with pytest.raises(Unavailable, match=r"points to https://evil.example, outside"):
            bench.endpoint.resolve("https://evil.example/jobs/1", got)

    on_bench(replies(answer(body=[])), test)


def test_the_environment_redirects_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxy variables are ignored."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async def test(bench: Bench) -> None:
        assert (await bench.endpoint.send(GET)).body == []

    on_bench(replies(answer(body=[])), test)


def test_a_configured_proxy_is_used_and_its_password_hidden() -> None:
    """Requests go to the proxy with its own credentials."""

    def proxy(asked: Asked) -> Reply:
        return answer(400, {"seen": "pa55word", "target": asked.target})

    async def run() -> None:
        async with serving(proxy) as server:
            site = {
                "base_url": "http://127.0.0.1:9",
                "proxy": server.url.replace("//", "//me:pa55word@"),
            }
            async with endpoint_to(server, site) as bench:
                got = await bench.endpoint.send(GET)
                assert got.body["target"] == "http://127.0.0.1:9/things"
                assert "pa55word" not in got.excerpt + repr(bench.endpoint.site)
                assert server.asked[0].headers["proxy-authorization"].startswith("Basic ")

    finished(run())


def test_certificates_are_verified_and_ca_file_adds_to_them(tmp_path: Path) -> None:
    """A certificate nobody vouches for is refused at once; with ca_file it is good."""
    cert, key = certificate(tmp_path)
    context = trusted(cert, key)
    body = list(range(100_000))

    async def run() -> None:
        async with serving(replies(answer(body=body)), ssl=context) as server:
            async with endpoint_to(server, {}) as bench:
                with pytest.raises(Unavailable, match="certificate is not trusted"):
                    await bench.endpoint.send(GET)
                assert bench.time.waits == []
            async with endpoint_to(server, {"ca_file": str(cert)}) as bench:
                for _ in range(2):
                    assert (await bench.endpoint.send(GET)).body == body
                async with bench.endpoint.stream(GET) as stream:
                    assert [item async for item in stream] == body

    finished(run())
    with pytest.raises(SpecFailed, match="ca_file"):
        Endpoint(
            Site(name="source", base_url="https://a.example", ca_file=str(key)),
            Accounts().account("x"),
            deadline=0,
        )
