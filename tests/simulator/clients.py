"""Small HTTP clients of the two simulators, and what they send."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from syncata.simulator import Running
from syncata.simulator.learning360.world import AUTHOR, ROOT_GROUP

SETTINGS = {
    "externalPlatform": "Edflex",
    "authorId": AUTHOR,
    "groupId": ROOT_GROUP,
    "defaultCompletion": True,
    "defaultProgress": 0,
    "noGroupPropagation": False,
    "externalPlatformLogoUrl": "https://cdn.example.com/logo.png",
}


def course(external_id: str, **fields: Any) -> dict[str, Any]:
    """Return an item of a bulk upsert with every optional field we send."""
    whole = {
        "externalId": external_id,
        "name": f"Course {external_id}",
        "launchUrl": f"https://demo.edflex.com/en/mooc/{external_id}/",
        "defaultLang": "fr",
        "sources": [{"name": "OpenClassrooms"}],
        "subjects": ["Management"],
        "contentType": "mooc",
        "description": "What it is about.",
        "difficultyLevel": "beginner",
        "duration": 90,
        "imageUrl": "https://cdn.example.com/image.png",
    }
    return whole | fields


def statistic(external_id: str, mail: str, first: str, last: str, **fields: Any) -> dict[str, Any]:
    """Return an item of an import of statistics: of a minute, and of somebody half through."""
    whole = {
        "courseIdentifier": {"type": "externalId", "value": external_id},
        "userIdentifier": {"type": "mail", "value": mail},
        "progress": 50,
        "timeSpent": 60_000,
        "firstActivityAt": first,
        "lastActivityAt": last,
    }
    return whole | fields


def open_client(running: Running) -> httpx.Client:
    """Return a client without a token."""
    # Loopback needs no certificates, and reading them takes longer than most of these tests.
    return httpx.Client(base_url=running.url, timeout=10, verify=False)


@contextmanager
def edflex_client(running: Running) -> Iterator[httpx.Client]:
    """Yield a client of the source that carries a token."""
    form = {
        "grant_type": "client_credentials",
        "client_id": "edflex-demo",
        "client_secret": "edflex-secret",
    }
    with open_client(running) as client:
        token = client.post("/connect/v1/auth/token", data=form).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


@contextmanager
def target_client(running: Running) -> Iterator[httpx.Client]:
    """Yield a client of the target that carries a token and the version."""
    body = {
        "grant_type": "client_credentials",
        "client_id": "360-demo",
        "client_secret": "360-secret",
    }
    with open_client(running) as client:
        token = client.post("/api/v2/oauth2/token", json=body).json()["access_token"]
        client.headers.update({"Authorization": f"Bearer {token}", "360-api-version": "v2.0"})
        yield client


def switch(client: httpx.Client, **faults: object) -> None:
    """Switch faults on, or off with None."""
    assert client.post("/_simulator/faults", json=faults).status_code == 200


def audit(client: httpx.Client) -> list[dict[str, Any]]:
    """Return the audit log."""
    entries: list[dict[str, Any]] = client.get("/_simulator/audit").json()["entries"]
    return entries


def integrate(client: httpx.Client, **settings: Any) -> str:
    """Create an integration; returns its id."""
    answer = client.post("/api/v2/integrations", json=SETTINGS | settings)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["_id"])


def bulk(client: httpx.Client, method: str, integration: str, items: object) -> httpx.Response:
    """Send a bulk request."""
    path = f"/api/v2/bulk/integrations/{integration}/courses"
    return client.request(method, path, json={"input": items})


def run_bulk(
    client: httpx.Client, method: str, integration: str, items: object
) -> list[dict[str, Any]]:
    """Send a bulk request and return its results; for simulators whose jobs end at once."""
    return _results(client, bulk(client, method, integration, items))


def run_statistics(client: httpx.Client, integration: str, *items: object) -> list[dict[str, Any]]:
    """Import statistics and return the results; for simulators whose jobs end at once."""
    path = f"/api/v2/bulk/integrations/{integration}/stats"
    return _results(client, client.post(path, json={"input": items}))


def _results(client: httpx.Client, accepted: httpx.Response) -> list[dict[str, Any]]:
    assert accepted.status_code == 202, accepted.text
    results: list[dict[str, Any]] = client.get(accepted.headers["Location"] + "/results").json()
    return results


def effects(client: httpx.Client, kind: str = "job") -> list[dict[str, Any]]:
    """Return what jobs, requests or hands did, one by one."""
    return [entry["effect"] for entry in audit(client) if entry["kind"] == kind]


def hand(client: httpx.Client, action: str, **given: object) -> dict[str, Any]:
    """Do something by hand."""
    done: dict[str, Any] = control(client, "POST", "hand", {"action": action, **given})
    return done


def control(client: httpx.Client, method: str, path: str, body: object = None) -> Any:
    """Call a control endpoint, which must do what it is asked."""
    answer = client.request(method, f"/_simulator/{path}", json=body)
    assert answer.is_success, answer.text
    return answer.json()
