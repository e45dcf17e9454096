"""The control endpoint of a simulator that follows a scenario: `POST /_simulator/day`."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syncata.simulator.options import Options
from syncata.simulator.scenario import SCENARIOS, play_part
from syncata.simulator.shell import json_response
from syncata.simulator.steps import Side


def scripted_days(options: Options, side: Side) -> list[Route]:
    """Return the endpoint, if the options name a scenario; raises ValueError for an unknown one."""
    if options.scenario is None:
        return []
    if options.scenario not in SCENARIOS:
        known = ", ".join(SCENARIOS)
        raise ValueError(f"unknown scenario {options.scenario!r}; known: {known}")
    return [Route("/day", _Script(options.scenario, side).day, methods=["POST"])]


class _Script:
    """One simulator's part of a scenario, and which day is next."""

    def __init__(self, scenario: str, side: Side) -> None:
        self._scenario = scenario
        self._side = side
        self._day = 1

    async def day(self, request: Request) -> Response:
        """Play the next day; 409 when there is none left."""
        host, port = request.scope["server"]
        day, url = self._day, f"http://{host}:{port}"
        try:
            # In a thread: its calls come back to the loop that waits here.
            title, done = await asyncio.to_thread(play_part, self._scenario, day, self._side, url)
        except ValueError as error:
            return json_response({"error": str(error)}, 409)
        self._day += 1
        return json_response({"day": day, "title": title, "done": done})
