"""What an attacker on the way, or in the data, could do to a request."""

import ssl
from pathlib import Path

import pytest
from tests.transport.serving import (
    Bench,
    answer,
    certificate,
    endpoint_to,
    finished,
    on_bench,
    replies,
    serving,
    trusted,
)

from syncata.checks import check_connection, check_spec
from syncata.document import load_bytes
from syncata.errors import SyncataError, Unavailable
from syncata.transport import Request

GET = Request("GET", "/things")


def refusal(context: ssl.SSLContext, cert: Path) -> str:
    """Why a server that is trusted by its certificate is refused all the same; nothing is sent."""
    told: list[str] = []

    async def run() -> None:
        async with serving(replies(answer(body=[])), ssl=context) as server:
            async with endpoint_to(server, {"ca_file": str(cert)}) as bench:
                with pytest.raises(Unavailable) as raised:
                    await bench.endpoint.send(GET)
            assert server.asked == []
            told.append(raised.value.message)

    finished(run())
    return told[0]


def test_a_certificate_of_another_host_is_refused(tmp_path: Path) -> None:
    """Trusted, but not for this address."""
    cert, key = certificate(tmp_path, name="DNS:other.example")
    assert "certificate is not trusted" in refusal(trusted(cert, key), cert)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tls_before_1_2_is_refused(tmp_path: Path) -> None:
    """A server that speaks nothing newer is not spoken to."""
    cert, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(cert, key)
    assert "no TLS connection" in refusal(context, cert)


@pytest.mark.parametrize("evil", ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b"])
def test_a_value_cannot_begin_another_header(evil: str) -> None:
    """A header that breaks its line is not sent, and is told as an error of ours."""

    async def test(bench: Bench) -> None:
        with pytest.raises(SyncataError):
            await bench.endpoint.send(Request("GET", "/things", headers={"x-a": evil}))
        assert bench.server.asked == []

    on_bench(replies(answer(body=[])), test)


def test_certificates_named_by_the_environment_are_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sets a variable adds no authority, and gets no keys to read along with."""
    cert, key = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(cert))
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys.log"))

    async def run() -> None:
        served = serving(replies(answer(body=[])), ssl=trusted(cert, key))
        async with served as server, endpoint_to(server, {}) as bench:
            with pytest.raises(Unavailable, match="certificate is not trusted"):
                await bench.endpoint.send(GET)

    finished(run())
    assert not (tmp_path / "keys.log").exists()


@pytest.mark.parametrize("word", ["verify", "insecure", "tls", "verify_tls", "skip_verify"])
def test_no_word_of_a_spec_or_connection_turns_verification_off(word: str) -> None:
    """The languages do not have it, whatever it would be called."""
    spec = f"spec: 1\nsource: {{base_url: https://a.example, {word}: false}}\n"
    found = check_spec(load_bytes(spec.encode(), "x.yaml"))
    assert any(f.code == "SYN101" and word in f.message for f in found)
    connection = f"spec: starter\nsettings: {{}}\n{word}: false\n"
    found = check_connection(load_bytes(connection.encode(), "connections/x.yaml"))
    assert any(f.code == "SYN101" and word in f.message for f in found)
