"""The two simulators as a test sees them: their contents, their faults, their audit logs."""

from collections import defaultdict
from typing import Any

from tests.simulator import openapi
from tests.simulator.clients import open_client

from syncata.simulator import Running

TOKENS = ("/connect/v1/auth/token", "/api/v2/oauth2/token")
ABSENT: Any = object()  # a field that an item does not have
ITEM: dict[str, Any] = {
    "title": "A title",
    "type": "video",
    "url": "https://demo.edflex.com/en/video/1/",
    "language": "en",
    "difficulty": "introductive",
    "duration": "PT10M",
    "description": "<p>What it is about.</p>",
    "author": None,
    "creator": {"name": "Edflex"},
    "image": {"bigUrl": "https://cdn.example.com/big.png"},
    "status": "opened",
    "syllabus": None,
    "platform": {"name": "YouTube"},
    "categories": [{"id": "c1", "name": "Management"}],
    "authors": [],
}

Effects = dict[str, list[Any]]


class Side:
    """One simulator."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.url = running.url
        self._client = open_client(running)

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def control(self, method: str, path: str, body: object = None) -> Any:
        """Call a control endpoint, which must do what it is asked."""
        answer = self._client.request(method, f"/_simulator/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def fault(self, **switches: object) -> None:
        """Switch faults on, or off with None."""
        self.control("POST", "faults", switches)

    def ahead(self, seconds: float) -> None:
        """Let the simulator's clock show so much more than the real one."""
        self.control("POST", "clock", {"ahead": seconds})

    def mark(self) -> int:
        """Where the audit log ends now."""
        self.control("GET", "state")  # jobs that are due belong to what was before
        return int(self.control("GET", "audit?since=999999999")["last"])

    def entries(self, since: int = 0) -> list[dict[str, Any]]:
        """The audit log from a mark on."""
        return list(self.control("GET", f"audit?since={since}")["entries"])

    def requests(self, since: int = 0) -> list[dict[str, Any]]:
        """The requests from a mark on, without those for tokens."""
        return [
            entry
            for entry in self.entries(since)
            if entry["kind"] == "request" and entry["path"] not in TOKENS
        ]


class Edflex(Side):
    """The source."""

    def put(self, item_id: str, **attributes: Any) -> None:
        """Have an item with exactly these attributes, completed from ITEM."""
        whole = {k: v for k, v in (ITEM | attributes).items() if v is not ABSENT}
        answer = self._client.put(f"/_simulator/items/{item_id}", json=whole)
        if answer.status_code == 404:
            self.control("POST", "items", {"id": item_id})
            self.control("PUT", f"items/{item_id}", whole)

    def fill(self, number: int, **attributes: Any) -> None:
        """Have items i1, i2, …"""
        for place in range(1, number + 1):
            self.put(f"i{place}", title=f"Title {place}", **attributes)

    def patch(self, item_id: str, **attributes: Any) -> None:
        """Change some attributes of an item."""
        self.control("PATCH", f"items/{item_id}", attributes)

    def remove(self, *item_ids: str) -> None:
        """Take items out of the catalogue."""
        for item_id in item_ids:
            self.control("DELETE", f"items/{item_id}")

    def learn(self, email: str, content: str, **given: Any) -> None:
        """Have a statistic of a learner in a content, completed from sensible values."""
        self.control("POST", "activities", {"email": email, "content_id": content, **given})

    def relearn(self, email: str, content: str, **changed: Any) -> None:
        """Change a statistic."""
        self.control("PATCH", "activities", {"email": email, "content_id": content, **changed})


class Target(Side):
    """The target."""

    def attempts(self, external_id: str = "", mail: str = "") -> list[dict[str, Any]]:
        """The attempts of learners, newest last."""
        given = {"externalId": external_id, "mail": mail}
        query = "&".join(f"{name}={value}" for name, value in given.items() if value)
        return list(self.control("GET", f"attempts?{query}")["attempts"])

    def tags(self) -> set[str]:
        """The names of all tags."""
        return {tag["name"] for tag in self.control("GET", "tags")["tags"]}

    def tags_of(self, external_id: str) -> set[str]:
        """The names of the tags of a course."""
        course = self.course(external_id)
        assert course is not None, f"no course {external_id}"
        return set(course.get("tags", ()))

    def course(self, external_id: str) -> dict[str, Any] | None:
        """The one course of that id, with its `status`; None if there is none."""
        found = self.control("GET", f"courses?externalId={external_id}")["courses"]
        assert len(found) <= 1, found
        return found[0] if found else None

    def field(self, external_id: str, name: str) -> Any:
        """What a course holds in one field; ABSENT if nothing."""
        course = self.course(external_id)
        assert course is not None, f"no course {external_id}"
        return course.get(name, ABSENT)

    def courses(self, status: str = "published") -> set[str]:
        """The external ids of the courses of that status."""
        found = self.control("GET", f"courses?status={status}")["courses"]
        return {course["externalId"] for course in found}

    def integration(self) -> dict[str, Any]:
        """The only integration."""
        (found,) = self.integrations()
        return found

    def integrations(self) -> list[dict[str, Any]]:
        """Every active integration."""
        state = self.control("GET", "state")
        return [one for one in state["integrations"] if one["active"]]

    def hand(self, action: str, **given: Any) -> Any:
        """Do something as an administrator would."""
        return self.control("POST", "hand", {"action": action, **given})

    def effects(self, since: int = 0) -> Effects:
        """What requests and jobs changed from a mark on: ids by kind of effect."""
        self.control("GET", "state")  # settles jobs that are due
        effects: Effects = defaultdict(list)
        for entry in self.entries(since):
            if entry["kind"] != "hand":
                for kind, ids in entry.get("effect", {}).items():
                    effects[kind] += ids
        return {kind: ids for kind, ids in effects.items() if ids}

    def writes(self, since: int = 0) -> list[dict[str, Any]]:
        """The requests that could change something, whether or not they did."""
        return [entry for entry in self.requests(since) if entry["method"] != "GET"]

    def violations(self) -> list[str]:
        """What the vendor's OpenAPI documents have against the requests so far."""
        return [finding for entry in self.requests() for finding in _against_contract(entry)]


def _against_contract(entry: dict[str, Any]) -> list[str]:
    body = entry.get("body")
    if body is None and (entry["status"] >= 400 or "fault" in entry):
        return []  # turned away before its body was read and noted
    if entry["path"].endswith("/archive"):
        # The simulator does not note this body, but it refuses any that is not of this form.
        body = {"archived": "restored" not in entry.get("effect", {})}
    return openapi.check_request(entry["method"], entry["path"], body, entry.get("query") or "")
