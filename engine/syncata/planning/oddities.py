"""What is odd about the keys of one reading without being wrong: it is told, or proves nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from unicodedata import normalize

_REMEMBERED = 10_000  # keys beyond ASCII that are compared with each other
_TOLD = 20


@dataclass(slots=True)
class Oddities:
    """Keys that came on two pages, and keys that only look the same.

    `moved` counts the known records that came on two pages: while they were read the pages
    shifted, so another record may have come on none. `lookalikes` are pairs of keys that differ
    in nothing but the form of their characters (NFC, NFD); they stay two records.
    """

    moved: int = 0
    lookalikes: list[tuple[str, str]] = field(default_factory=list)
    _page: set[int] = field(default_factory=set)
    _forms: dict[str, str] = field(default_factory=dict)

    def met(self, number: int, *, again: bool) -> None:
        """A known record came, for the first time or `again`, on the same page or another one."""
        self.moved += again and number not in self._page
        self._page.add(number)

    def turn_page(self, keys: Iterable[str]) -> None:
        """Another page begins, with these keys."""
        self._page.clear()
        for key in keys:
            if key.isascii():
                continue
            form = normalize("NFC", key)
            other = self._forms.get(form)
            if other is None and len(self._forms) < _REMEMBERED:
                self._forms[form] = key
            elif other not in (None, key) and len(self.lookalikes) < _TOLD:
                pair = str(other), key
                if pair not in self.lookalikes:
                    self.lookalikes.append(pair)
