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

SECRET = "{$settings.secret}"
SPEC = """\
spec: 1
name: any
settings: {secret: {type: string, secret: true}}
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
        ({"type": "basic", "username": "u", "password": SECRET}, Basic("u", SECRET)),
        ({"type": "bearer", "token": SECRET}, Bearer(SECRET)),
        ({"type": "api_key", "name": "X-Key", "value": SECRET}, ApiKey("X-Key", SECRET, "header")),
        (
            {"type": "api_key", "in": "query", "name": "key", "value": SECRET},
            ApiKey("key", SECRET, "query"),
        ),
        (
            {
                "type": "oauth2_client_credentials",
                "token_url": "/token",
                "client_id": "c",
                "client_secret": SECRET,
            },
            ClientCredentials("/token", "c", SECRET, "", "form", "body"),
        ),
        (
            {
                "type": "oauth2_client_credentials",
                "token_url": "/token",
                "client_id": "c",
                "client_secret": SECRET,
                "scope": "read",
                "body": "json",
                "client_in": "basic",
            },
            ClientCredentials("/token", "c", SECRET, "read", "json", "basic"),
        ),
    ],
)
def test_each_kind_of_authentication_is_what_the_spec_says(
    auth: dict[str, str], expected: Credentials
) -> None:
    """Every type, with every choice of where its parts go, reaches the transport unchanged."""
    spec = spec_of(load_bytes(SPEC.replace("AUTH", json.dumps(auth)).encode(), "any.yaml"))
    assert credentials(spec.source.api.auth, lambda text: text.text) == expected
