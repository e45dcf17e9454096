"""Sessions: how a spec's words about credentials become what requests are sent with."""

import json

import pytest

from syncata.checks import spec_of
from syncata.document import load_bytes
from syncata.session import credentials
from syncata.transport import (
    ApiKey,
    Basic,
    Bearer,
    ClientCredentials,
    Credentials,
    NoCredentials,
)

SPEC = """\
spec: 1
name: any
source:
  base_url: https://source.example.com
  auth: AUTH
  streams: {things: {request: {path: /things}, records: $, key: id}}
target:
  base_url: https://target.example.com
  auth: {type: none}
  resources: {thing: {upsert: {request: {method: PUT, path: "/t/{$key}", body: "{$}"}}}}
syncs: {things: {from: things, to: thing, on_missing: keep, map: {id: id}}}
"""


@pytest.mark.parametrize(
    ("auth", "expected"),
    [
        ({"type": "none"}, NoCredentials()),
        ({"type": "basic", "username": "u", "password": "p"}, Basic("u", "p")),
        ({"type": "bearer", "token": "t"}, Bearer("t")),
        ({"type": "api_key", "name": "X-Key", "value": "v"}, ApiKey("X-Key", "v", "header")),
        (
            {"type": "api_key", "in": "query", "name": "key", "value": "v"},
            ApiKey("key", "v", "query"),
        ),
        (
            {
                "type": "oauth2_client_credentials",
                "token_url": "/token",
                "client_id": "c",
                "client_secret": "s",
            },
            ClientCredentials("/token", "c", "s", "", "form", "body"),
        ),
        (
            {
                "type": "oauth2_client_credentials",
                "token_url": "/token",
                "client_id": "c",
                "client_secret": "s",
                "scope": "read",
                "body": "json",
                "client_in": "basic",
            },
            ClientCredentials("/token", "c", "s", "read", "json", "basic"),
        ),
    ],
)
def test_each_kind_of_authentication_is_what_the_spec_says(
    auth: dict[str, str], expected: Credentials
) -> None:
    """Every type, with every choice of where its parts go, reaches the transport unchanged."""
    spec = spec_of(load_bytes(SPEC.replace("AUTH", json.dumps(auth)).encode(), "any.yaml"))
    assert credentials(spec.source.api.auth, lambda text: text.text) == expected
