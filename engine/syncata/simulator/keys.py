"""Keys that a client has for good, in a bearer token or as the user name of HTTP Basic."""

from base64 import b64decode
from binascii import Error
from collections.abc import Mapping

from syncata.simulator.faults import Faults


class Keys:
    """The keys that one simulator knows, and how often each was shown."""

    def __init__(self, credentials: Mapping[str, str], faults: Faults, *schemes: str) -> None:
        """Know the clients by name; take their keys in these schemes of the header."""
        self._clients = {key: client for client, key in credentials.items()}
        self._faults = faults
        self._schemes = schemes
        self._calls: dict[str, int] = {}

    def client(self, authorization: str) -> str | None:
        """Return whose key an Authorization header carries; None: not to be let in."""
        scheme, _, text = authorization.partition(" ")
        if scheme.lower() not in self._schemes:
            return None
        client = self._clients.get(_user_name(text) if scheme.lower() == "basic" else text)
        if client is None:
            return None
        self._calls[client] = self._calls.get(client, 0) + 1
        revoked = self._calls[client] > self._faults.number("revoke_token", float("inf"))
        return None if revoked else client


def _user_name(text: str) -> str:
    """Return the user name of a Basic header that has no password."""
    try:
        name, _, password = b64decode(text, validate=True).decode().partition(":")
    except (Error, UnicodeDecodeError):
        return ""
    return "" if password else name
