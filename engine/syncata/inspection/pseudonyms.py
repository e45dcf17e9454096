"""Records for samples: who they are about cannot be read, but the same stays the same.

What a schema marks as personal is replaced by what looks alike: an e-mail address by one at
example.invalid, a name by `Person 3f2a91c0`. Other texts lose what was marked in the same record,
every e-mail address, and the connection's secrets.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from syncata.mapping.persons import PREFIX, Keyed
from syncata.model import JsonObject, key_text

DIGITS = 8  # of the hash: with four, two of three hundred people would have the same half the time
_EMAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:T.*)?")
_PHONE = re.compile(r"\+?[\d ()./-]{6,}")
_IDS = frozenset({"id", "_id", "uuid"})
_SHORT = 3  # a name of so few letters may be part of any word


class Pseudonyms:
    """Replaces personal data. `keyed` hashes a text; `redact` hides secrets in one.

    `counts` says how many values of each path were replaced.
    """

    def __init__(self, keyed: Keyed, redact: Callable[[str], str]) -> None:
        self._keyed = keyed
        self._redact = redact
        self.counts: dict[str, int] = {}

    def record(self, record: JsonObject, schema: Mapping[str, Any] | None) -> JsonObject:
        """A record without personal data and secrets."""
        mentions = {
            text: self._like(text)
            for text in set(_marked(record, schema))
            if len(text.strip()) > _SHORT
        }
        found: JsonObject = self._replaced(record, schema, "", mentions)
        return found

    def _replaced(self, value: Any, schema: Any, path: str, mentions: Mapping[str, str]) -> Any:
        rules = schema if isinstance(schema, dict) else {}
        if rules.get("personal") is True and value is not None:
            self.counts[path] = self.counts.get(path, 0) + 1
            return self._masked(value)
        if isinstance(value, dict):
            properties = rules.get("properties", {})
            return {
                name: self._replaced(part, properties.get(name), _below(path, name), mentions)
                for name, part in value.items()
            }
        if isinstance(value, list):
            return [self._replaced(part, rules.get("items"), path, mentions) for part in value]
        return self._told(value, path, mentions) if isinstance(value, str) else value

    def _told(self, text: str, path: str, mentions: Mapping[str, str]) -> str:
        """A text that is not personal itself, but may mention somebody."""
        found = text
        for person in sorted(mentions, key=len, reverse=True):
            pattern = rf"(?<!\w){re.escape(person.strip())}(?!\w)"
            found = re.sub(pattern, mentions[person], found, flags=re.IGNORECASE)
        found = _EMAIL.sub(lambda match: self._like(match[0]), found)
        if found != text:
            self.counts[path] = self.counts.get(path, 0) + 1
        return self._redact(found)

    def _masked(self, value: Any) -> Any:
        match value:
            case dict():
                return {n: p if n in _IDS else self._masked(p) for n, p in value.items()}
            case list():
                return [self._masked(part) for part in value]
            case str():
                return self._like(value)
            case bool() | None:
                return value
            case _:
                digits = len(str(abs(int(value))))
                made = int(self._hash(key_text(value)), 16) % 10**digits
                return float(made) if isinstance(value, float) else made

    def _like(self, text: str) -> str:
        """A text of the same kind, by which nobody can be told but from others."""
        plain = text.strip()
        if not plain or plain.endswith("@example.invalid"):
            return text
        mark = self._hash(plain)
        if _EMAIL.fullmatch(plain):
            return f"person-{mark}@example.invalid"
        if _DATE.fullmatch(plain):
            return f"2000-01-01{plain[10:]}"
        if plain.startswith(("http://", "https://")):
            return f"https://example.invalid/person-{mark}"
        if _PHONE.fullmatch(plain):
            digits = iter(str(int(mark, 16)).zfill(10) * len(plain))
            return re.sub(r"\d", lambda _: next(digits), plain)
        return f"Person {mark}"

    def _hash(self, text: str) -> str:
        """A short hash; how somebody is written, large or small, makes no difference."""
        return self._keyed(text.casefold()).removeprefix(PREFIX)[:DIGITS]


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _marked(value: Any, schema: Any) -> Iterator[str]:
    """The texts of a record that its schema marks as personal."""
    rules = schema if isinstance(schema, dict) else {}
    if rules.get("personal") is True:
        yield from _texts(value)
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _marked(part, rules.get("properties", {}).get(name))
    elif isinstance(value, list):
        for part in value:
            yield from _marked(part, rules.get("items"))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from () if name in _IDS else _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
