"""Statistics, attempts and tags keep to the vendor's OpenAPI documents."""

import httpx
import pytest
from tests.simulator import openapi
from tests.simulator.checked import UNKNOWN, Checked, code
from tests.simulator.clients import course, hand, integrate, run_bulk, statistic, switch

pytestmark = pytest.mark.skipif(not openapi.available(), reason=openapi.MISSING)

MAIL = "learner-0001@example.com"
HALF = statistic("a", MAIL, "2026-01-01T10:00:00.000Z", "2026-01-01T11:00:00.000Z")


@pytest.fixture
def send(client: httpx.Client) -> Checked:
    """A checked client of the target."""
    return Checked(client)


@pytest.fixture
def stats(send: Checked) -> str:
    """Where statistics go: an integration with the course `a`."""
    integration = integrate(send.client)
    run_bulk(send.client, "PUT", integration, [course("a")])
    return f"/api/v2/bulk/integrations/{integration}/stats"


def test_imports_of_statistics_follow_the_schemas(send: Checked, stats: str) -> None:
    """Every field, the operation with its results, and each reason to refuse a request at once."""
    whole = HALF | {"score": 90, "result": "success", "lang": "fr", "forceNew": True}
    send("POST", stats, 202, {"input": [whole, HALF | {"progress": 100}, HALF]})
    (operation, _) = send("GET", "/api/v2/bulk/operations", 200)
    assert (operation["type"], operation["status"]) == ("importExternalStatistics", "completed")
    filtered = "/api/v2/bulk/operations?type[eq]=importExternalStatistics"
    assert send("GET", filtered, 200) == [operation]
    url = f"/api/v2/bulk/operations/{operation['_id']}/results"
    assert [one["status"] for one in send("GET", url, 200)] == ["success"] * 3
    assert code(send("POST", stats, 400, {"input": {}}, wrong=True)) == "invalidInput"
    long = send("POST", stats, 400, {"input": [{}] * 10_001}, wrong=True)
    assert code(long) == "inputTooLong"
    other = f"/api/v2/bulk/integrations/{UNKNOWN}/stats"
    assert code(send("POST", other, 404, {"input": []})) == "integrationNotFound"
    switch(send.client, slots_taken=3)
    full = send("POST", stats, 429, {"input": [HALF]})
    assert code(full) == "bulkOperationsConcurrencyLimitReached"
    switch(send.client, bulk_disabled=True, reserved="Edflex")
    assert code(send("POST", stats, 503, {"input": [HALF]})) == "bulkAPIDisabled"
    switch(send.client, bulk_disabled=None)
    assert code(send("POST", stats, 400, {"input": [HALF]})) == "reservedPlatformName"


def test_ten_thousand_statistics_fit(send: Checked, stats: str) -> None:
    """10,000 items are the most that a request may hold."""
    answer = send.client.post(stats, json={"input": [{}] * 10_000})
    assert answer.status_code == 202


def test_attempts_follow_the_schema(send: Checked, stats: str) -> None:
    """Open ones, completed ones with a score, and launched ones, under every filter."""
    done = HALF | {"progress": 100, "score": 80, "forceNew": True}
    send("POST", stats, 202, {"input": [HALF, done]})
    hand(send.client, "launch", mail="learner-0002@example.com", externalId="a")
    listed = send("GET", "/api/v2/courses/stats", 200)
    assert [one.get("score") for one in listed] == [None, 80, None]
    one = listed[0]
    query = f"courseId[eq]={one['courseId']}&userId[in][0]={one['userId']}"
    query += "&completedAt[gte]=2020-01-01T00:00:00.000Z&completedAt[lt]=2099-01-01T00:00:00.000Z"
    query += f"&courseId[nin][0]={UNKNOWN}&userId[ne]={UNKNOWN}"
    assert send("GET", f"/api/v2/courses/stats?{query}", 200) == [listed[1]]


def test_tags_follow_the_schemas(send: Checked) -> None:
    """List with the filter, create, show, change, delete, and the errors."""
    listed = send("GET", "/api/v2/tags", 200)
    send("GET", "/api/v2/tags?isMain[eq]=false", 200)
    body = {"name": "Excel", "isMain": False, "externalId": "x1"}
    tag = send("POST", "/api/v2/tags", 201, body)
    url = f"/api/v2/tags/{tag['_id']}"
    assert send("GET", url, 200) == tag | {"source": "native"}
    assert send("PUT", url, 200, {"name": "Sheets", "isMain": True})["name"] == "Sheets"
    taken = {"name": listed[0]["name"], "isMain": True}
    assert code(send("POST", "/api/v2/tags", 400, taken)) == "tagNameNotAvailable"
    assert code(send("PUT", url, 400, taken)) == "tagNameNotAvailable"
    send("DELETE", url, 204)
    for method, given in (("GET", None), ("PUT", body), ("DELETE", None)):
        assert code(send(method, url, 404, given)) == "tagNotFound"


def test_tags_of_a_course_follow_the_schemas(send: Checked, stats: str) -> None:
    """Put, list, filter courses by them, and the errors."""
    assert stats
    (one,) = send("GET", "/api/v2/courses", 200)
    tags = [tag["_id"] for tag in send("GET", "/api/v2/tags", 200)]
    url = f"/api/v2/courses/{one['_id']}/tags"
    assert send("PUT", url, 200, {"tagIds": tags}) == tags
    assert [tag["tagId"] for tag in send("GET", url, 200)] == tags
    assert send("GET", f"/api/v2/courses?tagIds[in][0]={tags[0]}", 200) == [one]
    assert code(send("PUT", url, 404, {"tagIds": [UNKNOWN]})) == "tagNotFound"
    nowhere = f"/api/v2/courses/{UNKNOWN}/tags"
    assert code(send("PUT", nowhere, 404, {"tagIds": tags})) == "courseNotFound"
    assert code(send("GET", nowhere, 404)) == "courseNotFound"
