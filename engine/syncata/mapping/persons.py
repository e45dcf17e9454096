"""Keys that name a person are kept as a keyed hash: recognized again, but not read."""

import hmac
from collections.abc import Callable, Mapping
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


def writings(person: str) -> list[str]:
    """How a spec may write who somebody is, given how people write it."""
    text = person.strip()
    return list(dict.fromkeys([person, text, text.lower(), text.casefold(), text.upper()]))


def hidden(key: Any, person: Any, shown: str) -> Any:
    """A key in which every part that is the person is `shown` instead."""
    if isinstance(key, list):
        return [shown if part == person else part for part in key]
    return shown if key == person else key


def is_personal(schema: Mapping[str, Any] | None, field: str) -> bool:
    """Whether a record schema marks a field as personal: its value is told to nobody."""
    rules = (schema or {}).get("properties", {}).get(field)
    return isinstance(rules, dict) and rules.get("personal") is True
