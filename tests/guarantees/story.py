"""Two days of a small catalogue in which every kind of write happens."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.guarantees.judging import Finding, Judge, Kind, claimed_in_vain
from tests.guarantees.place import Place

from syncata.simulator.people import learner_mail

ADA, BEA = learner_mail(1), learner_mail(2)
ARCHIVED_BEFORE = {"i3"}  # and restored on the second day
OPEN: dict[str, Any] = {"status": "in progress", "completed_at": None}


def first_day(place: Place) -> None:
    """Three courses with a category each, and what a learner began."""
    place.connect(sync_tags=True)
    place.edflex.fill(4)
    place.edflex.learn(ADA, "i1", **OPEN)


def between(place: Place) -> None:
    """Of four courses one closes, another is gone from the catalogue."""
    place.edflex.patch("i3", status="closed")
    place.edflex.remove("i4")


def second_day(place: Place) -> None:
    """One course is edited and gets a new tag, one closes, one opens again and was edited, one is
    missing for the second time, one is new; one learner finishes, another begins."""
    place.edflex.patch("i1", title="Edited", categories=[{"id": "c2", "name": "Law"}])
    place.edflex.patch("i2", status="closed")
    place.edflex.patch("i3", status="opened", title="Again")
    place.edflex.put("i5", title="New")
    place.edflex.learn(BEA, "i1", **OPEN)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the target must hold in the end."""

    titles: dict[str, str]
    archived: frozenset[str]
    tags: dict[str, frozenset[str]]
    attempts: frozenset[tuple[str, str]]


AFTER_FIRST = Wanted(
    {f"i{n}": f"Title {n}" for n in (1, 2, 3, 4)},
    frozenset(),
    {f"i{n}": frozenset({"Management"}) for n in (1, 2, 3, 4)},
    frozenset({("i1", ADA)}),
)
AFTER_SECOND = Wanted(
    {"i1": "Edited", "i3": "Again", "i5": "New"},
    frozenset({"i2", "i4"}),
    {"i1": frozenset({"Law"}), "i3": frozenset({"Management"}), "i5": frozenset({"Management"})},
    frozenset({("i1", ADA), ("i1", BEA)}),
)


@dataclass(frozen=True, slots=True)
class Story:
    """Days before, the day whose run is killed, and what there must be in the end."""

    name: str
    before: Sequence[Any]
    day: Any
    wanted: Wanted

    def __str__(self) -> str:
        return self.name

    def prepare(self, place: Place) -> None:
        """Everything up to the run that is killed."""
        for day in self.before:
            day(place)
            place.good_run()
            place.pass_days(1)
        self.day(place)

    def findings(self, place: Place) -> list[Finding]:
        """What is wrong after the next run, which nobody kills; nothing, if all is as wanted."""
        found = [Finding(Kind.OTHER, f"ledger: {damage}") for damage in place.damage()]
        found += claimed_in_vain(place)
        rerun = place.attempt()
        if rerun.code != 0:
            what = f"the next run ended with {rerun.code}: {rerun.err[-300:]}"
            found.append(Finding(Kind.OTHER, what))
        found += Judge(place.target).doubled()
        found += claimed_in_vain(place)
        found += self._differences(place)
        found += _second_thoughts(place)
        return found

    def _differences(self, place: Place) -> list[Finding]:
        target, wanted = place.target, self.wanted
        courses = {c["externalId"]: c for c in target.control("GET", "courses")["courses"]}
        live = {key: c for key, c in courses.items() if c["status"] == "published"}
        attempts = {(one["externalId"], one["mail"]) for one in target.attempts()}
        ever = set(target.effects().get("archived", ()))
        pairs = [
            (Kind.LOST, {key: c["name"] for key, c in live.items()}, wanted.titles),
            (Kind.LOST, {k: frozenset(c.get("tags", ())) for k, c in live.items()}, wanted.tags),
            (Kind.LOST, attempts, wanted.attempts),
            (Kind.OTHER, set(courses) - set(live), wanted.archived),
            (Kind.ARCHIVED, ever - wanted.archived - ARCHIVED_BEFORE, set()),
        ]
        return [Finding(k, f"{got} instead of {must}") for k, got, must in pairs if got != must]


def _second_thoughts(place: Place) -> list[Finding]:
    """What one more run would still do."""
    mark = place.target.mark()
    again = place.attempt()
    writes = [f"{e['method']} {e['path']}" for e in place.target.writes(mark)]
    if again.code:
        writes.append(f"one more run ended with {again.code}")
    return [Finding(Kind.OTHER, what) for what in writes]


FIRST = Story("the first run", (), first_day, AFTER_FIRST)
SECOND = Story("a later run", (first_day, between), second_day, AFTER_SECOND)
STORIES = (FIRST, SECOND)
