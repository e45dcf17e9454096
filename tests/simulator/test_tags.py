"""Tags on the target: their names, the courses that carry them, and what the audit log says."""

from typing import Any

import httpx
import pytest
from tests.simulator.clients import (
    audit,
    control,
    course,
    effects,
    hand,
    integrate,
    run_bulk,
    switch,
)

TAGS = "/api/v2/tags"


def make(client: httpx.Client, name: str, **fields: Any) -> str:
    """Create a tag; returns its id."""
    answer = client.post(TAGS, json={"name": name, "isMain": False, **fields})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["_id"])


def names(client: httpx.Client, external_id: str = "a") -> list[str]:
    """Return the names of the tags of a course; a course without tags shows none."""
    (one,) = control(client, "GET", f"courses?externalId={external_id}")["courses"]
    tags: list[str] = one.get("tags", [])
    return tags


@pytest.fixture
def a(client: httpx.Client) -> str:
    """The id of the course `a`."""
    (result,) = run_bulk(client, "PUT", integrate(client), [course("a")])
    return str(result["resourceId"])


def test_a_company_has_tags_of_its_own(client: httpx.Client) -> None:
    """Native ones, one of them named like a category of the source."""
    listed = client.get(TAGS).json()
    assert "Management" in [tag["name"] for tag in listed]
    assert {tag["source"] for tag in listed} == {"native"}
    assert control(client, "GET", "tags") == {"total": len(listed), "tags": listed}
    main = client.get(f"{TAGS}?isMain[eq]=true").json()
    assert main == [tag for tag in listed if tag["isMain"]]
    assert 0 < len(main) < len(listed)


@pytest.mark.parametrize(
    ("fold", "name", "free"),
    [
        (None, "Management", False),
        (None, "management", True),
        (True, "management", False),
        (True, "Managements", True),
    ],
)
def test_names_are_taken_once(
    client: httpx.Client, fold: bool | None, name: str, free: bool
) -> None:
    """Exactly as written or, with tag_names_fold, whatever the case; also when renaming."""
    switch(client, tag_names_fold=fold)
    tag = make(client, "Other")
    created = client.post(TAGS, json={"name": name, "isMain": False})
    if free:
        assert created.json()["name"] == name
        return
    renamed = client.put(f"{TAGS}/{tag}", json={"name": name, "isMain": False})
    for answer in (created, renamed):
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] == "tagNameNotAvailable"


def test_a_tag_is_created_changed_and_deleted(client: httpx.Client) -> None:
    """Each with its effect; its own name is free for a tag; what is omitted stays."""
    tag = make(client, "Excel", externalId="x1")
    same = {"name": "Excel", "isMain": False}
    assert client.put(f"{TAGS}/{tag}", json=same).json()["externalId"] == "x1"
    client.put(f"{TAGS}/{tag}", json={"name": "Sheets", "isMain": True})
    shown = client.get(f"{TAGS}/{tag}").json()
    expected = {"name": "Sheets", "isMain": True, "externalId": "x1", "source": "native"}
    assert shown == {"_id": tag, **expected}
    assert client.delete(f"{TAGS}/{tag}").status_code == 204
    for method in ("GET", "DELETE"):
        assert client.request(method, f"{TAGS}/{tag}").status_code == 404
    assert _effects(client) == [
        {"tags_created": ["Excel"]},
        {"unchanged": ["Excel"]},
        {"tags_updated": ["Sheets"]},
        {"tags_removed": ["Sheets"]},
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x"},
        {"isMain": True},
        {"name": "", "isMain": True},
        {"name": "x", "isMain": 1},
        {"name": "x", "isMain": True, "color": "red"},
        {"name": "x", "isMain": True, "externalId": None},
        ["x"],
    ],
)
def test_a_wrong_tag_is_refused(client: httpx.Client, body: object) -> None:
    """Missing, empty, unknown or mistyped properties: 400, and no tag."""
    before = client.get(TAGS).json()
    assert client.post(TAGS, json=body).json()["error"]["code"] == "invalidBody"
    assert client.put(f"{TAGS}/{before[0]['_id']}", json=body).status_code == 400
    assert client.get(TAGS).json() == before


def test_the_tags_of_a_course_are_replaced(client: httpx.Client, a: str) -> None:
    """What is left out is removed; the log says what was added and removed, by name."""
    one, two = make(client, "One"), make(client, "Two")
    url = f"/api/v2/courses/{a}/tags"
    modified = client.get(f"/api/v2/courses/{a}").json()["modifiedAt"]
    assert client.put(url, json={"tagIds": [one, one]}).json() == [one]
    client.put(url, json={"tagIds": [one]})
    client.put(url, json={"tagIds": [two]})
    assert client.get(url).json() == [{"tagId": two, "source": "native"}]
    assert names(client) == ["Two"]
    client.put(url, json={"tagIds": []})
    assert names(client) == client.get(url).json() == []
    assert _effects(client)[2:] == [
        {"course_tags": [{"externalId": "a", "added": ["One"], "removed": []}]},
        {"unchanged": ["a"]},
        {"course_tags": [{"externalId": "a", "added": ["Two"], "removed": ["One"]}]},
        {"course_tags": [{"externalId": "a", "added": [], "removed": ["Two"]}]},
    ]
    assert client.get(f"/api/v2/courses/{a}").json()["modifiedAt"] == modified


def test_an_upsert_keeps_tags(client: httpx.Client, a: str) -> None:
    """Tags are no part of what an upsert replaces."""
    hand(client, "tag", externalId="a", name="Mine")
    (integration,) = client.get("/api/v2/integrations").json()
    run_bulk(client, "PUT", integration["_id"], [course("a", name="A")])
    assert names(client) == ["Mine"]


@pytest.mark.parametrize(
    ("ids", "status", "code"),
    [
        (["f" * 24], 404, "tagNotFound"),
        (["x"], 400, "invalidBody"),
        ("none", 400, "invalidBody"),
        ([f"{number:024x}" for number in range(101)], 400, "invalidBody"),
    ],
)
def test_wrong_tags_of_a_course_are_refused(
    client: httpx.Client, a: str, ids: object, status: int, code: str
) -> None:
    """An unknown tag, what is no id, and more than 100: nothing changes."""
    hand(client, "tag", externalId="a", name="Mine")
    refused = client.put(f"/api/v2/courses/{a}/tags", json={"tagIds": ids})
    assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)
    assert names(client) == ["Mine"]


def test_a_hundred_tags_fit(client: httpx.Client, a: str) -> None:
    """100 are the most that a course can have."""
    ids = [make(client, f"Tag {number}") for number in range(100)]
    assert client.put(f"/api/v2/courses/{a}/tags", json={"tagIds": ids}).json() == ids


def test_a_deleted_tag_leaves_its_courses(client: httpx.Client, a: str) -> None:
    """Deleting a tag takes it off every course, and leaves the others on."""
    ids = [make(client, "Old"), make(client, "Good")]
    client.put(f"/api/v2/courses/{a}/tags", json={"tagIds": ids})
    client.delete(f"{TAGS}/{ids[0]}")
    assert names(client) == ["Good"]


def test_courses_are_listed_by_tag(client: httpx.Client, a: str) -> None:
    """tagIds[in] finds courses that carry any of the tags."""
    (integration,) = client.get("/api/v2/integrations").json()
    run_bulk(client, "PUT", integration["_id"], [course("b"), course("c")])
    one, two = make(client, "One"), make(client, "Two")
    client.put(f"/api/v2/courses/{a}/tags", json={"tagIds": [one]})
    hand(client, "tag", externalId="b", name="Two")
    for query, found in {
        f"tagIds[in]={one}": ["Course a"],
        f"tagIds[in][0]={one}&tagIds[in][1]={two}": ["Course a", "Course b"],
        f"tagIds[in]={'f' * 24}": [],
    }.items():
        listed = client.get(f"/api/v2/courses?{query}").json()
        assert [one["name"] for one in listed] == found


def test_tags_are_put_on_and_off_by_hand(client: httpx.Client, a: str) -> None:
    """Somebody tags a course, with a new tag or a known one, renames the tag and deletes it."""
    before = len(client.get(TAGS).json())
    hand(client, "tag", externalId="a", name="Management")
    assert hand(client, "tag", externalId="a", name="Mine")["tags"] == ["Management", "Mine"]
    assert len(client.get(TAGS).json()) == before + 1
    hand(client, "untag", externalId="a", name="Management")
    hand(client, "rename_tag", name="Mine", to="Ours")
    assert names(client) == ["Ours"]
    hand(client, "delete_tag", name="Ours")
    assert names(client) == []
    assert [list(effect) for effect in effects(client, "hand")] == [
        ["tag"],
        ["tag"],
        ["untag"],
        ["rename_tag"],
        ["delete_tag"],
    ]
    for action in (
        {"action": "untag", "externalId": "a", "name": "None"},
        {"action": "rename_tag", "name": "Management", "to": "Onboarding"},
        {"action": "delete_tag", "name": "None"},
    ):
        assert client.post("/_simulator/hand", json=action).status_code == 400


def test_scopes_of_tags(client: httpx.Client, a: str) -> None:
    """Reading needs tags:read, changing tags tags:write, tagging a course courses:write."""
    tag = make(client, "One")
    url = f"/api/v2/courses/{a}/tags"
    calls: dict[str, list[tuple[str, str, object]]] = {
        "tags:read": [("GET", TAGS, None), ("GET", url, None), ("GET", f"{TAGS}/{tag}", None)],
        "tags:write": [
            ("POST", TAGS, {"name": "x", "isMain": False}),
            ("PUT", f"{TAGS}/{tag}", {"name": "x", "isMain": False}),
            ("DELETE", f"{TAGS}/{tag}", None),
        ],
        "courses:write": [("PUT", url, {"tagIds": []})],
    }
    for scope in calls:
        switch(client, missing_scopes=scope)
        for other, requests in calls.items():
            if other == scope:
                for method, path, body in requests:
                    assert client.request(method, path, json=body).status_code == 403
            else:
                method, path, body = requests[0]
                assert client.request(method, path, json=body).status_code != 403


def _effects(client: httpx.Client) -> list[dict[str, Any]]:
    """Return what requests on tags changed."""
    return [
        entry["effect"]
        for entry in audit(client)
        if "tags" in entry.get("path", "") and "effect" in entry
    ]
