"""Statistics of learners: generated ones, with what was added and changed kept beside them."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from syncata.simulator.clock import Clock, read_milliseconds
from syncata.simulator.edflex.past import Key, Past, Record, key_of


class Activities:
    """Every statistic the source holds, in the order of its last update."""

    def __init__(self, past: Past, clock: Clock) -> None:
        """Begin with what `past` generates; changes happen at the time of `clock`."""
        self.past = past
        self.clock = clock
        self._kept: dict[Key, Record] = {}
        self._replaced: set[int] = set()
        self._order: tuple[Sequence[int], Sequence[Record]] | None = None

    def __len__(self) -> int:
        """How many there are."""
        return self.past.size - len(self._replaced) + len(self._kept)

    def __iter__(self) -> Iterator[Record]:
        """Yield all of them in their order."""
        return iter(self.page(None, 0, len(self)))

    def find(self, key: Key) -> Record | None:
        """Return the statistic about this, or None."""
        if key in self._kept:
            return self._kept[key]
        number = self.past.number(key)
        return None if number is None or number in self._replaced else self.past.record(number)

    def put(self, record: Record) -> bool:
        """Add or replace a statistic; returns whether it was there."""
        there = self.drop(key_of(record))
        self._kept[key_of(record)] = record
        return there

    def drop(self, key: Key) -> bool:
        """Take a statistic out; returns whether it was there."""
        self._order = None
        number = self.past.number(key)
        generated = number is not None and number not in self._replaced
        if number is not None:
            self._replaced.add(number)
        return self._kept.pop(key, None) is not None or generated

    def kept_keys(self) -> list[Key]:
        """Return the keys of those that were added or changed since the start."""
        return list(self._kept)

    def page(self, since: int | None, start: int, stop: int) -> list[Record]:
        """Return a part of those that were updated at `since` or later."""
        order, kept = self._ordered()
        skipped = self._skipped(since, order, kept)
        return [self._record(place, kept) for place in order[skipped + start : skipped + stop]]

    def count(self, since: int | None) -> int:
        """Return how many were updated at `since` or later."""
        order, kept = self._ordered()
        return len(order) - self._skipped(since, order, kept)

    def _skipped(self, since: int | None, order: Sequence[int], kept: Sequence[Record]) -> int:
        if since is None:
            return 0
        return bisect_left(order, since, key=lambda place: self._updated(place, kept))

    def _record(self, place: int, kept: Sequence[Record]) -> Record:
        return self.past.record(place) if place >= 0 else kept[~place]

    def _updated(self, place: int, kept: Sequence[Record]) -> int:
        return self.past.updated(place) if place >= 0 else _rank(kept[~place])[0]

    def _ordered(self) -> tuple[Sequence[int], Sequence[Record]]:
        """Return numbers of generated statistics mixed with ~places in the list of the others."""
        if self._order is None:
            kept = sorted(self._kept.values(), key=_rank)
            changed = kept or self._replaced
            self._order = (self._mixed(kept) if changed else range(self.past.size)), kept
        return self._order

    def _mixed(self, kept: Sequence[Record]) -> "array[int]":
        numbers, mixed, start = range(self.past.size), array("l"), 0
        for place, record in enumerate(kept):
            stop = bisect_left(numbers, _rank(record), lo=start, key=self.past.rank)
            mixed.extend(number for number in numbers[start:stop] if number not in self._replaced)
            mixed.append(~place)
            start = stop
        mixed.extend(number for number in numbers[start:] if number not in self._replaced)
        return mixed


def _rank(record: Record) -> tuple[int, str, str, int]:
    mail, item_id, attempt = key_of(record)
    return read_milliseconds(record["updated_at"]) or 0, mail or "", item_id, attempt
