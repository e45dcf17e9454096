"""Attempts of learners at courses, and the published rules by which statistics change them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from syncata.simulator.clock import read_milliseconds, written_milliseconds
from syncata.simulator.faults import Faults
from syncata.simulator.learning360.courses import Course
from syncata.simulator.learning360.world import Record, object_id

Done = Literal["created", "updated", "unchanged", "ignored", "rejected"]


@dataclass(slots=True, eq=False)
class Attempt:
    """One attempt; instants are in milliseconds since 1970."""

    number: int
    course: Course
    user: Record
    lang: str
    first: int
    last: int
    spent: float
    progress: int
    score: int | None = None
    completed: int | None = None

    @property
    def id(self) -> str:
        """Its id: made from its number, to keep a hundred thousand of them small."""
        return object_id(0x67, self.number)

    @property
    def end(self) -> int:
        """What the rules compare with: the last activity or the completion."""
        return self.last if self.completed is None else max(self.last, self.completed)

    def shown(self) -> dict[str, Any]:
        """Return it as a CourseStatDTO."""
        shown: dict[str, Any] = {
            "_id": self.id,
            "lang": self.lang,
            "firstActivityAt": written_milliseconds(self.first),
            "lastActivityAt": written_milliseconds(self.last),
            "timeSpent": self.spent,
            "progress": self.progress,
            "courseId": self.course.id,
            "userId": self.user["_id"],
        }
        if self.score is not None:
            shown["score"] = self.score
        return shown | self._completion()

    def filtered(self) -> dict[str, Any]:
        """Return only what the listing can be filtered by."""
        return {"courseId": self.course.id, "userId": self.user["_id"]} | self._completion()

    def values(self) -> tuple[object, ...]:
        """Return what an update can change."""
        return (
            self.lang,
            self.first,
            self.last,
            self.spent,
            self.progress,
            self.score,
            self.completed,
        )

    def _completion(self) -> dict[str, str]:
        if self.completed is None:
            return {}
        return {"completedAt": written_milliseconds(self.completed)}


@dataclass(frozen=True, slots=True)
class Statistic:
    """A valid item of a bulk request: what it says of an attempt."""

    first: int
    last: int
    progress: int
    spent: float
    score: int | None
    lang: str | None
    force_new: bool

    @classmethod
    def of(cls, item: dict[str, Any]) -> "Statistic":
        """Read an item that keeps to the rules; fractions of per cent are dropped."""
        score = item.get("score")
        return cls(
            first=read_milliseconds(item["firstActivityAt"]) or 0,
            last=read_milliseconds(item["lastActivityAt"]) or 0,
            progress=int(item["progress"]),
            spent=item["timeSpent"],
            score=None if score is None else int(score),
            lang=item.get("lang"),
            force_new=item.get("forceNew", False),
        )

    def write(self, attempt: Attempt) -> None:
        """Give an attempt these values; once completed it stays so."""
        attempt.first, attempt.last = self.first, self.last
        attempt.progress, attempt.spent, attempt.score = self.progress, self.spent, self.score
        attempt.lang = self.lang or attempt.lang
        if self.progress == 100:
            attempt.completed = self.last


class Attempts:
    """Every attempt of the company, in the order of their creation."""

    def __init__(self, faults: Faults) -> None:
        """Start with none; `faults` decides what the published rules leave open."""
        self.rows: list[Attempt] = []
        self._faults = faults
        self._of: dict[tuple[str, str], list[Attempt]] = {}

    def of(self, course: Course, user: Record) -> Sequence[Attempt]:
        """Return the attempts of one learner at one course."""
        return self._of.get((course.id, user["_id"]), ())

    def launch(self, course: Course, user: Record, instant: int) -> Attempt:
        """Begin an attempt as a learner does by launching a course."""
        settings = course.integration.settings
        attempt = self._add(course, user, instant)
        attempt.progress = settings.get("defaultProgress", 0)
        attempt.completed = instant if settings.get("defaultCompletion") else None
        return attempt

    def take(self, course: Course, user: Record, said: Statistic) -> tuple[Done, str]:
        """Let a statistic create or change attempts; returns what, and the attempt or the error."""
        existing = self.of(course, user)
        if said.force_new or self._is_later(said.first, existing):
            return self._create(course, user, said)
        changing = [one for one in existing if self._is_open_after(said.first, one)]
        if changing:
            return self._update(changing, said)
        latest = max(existing, key=lambda one: one.end)
        if self._equal("error") and latest.end == said.first:
            return "rejected", "firstActivityAt equals the end of the latest attempt"
        # No rule fits: every attempt that ends later than this one begins is completed.
        return self._left_open(latest, said)

    def _is_later(self, first: int, existing: Sequence[Attempt]) -> bool:
        """Whether an activity began after all attempts; also if there are none."""
        end = max((one.end for one in existing), default=first - 1)
        return first > end or (first == end and self._equal("new"))

    def _is_open_after(self, first: int, one: Attempt) -> bool:
        fits = one.end > first or (one.end == first and self._equal("update"))
        return fits and one.completed is None

    def _equal(self, reading: str) -> bool:
        return self._faults.choice("equal_instants") == reading

    def _left_open(self, latest: Attempt, said: Statistic) -> tuple[Done, str]:
        match self._faults.choice("only_completed"):
            case "error":
                return "rejected", "Every attempt of this user is completed"
            case "new":
                return self._create(latest.course, latest.user, said)
            case "update":
                return self._update([latest], said)
            case _:
                return "ignored", latest.id

    def _create(self, course: Course, user: Record, said: Statistic) -> tuple[Done, str]:
        attempt = self._add(course, user, said.first)
        said.write(attempt)
        return "created", attempt.id

    def _update(self, changing: Sequence[Attempt], said: Statistic) -> tuple[Done, str]:
        before = [one.values() for one in changing]
        for one in changing:
            said.write(one)
        same = before == [one.values() for one in changing]
        return "unchanged" if same else "updated", changing[-1].id

    def _add(self, course: Course, user: Record, instant: int) -> Attempt:
        lang = course.sent()["defaultLang"]
        attempt = Attempt(len(self.rows) + 1, course, user, lang, instant, instant, 0, 0)
        self.rows.append(attempt)
        self._of.setdefault((course.id, user["_id"]), []).append(attempt)
        return attempt
