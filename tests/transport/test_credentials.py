"""Credentials, tokens, and that neither is ever shown."""

import asyncio
import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest
from tests.transport.serving import Asked, Bench, Reply, answer, on_bench, replies

from syncata.errors import CredentialsRefused, Unavailable
from syncata.spec.requests import Then
from syncata.transport import (
    Answer,
    ApiKey,
    Basic,
    Bearer,
    ClientCredentials,
    Credentials,
    Request,
    Ruling,
)

GET = Request("GET", "/things?a=1")
CLIENT = ClientCredentials("/token", "client-id", "top secret/+ü")
SECRET = 's3cr&t "value"'
BASIC = "Basic " + b64encode(f"me:{SECRET}".encode()).decode()


@pytest.mark.parametrize(
    ("credentials", "header", "value"),
    [
        (Basic("me", SECRET), "authorization", BASIC),
        (Bearer("abc.def"), "authorization", "Bearer abc.def"),
        (ApiKey("X-Key", "k1234"), "x-key", "k1234"),
    ],
)  # fmt: skip
def test_credentials_go_with_every_request(
    credentials: Credentials, header: str, value: str
) -> None:
    """Each kind stands in its header, together with those of site and request."""

    async def test(bench: Bench) -> None:
        await bench.endpoint.send(Request("GET", "/a", headers={"X-Own": "2"}))
        (asked,) = bench.server.asked
        assert asked.headers[header] == value
        assert (asked.headers["x-site"], asked.headers["x-own"]) == ("1", "2")
        assert asked.headers["accept-encoding"] == "gzip"

    on_bench(replies(answer(body=[])), test, credentials=credentials, headers={"X-Site": "1"})


def test_a_key_in_the_query_is_sent_once_and_never_shown() -> None:
    """The key replaces one of its name; answer and messages are without it."""

    async def test(bench: Bench) -> None:
        got = await bench.endpoint.send(Request("GET", "/things?key=old&a=1"))
        assert parse_qs(bench.server.asked[0].target.partition("?")[2]) == {
            "a": ["1"], "key": [SECRET],
        }  # fmt: skip
        assert "s3cr" not in got.url

    on_bench(replies(answer(body=[])), test, credentials=ApiKey("key", SECRET, "query"))


class Issuer:
    """An API with a token endpoint; tokens are good until they are revoked."""

    def __init__(self, **stated: Any) -> None:
        self.stated = stated
        self.issued = 0
        self.good: set[str] = set()

    def __call__(self, asked: Asked) -> Reply:
        if asked.target == "/token":
            self.issued += 1
            token = f"token-{self.issued}"
            self.good.add(token)
            return answer(body={"access_token": token, **self.stated})
        given = asked.headers["authorization"].removeprefix("Bearer ")
        return answer(body=[]) if given in self.good else answer(401, {"seen": given})


@pytest.mark.parametrize(
    ("stated", "after", "fetched"),
    [
        ({"expires_in": 3600}, 3569.0, 1),
        ({"expires_in": 3600}, 3570.0, 2),
        ({"expires_in": "3600"}, 3569.0, 1),
        ({"expires_in": "3600"}, 3570.0, 2),
        ({"expires_in": 20}, 17.9, 1),
        ({"expires_in": 20}, 18.0, 2),
        ({"expires_in": 0}, 99999.0, 1),
        ({"expires_in": "soon"}, 99999.0, 1),
        ({"expires_in": None}, 99999.0, 1),
        ({}, 99999.0, 1),
    ],
)
def test_a_token_is_renewed_shortly_before_it_ends(
    stated: dict[str, Any], after: float, fetched: int
) -> None:
    """A tenth of its life before, 30 s at most; without a stated life, once it is refused."""
    issuer = Issuer(**stated)

    async def test(bench: Bench) -> None:
        await bench.endpoint.send(GET)
        bench.time.seconds = after
        await bench.endpoint.send(GET)
        assert issuer.issued == fetched

    on_bench(issuer, test, credentials=CLIENT, options={"deadline": 1e6})


def test_many_requests_share_one_token_and_one_renewal() -> None:
    """Twenty requests at once fetch one token, and one more after it was revoked."""
    issuer = Issuer(expires_in=3600)

    async def test(bench: Bench) -> None:
        await asyncio.gather(*(bench.endpoint.send(GET) for _ in range(20)))
        assert issuer.issued == 1
        issuer.good.clear()
        await asyncio.gather(*(bench.endpoint.send(GET) for _ in range(20)))
        assert issuer.issued == 2
        assert bench.time.waits == []

    on_bench(issuer, test, credentials=CLIENT)


LOGIN = answer(raw=b'<form><input type="password"></form>', content_type="text/html")


@pytest.mark.parametrize(
    ("reply", "ruled", "lacks_scope"),
    [
        (answer(401, {"error": "invalid_token"}), False, False),
        (answer(401, {"error": "invalid_token"}), True, False),
        (LOGIN, False, False),
        (LOGIN, True, False),
        (answer(403, {"error": "invalid_scope"}), False, True),
        (answer(403, raw=b"no", content_type="text/plain"), False, True),
        (answer(200, {"error": "not permitted"}), True, True),
    ],
)
def test_a_credential_that_is_known_is_told_from_one_that_is_not(
    reply: Reply, ruled: bool, lacks_scope: bool
) -> None:
    """403, or what the spec rules `auth`, is a matter of scopes; 401 and a login page are not."""

    async def test(bench: Bench) -> None:
        with pytest.raises(CredentialsRefused) as refused:
            await bench.endpoint.send(GET)
        assert refused.value.lacks_scope is lacks_scope

    options = {"classify": lambda _: Ruling("auth")} if ruled else {}
    on_bench(replies(reply), test, credentials=Bearer("abc.def"), options=options)


def test_a_second_401_is_final() -> None:
    """A fresh token that is refused too ends the run, and is not shown."""

    def behaviour(asked: Asked) -> Reply:
        if asked.target == "/token":
            return answer(body={"access_token": "tok-en-123"})
        return answer(401, {"seen": asked.headers["authorization"]})

    async def test(bench: Bench) -> None:
        with pytest.raises(CredentialsRefused, match="target answered 401 to GET /things") as e:
            await bench.endpoint.send(GET)
        assert "Bearer ***" in e.value.message
        assert [asked.target for asked in bench.server.asked] == [
            "/token", "/things?a=1", "/token", "/things?a=1",
        ]  # fmt: skip

    on_bench(behaviour, test, credentials=CLIENT)


@pytest.mark.parametrize(
    ("encoding", "client_in", "read"),
    [("form", "body", parse_qs), ("json", "body", json.loads), ("form", "basic", parse_qs)],
)
def test_token_requests_have_the_form_that_the_spec_says(
    encoding: Any, client_in: Any, read: Callable[[str], dict[str, Any]]
) -> None:
    """Id and secret stand in a form, in JSON, or in the header."""
    credentials = ClientCredentials(
        "/token", "me", "shh!", scope="a b", encoding=encoding, client_in=client_in
    )

    async def test(bench: Bench) -> None:
        await bench.endpoint.send(GET)
        asked = bench.server.asked[0]
        fields = {
            k: v if isinstance(v, str) else v[0] for k, v in read(asked.body.decode()).items()
        }
        assert fields.pop("grant_type") == "client_credentials"
        assert fields.pop("scope") == "a b"
        if client_in == "basic":
            assert asked.headers["authorization"] == "Basic " + b64encode(b"me:shh!").decode()
        else:
            assert fields == {"client_id": "me", "client_secret": "shh!"}
            assert "authorization" not in asked.headers

    on_bench(Issuer(), test, credentials=credentials)


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_client_is_told_from_an_endpoint_that_is_away(status: int) -> None:
    """The token endpoint's error code is quoted, asked once for all who wait."""

    async def test(bench: Bench) -> None:
        sent = (bench.endpoint.send(GET) for _ in range(5))
        errors = await asyncio.gather(*sent, return_exceptions=True)
        assert {str(error) for error in errors} == {
            f"target token endpoint answered {status} invalid_client"
        }
        assert all(isinstance(error, CredentialsRefused) for error in errors)
        assert len(bench.server.asked) == 1

    on_bench(replies(answer(status, {"error": "invalid_client"})), test, credentials=CLIENT)


@pytest.mark.parametrize(
    ("reply", "attempts"),
    [
        (answer(503), 5),
        (Reply(b"", "reset"), 5),
        (answer(raw=b"<html>", content_type="text/html"), 5),
        (answer(body={"token": "x"}), 1),
        (answer(body={"access_token": "a\r\nb"}), 1),
    ],
)
def test_a_token_endpoint_that_is_away_is_unavailable(reply: Reply, attempts: int) -> None:
    """Faults are tried again; an answer without a usable token is not."""

    async def test(bench: Bench) -> None:
        with pytest.raises(Unavailable, match="POST /token"):
            await bench.endpoint.send(GET)
        assert len(bench.server.asked) == attempts

    on_bench(replies(reply), test, credentials=CLIENT)


@pytest.mark.parametrize(
    "credentials",
    [Basic("me", SECRET), Basic(SECRET, ""), Bearer(SECRET), ApiKey("k", SECRET, "query"),
     ClientCredentials("/token", "me", SECRET)],
)  # fmt: skip
def test_no_message_ever_shows_a_secret(credentials: Credentials) -> None:
    """A server that echoes all it was sent, in any form, gives nothing away through us."""

    def echo(asked: Asked) -> Reply:
        text = f"{SECRET} {asked.target} {asked.headers} {asked.body!r} {json.dumps(SECRET)}"
        return answer(400, {"error": text, "echo": text})

    async def test(bench: Bench) -> None:
        shown = [repr(credentials), repr(bench.endpoint.site)]
        try:
            got = await bench.endpoint.send(Request("GET", "/" + "s3cr%26t%20%22value%22"))
            shown += [got.excerpt]
        except CredentialsRefused as error:
            shown += [error.message, error.hint]
        shown += [str(event) for event in bench.events]
        assert [text for text in shown if "s3cr" in text or "czNjciZ0" in text] == []

    on_bench(echo, test, credentials=credentials)


@pytest.mark.parametrize("then", ["reject", "skip", "gone"])
def test_a_ruling_that_quotes_the_answer_quotes_no_secret(then: Then) -> None:
    """What a rule makes of an answer may end up among the rejects."""

    def echo(asked: Asked) -> Reply:
        return answer(400, {"error": asked.headers["authorization"]})

    async def test(bench: Bench) -> None:
        got = await bench.endpoint.send(GET)
        assert got.ruling == Ruling(then, message="refused: Bearer ***")

    def quoted(got: Answer) -> Ruling:
        return Ruling(then, message=f"refused: {got.body['error']}")

    on_bench(echo, test, credentials=Bearer(SECRET), options={"classify": quoted})
