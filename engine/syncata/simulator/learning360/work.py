"""What bulk jobs do to the company, one item at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from syncata.simulator.clock import written_milliseconds
from syncata.simulator.faults import Faults
from syncata.simulator.learning360.attempts import Statistic
from syncata.simulator.learning360.company import Company
from syncata.simulator.learning360.courses import Course, Integration
from syncata.simulator.learning360.rewrites import rewritten
from syncata.simulator.learning360.rules import archive_problem, course_problem, statistic_problem
from syncata.simulator.learning360.world import Record


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one item: its kind of effect, on what, and the id or the error to answer."""

    effect: str
    subject: Any
    said: str


def _rejected(item: object, problem: str) -> Outcome:
    return Outcome("rejected", {**_names(item), "error": problem}, problem)


def _names(item: object) -> Record:
    """Return what an item is about, however wrong it is."""
    if not isinstance(item, dict):
        return {"externalId": None}
    if "courseIdentifier" not in item:
        return {"externalId": item.get("externalId")}
    return {"externalId": _value(item, "courseIdentifier"), "mail": _value(item, "userIdentifier")}


def _value(item: Record, name: str) -> object:
    identifier = item.get(name)
    return identifier.get("value") if isinstance(identifier, dict) else None


class Work:
    """The three kinds of jobs; each method takes an integration, an item, and the item's bytes."""

    def __init__(self, company: Company, faults: Faults) -> None:
        """Work on `company`, as the switches say."""
        self._world = company.world
        self._courses = company.courses
        self._attempts = company.attempts
        self._faults = faults
        self._kinds: Mapping[str, Callable[[Integration, Any, bytes], Outcome]] = {
            "importExternalCourses": self._upsert,
            "archiveExternalCourses": self._archive,
            "importExternalStatistics": self._statistic,
        }

    def do(self, kind: str, target: Integration, item: object, sent: bytes) -> Outcome:
        """Do one item of a job."""
        if _names(item)["externalId"] in self._faults.names("fail_items"):
            return _rejected(item, "Simulated item error")
        return self._kinds[kind](target, item, sent)

    def _upsert(self, target: Integration, item: Record, sent: bytes) -> Outcome:
        wrong = course_problem(item)
        if wrong is None and "authorId" in item and self._world.user(item["authorId"]) is None:
            wrong = "User not found"
        if wrong:
            return _rejected(item, wrong)
        names = self._faults.names("rewrites")
        body = orjson.dumps(rewritten(item, names)) if names else sent
        restores = self._faults.on("upsert_restores")
        course, done = self._courses.upsert(target, item["externalId"], body, restores=restores)
        return Outcome(done, course.external_id, course.id)

    def _archive(self, target: Integration, item: Record, _sent: bytes) -> Outcome:
        wrong = archive_problem(item)
        course = None if wrong else target.courses.get(item["externalId"])
        if course is None:
            return _rejected(item, wrong or "Course not found")
        done = "archived" if course.status == "published" else "unchanged"
        course.status = "archived"
        return Outcome(done, course.external_id, course.id)

    def _statistic(self, target: Integration, item: Record, _sent: bytes) -> Outcome:
        wrong = statistic_problem(item)
        if wrong:
            return _rejected(item, wrong)
        course = self._course(target, item["courseIdentifier"])
        if course is None:
            return _rejected(item, "Course not found")
        user = self._user(item["userIdentifier"])
        if user is None or user["status"] == "deleted":
            return _rejected(item, "User not found")
        said = Statistic.of(item)
        done, answer = self._attempts.take(course, user, said)
        if done == "rejected":
            return _rejected(item, answer)
        subject = f"{course.external_id} {user['mail']} {written_milliseconds(said.first)}"
        return Outcome(f"attempts_{done}", subject, answer)

    def _course(self, target: Integration, identifier: Record) -> Course | None:
        if identifier["type"] == "externalId":
            return target.courses.get(identifier["value"])
        course = self._courses.by_id.get(identifier["value"])
        ours = course is not None and course.integration is target and course.status != "deleted"
        return course if ours else None

    def _user(self, identifier: Record) -> Record | None:
        if identifier["type"] == "mail":
            return self._world.user_of(identifier["value"])
        return self._world.user(identifier["value"])
