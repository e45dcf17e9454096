"""Two days of a small catalogue in which every kind of write happens."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.guarantees.judging import Judge, claimed_in_vain
from tests.guarantees.place import Ended, Place

from syncata.simulator.people import learner_mail

ADA, BEA = learner_mail(1), learner_mail(2)
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

    def findings(self, place: Place, killed: Ended) -> list[str]:
        """What is wrong after the next run, which nobody kills; nothing, if all is as wanted."""
        found = [f"ledger: {damage}" for damage in place.damage()]
        found += [f"claimed: {what}" for what in claimed_in_vain(place)]
        rerun = place.attempt()
        if rerun.code != 0:
            found.append(f"the next run ended with {rerun.code}: {rerun.err[-300:]}")
        found += [f"doubled: {what}" for what in Judge(place.target).doubled()]
        found += [f"claimed: {what}" for what in claimed_in_vain(place)]
        found += self._differences(place)
        found += _second_thoughts(place)
        return [f"{what} (killed after {killed.steps[-3:]})" for what in found]

    def _differences(self, place: Place) -> list[str]:
        target, wanted = place.target, self.wanted
        courses = {c["externalId"]: c for c in target.control("GET", "courses")["courses"]}
        live = {key: c for key, c in courses.items() if c["status"] == "published"}
        pairs = {
            "titles": ({key: c["name"] for key, c in live.items()}, wanted.titles),
            "archived": (frozenset(courses) - frozenset(live), wanted.archived),
            "tags": ({k: frozenset(c.get("tags", ())) for k, c in live.items()}, wanted.tags),
            "attempts": (
                frozenset((one["externalId"], one["mail"]) for one in target.attempts()),
                wanted.attempts,
            ),
            "archived at some time": (
                frozenset(target.effects().get("archived", ())) - wanted.archived - {"i3"},
                frozenset(),
            ),
        }
        return [
            f"{what}: {got} instead of {must}" for what, (got, must) in pairs.items() if got != must
        ]


def _second_thoughts(place: Place) -> list[str]:
    """What one more run would still do."""
    mark = place.target.mark()
    again = place.attempt()
    writes = [f"{e['method']} {e['path']}" for e in place.target.writes(mark)]
    return [*writes, *([f"one more run ended with {again.code}"] if again.code else [])]


FIRST = Story("the first run", (), first_day, AFTER_FIRST)
SECOND = Story("a later run", (first_day, between), second_day, AFTER_SECOND)
STORIES = (FIRST, SECOND)
