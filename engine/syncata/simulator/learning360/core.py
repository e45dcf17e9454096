"""Core endpoints: integrations, courses, users, groups."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from syncata.simulator.faults import Faults
from syncata.simulator.learning360.attempts import Attempt
from syncata.simulator.learning360.company import Company
from syncata.simulator.learning360.courses import (
    Course,
    Integration,
    course_shown,
    external_course_shown,
)
from syncata.simulator.learning360.wire import Brackets, page, refusal
from syncata.simulator.learning360.world import Record, is_reserved
from syncata.simulator.shell import Endpoint, json_body, json_response, note_of

STRINGS = "eq ne in nin"
INTEGRATION_REQUIRED = frozenset({"externalPlatform", "authorId", "groupId"})
INTEGRATION_TYPES = {
    "externalPlatform": str,
    "authorId": str,
    "groupId": str,
    "defaultCompletion": bool,
    "defaultProgress": int,
    "noGroupPropagation": bool,
    "externalPlatformLogoUrl": str,
    "externalPlatformUnicolorLogoUrl": str,
}
COURSE_FILTERS = {
    "createdAt": "lt gte",
    "modifiedAt": "lt gte",
    "status": "eq",
    "type": "eq",
    "authorId": "eq",
    "groupId": "eq",
    "sourceLang": "eq",
    "tagIds": "in",
}
ATTEMPT_FILTERS = {"completedAt": "lt gte", "courseId": STRINGS, "userId": STRINGS}

Table = Sequence[tuple[str, str, str, Endpoint]]
"""Method, path, scope, endpoint."""


class Core:
    """The endpoints that answer at once."""

    def __init__(self, company: Company, faults: Faults) -> None:
        """Work on the users, groups, courses and attempts of `company`."""
        self._world = company.world
        self._courses = company.courses
        self._attempts = company.attempts
        self._faults = faults

    def table(self) -> Table:
        """Return the endpoints."""
        one = "/integrations/{integration}"
        return [
            ("POST", "/integrations", "integrations:write", self.create_integration),
            ("GET", "/integrations", "integrations:read", self.list_integrations),
            ("PATCH", one, "integrations:write", self.patch_integration),
            ("DELETE", one, "integrations:write", self.delete_integration),
            ("GET", one + "/courses/{external_id:path}", "integrations:read", self.external_course),
            ("GET", "/courses", "courses:read", self.list_courses),
            ("GET", "/courses/stats", "courseStats:read", self.list_attempts),
            ("GET", "/courses/{course}", "courses:read", self.show_course),
            ("PUT", "/courses/{course}/archive", "courses:write", self.archive_course),
            ("GET", "/users", "users:read", self.list_users),
            ("GET", "/users/{user}", "users:read", self.show_user),
            ("GET", "/users/{user}/roles", "users:read", self.list_memberships),
            ("GET", "/groups", "groups:read", self.list_groups),
            ("GET", "/groups/{group}", "groups:read", self.show_group),
            ("GET", "/groups/{group}/roles", "groups:read", self.list_roles),
        ]

    async def create_integration(self, request: Request) -> Response:
        """Create an integration."""
        given = await self._settings(request)
        missing = INTEGRATION_REQUIRED - given.keys()
        if missing:
            raise refusal(400, "invalidBody", f"Missing: {', '.join(sorted(missing))}")
        if len(self._courses.active()) >= self._faults.number("integrations_limit", 50):
            raise refusal(400, "integrationsLimitReached")
        self._check(given, None)
        added = self._courses.integrate(given)
        note_of(request).effect = {"integrations_created": [added.id]}
        return json_response(added.shown(), 201)

    async def list_integrations(self, request: Request) -> Response:
        """List integrations, 100 at a time."""
        asked = Brackets(request, {"externalPlatform": STRINGS})
        rows = self._courses.active()
        return page(request, rows, 100, lambda row: asked.keeps(row.settings), Integration.shown)

    async def patch_integration(self, request: Request) -> Response:
        """Change some settings; what is omitted stays."""
        given = await self._settings(request)
        if self._faults.on("names_first") and self._reserved({"externalPlatform": "", **given}):
            raise refusal(400, "reservedPlatformName")
        target = self._integration(request)
        settings = target.settings | given
        self._check(settings, target)
        target.settings = settings
        note_of(request).effect = {"integrations_updated": [target.id]}
        return json_response(settings)

    async def delete_integration(self, request: Request) -> Response:
        """Switch an integration off and archive its courses for good."""
        target = self._integration(request)
        if self._reserved(target.settings):
            raise refusal(400, "reservedPlatformName")
        archived = self._courses.close(target)
        note_of(request).effect = {"integrations_removed": [target.id], "archived": archived}
        return Response(status_code=204)

    async def external_course(self, request: Request) -> Response:
        """Show all that was sent for a course, but not whether it is archived."""
        target = self._integration(request)
        course = target.courses.get(request.path_params["external_id"])
        if course is None:
            raise refusal(400, "courseNotBelongToIntegration")
        return json_response(external_course_shown(course))

    async def list_courses(self, request: Request) -> Response:
        """List courses, 500 at a time, archived ones too unless filtered."""
        asked = Brackets(request, COURSE_FILTERS)

        def keep(course: Course) -> bool:
            return not asked or asked.keeps(course_shown(course) | {"tagIds": course.tags})

        return page(request, self._courses.rows, 500, keep, course_shown)

    async def list_attempts(self, request: Request) -> Response:
        """List course statistics, which are attempts: 500 at a time, in the order of creation."""
        asked = Brackets(request, ATTEMPT_FILTERS)

        def keep(attempt: Attempt) -> bool:
            return not asked or asked.keeps(attempt.filtered())

        return page(request, self._attempts.rows, 500, keep, Attempt.shown)

    async def show_course(self, request: Request) -> Response:
        """Show one course."""
        return json_response(course_shown(self._course(request)))

    async def archive_course(self, request: Request) -> Response:
        """Archive or restore one course."""
        course = self._course(request)
        given = await json_body(request)
        if not isinstance(given, dict) or not isinstance(given.get("archived"), bool):
            raise refusal(400, "invalidBody", "Expected {archived: boolean}")
        if not course.integration.active:
            raise refusal(400, "integrationInactive")
        if course.status == "deleted":
            raise refusal(404, "courseNotFound")
        wanted = given["archived"]
        done = "archived" if wanted else "restored"
        if wanted == (course.status == "archived"):
            done = "unchanged"
        course.status = "archived" if wanted else "published"
        note_of(request).effect = {done: [course.external_id]}
        return json_response(course_shown(course))

    async def list_users(self, request: Request) -> Response:
        """List users, 500 at a time."""
        folded = ("mail",) if self._faults.on("mail_folds") else ()
        allowed = {"mail": STRINGS, "username": STRINGS, "status": "eq ne"}
        asked = Brackets(request, allowed, folded)
        return page(request, self._world.users, 500, asked.keeps, dict)

    async def show_user(self, request: Request) -> Response:
        """Show one user."""
        return json_response(self._user(request))

    async def list_memberships(self, request: Request) -> Response:
        """List the roles that a user holds, by group, 1,000 at a time."""
        held = self._world.memberships(self._user(request)["_id"])
        asked = Brackets(request, {})
        return page(request, held, 1000, asked.keeps, dict)

    async def list_groups(self, request: Request) -> Response:
        """List groups, 500 at a time."""
        asked = Brackets(request, {})
        return page(request, self._world.groups, 500, asked.keeps, dict)

    async def show_group(self, request: Request) -> Response:
        """Show one group."""
        group = self._world.group(request.path_params["group"])
        if group is None:
            raise refusal(404, "groupNotFound")
        return json_response(group)

    async def list_roles(self, request: Request) -> Response:
        """List who holds which role in a group, 1,000 at a time."""
        roles = self._world.roles.get(request.path_params["group"])
        if roles is None:
            raise refusal(404, "groupNotFound")
        asked = Brackets(request, {})
        return page(request, roles, 1000, asked.keeps, dict)

    def _reserved(self, settings: dict[str, Any]) -> bool:
        return is_reserved(settings["externalPlatform"], self._faults.names("reserved"))

    def _integration(self, request: Request) -> Integration:
        target = self._courses.integrations.get(request.path_params["integration"])
        if target is None or not target.active:
            raise refusal(404, "integrationNotFound")
        return target

    def _user(self, request: Request) -> Record:
        user = self._world.user(request.path_params["user"])
        if user is None:
            raise refusal(404, "userNotFound")
        return user

    def _course(self, request: Request) -> Course:
        course = self._courses.by_id.get(request.path_params["course"])
        if course is None:
            raise refusal(404, "courseNotFound")
        return course

    async def _settings(self, request: Request) -> dict[str, Any]:
        given = await json_body(request)
        note_of(request).body = given
        if not isinstance(given, dict):
            raise refusal(400, "invalidBody", "Expected an object")
        for name, value in given.items():
            kind = INTEGRATION_TYPES.get(name)
            if kind is None or type(value) is not kind or value == "":
                raise refusal(400, "invalidBody", f"Unexpected property or value: {name}")
        if not 0 <= given.get("defaultProgress", 0) <= 100:
            raise refusal(400, "invalidBody", "defaultProgress must be from 0 to 100")
        return given

    def _check(self, settings: dict[str, Any], own: Integration | None) -> None:
        if self._reserved(settings):
            raise refusal(400, "reservedPlatformName")
        if self._world.group(settings["groupId"]) is None:
            raise refusal(404, "groupNotFound")
        author = self._world.user(settings["authorId"])
        if author is None or author["status"] == "deleted":
            raise refusal(404, "userNotFound")
        name = (settings["groupId"], settings["externalPlatform"])
        for other in self._courses.active():
            taken = (other.settings["groupId"], other.settings["externalPlatform"])
            if other is not own and taken == name:
                raise refusal(400, "duplicateExternalPlatform")
