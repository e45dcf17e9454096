"""The simulated target: bulk jobs, their effects, limits, and what an administrator does."""

from typing import Any

import httpx
import pytest
from tests.simulator.clients import (
    SETTINGS,
    audit,
    bulk,
    course,
    effects,
    hand,
    integrate,
    open_client,
    run_bulk,
    switch,
    target_client,
)

from syncata.simulator import Options, serve


def statuses(client: httpx.Client) -> dict[str, str]:
    """Return the status of each course by external id."""
    courses = client.get("/_simulator/courses").json()["courses"]
    return {one["externalId"]: one["status"] for one in courses}


def test_an_upsert_creates_replaces_and_notices_no_change(client: httpx.Client) -> None:
    """The audit log tells created, updated and unchanged courses apart."""
    target = integrate(client)
    run_bulk(client, "PUT", target, [course("a"), course("b")])
    run_bulk(client, "PUT", target, [course("a"), course("b", name="B"), course("c")])
    assert effects(client) == [
        {"created": ["a", "b"]},
        {"unchanged": ["a"], "updated": ["b"], "created": ["c"]},
    ]


def test_replacing_clears_what_is_omitted(client: httpx.Client) -> None:
    """An upsert replaces the whole course: an optional field that is left out is gone."""
    target = integrate(client)
    small = {k: v for k, v in course("a").items() if k not in {"duration", "imageUrl"}}
    run_bulk(client, "PUT", target, [course("a")])
    run_bulk(client, "PUT", target, [small])
    shown = client.get(f"/api/v2/integrations/{target}/courses/a").json()
    assert not {"duration", "imageUrl"} & shown.keys()


BAD: list[tuple[Any, str]] = [
    ({k: v for k, v in course("a").items() if k != "sources"}, '"sources" is required'),
    (course("a", name=""), '"name" must be a non-empty string'),
    (course("a", duration=0), '"duration" must be an integer from 1 to 100000'),
    (course("a", duration=1.5), '"duration" must be an integer from 1 to 100000'),
    (course("a", defaultLang="en_US"), '"defaultLang" must be one of the enum'),
    (course("a", contentType="film"), '"contentType" must be one of the enum'),
    (course("a", subjects=[""]), '"subjects" must be an array of non-empty strings'),
    (course("a", sources=[{"name": ""}]), '"sources" holds a source whose "name" must be'),
    (course("a", tags=[]), '"tags" is not allowed'),
    (course("a", authorId="f" * 24), "User not found"),
    (course("a", translations=[{"lang": "xx", "translatedFields": {}}]), '"translations" holds'),
    ("text", "item must be an object"),
]


@pytest.mark.parametrize(("item", "message"), BAD, ids=[message for _, message in BAD])
def test_a_bad_item_fails_alone(client: httpx.Client, item: object, message: str) -> None:
    """Each rule of the course schema fails its item with a message; the next one passes."""
    results = run_bulk(client, "PUT", integrate(client), [item, course("good")])
    assert [result["status"] for result in results] == ["error", "success"]
    assert results[0]["errorMessage"].startswith(message)


def test_results_echo_the_items_and_name_the_courses(client: httpx.Client) -> None:
    """A result repeats what was sent, and its resourceId opens the course."""
    (result,) = run_bulk(client, "PUT", integrate(client), [course("a/é ?")])
    assert result["input"] == course("a/é ?")
    shown = client.get(f"/api/v2/courses/{result['resourceId']}").json()
    assert shown["name"] == "Course a/é ?"


def test_external_ids_are_encoded_in_paths(client: httpx.Client) -> None:
    """An external id with a slash and an accent is found when it is percent-encoded."""
    target = integrate(client)
    run_bulk(client, "PUT", target, [course("a/é ?")])
    answer = client.get(f"/api/v2/integrations/{target}/courses/a%2F%C3%A9%20%3F")
    assert answer.json()["externalId"] == "a/é ?"


def test_archive_and_restore(client: httpx.Client) -> None:
    """Bulk archiving archives; an upsert does not bring back; the single request does."""
    target = integrate(client)
    (created,) = run_bulk(client, "PUT", target, [course("a")])
    results = run_bulk(client, "DELETE", target, [{"externalId": "a"}, {"externalId": "z"}])
    assert [result["status"] for result in results] == ["success", "error"]
    run_bulk(client, "PUT", target, [course("a", name="A")])
    assert statuses(client) == {"a": "archived"}
    client.put(f"/api/v2/courses/{created['resourceId']}/archive", json={"archived": False})
    assert statuses(client) == {"a": "published"}
    requests = [entry.get("effect") for entry in audit(client) if entry["kind"] == "request"]
    assert {"restored": ["a"]} in requests


def test_an_upsert_can_restore_when_told_so(client: httpx.Client) -> None:
    """upsert_restores is the other reading of what the contract leaves open."""
    target = integrate(client)
    run_bulk(client, "PUT", target, [course("a")])
    run_bulk(client, "DELETE", target, [{"externalId": "a"}])
    switch(client, upsert_restores=True)
    run_bulk(client, "PUT", target, [course("a")])
    assert effects(client)[-1] == {"restored": ["a"]}


def test_deleting_an_integration_archives_its_courses(client: httpx.Client) -> None:
    """The integration disappears, its courses are archived, and its name is free again."""
    target = integrate(client)
    run_bulk(client, "PUT", target, [course("a"), course("b")])
    assert client.delete(f"/api/v2/integrations/{target}").status_code == 204
    assert statuses(client) == {"a": "archived", "b": "archived"}
    assert client.get("/api/v2/integrations").json() == []
    assert integrate(client) != target


def test_a_job_holds_its_slot_until_it_ends() -> None:
    """Three jobs of the company run at a time; the fourth is refused until one has ended."""
    options = Options(job_seconds=0.3, rate_limits=False)
    with serve("360learning", options) as running, target_client(running) as client:
        target = integrate(client)
        answers = [bulk(client, "PUT", target, [course(str(n))]) for n in range(4)]
        assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
        while bulk(client, "PUT", target, [course("3")]).status_code == 429:
            pass
        assert "0" in statuses(client)


def test_rate_limits_count_reads_and_writes_apart() -> None:
    """Beyond 50 reads or 10 writes a second the company is refused; bulk requests are not."""
    with serve("360learning") as running, target_client(running) as client:
        writes = [client.patch(f"/api/v2/integrations/{'f' * 24}", json={}) for _ in range(30)]
        assert 10 <= sum(answer.status_code == 404 for answer in writes) < 30
        assert writes[-1].json() == {"error": "tooManyRequests"}
        assert client.get("/api/v2/groups").status_code == 200
        bulks = [bulk(client, "PUT", "f" * 24, []) for _ in range(30)]
        assert {answer.status_code for answer in bulks} == {404}


def test_the_version_header_is_required(client: httpx.Client) -> None:
    """A request without the header, or with another version, is refused."""
    for version in ("", "v1.0"):
        answer = client.get("/api/v2/groups", headers={"360-api-version": version})
        assert answer.status_code == 400


def test_scopes_belong_to_credentials() -> None:
    """A credential without a scope gets invalid_scope, in either shape."""
    options = Options(scopes={"360-demo": frozenset({"groups:read"})}, rate_limits=False)
    with serve("360learning", options) as running, target_client(running) as client:
        assert client.get("/api/v2/groups").status_code == 200
        refused = client.get("/api/v2/users")
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "invalid_scope")
        switch(client, string_403=True)
        assert client.get("/api/v2/users").json() == {"error": "invalid_scope"}


def test_users_are_found_by_mail_in_every_notation(client: httpx.Client) -> None:
    """Brackets plain or encoded, lists indexed or not."""
    one, two = "learner-0001@example.com", "learner-0002@example.com"
    for query in (
        f"mail[in]={one}&mail[in]={two}",
        f"mail%5Bin%5D%5B0%5D={one}&mail%5Bin%5D%5B1%5D={two}",
        f"mail[in][]={one}&mail[in][]={two}",
    ):
        found = client.get(f"/api/v2/users?{query}").json()
        assert [user["mail"] for user in found] == [one, two]
    assert client.get("/api/v2/users?mail[like]=x").status_code == 400


def test_operations_are_listed_newest_first_in_pages_of_20(client: httpx.Client) -> None:
    """25 operations come as 20 and 5."""
    target = integrate(client)
    for number in range(25):
        run_bulk(client, "PUT", target, [course(str(number))])
    first = client.get("/api/v2/bulk/operations")
    second = client.get(first.links["next"]["url"])
    ids = [one["_id"] for one in first.json() + second.json()]
    assert (len(first.json()), len(second.json())) == (20, 5)
    assert ids == sorted(ids, reverse=True)


def test_faults_of_jobs(client: httpx.Client) -> None:
    """Jobs can fail half-way, fail items, lose results, shuffle them, and be forgotten."""
    target = integrate(client)
    switch(client, job_error=1, fail_items="b,c")
    accepted = bulk(client, "PUT", target, [course(name) for name in "abcd"])
    location = accepted.headers["Location"]
    assert client.get(location).json()["status"] == "error"
    results = client.get(f"{location}/results").json()
    assert [one["status"] for one in results] == ["success", "error"]
    assert effects(client)[0]["created"] == ["a"]
    switch(client, fail_items=None, missing_results=2, shuffle_results=True)
    results = run_bulk(client, "PUT", target, [course(str(number)) for number in range(12)])
    order = [int(one["input"]["externalId"]) for one in results]
    assert len(order) == 10
    assert order != sorted(order)
    switch(client, lost_jobs=True)
    assert client.get(location).status_code == 404
    assert client.get("/api/v2/bulk/operations").json() == []


def test_a_location_can_lead_elsewhere(client: httpx.Client) -> None:
    """wrong_location names another origin and the right operation."""
    switch(client, wrong_location=True)
    accepted = bulk(client, "PUT", integrate(client), [course("a")])
    assert accepted.headers["Location"].startswith("http://198.51.100.1/api/v2/bulk/operations/")


def test_a_lost_answer_keeps_its_effect(client: httpx.Client) -> None:
    """drop_connection: the job runs though its submitter never hears of it."""
    target = integrate(client)
    switch(client, drop_connection="1@PUT /api/v2/bulk")
    with pytest.raises(httpx.RemoteProtocolError):
        bulk(client, "PUT", target, [course("a")])
    (job,) = client.get("/api/v2/bulk/operations").json()
    assert job["status"] == "completed"
    assert statuses(client) == {"a": "published"}
    lost = [entry for entry in audit(client) if entry.get("fault") == "drop_connection"]
    assert lost[0]["job"] == job["_id"]


def test_an_administrator_can_interfere(client: httpx.Client) -> None:
    """Archive, edit, delete a course, add an integration and a user by hand."""
    target = integrate(client)
    run_bulk(client, "PUT", target, [course(name) for name in "abc"])
    hand(client, "archive_course", externalId="a")
    hand(client, "edit_course", externalId="b", fields={"name": "Edited"})
    gone = hand(client, "delete_course", externalId="c")
    assert statuses(client) == {"a": "archived", "b": "published", "c": "deleted"}
    assert client.get(f"/api/v2/courses/{gone['courseId']}").json()["status"] == "deleted"
    run_bulk(client, "PUT", target, [course("b"), course("c")])
    assert effects(client)[-1] == {"updated": ["b"], "created": ["c"]}
    hand(client, "add_integration", settings={"externalPlatform": "Mine"})
    taken = client.post("/api/v2/integrations", json=SETTINGS | {"externalPlatform": "Mine"})
    assert taken.json()["error"]["code"] == "duplicateExternalPlatform"
    hand(client, "add_user", mail="new@example.com", lang="it")
    (user,) = client.get("/api/v2/users?mail[eq]=new@example.com").json()
    assert user["lang"] == "it"
    assert client.post("/_simulator/hand", json={"action": "dance"}).status_code == 400


def test_courses_come_in_pages_of_500(client: httpx.Client) -> None:
    """1,001 courses come as 500, 500 and 1, filtered or not."""
    target = integrate(client)
    run_bulk(client, "PUT", target, [course(str(number)) for number in range(1001)])
    for query in ("", "?type[eq]=external&status[eq]=published"):
        url: str | None = f"/api/v2/courses{query}"
        sizes = []
        while url:
            answer = client.get(url)
            sizes.append(len(answer.json()))
            url = answer.links.get("next", {}).get("url")
        assert sizes == [500, 500, 1]


def test_the_audit_log_has_bodies_when_asked_and_no_secrets(client: httpx.Client) -> None:
    """Bodies of writes are kept, those of token requests and tokens themselves are not."""
    target = integrate(client)
    run_bulk(client, "PUT", target, [course("a")])
    entries = audit(client)
    assert entries[1]["body"] == SETTINGS
    assert entries[2]["body"] == {"input": [course("a")]}
    token = client.headers["Authorization"].removeprefix("Bearer ")
    assert "360-secret" not in str(entries)
    assert token not in str(entries)


def test_state_counts_courses() -> None:
    """The state tells how many courses are published, archived and deleted."""
    with serve("360learning") as running, open_client(running) as client:
        state = client.get("/_simulator/state").json()
    assert state["courses"] == {"published": 0, "archived": 0, "deleted": 0}
    assert state["users"] == 604
