"""What learners do as days pass: deterministic but for its times, and all of it is told."""

import random
from dataclasses import dataclass

from syncata.simulator.clock import read_milliseconds, written_milliseconds
from syncata.simulator.edflex.activities import Activities
from syncata.simulator.edflex.catalogue import NOTHING, Catalogue
from syncata.simulator.edflex.items import is_live, is_synchronized
from syncata.simulator.edflex.past import MINUTE, Key, Record, key_of
from syncata.simulator.people import newcomer_mail, source_mail

TRIES = 200
"""How often something fitting is picked by chance before it is given up."""

PAUSE = 180 * MINUTE
"""How long ago the first attempts of a call ended: there is time for a second one after them."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One call: how many people learn, how much is begun, what share of the open is finished."""

    name: str
    learners: int
    count: int
    share: float


def told(key: Key) -> str:
    """Write what a statistic is about as one text."""
    return f"{key[0]} {key[1]} {key[2]}"


def a_day_of_learning(
    activities: Activities, catalogue: Catalogue, learners: int, day: int
) -> dict[str, list[str]]:
    """Let a few begin and a few finish, if anybody ever learned."""
    count = min(200, max(2, len(activities) // 200)) if len(activities) else 0
    return learn(activities, catalogue, Lesson(f"day {day}", learners, count, 0.3))


def learn(activities: Activities, catalogue: Catalogue, lesson: Lesson) -> dict[str, list[str]]:
    """Let learners finish what is open, then begin something; returns what, as texts."""
    chance = random.Random(f"{catalogue.seed} learning {lesson.name}")  # noqa: S311
    unfinished = _unfinished(activities, chance)
    finished = chance.sample(unfinished, round(len(unfinished) * lesson.share + 0.49))
    now = activities.clock.milliseconds()
    for record in finished:
        activities.put(_finished(record, now, chance))
    began = _Beginning(activities, catalogue, lesson, chance, now).all()
    return {
        "activities_new": [told(key) for key in began],
        "activities_finished": [told(key_of(record)) for record in finished],
    }


def _unfinished(activities: Activities, chance: random.Random) -> list[Record]:
    """Return what is in progress: all that changed since the start, and a few of before."""
    past = activities.past
    keys = activities.kept_keys()
    keys += [past.key(chance.randrange(past.size)) for _ in range(min(50, past.size))]
    found = [activities.find(key) for key in dict.fromkeys(keys)]
    return [one for one in found if one is not None and one["status"] == "in progress"]


def _finished(record: Record, now: int, chance: random.Random) -> Record:
    before = read_milliseconds(record["last_activity"]) or now - PAUSE
    last = max(before, now - chance.randint(1, 30 * MINUTE))
    spent = record["time_spent"]
    return record | {
        "status": "completed",
        "last_activity": written_milliseconds(last),
        "completed_at": written_milliseconds(last),
        "time_spent": None if spent is None else spent + (last - before) // 2,
        "updated_at": written_milliseconds(now),
    }


@dataclass(frozen=True, slots=True)
class _Beginning:
    """The new activities of one call."""

    activities: Activities
    catalogue: Catalogue
    lesson: Lesson
    chance: random.Random
    now: int

    def all(self) -> list[Key]:
        """Add them; fewer than asked for where nothing that fits is found."""
        first, keys = self.chance.randrange(max(1, self.lesson.learners)), list[Key]()
        while len(keys) < self.lesson.count:
            key = self._pick(len(keys), first)
            if key is None:
                break
            again = len(keys) % 10 == 3 and len(keys) + 1 < self.lesson.count
            self._put(key, self.now - PAUSE, finished=again or len(keys) % 5 < 3)
            keys.append(key)
            if again:
                keys.append((key[0], key[1], key[2] + 1))
                self._put(keys[-1], self.now, finished=True)
        return keys

    def _pick(self, turn: int, first: int) -> Key | None:
        """Choose somebody and an item: in turn, some unknown to the target, some unsupported."""
        mail = source_mail(1 + (first + turn) % max(1, self.lesson.learners))
        if turn % 20 == 5:
            mail = newcomer_mail(1 + turn // 20 % 5)
        order = self.catalogue.order(NOTHING)
        for _ in range(TRIES if order else 0):
            record = self.catalogue.record(self.chance.choice(order))
            if is_live(record) and is_synchronized(record) == (turn % 25 != 7):
                key = self._next(mail, record["id"])
                if key is not None:
                    return key
        return None

    def _next(self, mail: str, item_id: str) -> Key | None:
        """Return the next attempt, unless the last one is open or only just over."""
        attempt = 1
        while before := self.activities.find((mail, item_id, attempt)):
            last = read_milliseconds(before["last_activity"]) or self.now
            if before["status"] != "completed" or last > self.now - 2 * PAUSE:
                return None
            attempt += 1
        return mail, item_id, attempt

    def _put(self, key: Key, end: int, *, finished: bool) -> None:
        last = end - self.chance.randint(0, 30 * MINUTE)
        first = last - self.chance.randint(MINUTE, 90 * MINUTE)
        mail, item_id, attempt = key
        record: Record = {
            "email": mail,
            "content_id": item_id,
            "attempt": attempt,
            "status": "completed" if finished else "in progress",
            "first_activity": written_milliseconds(first),
            "last_activity": written_milliseconds(last),
            "completed_at": written_milliseconds(last) if finished else None,
            "time_spent": (last - first) * self.chance.randint(50, 100) // 100,
            "updated_at": written_milliseconds(self.now),
        }
        self.activities.put(record)
