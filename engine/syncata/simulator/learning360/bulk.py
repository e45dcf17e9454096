"""Bulk endpoints: courses, statistics, and operations with their results."""

from collections.abc import AsyncIterator, Iterator
from itertools import islice

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from syncata.simulator.faults import Faults
from syncata.simulator.learning360.courses import Courses, Integration
from syncata.simulator.learning360.jobs import Job, Jobs
from syncata.simulator.learning360.wire import Brackets, page, refusal
from syncata.simulator.learning360.world import is_reserved
from syncata.simulator.shell import Endpoint, json_body, json_response, note_of

UPSERTS_MAX = 10_000
STATISTICS_MAX = 10_000
ARCHIVES_MAX = 1_000
ELSEWHERE = "http://198.51.100.1"
"""An address reserved for documentation: what `wrong_location` points to."""

OPERATION_FILTERS = {"createdAt": "lt gte", "status": "eq", "type": "eq"}


class Bulk:
    """The endpoints that accept now and do later."""

    def __init__(self, courses: Courses, jobs: Jobs, faults: Faults) -> None:
        """Submit to `jobs`."""
        self._courses = courses
        self._jobs = jobs
        self._faults = faults

    def table(self) -> list[tuple[str, str, str, Endpoint]]:
        """Return the endpoints."""
        integration = "/bulk/integrations/{integration}"
        courses = f"{integration}/courses"
        one = "/bulk/operations/{operation}"
        return [
            ("PUT", courses, "integrations:bulk", self.upsert),
            ("DELETE", courses, "integrations:bulk", self.archive),
            ("POST", f"{integration}/stats", "integrations:bulk", self.statistics),
            ("GET", "/bulk/operations", "bulkOperations:read", self.operations),
            ("GET", one, "bulkOperations:read", self.operation),
            ("GET", one + "/results", "bulkOperations:read", self.results),
        ]

    async def upsert(self, request: Request) -> Response:
        """Accept up to 10,000 courses to create or replace."""
        return await self._submit(request, "importExternalCourses", UPSERTS_MAX)

    async def archive(self, request: Request) -> Response:
        """Accept up to 1,000 courses to archive."""
        return await self._submit(request, "archiveExternalCourses", ARCHIVES_MAX)

    async def statistics(self, request: Request) -> Response:
        """Accept up to 10,000 statistics of learners."""
        return await self._submit(request, "importExternalStatistics", STATISTICS_MAX)

    async def operations(self, request: Request) -> Response:
        """List operations, newest first, 20 at a time."""
        asked = Brackets(request, OPERATION_FILTERS)
        lost = self._faults.on("lost_jobs")
        rows = [] if lost else list(reversed(self._jobs.all.values()))
        return page(request, rows, 20, lambda job: asked.keeps(job.shown()), Job.shown)

    async def operation(self, request: Request) -> Response:
        """Show one operation."""
        return json_response(self._job(request).shown())

    async def results(self, request: Request) -> Response:
        """Send the results of an operation as a stream."""
        job = self._job(request)
        if job.results is None:
            raise refusal(400, "bulkOperationNotRun")
        note_of(request).items = len(job.results)
        stream = _array(self._jobs.results(job))
        return StreamingResponse(stream, media_type="application/json")

    async def _submit(self, request: Request, kind: str, items_max: int) -> Response:
        if self._faults.on("bulk_disabled"):
            raise refusal(503, "bulkAPIDisabled")
        target = self._target(request)
        body = await json_body(request)
        note = note_of(request)
        note.body = body
        items = body.get("input") if isinstance(body, dict) else None
        if not isinstance(items, list):
            raise refusal(400, "invalidInput")
        note.items = len(items)
        if len(items) > items_max:
            raise refusal(400, "inputTooLong")
        if self._jobs.full():
            raise refusal(429, "bulkOperationsConcurrencyLimitReached")
        job = self._jobs.submit(kind, target, items, note.client)
        note.job = job.id
        origin = ELSEWHERE if self._faults.on("wrong_location") else str(request.base_url)
        location = f"{origin.rstrip('/')}/api/v2/bulk/operations/{job.id}"
        return Response(status_code=202, headers={"Location": location})

    def _target(self, request: Request) -> Integration:
        target = self._courses.integrations.get(request.path_params["integration"])
        if target is None or not target.active:
            raise refusal(404, "integrationNotFound")
        if is_reserved(target.settings["externalPlatform"], self._faults.names("reserved")):
            raise refusal(400, "reservedPlatformName")
        return target

    def _job(self, request: Request) -> Job:
        job = self._jobs.all.get(request.path_params["operation"])
        if job is None or self._faults.on("lost_jobs"):
            raise refusal(404, "bulkOperationNotFound")
        return job


async def _array(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Yield a JSON array in pieces of some hundred results."""
    opening = b"["
    while chunk := list(islice(parts, 500)):
        yield opening + b",".join(chunk)
        opening = b","
    yield b"]" if opening == b"," else b"[]"
