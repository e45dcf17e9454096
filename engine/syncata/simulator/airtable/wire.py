"""How the API words an error."""

from starlette.responses import Response

from syncata.simulator.shell import json_response


def error(status: int, kind: str, message: str = "") -> Response:
    """Return an error with its type; without a message the type stands alone."""
    said = {"type": kind, "message": message} if message else kind
    return json_response({"error": said}, status)
