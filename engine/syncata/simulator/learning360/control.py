"""Control endpoints of the target: what is there, and what people do to it by hand."""

from collections.abc import Mapping, Sequence
from itertools import islice

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from syncata.simulator.audit import Audit
from syncata.simulator.learning360.attempts import Attempt
from syncata.simulator.learning360.company import Company
from syncata.simulator.learning360.courses import Course
from syncata.simulator.learning360.hand import Hand
from syncata.simulator.learning360.jobs import Jobs
from syncata.simulator.shell import json_body, json_response


class Control:
    """What a test or a demo sees and does behind the API's back."""

    def __init__(self, company: Company, jobs: Jobs, audit: Audit) -> None:
        """Work on `company`, and say so in the audit log."""
        self._company = company
        self._jobs = jobs
        self._audit = audit
        self._hand = Hand(company)

    def routes(self) -> Sequence[BaseRoute]:
        """Return the endpoints."""
        return [
            Route("/state", self.state),
            Route("/courses", self.courses),
            Route("/attempts", self.attempts),
            Route("/tags", self.tags),
            Route("/hand", self.hand, methods=["POST"]),
        ]

    async def state(self, _request: Request) -> Response:
        """Answer counts, and the integrations."""
        self._jobs.settle()
        company, counts = self._company, {"published": 0, "archived": 0, "deleted": 0}
        for course in company.courses.rows:
            counts[course.status] += 1
        integrations = [
            {**one.shown(), "active": one.active} for one in company.courses.integrations.values()
        ]
        state = {
            "courses": counts,
            "integrations": integrations,
            "users": len(company.world.users),
            "tags": len(company.tags.by_id),
            "attempts": len(company.attempts.rows),
            "jobs": [job.shown() for job in self._jobs.all.values()],
        }
        return json_response(state)

    async def courses(self, request: Request) -> Response:
        """Answer courses with all their fields: `?externalId=`, `?status=`, `?from=`, `?limit=`."""
        self._jobs.settle()
        query = request.query_params
        start, stop = _window(query)
        fitting = [course for course in self._company.courses.rows if _fits(course, query)]
        shown = [self._hand.shown(course) for course in fitting[start:stop]]
        return json_response({"total": len(fitting), "courses": shown})

    async def attempts(self, request: Request) -> Response:
        """Answer attempts, newest last: `?externalId=`, `?mail=`, `?from=`, `?limit=`."""
        self._jobs.settle()
        query = request.query_params
        fitting = [one for one in self._company.attempts.rows if _is_asked_for(one, query)]
        shown = [
            one.shown() | {"externalId": one.course.external_id, "mail": one.user["mail"]}
            for one in islice(fitting, *_window(query))
        ]
        return json_response({"total": len(fitting), "attempts": shown})

    async def tags(self, _request: Request) -> Response:
        """Answer all tags."""
        tags = [tag.shown_with_source() for tag in self._company.tags.by_id.values()]
        return json_response({"total": len(tags), "tags": tags})

    async def hand(self, request: Request) -> Response:
        """Do what `action` says."""
        self._jobs.settle()
        given = await json_body(request)
        actions = self._hand.actions
        action = actions.get(given.get("action", "")) if isinstance(given, dict) else None
        if action is None:
            known = ", ".join(actions)
            return json_response({"error": f"expected an action, one of: {known}"}, 400)
        try:
            done = action(given)
        except (AttributeError, KeyError, TypeError) as error:
            return json_response({"error": f"missing or unknown: {error}"}, 400)
        self._audit.append("hand", effect={given["action"]: done})
        return json_response(done)


def _window(query: Mapping[str, str]) -> tuple[int, int]:
    start = int(query.get("from", "0"))
    return start, start + int(query.get("limit", "1000"))


def _fits(course: Course, query: Mapping[str, str]) -> bool:
    wanted = query.get("externalId", course.external_id)
    return course.external_id == wanted and course.status == query.get("status", course.status)


def _is_asked_for(attempt: Attempt, query: Mapping[str, str]) -> bool:
    course, mail = attempt.course.external_id, attempt.user["mail"]
    same = query.get("mail", mail).casefold() == mail.casefold()
    return same and query.get("externalId", course) == course
