"""The simulated target keeps to the vendor's OpenAPI documents, and so does what we send."""

from typing import Any

import httpx
import pytest
from tests.simulator import openapi
from tests.simulator.checked import UNKNOWN, Checked, code
from tests.simulator.clients import SETTINGS, bulk, course, integrate, switch, target_client

from syncata.simulator import Options, serve
from syncata.simulator.learning360.world import AUTHOR, FORMER, ROOT_GROUP, SUB_GROUP

pytestmark = pytest.mark.skipif(not openapi.available(), reason=openapi.MISSING)

COURSES = "/api/v2/bulk/integrations/{}/courses"


@pytest.fixture
def send(client: httpx.Client) -> Checked:
    """A checked client of the target."""
    return Checked(client)


@pytest.fixture
def job(send: Checked) -> str:
    """The path of a finished operation: one course is fine, one is not."""
    target = integrate(send.client)
    answer = bulk(send.client, "PUT", target, [course("1"), course("2", duration=0)])
    return str(httpx.URL(answer.headers["Location"]).path)


def test_token_answers_follow_the_schema(send: Checked) -> None:
    """A token as the schema says it, and every error of the token endpoint."""
    url = "/api/v2/oauth2/token"
    body = {"grant_type": "client_credentials", "client_id": "360-demo", "client_secret": "no"}
    switch(send.client, numeric_expires=True)
    send("POST", url, 200, body | {"client_secret": "360-secret"})
    assert code(send("POST", url, 401, body)) == "invalid_client"
    assert code(send("POST", url, 400, body | {"scope": "all"}, wrong=True)) == "invalid_request"
    other = body | {"grant_type": "password"}
    assert code(send("POST", url, 400, other, wrong=True)) == "unsupported_grant_type"


def test_expires_in_is_a_string_as_in_the_published_examples(send: Checked) -> None:
    """The one deliberate departure from the schema: examples show a string."""
    body = {
        "grant_type": "client_credentials",
        "client_id": "360-demo",
        "client_secret": "360-secret",
    }
    answer = send.client.post("/api/v2/oauth2/token", json=body).json()
    assert answer["expires_in"] == "3600"
    findings = openapi.check_response("POST", "/api/v2/oauth2/token", 200, answer)
    assert len(findings) == 1


def test_integrations_follow_the_schemas(send: Checked) -> None:
    """Create, list with filters, patch and delete an integration."""
    one = send("POST", "/api/v2/integrations", 201, SETTINGS)
    url = f"/api/v2/integrations/{one['_id']}"
    assert send("GET", "/api/v2/integrations?externalPlatform[eq]=Edflex", 200) == [one]
    assert send("GET", "/api/v2/integrations?externalPlatform[ne]=Edflex", 200) == []
    assert send("GET", "/api/v2/integrations?externalPlatform[nin][0]=Edflex", 200) == []
    patched = send("PATCH", url, 200, {"defaultProgress": 1, "groupId": SUB_GROUP})
    assert patched["defaultProgress"] == 1
    send("DELETE", url, 204)
    assert send("GET", "/api/v2/integrations", 200) == []


@pytest.mark.parametrize(
    ("settings", "status", "expected"),
    [
        ({"externalPlatform": "LinkedIn Learning"}, 400, "reservedPlatformName"),
        ({"externalPlatform": "Taken"}, 400, "duplicateExternalPlatform"),
        ({"groupId": UNKNOWN}, 404, "groupNotFound"),
        ({"authorId": UNKNOWN}, 404, "userNotFound"),
        ({"authorId": FORMER}, 404, "userNotFound"),
    ],
)
def test_integration_errors_follow_the_schemas(
    send: Checked, settings: dict[str, str], status: int, expected: str
) -> None:
    """Each reason to refuse an integration has its code, on creation and on change."""
    integrate(send.client, externalPlatform="Taken")
    other = integrate(send.client, externalPlatform="Other")
    created = send("POST", "/api/v2/integrations", status, SETTINGS | settings)
    patched = send("PATCH", f"/api/v2/integrations/{other}", status, settings)
    assert code(created) == code(patched) == expected


def test_a_name_may_be_judged_before_the_integration_is_looked_for(send: Checked) -> None:
    """The documents name both refusals of a change, and not which one comes first: a switch."""
    url, body = f"/api/v2/integrations/{UNKNOWN}", {"externalPlatform": "Go1"}
    assert code(send("PATCH", url, 404, body)) == "integrationNotFound"
    switch(send.client, names_first=True)
    assert code(send("PATCH", url, 400, body)) == "reservedPlatformName"
    assert code(send("PATCH", url, 404, {"defaultProgress": 1})) == "integrationNotFound"


def test_integration_limits_follow_the_schemas(send: Checked) -> None:
    """Too many integrations, unknown ones, and names reserved later have their codes."""
    one = integrate(send.client)
    switch(send.client, integrations_limit=1, reserved="Edflex")
    refused = send("POST", "/api/v2/integrations", 400, SETTINGS)
    assert code(refused) == "integrationsLimitReached"
    assert code(send("DELETE", f"/api/v2/integrations/{one}", 400)) == "reservedPlatformName"
    assert code(send("DELETE", f"/api/v2/integrations/{UNKNOWN}", 404)) == "integrationNotFound"
    body = {"input": [course("1")]}
    refused = send("PUT", COURSES.format(one), 400, body)
    assert code(refused) == "reservedPlatformName"


def test_bulk_requests_follow_the_schemas(send: Checked) -> None:
    """Upsert, archive, and each reason to refuse them at once."""
    url = COURSES.format(integrate(send.client))
    send("PUT", url, 202, {"input": [course("1"), course("2", translations=[])]})
    send("DELETE", url, 202, {"input": [{"externalId": "1"}]})
    for method, most in (("PUT", 10_000), ("DELETE", 1_000)):
        short = send(method, url, 400, {"input": {}}, wrong=True)
        assert code(short) == "invalidInput"
        long = send(method, url, 400, {"input": [{}] * (most + 1)}, wrong=True)
        assert code(long) == "inputTooLong"
    body = {"input": [course("1")]}
    assert code(send("PUT", COURSES.format(UNKNOWN), 404, body)) == "integrationNotFound"
    switch(send.client, slots_taken=3)
    full = send("PUT", url, 429, body)
    assert code(full) == "bulkOperationsConcurrencyLimitReached"
    switch(send.client, bulk_disabled=True)
    assert code(send("DELETE", url, 503, {"input": []})) == "bulkAPIDisabled"


def test_operations_follow_the_schemas(send: Checked, job: str) -> None:
    """A finished operation, its results, the listing with its filters, and the errors."""
    operation = send("GET", job, 200)
    assert operation["status"] == "completed"
    assert [one["status"] for one in send("GET", f"{job}/results", 200)] == ["success", "error"]
    filters = "type[eq]=importExternalCourses&status[eq]=completed&createdAt[gte]=2020-01-01T00:00"
    assert send("GET", f"/api/v2/bulk/operations?{filters}", 200) == [operation]
    assert send("GET", "/api/v2/bulk/operations?createdAt[lt]=2020-01-01T00:00", 200) == []
    for url in (f"/api/v2/bulk/operations/{UNKNOWN}", f"/api/v2/bulk/operations/{UNKNOWN}/results"):
        assert code(send("GET", url, 404)) == "bulkOperationNotFound"


def test_every_state_of_an_operation_follows_the_schema() -> None:
    """Pending, queued, running and error have the properties that their schemas ask for."""
    seen = set()
    options = Options(job_seconds=0.15, rate_limits=False, faults={"job_error": "on"})
    with serve("360learning", options) as running, target_client(running) as client:
        send = Checked(client)
        accepted = bulk(client, "PUT", integrate(client), [course("1"), course("2")])
        path = str(httpx.URL(accepted.headers["Location"]).path)
        assert code(send("GET", f"{path}/results", 400)) == "bulkOperationNotRun"
        while "error" not in seen:
            seen.add(send("GET", path, 200)["status"])
        assert len(send("GET", f"{path}/results", 200)) == 1
    assert seen == {"pending", "queued", "running", "error"}


def test_courses_follow_the_schemas(send: Checked, job: str) -> None:
    """List, show, archive and restore a course; show an external course; and the errors."""
    course_id = send("GET", f"{job}/results", 200)[0]["resourceId"]
    query = f"type[eq]=external&groupId[eq]={ROOT_GROUP}&authorId[eq]={AUTHOR}&status[eq]=published"
    (listed,) = send("GET", f"/api/v2/courses?{query}", 200)
    assert listed == send("GET", f"/api/v2/courses/{course_id}", 200)
    url = f"/api/v2/courses/{course_id}/archive"
    assert send("PUT", url, 200, {"archived": True})["status"] == "archived"
    assert send("PUT", url, 200, {"archived": False})["status"] == "published"
    (integration,) = send("GET", "/api/v2/integrations", 200)
    external = f"/api/v2/integrations/{integration['_id']}/courses"
    assert send("GET", f"{external}/1", 200)["courseId"] == course_id
    assert code(send("GET", f"{external}/none", 400)) == "courseNotBelongToIntegration"
    missing = send("PUT", f"/api/v2/courses/{UNKNOWN}/archive", 404, {"archived": True})
    assert code(missing) == "courseNotFound"
    assert code(send("GET", f"/api/v2/courses/{UNKNOWN}", 404)) == "courseNotFound"
    send("DELETE", f"/api/v2/integrations/{integration['_id']}", 204)
    assert code(send("PUT", url, 400, {"archived": False})) == "integrationInactive"
    assert code(send("GET", f"{external}/1", 404)) == "integrationNotFound"


def test_people_and_groups_follow_the_schemas(send: Checked) -> None:
    """Users, groups and roles, with the filters and the errors they have."""
    (author,) = send("GET", "/api/v2/users?mail[eq]=author@example.com", 200)
    assert author == send("GET", f"/api/v2/users/{AUTHOR}", 200)
    assert author["lang"] == "fr"
    send("GET", "/api/v2/users?status[ne]=deleted&username[nin]=x", 200)
    assert len(send("GET", "/api/v2/groups", 200)) == 4
    send("GET", f"/api/v2/groups/{ROOT_GROUP}", 200)
    roles = send("GET", f"/api/v2/groups/{ROOT_GROUP}/roles", 200)
    assert {"userId": AUTHOR, "role": "editor"} in roles
    assert {"groupId": SUB_GROUP, "role": "admin"} in send(
        "GET", f"/api/v2/users/{AUTHOR}/roles", 200
    )
    assert code(send("GET", f"/api/v2/users/{UNKNOWN}/roles", 404)) == "userNotFound"
    assert code(send("GET", f"/api/v2/users/{UNKNOWN}", 404)) == "userNotFound"
    assert code(send("GET", f"/api/v2/groups/{UNKNOWN}", 404)) == "groupNotFound"
    assert code(send("GET", f"/api/v2/groups/{UNKNOWN}/roles", 404)) == "groupNotFound"


EVERYWHERE: list[tuple[str, str, dict[str, Any] | None]] = [
    ("POST", "/api/v2/integrations", SETTINGS),
    ("GET", "/api/v2/integrations", None),
    ("PATCH", f"/api/v2/integrations/{UNKNOWN}", {}),
    ("DELETE", f"/api/v2/integrations/{UNKNOWN}", None),
    ("GET", f"/api/v2/integrations/{UNKNOWN}/courses/1", None),
    ("PUT", COURSES.format(UNKNOWN), {"input": []}),
    ("DELETE", COURSES.format(UNKNOWN), {"input": []}),
    ("GET", "/api/v2/bulk/operations", None),
    ("GET", f"/api/v2/bulk/operations/{UNKNOWN}", None),
    ("GET", f"/api/v2/bulk/operations/{UNKNOWN}/results", None),
    ("POST", f"/api/v2/bulk/integrations/{UNKNOWN}/stats", {"input": []}),
    ("GET", "/api/v2/courses", None),
    ("GET", "/api/v2/courses/stats", None),
    ("GET", f"/api/v2/courses/{UNKNOWN}/tags", None),
    ("PUT", f"/api/v2/courses/{UNKNOWN}/tags", {"tagIds": []}),
    ("GET", "/api/v2/tags", None),
    ("POST", "/api/v2/tags", {"name": "x", "isMain": True}),
    ("GET", f"/api/v2/tags/{UNKNOWN}", None),
    ("PUT", f"/api/v2/tags/{UNKNOWN}", {"name": "x", "isMain": True}),
    ("DELETE", f"/api/v2/tags/{UNKNOWN}", None),
    ("GET", f"/api/v2/courses/{UNKNOWN}", None),
    ("PUT", f"/api/v2/courses/{UNKNOWN}/archive", {"archived": True}),
    ("GET", "/api/v2/users", None),
    ("GET", f"/api/v2/users/{UNKNOWN}", None),
    ("GET", "/api/v2/groups", None),
    ("GET", f"/api/v2/groups/{UNKNOWN}", None),
    ("GET", f"/api/v2/groups/{UNKNOWN}/roles", None),
    ("GET", f"/api/v2/users/{UNKNOWN}/roles", None),
]


def test_common_errors_follow_the_schemas_everywhere(send: Checked) -> None:
    """No token, no scope and too many requests are worded as each endpoint declares."""
    all_scopes = "integrations:read,integrations:write,integrations:bulk,bulkOperations:read,"
    all_scopes += "courses:read,courses:write,users:read,groups:read,courseStats:read,"
    all_scopes += "tags:read,tags:write"
    for method, url, body in EVERYWHERE:
        switch(send.client, missing_scopes=all_scopes)
        assert code(send(method, url, 403, body)) == "invalid_scope"
        if url.count("/bulk/integrations") == 0:
            switch(send.client, http_429=1)
            assert code(send(method, url, 429, body)) == "tooManyRequests"
        switch(send.client, revoke_token=0)
        assert code(send(method, url, 401, body)) == "invalid_token"
        switch(send.client, revoke_token=None)


def test_pages_follow_the_contract(send: Checked) -> None:
    """604 users come as a page of 500 and a page of 104, led by the Link header."""
    first = send.client.get("/api/v2/users?status[eq]=active")
    assert len(first.json()) == 500
    assert 'rel="next"' in first.headers["Link"]
    url = first.links["next"]["url"]
    second = send.client.get(url)
    assert len(second.json()) == 102
    assert "Link" not in second.headers
    seen = {user["_id"] for user in first.json() + second.json()}
    assert len(seen) == 602
    assert openapi.check_request("GET", "/api/v2/users", query=httpx.URL(url).query.decode()) == []


def test_the_check_itself_finds_mistakes() -> None:
    """Unknown paths, filters, properties, missing ones and bodies out of place are findings."""
    path = "/api/v2/integrations"
    assert openapi.check_request("GET", "/api/v2/nothing")
    assert openapi.check_request("GET", path, query="name[eq]=x")
    assert openapi.check_request("POST", path, {"externalPlatform": "x"})
    assert openapi.check_request("POST", path, SETTINGS | {"color": "red"})
    assert openapi.check_request("GET", path, {})
    assert openapi.check_request("PUT", COURSES.format(UNKNOWN), {"input": [course("")]})
    assert openapi.check_response("GET", path, 418)
    assert openapi.check_response("DELETE", f"{path}/{UNKNOWN}", 204, {})
    assert openapi.check_response("GET", "/api/v2/users", 200, [{"_id": "1"}])
