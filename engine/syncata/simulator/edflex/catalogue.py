"""The catalogue: generated items, with what was edited, removed and added kept beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncata.simulator.edflex import items
from syncata.simulator.edflex.items import Record

POOR_SHARE = 0.003
"""Share of items that lack a required property; the switch `natural_rejects` sets another."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a listing is narrowed to; empty fields do not narrow."""

    query: str = ""
    types: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    category: str = ""
    hidden: frozenset[str] = frozenset()

    def keeps(self, record: Record) -> bool:
        """Whether a record belongs to the listing."""
        attributes = record["attributes"]
        if self.types and attributes.get("type") not in self.types:
            return False
        if self.languages and attributes.get("language") not in self.languages:
            return False
        if self.query and self.query.casefold() not in str(attributes.get("title")).casefold():
            return False
        if self.category and self.category not in _category_ids(attributes):
            return False
        return record["id"] not in self.hidden


NOTHING = Filter()


class Catalogue:
    """Items by number; numbers are never reused, so the listing's order is stable."""

    def __init__(self, size: int, seed: int, record_bytes: int, poor_share: float) -> None:
        """Hold `size` generated items."""
        self.generated = size
        self.seed = seed
        self.total = size
        self.edited: dict[int, Record] = {}
        self.removed: set[int] = set()
        self.category_names: dict[str, str] = {}
        self._added: dict[str, int] = {}
        self._record_bytes = record_bytes
        # Evenly spaced, so that the number of poor items is known and not a matter of luck.
        self._poor_every = round(1 / poor_share) if poor_share else 0
        self._orders: dict[Filter, Sequence[int]] = {}

    def __len__(self) -> int:
        """How many items are listed without a filter."""
        return self.total - len(self.removed)

    def record(self, index: int) -> Record:
        """Return an item by number."""
        record = self._made(index)
        return _renamed(record, self.category_names) if self.category_names else record

    def _made(self, index: int) -> Record:
        edited = self.edited.get(index)
        if edited is not None:
            return edited
        every = self._poor_every
        poor = bool(every) and index % every == every // 2
        return items.item(self.seed, index, poor=poor, size=self._record_bytes)

    def index(self, item_id: str) -> int | None:
        """Return the number of an item that was ever listed, also when it is gone."""
        if item_id in self._added:
            return self._added[item_id]
        index = items.index_of(item_id)
        if index is None or index >= self.generated:
            return None
        known = items.ident(index, items.digest(self.seed, index)) == item_id
        return index if known else None

    def find(self, item_id: str) -> Record | None:
        """Return an item by id, unless it is gone."""
        index = self.index(item_id)
        return None if index is None or index in self.removed else self.record(index)

    def order(self, narrowed: Filter) -> Sequence[int]:
        """Return the numbers of the items that a filter keeps, in the order of the listing."""
        if narrowed == NOTHING and not self.removed:
            return range(self.total)
        if narrowed not in self._orders:
            live = (index for index in range(self.total) if index not in self.removed)
            if narrowed != NOTHING:
                live = (index for index in live if narrowed.keeps(self.record(index)))
            self._orders[narrowed] = list(live)
        return self._orders[narrowed]

    def edit(self, index: int, attributes: Record) -> Record:
        """Replace the attributes of an item."""
        self._orders.clear()
        self.edited[index] = {**self.record(index), "attributes": attributes}
        return self.edited[index]

    def change(self, index: int, **attributes: Any) -> str:
        """Change some attributes of an item; returns its id."""
        record = self.record(index)
        return str(self.edit(index, {**record["attributes"], **attributes})["id"])

    def remove(self, index: int) -> str:
        """Take an item out of the catalogue; returns its id."""
        self._orders.clear()
        self.removed.add(index)
        return str(self.record(index)["id"])

    def add(self, record: Record) -> None:
        """Put an item at the end, or back in its place when its id was removed before."""
        self._orders.clear()
        index = self.index(record["id"])
        if index is None:
            index = self.total
            self._added[record["id"]] = index
            self.total += 1
        self.removed.discard(index)
        self.edited[index] = record


def _renamed(record: Record, names: Mapping[str, str]) -> Record:
    """Return an item whose categories have the names they were given since."""
    attributes = record["attributes"]
    if not _category_ids(attributes) & names.keys():
        return record
    categories = [
        {**category, "name": names.get(category.get("id"), category.get("name"))}
        for category in attributes["categories"]
    ]
    return {**record, "attributes": {**attributes, "categories": categories}}


def _category_ids(attributes: Record) -> set[str]:
    return {str(category.get("id")) for category in attributes.get("categories") or ()}
