"""Credentials, and the tokens that are had for them."""

import asyncio
import json
from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote, quote_plus, urlencode

from syncata.errors import CredentialsRefused, SyncataError

_SHORTEST = 4  # what is shorter looks like part of any base64


@dataclass(frozen=True, slots=True)
class NoCredentials:
    """An open API."""


@dataclass(frozen=True, slots=True)
class Basic:
    """User name and password with every request; some APIs take a key as the name alone."""

    username: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token that was had elsewhere."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key in a header or in the query."""

    name: str
    value: str = field(repr=False)
    place: Literal["header", "query"] = "header"


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """OAuth 2 client credentials: a token is fetched when needed and renewed before it ends.

    `token_url` is absolute or a path like a request's. `encoding` is that of the token request's
    body, `client_in` where id and secret stand.
    """

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = ""
    encoding: Literal["form", "json"] = "form"
    client_in: Literal["body", "basic"] = "body"


Credentials = NoCredentials | Basic | Bearer | ApiKey | ClientCredentials
Pairs = tuple[tuple[str, str], ...]


def fixed(credentials: Credentials) -> tuple[Pairs, Pairs]:
    """Return the headers and the parameters that every request carries."""
    match credentials:
        case Basic(username, password):
            return (("authorization", _basic(username, password)),), ()
        case Bearer(token):
            return (("authorization", f"Bearer {token}"),), ()
        case ApiKey(name, value, "header"):
            return ((name.lower(), value),), ()
        case ApiKey(name, value, "query"):
            return (), ((name, value),)
        case _:
            return (), ()


def _basic(username: str, password: str) -> str:
    return "Basic " + b64encode(f"{username}:{password}".encode()).decode()


def secrets(credentials: Credentials) -> tuple[str, ...]:
    """Return what must never be shown, in each form it may come back in."""
    match credentials:
        case Basic(username, password):
            return (*forms(password or username), _basic(username, password)[6:])
        case Bearer(token):
            return forms(token)
        case ApiKey(_, value, _):
            return forms(value)
        case ClientCredentials(_, client_id, client_secret):
            return (*forms(client_secret), _basic(client_id, client_secret)[6:])
        case _:
            return ()


def forms(secret: str) -> tuple[str, ...]:
    """Return a secret in all its spellings, the longest first: as it is, in URLs, JSON, base64."""
    in_json = json.dumps(secret)[1:-1]
    encoded = (quote(secret, safe=""), quote(secret), quote_plus(secret))
    in_base64 = b64encode(secret.encode()).decode() if len(secret) >= _SHORTEST else secret
    every = {secret, *encoded, in_json, json.dumps(in_json)[1:-1], in_base64.rstrip("=")}
    return tuple(sorted(every, key=len, reverse=True))


def token_body(credentials: ClientCredentials) -> tuple[dict[str, str], bytes]:
    """Return the headers and the body of a token request."""
    fields = {"grant_type": "client_credentials"}
    headers = {"content-type": "application/x-www-form-urlencoded"}
    if credentials.client_in == "basic":
        headers["authorization"] = _basic(credentials.client_id, credentials.client_secret)
    else:
        fields |= {
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
        }
    if credentials.scope:
        fields["scope"] = credentials.scope
    if credentials.encoding == "form":
        return headers, urlencode(fields).encode()
    headers["content-type"] = "application/json"
    return headers, json.dumps(fields).encode()


def read_token(body: Any) -> tuple[str, float | None] | None:
    """Return token and lifetime of a token answer; None where it holds no usable token.

    The lifetime comes as a number or as text; where it is missing or senseless, None: the token
    is used until it is refused.
    """
    token = body.get("access_token") if isinstance(body, dict) else None
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
        return None
    stated = body.get("expires_in")
    try:
        lifetime = 0.0 if isinstance(stated, bool) else float(stated)
    except (TypeError, ValueError, OverflowError):
        lifetime = 0.0
    return token, lifetime if lifetime > 0 else None


class Token:
    """The token of one endpoint: in memory only, fetched once however many ask for it."""

    def __init__(
        self,
        fetch: Callable[[], Awaitable[tuple[str, float | None]]],
        monotonic: Callable[[], float],
    ) -> None:
        """`fetch` asks the token endpoint."""
        self._fetch = fetch
        self._monotonic = monotonic
        self._flight = asyncio.Lock()
        self._ends = float("inf")
        self._fetches = 0
        self._error: SyncataError | None = None
        self.value = ""

    async def current(self) -> str:
        """Return a token that is good for now."""
        if not self._good():
            known = self._fetches
            async with self._flight:
                self._share_error(known)
                if not self._good():
                    await self._renew()
        return self.value

    def _share_error(self, known: int) -> None:
        """Fail all who waited for one fetch: twenty more with a wrong secret lock accounts."""
        final = isinstance(self._error, CredentialsRefused)
        if self._error is not None and (final or self._fetches != known):
            raise self._error

    def refused(self, token: str) -> None:
        """Forget a token that was refused, unless it was renewed meanwhile."""
        if token == self.value:
            self._ends = float("-inf")

    def _good(self) -> bool:
        return bool(self.value) and self._monotonic() < self._ends

    async def _renew(self) -> None:
        asked = self._monotonic()
        self._fetches += 1
        try:
            self.value, lifetime = await self._fetch()
        except SyncataError as error:
            self._error = error
            raise
        self._error = None
        if lifetime is None:
            self._ends = float("inf")
        else:  # a tenth, so that a short-lived token is not fetched for every request
            self._ends = asked + lifetime - min(30.0, lifetime / 10)
