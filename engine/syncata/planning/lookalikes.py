"""Keys of one reading that only look the same: they stay two records, and that is told."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from unicodedata import normalize

_REMEMBERED = 10_000  # keys beyond ASCII that are compared with each other
_TOLD = 20


@dataclass(slots=True)
class Lookalikes:
    """`pairs` of keys that differ in nothing but the form of their characters (NFC, NFD)."""

    pairs: list[tuple[str, str]] = field(default_factory=list)
    _forms: dict[str, str] = field(default_factory=dict)

    def compare(self, keys: Iterable[str]) -> None:
        """Compare these keys with each other and with those before."""
        for key in keys:
            if not key.isascii():
                self._compare(key, normalize("NFC", key))

    def _compare(self, key: str, form: str) -> None:
        other = self._forms.get(form)
        if other is None:
            if len(self._forms) < _REMEMBERED:
                self._forms[form] = key
        elif other != key and len(self.pairs) < _TOLD and (other, key) not in self.pairs:
            self.pairs.append((other, key))
