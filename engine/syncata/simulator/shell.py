"""What all simulators share: faults around the routes, the audit log, the control endpoints."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import unquote_plus

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syncata.simulator.audit import Audit
from syncata.simulator.clock import Clock
from syncata.simulator.faults import Faults
from syncata.simulator.options import Options
from syncata.simulator.spoil import SPOILING, spoil

CONTROL = "/_simulator"
AHEAD_MAX = 100 * 366 * 24 * 3600
LOGIN_PAGE = "<!doctype html><html><head><title>Sign in</title></head><body>Sign in</body></html>"

Endpoint = Callable[[Request], Awaitable[Response]]
Failure = Callable[[int, str], Response]


@dataclass(slots=True)
class Note:
    """What the audit log shall say of a request besides what its first line shows."""

    client: str | None = None
    job: str | None = None
    items: int | None = None
    effect: dict[str, Any] | None = None
    body: object = None


class RefusalError(Exception):
    """Ends the handling of a request with this answer."""

    def __init__(self, response: Response) -> None:
        """Carry the answer."""
        super().__init__(response.status_code)
        self.response = response


def note_of(request: Request) -> Note:
    """Return the note of a request, to be filled by whoever handles it."""
    note: Note = request.scope["note"]
    return note


def json_response(content: object, status: int = 200, **headers: str) -> Response:
    """Answer JSON."""
    return Response(orjson.dumps(content), status, headers, "application/json")


async def json_body(request: Request) -> Any:
    """Parse the body; None where it is not JSON."""
    try:
        return orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        return None


class Simulator:
    """An ASGI application: the routes of one API behind its faults and its audit log."""

    def __init__(
        self,
        options: Options,
        faults: Faults,
        audit: Audit,
        routes: Sequence[BaseRoute],
        control: Sequence[BaseRoute],
        failure: Failure,
    ) -> None:
        """Serve `routes`; `failure` words an error of the given status in the API's own shape."""
        self.options = options
        self.faults = faults
        self.audit = audit
        self.clock = audit.clock
        self._failure = failure
        own = Mount(CONTROL, routes=[*self._control_routes(), *control])
        self._app = Starlette(
            routes=[own, *routes],
            exception_handlers={RefusalError: _refused, HTTPException: self._not_served},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        if scope["path"].startswith(CONTROL + "/"):
            await _dated(self._app, self.clock)(scope, receive, send)
            return
        query = unquote_plus(scope["query_string"].decode("latin-1"))
        request = f"{scope['method']} {scope['path']}" + (f"?{query}" if query else "")
        scope["note"] = Note()
        await self._delay(request)
        fault, answer = self._instead(request)
        spoiling = None if answer else self._spoiling(request)
        record = partial(self._record, scope, fault or spoiling)
        app = _dated(answer or self._app, self.clock)
        if spoiling:
            await spoil(spoiling, app, scope, receive, send, record)
        else:
            await app(scope, receive, _logged(send, record))

    async def _delay(self, request: str) -> None:
        seconds, _, fragment = self.faults.text("slow", "0").partition("@")
        if fragment in request and float(seconds):
            await asyncio.sleep(float(seconds))

    def _instead(self, request: str) -> tuple[str | None, Response | None]:
        """Return the answer that a fault gives in place of the real one."""
        if self.faults.strike("http_500", request):
            return "http_500", self._failure(500, "Simulated failure")
        if self.faults.strike("http_429", request):
            answer = self._failure(429, "Too many requests")
            if "retry_after" in self.faults.values:
                answer.headers["Retry-After"] = self._retry_after()
            return "http_429", answer
        if self.faults.strike("html_200", request):
            return "html_200", HTMLResponse(LOGIN_PAGE)
        return None, None

    def _retry_after(self) -> str:
        text = self.faults.text("retry_after")
        if text.startswith("date:"):
            return self.clock.http_date(float(text.removeprefix("date:")))
        return text

    def _spoiling(self, request: str) -> str | None:
        return next((name for name in SPOILING if self.faults.strike(name, request)), None)

    def _record(self, scope: Scope, fault: str | None, status: int) -> None:
        note: Note = scope["note"]
        self.audit.append(
            "request",
            client=note.client,
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1") or None,
            status=status,
            fault=fault,
            job=note.job,
            items=note.items,
            effect=note.effect,
            body=note.body if self.options.audit_bodies else None,
        )

    def _not_served(self, _request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        return self._failure(status, "No such method and path")

    def _control_routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/audit", self._get_audit),
            Route("/faults", self._faults, methods=["GET", "POST"]),
            Route("/clock", self._clock, methods=["GET", "POST"]),
        ]

    async def _get_audit(self, request: Request) -> Response:
        entries = self.audit.since(int(request.query_params.get("since", "0")))
        return json_response({"last": self.audit.last, "entries": entries})

    async def _faults(self, request: Request) -> Response:
        if request.method == "POST":
            try:
                for name, value in dict(await json_body(request) or {}).items():
                    self.faults.set(name, _switch_value(value))
            except (TypeError, ValueError) as error:
                return json_response({"error": str(error)}, 400)
        return json_response(self.faults.values)

    async def _clock(self, request: Request) -> Response:
        if request.method == "POST":
            given = await json_body(request)
            ahead = given.get("ahead") if isinstance(given, dict) else None
            if not isinstance(ahead, int | float) or abs(ahead) > AHEAD_MAX:
                said = f"expected {{ahead: seconds}}, at most {AHEAD_MAX} either way"
                return json_response({"error": said}, 400)
            self.clock.ahead = ahead
        return json_response({"ahead": self.clock.ahead, "now": self.clock.now()})


def _dated(app: ASGIApp, clock: Clock) -> ASGIApp:
    """Return an app whose answers carry the date of `clock`."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append((b"date", clock.http_date().encode()))
            await send(message)

        await app(scope, receive, dated)

    return serve


def _logged(send: Send, record: Callable[[int], None]) -> Send:
    """Return a `send` that writes the log entry before the first byte leaves."""

    async def log(message: Message) -> None:
        if message["type"] == "http.response.start":
            record(message["status"])
        await send(message)

    return log


def _switch_value(value: object) -> str | None:
    """JSON's true and numbers mean what they say; null and false switch off."""
    if value is None or value is False:
        return None
    return "on" if value is True else str(value)


def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusalError)
    return error.response
