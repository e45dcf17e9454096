"""360Learning API v2: who may come in, how often, and which endpoint answers."""

import time
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syncata.simulator.audit import Audit
from syncata.simulator.clock import Clock
from syncata.simulator.faults import COMMON, Faults, Switch
from syncata.simulator.learning360.bulk import Bulk
from syncata.simulator.learning360.company import found
from syncata.simulator.learning360.control import Control
from syncata.simulator.learning360.core import Core
from syncata.simulator.learning360.jobs import Jobs
from syncata.simulator.learning360.tagging import Tagging
from syncata.simulator.learning360.wire import OBJECT_ID, error, plain_error
from syncata.simulator.learning360.work import Work
from syncata.simulator.options import Options
from syncata.simulator.script import scripted_days
from syncata.simulator.shell import Endpoint, Simulator, json_body, json_response, note_of
from syncata.simulator.tokens import Tokens

CREDENTIALS = {"360-demo": "360-secret"}
READS, WRITES = 50, 10

SWITCHES: dict[str, Switch] = COMMON | {
    "job_seconds": Switch("number", "how long bulk jobs take from now on"),
    "job_error": Switch("count", "end a job with status error after half of its items"),
    "job_stuck": Switch("flag", "no job ends"),
    "lost_jobs": Switch("flag", "answer 404 for every bulk operation, and list none"),
    "fail_items": Switch("list", "external ids whose items fail in bulk jobs"),
    "missing_results": Switch("number", "leave out so many results at the end of each job"),
    "shuffle_results": Switch("flag", "give results in another order than the items"),
    "slots_taken": Switch("number", "how many of the 3 bulk slots someone else holds"),
    "bulk_disabled": Switch("flag", "answer 503 bulkAPIDisabled to bulk requests"),
    "wrong_location": Switch("flag", "send a Location of another origin"),
    "upsert_restores": Switch("flag", "an upsert brings an archived course back"),
    "rewrites": Switch("list", "fields of courses that are stored with another value than sent"),
    "only_completed": Switch(
        "choice",
        "what becomes of a statistic where every attempt it could change is completed",
        ("ignore", "error", "update", "new"),
    ),
    "equal_instants": Switch(
        "choice",
        "what becomes of a statistic that begins at the instant at which the last attempt ends",
        ("update", "new", "error"),
    ),
    "mail_folds": Switch("flag", "find users by their e-mail in whatever case it is asked for"),
    "tag_names_fold": Switch("flag", "take a tag's name for taken whatever its case"),
    "reserved": Switch("list", "more platform names that are reserved"),
    "names_first": Switch("flag", "refuse a reserved name even in a change of no integration"),
    "integrations_limit": Switch("number", "how many integrations are allowed"),
    "missing_scopes": Switch("list", "scopes that no credential has"),
    "string_403": Switch("flag", 'word a missing scope as `{"error": "invalid_scope"}`'),
    "numeric_expires": Switch("flag", "send expires_in as a number, as the schema says"),
}


def build(options: Options) -> Simulator:
    """Return a simulator of the target."""
    clock, faults = Clock(options.ahead), Faults(SWITCHES, options.faults)
    audit, company = Audit(options.audit, clock), found(options.learners, faults, clock)
    jobs = Jobs(Work(company, faults), faults, audit, options.job_seconds)
    gate = _Gate(options, faults, jobs)
    core, bulk = Core(company, faults), Bulk(company.courses, jobs, faults)
    tagging = Tagging(company, faults)
    routes = [Route("/api/v2/oauth2/token", gate.token, methods=["POST"])]
    routes += [
        Route(f"/api/v2{path}", gate.guard(scope, endpoint), methods=[method])
        for method, path, scope, endpoint in [*core.table(), *bulk.table(), *tagging.table()]
    ]
    behind = [*scripted_days(options, "360learning"), *Control(company, jobs, audit).routes()]
    return Simulator(options, faults, audit, routes, behind, _failure)


def _failure(status: int, message: str) -> Response:
    if status == 429:
        return plain_error(429, "tooManyRequests")
    codes = {404: "notFound", 405: "methodNotAllowed"}
    return error(status, codes.get(status, "internalError"), message)


@dataclass(slots=True)
class _Bucket:
    """So many requests per second, and as many at once after a pause."""

    rate: float
    level: float
    at: float = field(default_factory=time.monotonic)

    def take(self) -> bool:
        instant = time.monotonic()
        self.level = min(self.rate, self.level + (instant - self.at) * self.rate)
        self.at = instant
        if self.level < 1:
            return False
        self.level -= 1
        return True


class _Gate:
    """What is checked before any endpoint: token, version, rate, scope, form of the ids."""

    def __init__(self, options: Options, faults: Faults, jobs: Jobs) -> None:
        self._options = options
        self._faults = faults
        self._jobs = jobs
        self._credentials = options.credentials or CREDENTIALS
        self._tokens = Tokens(self._credentials, faults)
        self._reads, self._writes = _Bucket(READS, READS), _Bucket(WRITES, WRITES)

    async def token(self, request: Request) -> Response:
        """Give a token."""
        body = await json_body(request)
        optional = {"user_id", "company_id"}
        needed = {"grant_type", "client_id", "client_secret"}
        if not isinstance(body, dict) or not needed <= body.keys() <= needed | optional:
            return plain_error(400, "invalid_request")
        if not all(isinstance(value, str) for value in body.values()):
            return plain_error(400, "invalid_request")
        if body["grant_type"] != "client_credentials":
            return plain_error(400, "unsupported_grant_type")
        given = self._tokens.give(body["client_id"], body["client_secret"])
        if given is None:
            return plain_error(401, "invalid_client")
        note_of(request).client = body["client_id"]
        text, seconds = given
        # The schema says number; every published example shows a string.
        life = seconds if self._faults.on("numeric_expires") else str(seconds)
        return json_response({"token_type": "Bearer", "access_token": text, "expires_in": life})

    def guard(self, scope: str, endpoint: Endpoint) -> Endpoint:
        """Wrap an endpoint that needs `scope`."""

        async def handle(request: Request) -> Response:
            self._jobs.settle()
            return self._turned_away(request, scope) or await endpoint(request)

        return handle

    def _turned_away(self, request: Request, scope: str) -> Response | None:
        client = self._tokens.client(request.headers.get("Authorization", ""))
        if client is None:
            return plain_error(401, "invalid_token")
        note_of(request).client = client
        if request.headers.get("360-api-version") != "v2.0":
            # The contract requires the header and names no code for its absence.
            return error(400, "invalidApiVersion", "Header 360-api-version must be v2.0")
        if not self._may_pass(request, scope):
            return plain_error(429, "tooManyRequests")
        granted = self._options.scopes.get(client, {scope})
        if scope not in granted - self._faults.names("missing_scopes"):
            if self._faults.on("string_403"):
                return plain_error(403, "invalid_scope")
            return error(403, "invalid_scope", f"This request needs the scope {scope}")
        return _malformed_id(request)

    def _may_pass(self, request: Request, scope: str) -> bool:
        if not self._options.rate_limits or scope == "integrations:bulk":
            return True
        return (self._reads if request.method == "GET" else self._writes).take()


def _malformed_id(request: Request) -> Response | None:
    for name, value in request.path_params.items():
        if name != "external_id" and not OBJECT_ID.fullmatch(value):
            return error(400, "invalidParameter", f"{value!r} is not an ObjectId")
    return None
