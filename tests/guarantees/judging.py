"""What the target's audit log and the ledger have against the engine. The engine is not asked."""

import json
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tests.acceptance.sides import Target
from tests.guarantees.place import Place

from syncata.ledger import open_ledger
from syncata.model import canonical
from syncata.simulator.learning360.world import learner_id
from syncata.simulator.people import learner_mail

Entry = dict[str, Any]
Thing = tuple[str, ...]


class Kind(StrEnum):
    """What a guarantee would be broken by."""

    LOST = "records lost"
    DOUBLED = "duplicate effects"
    ARCHIVED = "false archives"
    OTHER = "other differences"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not be."""

    kind: Kind
    what: str


class Sent:
    """What was accepted last for each course and statistic, by kind of request."""

    def __init__(self) -> None:
        self.doubled: list[str] = []
        self._last: dict[Thing, tuple[str, bytes]] = {}
        self._of_job: dict[str, dict[Thing, str]] = {}

    def forget(self) -> None:
        """Whatever was accepted last may be asked for again."""
        self.doubled.clear()
        self._last.clear()

    def take(self, entry: Entry) -> None:
        """The next entry of the audit log."""
        if entry["kind"] == "hand":
            self._last.clear()  # what people changed is put back with what was sent before
        elif entry["kind"] == "job":
            self._judge(entry)
        elif "job" in entry:
            self._submit(entry)
        elif "restored" in entry.get("effect", {}):
            for key in entry["effect"]["restored"]:
                self._last[key,] = ("restored", b"")

    def _submit(self, entry: Entry) -> None:
        kind = f"{entry['method']} {entry['path'].rpartition('/')[2]}"
        things: dict[Thing, str] = {}
        for item in entry["body"]["input"]:
            thing = _thing(item)
            now = kind, canonical(item)
            if self._last.get(thing) == now:
                self.doubled.append(f"{kind} {thing} in job {entry['job']}")
            self._last[thing] = now
            things[thing] = thing[0]
        self._of_job[entry["job"]] = things

    def _judge(self, entry: Entry) -> None:
        """What a job did not do may be asked for again."""
        done = {
            str(subject).partition(" ")[0]
            for kind, subjects in entry["effect"].items()
            if kind != "rejected"
            for subject in subjects
        }
        for thing, key in self._of_job.get(entry["job"], {}).items():
            if key not in done:
                self._last.pop(thing, None)


def _thing(item: Any) -> Thing:
    if "courseIdentifier" not in item:
        return (item["externalId"],)
    identifiers = item["courseIdentifier"]["value"], item["userIdentifier"]["value"]
    return (*identifiers, item["firstActivityAt"])


MAILS = {learner_id(number): learner_mail(number) for number in range(1, 100)}
MADE_ONCE = ("created", "tags_created", "attempts_created", "integrations_created")


class Judge:
    """Reads the target's audit log on and on."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._mark = 0
        self._sent = Sent()
        self._made = Counter[tuple[str, str]]()

    def forgive(self) -> None:
        """What was asked for until now may be asked for again: the target did not say all."""
        self.doubled()
        self._sent.forget()

    def doubled(self) -> list[Finding]:
        """What the target was asked for twice in a row, or made twice, though nobody undid it."""
        self._target.mark()
        for entry in self._target.entries(self._mark):
            self._mark = entry["sequence"]
            self._sent.take(entry)
            if entry["kind"] == "hand":
                self._made.clear()
            else:
                for kind in MADE_ONCE:
                    subjects = entry.get("effect", {}).get(kind, ())
                    self._made.update((kind, str(subject)) for subject in subjects)
        twice = [f"{kind} {what}" for (kind, what), number in self._made.items() if number > 1]
        found = [*self._sent.doubled, *twice, *_attempts_twice(self._target)]
        return [Finding(Kind.DOUBLED, what) for what in found]


def _attempts_twice(target: Target) -> Iterator[str]:
    """Attempts of one learner at one course that began at the same instant."""
    met = Counter(
        (one["externalId"], one["mail"], one["firstActivityAt"]) for one in target.attempts()
    )
    return (f"attempts {what}" for what, number in met.items() if number > 1)


def claimed_in_vain(place: Place, edited: Collection[str] = ()) -> list[Finding]:
    """What the ledger calls confirmed and the target does not hold like that.

    What is in flight says nothing (the target may be ahead of the ledger), nor does what somebody
    `edited` at the target.
    """
    if not place.ledger.exists():
        return []
    there = {c["externalId"]: c for c in place.target.control("GET", "courses")["courses"]}
    attempts = {(one["externalId"], one["mail"]) for one in place.target.attempts()}
    found: list[str] = []
    with open_ledger(place.ledger, read_only=True) as ledger:
        in_flight = {(c.sync, c.key) for batch in ledger.open_batches() for c in batch.changes}
        for known in ledger.live("courses"):
            if ("courses", known.key) in in_flight or known.key in edited:
                continue
            course = there.get(known.key, {"status": "missing"})
            payload = json.loads(ledger.confirmed([known.id])[known.id].payload or "{}")
            differing = [name for name, value in payload.items() if course.get(name) != value]
            if differing or course["status"] != "published":
                found.append(f"{known.key}: {course['status']} {differing}")
        for known in ledger.live("statistics"):
            payload = json.loads(ledger.confirmed([known.id])[known.id].payload or "{}")
            mail = MAILS[payload["userIdentifier"]["value"]]
            if (payload["courseIdentifier"]["value"], mail) not in attempts:
                found.append(f"statistic {known.key}")
    return [Finding(Kind.LOST, what) for what in found]
