"""What is checked before any endpoint of the target: token, base and table, and the rate."""

from collections import deque

from starlette.requests import Request
from starlette.responses import Response

from syncata.simulator.airtable.wire import error
from syncata.simulator.clock import Clock
from syncata.simulator.faults import Faults
from syncata.simulator.keys import Keys
from syncata.simulator.options import Options
from syncata.simulator.shell import Endpoint, note_of

CREDENTIALS = {"airtable-demo": "pat-demo.secret"}
BASE, TABLE_ID, TABLE = "appSimulated00001", "tblSimulated00001", "Products"
RATE, LOCKED = 5, 30_000
"""Requests in a second, and the milliseconds that one too many costs."""


class Gate:
    """Lets requests in, or says why not."""

    def __init__(self, options: Options, faults: Faults, clock: Clock) -> None:
        """Know the tokens; count requests by the simulator's own clock."""
        self._keys = Keys(options.credentials or CREDENTIALS, faults, "bearer")
        self._scopes = options.scopes
        self._faults = faults
        self._limited = options.rate_limits
        self._clock = clock
        self._calls: deque[int] = deque(maxlen=RATE)
        self._locked_until = 0

    def guard(self, endpoint: Endpoint) -> Endpoint:
        """Wrap an endpoint."""

        async def handle(request: Request) -> Response:
            return self._turned_away(request) or await endpoint(request)

        return handle

    def _turned_away(self, request: Request) -> Response | None:
        client = self._keys.client(request.headers.get("Authorization", ""))
        if client is None:
            return error(401, "AUTHENTICATION_REQUIRED", "Authentication required")
        note_of(request).client = client
        if self._limited and self._is_too_much():
            return error(429, "TOO_MANY_REQUESTS", "Rate limit exceeded. Please try again later")
        path = request.path_params
        if path["base"] != BASE or path["table"] not in (TABLE, TABLE_ID):
            said = "Invalid permissions, or the requested model was not found"
            return error(403, "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND", said)
        scope = f"data.records:{'read' if request.method == 'GET' else 'write'}"
        if scope not in self._scopes.get(client, {scope}) - self._faults.names("missing_scopes"):
            return error(403, "INVALID_PERMISSIONS", f"The token lacks the scope {scope}")
        return None

    def _is_too_much(self) -> bool:
        instant = self._clock.milliseconds()
        if instant < self._locked_until:
            return True
        if len(self._calls) == RATE and instant - self._calls[0] < 1000:
            self._locked_until = instant + LOCKED
            return True
        self._calls.append(instant)
        return False
