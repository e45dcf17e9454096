"""Endpoints of tags, and of the tags of a course."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from syncata.simulator.faults import Faults
from syncata.simulator.learning360.company import Company
from syncata.simulator.learning360.courses import Course
from syncata.simulator.learning360.tags import Tag
from syncata.simulator.learning360.wire import OBJECT_ID, Brackets, page, refusal
from syncata.simulator.shell import Endpoint, json_body, json_response, note_of

COURSE_TAGS_MAX = 100
TAG_TYPES = {"name": str, "isMain": bool, "externalId": str}
TAG_REQUIRED = ("isMain", "name")


class Tagging:
    """The endpoints that look at tags and change them."""

    def __init__(self, company: Company, faults: Faults) -> None:
        """Work on the tags of `company`."""
        self._courses = company.courses
        self._tags = company.tags
        self._faults = faults

    def table(self) -> list[tuple[str, str, str, Endpoint]]:
        """Return the endpoints."""
        of_course = "/courses/{course}/tags"
        return [
            ("GET", "/tags", "tags:read", self.list_tags),
            ("POST", "/tags", "tags:write", self.create),
            ("GET", "/tags/{tag}", "tags:read", self.show),
            ("PUT", "/tags/{tag}", "tags:write", self.change),
            ("DELETE", "/tags/{tag}", "tags:write", self.delete),
            ("GET", of_course, "tags:read", self.list_course_tags),
            ("PUT", of_course, "courses:write", self.put_course_tags),
        ]

    async def list_tags(self, request: Request) -> Response:
        """List tags, 5,000 at a time."""
        asked = Brackets(request, {"isMain": "eq"})
        rows = list(self._tags.by_id.values())

        def keep(tag: Tag) -> bool:
            return asked.keeps({"isMain": str(tag.is_main).lower()})

        return page(request, rows, 5000, keep, Tag.shown_with_source)

    async def create(self, request: Request) -> Response:
        """Create a tag; its name must be free."""
        given = await _fields(request)
        self._check_name(given["name"], None)
        tag = self._tags.create(
            given["name"], is_main=given["isMain"], external_id=given.get("externalId")
        )
        note_of(request).effect = {"tags_created": [tag.name]}
        return json_response(tag.shown(), 201)

    async def show(self, request: Request) -> Response:
        """Show one tag."""
        return json_response(self._tag(request).shown_with_source())

    async def change(self, request: Request) -> Response:
        """Change a tag; what is omitted stays."""
        tag = self._tag(request)
        given = await _fields(request)
        self._check_name(given["name"], tag)
        before = tag.shown()
        tag.name, tag.is_main = given["name"], given["isMain"]
        tag.external_id = given.get("externalId", tag.external_id)
        done = "unchanged" if tag.shown() == before else "tags_updated"
        note_of(request).effect = {done: [tag.name]}
        return json_response(tag.shown())

    async def delete(self, request: Request) -> Response:
        """Delete a tag, also from every course."""
        tag = self._tag(request)
        self._tags.delete(tag)
        note_of(request).effect = {"tags_removed": [tag.name]}
        return Response(status_code=204)

    async def list_course_tags(self, request: Request) -> Response:
        """List the tags of a course, 500 at a time."""
        asked = Brackets(request, {})
        rows = [self._tags.by_id[tag_id] for tag_id in self._course(request).tags]
        return page(request, rows, 500, lambda _: not asked, _reference)

    async def put_course_tags(self, request: Request) -> Response:
        """Replace all tags of a course."""
        course = self._course(request)
        ids = await _tag_ids(request)
        if any(tag_id not in self._tags.by_id for tag_id in ids):
            raise refusal(404, "tagNotFound")
        note_of(request).effect = self._tags.put(course, ids)
        return json_response(course.tags)

    def _check_name(self, name: str, own: Tag | None) -> None:
        taken = self._tags.named(name, fold=self._faults.on("tag_names_fold"))
        if taken is not None and taken is not own:
            raise refusal(400, "tagNameNotAvailable")

    def _tag(self, request: Request) -> Tag:
        tag = self._tags.by_id.get(request.path_params["tag"])
        if tag is None:
            raise refusal(404, "tagNotFound")
        return tag

    def _course(self, request: Request) -> Course:
        course = self._courses.by_id.get(request.path_params["course"])
        if course is None or course.status == "deleted":
            raise refusal(404, "courseNotFound")
        return course


def _reference(tag: Tag) -> dict[str, str]:
    return {"tagId": tag.id, "source": tag.source}


async def _fields(request: Request) -> dict[str, Any]:
    """Read TagUpdatableFields; the contract names no code for a body of another form."""
    given = await json_body(request)
    note_of(request).body = given
    if not isinstance(given, dict) or any(name not in given for name in TAG_REQUIRED):
        raise refusal(400, "invalidBody", "Expected {isMain, name, externalId?}")
    for name, value in given.items():
        kind = TAG_TYPES.get(name)
        if kind is None or type(value) is not kind or value == "":
            raise refusal(400, "invalidBody", f"Unexpected property or value: {name}")
    return given


async def _tag_ids(request: Request) -> list[str]:
    given = await json_body(request)
    note_of(request).body = given
    ids = given.get("tagIds") if isinstance(given, dict) and len(given) == 1 else None
    if not isinstance(ids, list) or not all(_is_object_id(one) for one in ids):
        raise refusal(400, "invalidBody", "Expected {tagIds: [id, …]}")
    if len(ids) > COURSE_TAGS_MAX:
        raise refusal(400, "invalidBody", f"A course has at most {COURSE_TAGS_MAX} tags")
    return ids


def _is_object_id(value: object) -> bool:
    return isinstance(value, str) and OBJECT_ID.fullmatch(value) is not None
