"""How a ledger may write a key that a test names: persons are hidden in it."""

import json
from collections.abc import Callable
from typing import Any

from syncata.mapping.persons import Keyed, hidden
from syncata.model import canonical

Writings = Callable[[str], list[str]]
"""A function from a key as tests write it to those under which a ledger may hold it."""


def _parts(key: str) -> list[Any]:
    """The parts of a key that is a list; none of any other."""
    try:
        parts = json.loads(key)
    except ValueError:
        return []
    return parts if isinstance(parts, list) else []


def writings_of(keyed: Keyed) -> Writings:
    """The writings of keys; `keyed` makes what a ledger holds of who a record is about."""

    def writings(key: str) -> list[str]:
        found = [key, keyed(key)]
        parts = _parts(key)
        texts = (part for part in parts if isinstance(part, str))
        hashed = (hidden(parts, part, keyed(part)) for part in texts)
        return [*found, *(canonical(key).decode() for key in hashed)]

    return writings
