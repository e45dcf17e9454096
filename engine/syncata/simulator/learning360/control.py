"""Control endpoints of the target: what is there, and what an administrator does by hand."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from syncata.simulator.audit import Audit
from syncata.simulator.learning360.courses import Course, Courses, external_course_shown
from syncata.simulator.learning360.jobs import Jobs
from syncata.simulator.learning360.world import AUTHOR, ROOT_GROUP, World
from syncata.simulator.shell import json_body, json_response

Given = dict[str, Any]


class Control:
    """What a test or a demo sees and does behind the API's back."""

    def __init__(self, world: World, courses: Courses, jobs: Jobs, audit: Audit) -> None:
        """Work on the company, and say so in the audit log."""
        self._world = world
        self._courses = courses
        self._jobs = jobs
        self._audit = audit
        self._actions: dict[str, Callable[[Given], Given]] = {
            "archive_course": self._archive,
            "restore_course": self._restore,
            "delete_course": self._delete,
            "edit_course": self._edit,
            "add_integration": self._add_integration,
            "add_user": self._add_user,
            "set_user_status": self._set_user_status,
        }

    def routes(self) -> Sequence[BaseRoute]:
        """Return the endpoints."""
        return [
            Route("/state", self.state),
            Route("/courses", self.courses),
            Route("/hand", self.hand, methods=["POST"]),
        ]

    async def state(self, _request: Request) -> Response:
        """Answer counts, and the integrations."""
        self._jobs.settle()
        counts = {"published": 0, "archived": 0, "deleted": 0}
        for course in self._courses.rows:
            counts[course.status] += 1
        integrations = [
            {**one.shown(), "active": one.active} for one in self._courses.integrations.values()
        ]
        state = {"courses": counts, "integrations": integrations, "users": len(self._world.users)}
        return json_response({**state, "jobs": [job.shown() for job in self._jobs.all.values()]})

    async def courses(self, request: Request) -> Response:
        """Answer courses with all their fields: `?externalId=`, `?status=`, `?from=`, `?limit=`."""
        self._jobs.settle()
        query = request.query_params
        start, limit = int(query.get("from", "0")), int(query.get("limit", "1000"))
        fitting = [course for course in self._courses.rows if _fits(course, query)]
        shown = [_whole(course) for course in fitting[start : start + limit]]
        return json_response({"total": len(fitting), "courses": shown})

    async def hand(self, request: Request) -> Response:
        """Do what `action` says."""
        self._jobs.settle()
        given = await json_body(request)
        action = self._actions.get(given.get("action", "")) if isinstance(given, dict) else None
        if action is None:
            known = ", ".join(self._actions)
            return json_response({"error": f"expected an action, one of: {known}"}, 400)
        try:
            done = action(given)
        except (KeyError, TypeError) as error:
            return json_response({"error": f"missing or unknown: {error}"}, 400)
        self._audit.append("hand", effect={given["action"]: done})
        return json_response(done)

    def _course(self, given: Given) -> Course:
        """Find a course by `courseId`, or by `externalId` among the active integrations."""
        if "courseId" in given:
            return self._courses.by_id[given["courseId"]]
        wanted = given["externalId"]
        for integration in self._courses.active():
            if wanted in integration.courses:
                return integration.courses[wanted]
        raise KeyError(wanted)

    def _archive(self, given: Given) -> Given:
        course = self._course(given)
        course.status = "archived"
        return _whole(course)

    def _restore(self, given: Given) -> Given:
        course = self._course(given)
        course.status = "published"
        return _whole(course)

    def _delete(self, given: Given) -> Given:
        course = self._course(given)
        self._courses.delete(course)
        return _whole(course)

    def _edit(self, given: Given) -> Given:
        course = self._course(given)
        course.body = orjson.dumps(course.sent() | dict(given["fields"]))
        return _whole(course)

    def _add_integration(self, given: Given) -> Given:
        settings = {"groupId": ROOT_GROUP, "authorId": AUTHOR, "defaultCompletion": False}
        return self._courses.integrate(settings | dict(given["settings"])).shown()

    def _add_user(self, given: Given) -> Given:
        lang, status = given.get("lang", "en"), given.get("status", "active")
        return self._world.add_user(given["mail"], lang, status)

    def _set_user_status(self, given: Given) -> Given:
        user = next((user for user in self._world.users if user["mail"] == given["mail"]), None)
        if user is None:
            raise KeyError(given["mail"])
        user["status"] = given["status"]
        return user


def _fits(course: Course, query: Mapping[str, str]) -> bool:
    wanted = query.get("externalId", course.external_id)
    return course.external_id == wanted and course.status == query.get("status", course.status)


def _whole(course: Course) -> Given:
    place = {"integrationId": course.integration.id, "status": course.status}
    return external_course_shown(course) | place
