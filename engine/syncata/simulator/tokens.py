"""Bearer tokens: given for an id and a secret, refused when old, unknown or revoked."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass

from syncata.simulator.faults import Faults

LIFE = 3600


@dataclass(slots=True)
class Token:
    """Whose token it is, when it dies, how often it was shown."""

    client: str
    dies: float
    calls: int = 0


class Tokens:
    """The tokens that one simulator gave."""

    def __init__(self, credentials: Mapping[str, str], faults: Faults) -> None:
        """Know the clients; obey the faults that shorten a token's life."""
        self._credentials = credentials
        self._faults = faults
        self._tokens: dict[str, Token] = {}

    def give(self, client: object, secret: object) -> tuple[str, int] | None:
        """Return a token and its announced seconds, or None for wrong credentials."""
        if not isinstance(client, str) or self._credentials.get(client) != secret:
            return None
        announced = self._faults.number("token_seconds", LIFE)
        dies = time.monotonic() + self._faults.number("token_dies", announced)
        text = secrets.token_urlsafe(24)
        self._tokens[text] = Token(client, dies)
        return text, int(announced)

    def client(self, authorization: str) -> str | None:
        """Return whose token an Authorization header carries; None: not to be let in."""
        scheme, _, text = authorization.partition(" ")
        token = self._tokens.get(text)
        if scheme.lower() != "bearer" or token is None or token.dies <= time.monotonic():
            return None
        token.calls += 1
        if token.calls > self._faults.number("revoke_token", float("inf")):
            return None
        return token.client
