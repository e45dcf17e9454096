"""A client of the target whose requests and answers are held against the OpenAPI documents."""

from typing import Any

import httpx
from tests.simulator import openapi

UNKNOWN = "ffffffffffffffffffffffff"


class Checked:
    """Sends requests and holds both directions against the documents."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def __call__(
        self, method: str, url: str, status: int, body: object = None, *, wrong: bool = False
    ) -> Any:
        """Send, expect `status`, return the parsed answer; a `wrong` request is not checked."""
        path, _, query = url.partition("?")
        if not wrong:
            assert openapi.check_request(method, path, body, query) == []
        answer = self.client.request(method, url, json=body)
        assert answer.status_code == status, answer.text
        parsed = answer.json() if answer.content else None
        assert openapi.check_response(method, path, status, parsed) == []
        return parsed


def code(answer: Any) -> str:
    """Return the code of an error in either shape."""
    error = answer["error"]
    return str(error["code"] if isinstance(error, dict) else error)
