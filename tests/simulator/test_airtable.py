"""The simulated Airtable: partial updates, merges, whole batches, pages, the lock-out."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.simulator.clients import control, effects, hand, open_client, switch

from syncata.simulator import FACTS, Options, serve

URL = f"/v0/{FACTS['airtable']['base']}/{FACTS['airtable']['table']}"
UPSERT = {"performUpsert": {"fieldsToMergeOn": ["Stripe ID"]}}
TOKEN = {"Authorization": f"Bearer {FACTS['airtable']['token']}"}


@pytest.fixture
def table() -> Iterator[httpx.Client]:
    """A client of an empty table without a rate limit."""
    with serve("airtable", Options(rate_limits=False)) as running, open_client(running) as client:
        client.headers.update(TOKEN)
        yield client


def upsert(table: httpx.Client, *rows: dict[str, Any]) -> httpx.Response:
    return table.patch(URL, json=UPSERT | {"records": [{"fields": fields} for fields in rows]})


def refusal(answer: httpx.Response) -> tuple[int, str]:
    said = answer.json()["error"]
    return answer.status_code, said if isinstance(said, str) else said["type"]


def test_an_upsert_makes_what_it_does_not_find(table: httpx.Client) -> None:
    """Sent twice it makes one row; the answer tells which were there."""
    made = upsert(table, {"Stripe ID": "a", "Name": "A"}, {"Stripe ID": "b", "Name": "B"}).json()
    assert len(made["createdRecords"]) == 2
    again = upsert(table, {"Stripe ID": "a", "Name": "A"}, {"Stripe ID": "c"}).json()
    (new,) = again["createdRecords"]
    assert again["updatedRecords"] == [made["records"][0]["id"]]
    assert [row["id"] for row in again["records"]] == [made["records"][0]["id"], new]
    assert effects(table, "request") == [
        {"created": ["a", "b"]},
        {"unchanged": ["a"], "created": ["c"]},
    ]


def test_patch_keeps_what_put_clears(table: httpx.Client) -> None:
    """A cell that is not named stays under PATCH; null, an empty text and no tick empty one."""
    row = hand(table, "add_row", fields={"Name": "A", "Notes": "mine", "Price": 0, "Link": "x"})
    cells = {"Link": None, "Name": "", "Archived": False}
    changed = table.patch(URL, json={"records": [{"id": row["id"], "fields": cells}]}).json()
    assert changed["records"][0]["fields"] == {"Notes": "mine", "Price": 0}
    table.put(URL, json={"records": [{"id": row["id"], "fields": {"Name": "B"}}]})
    assert table.get(f"{URL}/{row['id']}").json()["fields"] == {"Name": "B"}


def test_all_rows_of_a_request_are_taken_or_none(table: httpx.Client) -> None:
    """One wrong value, column or id, and nothing is written; eleven are too many."""
    good: dict[str, Any] = {"Stripe ID": "a", "Name": "A"}
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"Price": "9.99"}, "INVALID_VALUE_FOR_COLUMN"),
        ({"Archived": "yes"}, "INVALID_VALUE_FOR_COLUMN"),
        ({"Created": 1_678_833_149}, "INVALID_VALUE_FOR_COLUMN"),
        ({"Colour": "red"}, "UNKNOWN_FIELD_NAME"),
    ]
    for cells, kind in wrong:
        assert refusal(upsert(table, good, {"Stripe ID": "b"} | cells)) == (422, kind)
    known = {"records": [{"fields": good}, {"id": "rec0", "fields": {}}]}
    assert refusal(table.patch(URL, json=UPSERT | known)) == (422, "ROW_DOES_NOT_EXIST")
    assert refusal(upsert(table, *[{"Stripe ID": str(n)} for n in range(11)])) == (
        422,
        "INVALID_RECORDS",
    )
    hand(table, "add_row", fields={"Stripe ID": "twice"})
    hand(table, "add_row", fields={"Stripe ID": "twice"})
    assert refusal(upsert(table, good, {"Stripe ID": "twice"})) == (422, "INVALID_RECORDS")
    assert control(table, "GET", "state") == {"rows": 2}


def test_rows_are_made_and_deleted_in_batches(table: httpx.Client) -> None:
    """POST makes rows whatever is there; DELETE takes ids, all that exist or none."""
    body = {"records": [{"fields": {"Name": "A"}}] * 2}
    ids = [row["id"] for _ in range(2) for row in table.post(URL, json=body).json()["records"]]
    assert len(set(ids)) == 4
    assert refusal(table.delete(URL, params={"records[]": [*ids[:2], "rec0"]})) == (
        422, "ROW_DOES_NOT_EXIST",
    )  # fmt: skip
    gone = table.delete(URL, params={"records[]": ids[:2]}).json()["records"]
    assert gone == [{"id": row_id, "deleted": True} for row_id in ids[:2]]
    assert refusal(table.get(f"{URL}/{ids[0]}")) == (404, "NOT_FOUND")
    assert control(table, "GET", "state") == {"rows": 2}


def test_pages_are_followed_by_offset(table: httpx.Client) -> None:
    """Each page but the last names the next one; columns are chosen; an offset can be too old."""
    for place in range(25):
        hand(table, "add_row", fields={"Name": str(place), "Notes": "long"})
    met: list[str] = []
    params: dict[str, Any] = {"pageSize": 10, "fields[]": ["Name"]}
    while True:
        page = table.get(URL, params=params).json()
        met += [row["fields"]["Name"] for row in page["records"]]
        assert {name for row in page["records"] for name in row["fields"]} == {"Name"}
        if "offset" not in page:
            break
        params["offset"] = page["offset"]
    assert met == [str(place) for place in range(25)]
    switch(table, expired_offsets=1)
    assert refusal(table.get(URL, params=params)) == (422, "LIST_RECORDS_ITERATOR_NOT_AVAILABLE")
    assert refusal(table.get(URL, params={"pageSize": 101}))[0] == 422
    assert refusal(table.get(URL, params={"sort": "Name"}))[0] == 422
    assert refusal(table.get(URL, params={"fields[]": "Colour"})) == (422, "UNKNOWN_FIELD_NAME")


def test_who_may_come_in(table: httpx.Client) -> None:
    """A token, a base and a table that exist; a wrong one is not told from a forbidden one."""
    assert refusal(table.get(URL, headers={"Authorization": "Bearer other"}))[0] == 401
    assert refusal(table.get(URL.replace("Products", "Orders")))[0] == 403
    assert table.get(URL.replace("Products", "tblSimulated00001")).status_code == 200


def test_a_sixth_request_in_a_second_costs_half_a_minute() -> None:
    """By the simulator's own clock, so that nobody has to wait for it."""
    with serve("airtable") as running, open_client(running) as client:
        client.headers.update(TOKEN)
        assert [client.get(URL).status_code for _ in range(6)] == [200] * 5 + [429]
        control(client, "POST", "clock", {"ahead": 29})
        assert client.get(URL).status_code == 429
        control(client, "POST", "clock", {"ahead": 31})
        assert client.get(URL).status_code == 200


def test_people_change_rows_by_hand(table: httpx.Client) -> None:
    """Rows are added, edited and deleted by their key or their id; what is unknown is refused."""
    upsert(table, {"Stripe ID": "a", "Name": "A"})
    hand(table, "edit_row", key="a", fields={"Notes": "mine", "Name": None})
    (row,) = control(table, "GET", "rows")["rows"]
    assert row["fields"] == {"Stripe ID": "a", "Notes": "mine"}
    assert hand(table, "delete_row", id=row["id"])["id"] == row["id"]
    mistakes: list[Any] = [{"action": "delete_row", "key": "a"}, {"action": "paint"}, []]
    for wrong in mistakes:
        assert table.post("/_simulator/hand", json=wrong).status_code == 400
