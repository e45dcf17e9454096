"""Control endpoints of the source's statistics: look at them, change them, let learners work."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from syncata.simulator.audit import Audit
from syncata.simulator.clock import read_milliseconds, written_milliseconds
from syncata.simulator.edflex.activities import Activities
from syncata.simulator.edflex.catalogue import Catalogue
from syncata.simulator.edflex.learning import Lesson, a_day_of_learning, learn, told
from syncata.simulator.edflex.past import MINUTE, Record, key_of, not_started
from syncata.simulator.shell import json_body, json_response


class ActivityControl:
    """What a test or a demo sees of the statistics and does to them behind the API's back."""

    def __init__(
        self, activities: Activities, catalogue: Catalogue, audit: Audit, learners: int
    ) -> None:
        """Work on `activities`, and say so in the audit log."""
        self.activities = activities
        self._catalogue = catalogue
        self._audit = audit
        self._learners = learners
        self._lessons = 0

    def routes(self) -> Sequence[BaseRoute]:
        """Return the endpoints."""
        return [
            Route("/activities", self.show),
            Route("/activities", self.add, methods=["POST"]),
            Route("/activities", self.change, methods=["PATCH"]),
            Route("/activities", self.remove, methods=["DELETE"]),
            Route("/learning", self.learning, methods=["POST"]),
        ]

    def a_day(self, day: int) -> dict[str, list[str]]:
        """Let a day of learning pass."""
        return a_day_of_learning(self.activities, self._catalogue, self._learners, day)

    async def show(self, request: Request) -> Response:
        """Answer statistics, latest last: `?email=`, `?content_id=`, `?from=`, `?limit=`."""
        query = request.query_params
        fitting = [record for record in self.activities if _fits(record, query)]
        start = int(query.get("from", "0"))
        shown = fitting[start : start + int(query.get("limit", "1000"))]
        return json_response({"total": len(fitting), "activities": shown})

    async def add(self, request: Request) -> Response:
        """Add or replace a statistic; what is not given is completed."""
        given = await _given(request)
        record = _completed(given, self.activities.clock.milliseconds()) if given else None
        if record is None:
            return _refusal()
        done = "activities_replaced" if self.activities.put(record) else "activities_new"
        self._audit.append("hand", effect={done: [told(key_of(record))]})
        return json_response(record, 201 if done == "activities_new" else 200)

    async def change(self, request: Request) -> Response:
        """Change the given fields of a statistic, and when it was updated."""
        given = await _given(request)
        if given is None:
            return _refusal()
        before = self.activities.find(key_of(given))
        if before is None:
            return _unknown()
        record = before | {"updated_at": self.activities.clock.now()} | given
        if read_milliseconds(record["updated_at"]) is None:
            return _refusal()
        self.activities.put(record)
        self._audit.append("hand", effect={"activities_changed": [told(key_of(record))]})
        return json_response(record)

    async def remove(self, request: Request) -> Response:
        """Take out a statistic, named by its key in the body or the query."""
        given = await _given(request)
        if given is None:
            return _refusal()
        key = key_of(given)
        if not self.activities.drop(key):
            return _unknown()
        self._audit.append("hand", effect={"activities_gone": [told(key)]})
        return json_response({"activities_gone": [told(key)]})

    async def learning(self, request: Request) -> Response:
        """Let learners work: `{"learners"?: n, "count"?: n, "share"?: of the open to finish}`."""
        lesson = _lesson(await json_body(request), str(self._lessons + 1), self._learners)
        if lesson is None:
            said = "expected {learners?, count?: whole numbers, share?: 0 to 1}"
            return json_response({"error": said}, 400)
        self._lessons += 1
        done = learn(self.activities, self._catalogue, lesson)
        self._audit.append("hand", effect=done)
        return json_response(done)


async def _given(request: Request) -> Record | None:
    """Read the fields of a statistic from the body or the query; None if they name none."""
    given = await json_body(request) or dict(request.query_params)
    if not isinstance(given, dict) or "email" not in given:
        return None
    mail, item_id, attempt = given["email"], given.get("content_id"), given.get("attempt", 1)
    good = (mail is None or isinstance(mail, str)) and isinstance(item_id, str)
    if not good or not str(attempt).isdigit():
        return None
    return given | {"attempt": int(attempt)}


def _completed(given: Record, now: int) -> Record | None:
    """Complete a statistic; None where it was updated at no instant.

    What is given is kept as it is, so that a test can have any oddity.
    """
    first, last = (read_milliseconds(given.get(f"{which}_activity")) for which in ("first", "last"))
    last = last or read_milliseconds(given.get("completed_at"))
    last = last or (now - MINUTE if first is None else first + 30 * MINUTE)
    first = last - 30 * MINUTE if first is None else first
    status = given.get("status", "completed")
    record: Record = {"email": None, "content_id": None, "attempt": None, "status": status}
    if status == "not started":
        record |= not_started(now)
    else:
        record |= {
            "first_activity": written_milliseconds(first),
            "last_activity": written_milliseconds(last),
            "completed_at": written_milliseconds(last) if status == "completed" else None,
            "time_spent": max(0, last - first),
            "updated_at": written_milliseconds(now),
        }
    record |= given
    return record if read_milliseconds(record["updated_at"]) is not None else None


def _lesson(given: Any, name: str, known: int) -> Lesson | None:
    """Read a lesson; learners are all that are known, and begin two things each, by default."""
    given = {} if given is None else given
    if not isinstance(given, dict):
        return None
    learners, share = given.get("learners", known), given.get("share", 0.5)
    if type(learners) is not int or type(share) not in {int, float}:
        return None
    count = given.get("count", learners * 2)
    good = type(count) is int and count >= 0 and learners >= 1 and 0 <= share <= 1
    return Lesson(name, learners, count, share) if good else None


def _refusal() -> Response:
    said = "expected {email, content_id, attempt?: number, updated_at?: instant, …}"
    return json_response({"error": said}, 400)


def _unknown() -> Response:
    return json_response({"error": "no such activity"}, 404)


def _fits(record: Record, query: Mapping[str, str]) -> bool:
    mail = record["email"] or ""
    same = query.get("email", mail).casefold() == mail.casefold()
    return same and query.get("content_id", record["content_id"]) == record["content_id"]
