"""Statistic number i of the months before the simulator began, made from the seed and i alone.

Of each 20 numbers the last is a second attempt at what the first of them is about; the others are
about a learner and an item each, all different. Later numbers were updated later.
"""

from array import array
from datetime import timedelta
from math import gcd
from typing import Any

from syncata.simulator.clock import written_milliseconds
from syncata.simulator.edflex import items, texts
from syncata.simulator.people import newcomer_mail, source_mail

Record = dict[str, Any]
Key = tuple[str | None, str, int]
"""E-mail, item and attempt: what a statistic is about."""

SPAN = timedelta(days=180) // timedelta(milliseconds=1)
MINUTE, DAY = 60_000, 86_400_000
BLOCK = 20
NEWCOMERS = 5


def key_of(record: Record) -> Key:
    """Return what a statistic is about."""
    return record["email"], record["content_id"], record["attempt"]


class Past:
    """So many statistics, none of them stored."""

    def __init__(self, size: int, seed: int, learners: int, catalogue: int, before: int) -> None:
        """End at `before`, in milliseconds; raises ValueError for more than there can be."""
        self.size = size
        self._seed = seed
        self._learners = learners
        self._people = learners + NEWCOMERS
        self._start = before - SPAN
        self._studied = _studied(seed, catalogue) if size else array("l")
        self._places = {index: place for place, index in enumerate(self._studied)}
        self._pairs = self._people * len(self._studied)
        most = self._pairs // (BLOCK - 1) * BLOCK + self._pairs % (BLOCK - 1)
        if size > most:
            raise ValueError(
                f"activities: {size:,} is too many, {len(self._studied):,} items open to "
                f"{self._people:,} learners allow {most:,}; raise items or learners"
            )
        self._factor, self._inverse = _scrambling(self._pairs)

    def updated(self, number: int) -> int:
        """Return when a statistic was last updated."""
        return self._start + (number + 1) * SPAN // (self.size + 1)

    def key(self, number: int) -> Key:
        """Return what a statistic is about."""
        block, turn = divmod(number, BLOCK)
        again = turn == BLOCK - 1
        unique = block * (BLOCK - 1) + (0 if again else turn)
        pair = (unique * self._factor + self._seed) % self._pairs
        place, person = divmod(pair, self._people)
        index = self._studied[place]
        item_id = items.ident(index, items.digest(self._seed, index))
        return self._mail(person), item_id, 2 if again else 1

    def number(self, key: Key) -> int | None:
        """Return the number of the statistic about this, if there is one."""
        mail, item_id, attempt = key
        index = items.index_of(item_id)
        place = None if index is None else self._places.get(index)
        person = self._person(mail)
        if place is None or person is None or attempt not in {1, 2}:
            return None
        pair = place * self._people + person
        block, turn = divmod((pair - self._seed) * self._inverse % self._pairs, BLOCK - 1)
        number = block * BLOCK + (turn if attempt == 1 else BLOCK - 1)
        fits = number < self.size and self.key(number) == key
        return number if fits else None

    def rank(self, number: int) -> tuple[int, str, str, int]:
        """Return what the listing is ordered by."""
        mail, item_id, attempt = self.key(number)
        return self.updated(number), mail or "", item_id, attempt

    def record(self, number: int) -> Record:
        """Return a statistic by number."""
        mail, item_id, attempt = self.key(number)
        luck = items.digest(self._seed, ~number)
        updated = self.updated(number)
        record = {"email": mail, "content_id": item_id, "attempt": attempt}
        if attempt == 2:
            before = self.updated(number - BLOCK + 1)
            return record | done(luck, (before + updated) // 2, updated, finished=luck[0] < 200)
        again = number % BLOCK == 0 and number + BLOCK - 1 < self.size
        if luck[0] >= 230 and not again:
            return record | not_started(updated)
        return record | done(luck, None, updated, finished=again or luck[0] < 150)

    def _mail(self, person: int) -> str:
        if person < self._learners:
            return source_mail(person + 1)
        return newcomer_mail(person - self._learners + 1)

    def _person(self, mail: str | None) -> int | None:
        """Return who has an e-mail; the caller checks that it is written so."""
        name, _, number = (mail or "").partition("@")[0].casefold().partition("-")
        if not number.isdigit():
            return None
        person = int(number) - 1 + (self._learners if name == "newcomer" else 0)
        return person if 0 <= person < self._people else None


def done(luck: bytes, first: int | None, updated: int, *, finished: bool) -> Record:
    """Return the fields of a statistic of somebody who began, and perhaps finished.

    Some finish in the instant in which they begin; times spent are unknown, or longer than there
    was time, for a few.
    """
    last = updated - luck[1] * 10 if first is None else updated
    if first is None:
        first = last - _duration(luck)
    spent: int | None = (last - first) * (luck[2] + 1) // 256
    if luck[3] < 20:
        spent = last - first + luck[3] * MINUTE
    elif luck[3] < 30:
        spent = None
    return {
        "status": "completed" if finished else "in progress",
        "first_activity": written_milliseconds(first),
        "last_activity": written_milliseconds(last),
        "completed_at": written_milliseconds(last) if finished else None,
        "time_spent": spent,
        "updated_at": written_milliseconds(updated),
    }


def not_started(updated: int) -> Record:
    """Return the fields of a statistic of somebody who was enrolled and did nothing."""
    nothing = dict.fromkeys(("first_activity", "last_activity", "completed_at", "time_spent"))
    return {"status": "not started", **nothing, "updated_at": written_milliseconds(updated)}


def _duration(luck: bytes) -> int:
    if luck[4] < 8:
        return 0
    if luck[4] < 40:
        return luck[5] * DAY // 32
    return (1 + luck[5]) * MINUTE // 2


def _studied(seed: int, catalogue: int) -> "array[int]":
    """Return the numbers of the items that learners took: live ones, and a few of other types."""
    chosen = array("l")
    for index in range(catalogue):
        luck = items.digest(seed, index)
        kind, status = texts.TYPES[luck[1]], texts.STATUSES[luck[6]]
        if status.casefold() in items.LIVE and (kind in items.SYNCHRONIZED or luck[47] < 20):
            chosen.append(index)
    return chosen


def _scrambling(pairs: int) -> tuple[int, int]:
    """Return a factor that scrambles numbers below `pairs`, and the one that undoes it."""
    factor = round(pairs * 0.618) or 1
    while pairs and gcd(factor, pairs) != 1:
        factor += 1
    return factor, pow(factor, -1, pairs) if pairs else 0
