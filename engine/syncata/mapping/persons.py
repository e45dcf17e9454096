"""Keys that name a person are kept as a keyed hash: recognized again, but not read."""

import hmac
from collections.abc import Callable
from typing import Any

Keyed = Callable[[str], str]

PREFIX = "person:"
_LENGTH = 16  # bytes


def keyed_hash(salt: bytes) -> Keyed:
    """A function from who somebody is to the hash a ledger with this salt keeps."""

    def keyed(person: str) -> str:
        digest = hmac.digest(salt, person.encode(errors="surrogatepass"), "sha256")
        return PREFIX + digest[:_LENGTH].hex()

    return keyed


def hidden(key: Any, person: Any, shown: str) -> Any:
    """A key in which every part that is the person is `shown` instead."""
    if isinstance(key, list):
        return [shown if part == person else part for part in key]
    return shown if key == person else key
