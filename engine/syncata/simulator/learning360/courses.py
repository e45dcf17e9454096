"""Integrations and external courses, kept compactly: a course is its bytes and a few fields."""

from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from syncata.simulator.clock import Clock
from syncata.simulator.learning360.world import object_id

Status = Literal["published", "archived", "deleted"]
Done = Literal["created", "updated", "unchanged", "restored"]


@dataclass(slots=True, eq=False)
class Course:
    """One external course; `body` is the ExternalCourseDTO as it was sent, encoded."""

    id: str
    external_id: str
    integration: "Integration"
    body: bytes
    created: str
    modified: str
    status: Status = "published"
    tags: tuple[str, ...] = ()

    def sent(self) -> dict[str, Any]:
        """Return the fields as they were sent."""
        fields: dict[str, Any] = orjson.loads(self.body)
        return fields


@dataclass(slots=True, eq=False)
class Integration:
    """An integration: its settings as sent, and its courses by external id."""

    id: str
    settings: dict[str, Any]
    active: bool = True
    courses: dict[str, Course] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """Return it as the API shows it."""
        return {"_id": self.id, **self.settings}


class Courses:
    """Every integration and every course of the company."""

    def __init__(self, clock: Clock) -> None:
        """Start empty; courses are created and modified at the time of `clock`."""
        self._clock = clock
        self.integrations: dict[str, Integration] = {}
        self.rows: list[Course] = []
        self.by_id: dict[str, Course] = {}

    def integrate(self, settings: dict[str, Any]) -> Integration:
        """Add an integration."""
        added = Integration(object_id(0x64, len(self.integrations) + 1), settings)
        self.integrations[added.id] = added
        return added

    def active(self) -> list[Integration]:
        """Return the integrations that were not deleted."""
        return [one for one in self.integrations.values() if one.active]

    def upsert(
        self, target: Integration, external_id: str, body: bytes, *, restores: bool
    ) -> tuple[Course, Done]:
        """Create or replace a course."""
        course = target.courses.get(external_id)
        if course is None:
            return self._create(target, external_id, body), "created"
        done: Done = "unchanged" if course.body == body else "updated"
        if done == "updated":
            self.rewrite(course, body)
        if restores and course.status == "archived":
            course.status, done = "published", "restored"
        return course, done

    def _create(self, target: Integration, external_id: str, body: bytes) -> Course:
        instant = self._clock.now()
        number = len(self.rows) + 1
        course = Course(object_id(0x65, number), external_id, target, body, instant, instant)
        target.courses[external_id] = self.by_id[course.id] = course
        self.rows.append(course)
        return course

    def rewrite(self, course: Course, body: bytes) -> None:
        """Give a course other fields; as documented, translations alone do not modify it."""
        before, after = course.sent(), orjson.loads(body)
        course.body = body
        if before | {"translations": None} != after | {"translations": None}:
            course.modified = self._clock.now()

    def close(self, integration: Integration) -> list[str]:
        """Switch an integration off for good; returns the ids of the courses this archives."""
        integration.active = False
        live = [course for course in integration.courses.values() if course.status == "published"]
        for course in live:
            course.status = "archived"
        return [course.external_id for course in live]

    def delete(self, course: Course) -> None:
        """Delete a course as an administrator can: its external id is free again."""
        course.status = "deleted"
        course.integration.courses.pop(course.external_id, None)


def course_shown(course: Course) -> dict[str, Any]:
    """Return a CourseDTO: what the course endpoints show. The external id is not in it."""
    sent, settings = course.sent(), course.integration.settings
    shown = {
        "_id": course.id,
        "name": sent["name"],
        "sourceLang": sent["defaultLang"],
        "defaultLang": sent["defaultLang"],
        "authorId": sent.get("authorId", settings["authorId"]),
        "groupId": settings["groupId"],
        "coAuthorIds": [],
        "createdAt": course.created,
        "modifiedAt": course.modified,
        "status": course.status,
        "translations": [_translation(entry) for entry in sent.get("translations", ())],
        "type": "external",
        "externalPlatform": settings["externalPlatform"],
    }
    return shown | {name: sent[name] for name in ("description", "duration") if name in sent}


def external_course_shown(course: Course) -> dict[str, Any]:
    """Return an ExternalCourseResponseDTO: all that was sent. The status is not in it."""
    author = course.integration.settings["authorId"]
    defaults = {"authorId": author, "translations": [], "contentType": "course"}
    return defaults | course.sent() | {"courseId": course.id}


def _translation(entry: dict[str, Any]) -> dict[str, Any]:
    fields = {
        name: text
        for name, text in entry["translatedFields"].items()
        if name in {"name", "description"}
    }
    return {
        "lang": entry["lang"],
        "published": True,
        "translatorIds": [],
        "translatedFields": fields,
    }
