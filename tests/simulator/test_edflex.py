"""The simulated source: its catalogue, its endpoints, and what can be done to it."""

from collections import Counter
from typing import Any

import httpx
import pytest
from tests.simulator.clients import audit, edflex_client, open_client, switch

from syncata.simulator import Options, Running, serve

RESOURCES = "/connect/v1/resources"
TOKEN = {
    "grant_type": "client_credentials",
    "client_id": "edflex-demo",
    "client_secret": "edflex-secret",
}


def pages(client: httpx.Client, **params: Any) -> list[dict[str, Any]]:
    """Read a listing to its end."""
    url: str | None = str(httpx.URL(RESOURCES, params={"page[size]": 100} | params))
    records = []
    while url:
        answer = client.get(url)
        assert answer.status_code == 200, answer.text
        records += answer.json()["data"]
        url = answer.json()["links"]["next"]
    return records


@pytest.mark.parametrize(
    "encoded",
    [{"data": TOKEN}, {"json": TOKEN}, {"files": {k: (None, v) for k, v in TOKEN.items()}}],
    ids=["urlencoded", "json", "multipart"],
)
def test_a_token_is_given_in_each_encoding(edflex: Running, encoded: dict[str, Any]) -> None:
    """Clients send the token request urlencoded, as JSON, or, as Moodle does, as multipart."""
    with open_client(edflex) as client:
        answer = client.post("/connect/v1/auth/token", **encoded)
    assert answer.status_code == 200
    assert answer.json()["expires_in"] == 3600


def test_strangers_are_refused(edflex: Running) -> None:
    """A wrong secret and a missing token get 401 in the shape of JSON:API."""
    with open_client(edflex) as client:
        wrong = client.post("/connect/v1/auth/token", data=TOKEN | {"client_secret": "guess"})
        bare = client.get(RESOURCES)
    assert [wrong.status_code, bare.status_code] == [401, 401]
    assert wrong.json()["errors"][0]["code"] == bare.json()["errors"][0]["code"] == "401"


def test_credentials_can_be_chosen() -> None:
    """Own credentials replace the documented pair."""
    with (
        serve("edflex", Options(credentials={"me": "mine"})) as running,
        open_client(running) as client,
    ):
        mine = TOKEN | {"client_id": "me", "client_secret": "mine"}
        assert client.post("/connect/v1/auth/token", data=mine).status_code == 200
        assert client.post("/connect/v1/auth/token", data=TOKEN).status_code == 401


def test_pages_cover_the_catalogue_once(source: httpx.Client) -> None:
    """Following links.next gives every item exactly once, whatever the page size."""
    ids = [record["id"] for record in pages(source)]
    assert len(ids) == len(set(ids)) == 400
    assert ids == [record["id"] for record in pages(source, **{"page[size]": 33})]


def test_the_catalogue_depends_on_seed_and_number_only() -> None:
    """The same seed gives the same items at another size; another seed gives others."""
    seen = {}
    for seed, size in ((1, 50), (1, 90), (2, 50)):
        with (
            serve("edflex", Options(items=size, seed=seed)) as running,
            edflex_client(running) as client,
        ):
            seen[seed, size] = pages(client)
    assert seen[1, 50] == seen[1, 90][:50]
    assert seen[1, 50] != seen[2, 50]


def test_the_catalogue_is_as_odd_as_a_real_one() -> None:
    """Every status, type, and shape of duration, difficulty and image occurs."""
    with serve("edflex", Options(items=4000)) as running, edflex_client(running) as client:
        items = [record["attributes"] for record in pages(client, **{"page[size]": 1000})]
    assert {"mooc", "video", "article", "podcast", "role-play", "escape-game"} <= {
        item["type"] for item in items
    }
    assert {"opened", "open all year", "coming soon", "closed", "archived", "Opened"} <= {
        item["status"] for item in items
    }
    assert {"introductive", "1", 1, None} <= {item["difficulty"] for item in items}
    assert {"P19DT4H", "", None, 3600} <= {item["duration"] for item in items}
    assert {"us", "pt_BR", "zh", "fa", None} <= {item["language"] for item in items}
    assert any(item["image"].get("bigUrl") is None for item in items)
    poor = [item for item in items if not (item["image"] and item["title"] and item["url"])]
    assert len(poor) == 12
    assert Counter(item["status"] for item in items)["opened"] > 1800


def test_no_item_is_poor_when_told_so() -> None:
    """natural_rejects=0 gives every item a title, a URL and an image."""
    options = Options(items=2000, faults={"natural_rejects": "0"})
    with serve("edflex", options) as running, edflex_client(running) as client:
        items = [record["attributes"] for record in pages(client, **{"page[size]": 1000})]
    assert all(item["image"] and item["title"] and item["url"] for item in items)


def test_records_can_be_padded() -> None:
    """record_bytes makes records of about that size."""
    options = Options(items=100, record_bytes=4000)
    with serve("edflex", options) as running, edflex_client(running) as client:
        answer = client.get(RESOURCES, params={"page[size]": 100})
    assert 3900 < len(answer.content) / 100 < 4100


def test_filters_narrow_the_listing(source: httpx.Client) -> None:
    """Type, language, title and category filters keep exactly what fits."""
    everything = [record["attributes"] for record in pages(source)]
    wanted = {"mooc", "video"}
    found = pages(source, **{"filter[type]": "mooc,video"})
    assert len(found) == sum(item["type"] in wanted for item in everything) > 0
    found = pages(source, **{"filter[language]": "fr"})
    assert len(found) == sum(item["language"] == "fr" for item in everything) > 0
    found = pages(source, **{"filter[query]": "EXCEL"})
    assert len(found) == sum("Excel" in (item["title"] or "") for item in everything) > 0
    catalog = source.get("/connect/v1/catalogs").json()["data"][0]["id"]
    category = source.get(f"/connect/v1/catalogs/{catalog}/categories").json()["data"][0]
    found = pages(source, **{"filter[categoryId]": category["id"]})
    assert found
    assert all(category["id"] in str(record) for record in found)


def test_items_are_looked_up_by_id(source: httpx.Client) -> None:
    """filter[contentIds] finds what is there, says nothing of the rest, and takes 50 ids."""
    ids = [record["id"] for record in pages(source)[:49]]
    found = pages(source, **{"filter[contentIds]": ",".join([*ids, "no-such-id"])})
    assert [record["id"] for record in found] == ids
    refused = source.get(RESOURCES, params={"filter[contentIds]": ",".join(["x"] * 51)})
    assert refused.status_code == 400


def test_categories_have_levels_and_pages(source: httpx.Client) -> None:
    """Categories come in pages, and each level has its own."""
    catalog = source.get("/connect/v1/catalogs").json()["data"][0]["id"]
    url = f"/connect/v1/catalogs/{catalog}/categories"
    first = source.get(url, params={"page[size]": 8, "filter[nestingLevel]": 1}).json()
    last = source.get(first["links"]["next"]).json()
    assert (len(first["data"]), len(last["data"]), last["links"]["next"]) == (8, 4, None)
    below = source.get(url, params={"filter[nestingLevel]": 2}).json()["data"]
    assert not {one["id"] for one in below} & {one["id"] for one in first["data"]}
    assert source.get("/connect/v1/catalogs/other/categories").status_code == 404


def test_items_can_be_changed_by_hand(source: httpx.Client) -> None:
    """Edit, replace, remove, put back and add an item through the control endpoints."""
    item_id = pages(source)[7]["id"]
    url = f"/_simulator/items/{item_id}"
    source.patch(url, json={"title": "Changed", "image": {"bigUrl": None}})
    attributes = pages(source)[7]["attributes"]
    assert attributes["title"] == "Changed"
    assert "bigUrl" not in attributes["image"]
    source.put(url, json={"title": "Only this"})
    assert source.get(url).json()["attributes"] == {"title": "Only this"}
    source.delete(url)
    assert len(pages(source)) == 399
    assert pages(source, **{"filter[contentIds]": item_id}) == []
    source.post("/_simulator/items", json={"id": item_id})
    assert pages(source)[7]["id"] == item_id
    added = source.post("/_simulator/items", json={"attributes": {"title": "Mine"}}).json()
    assert pages(source)[-1]["id"] == added["id"]
    hands = [entry["effect"] for entry in audit(source) if entry["kind"] == "hand"]
    assert [*hands[2:]] == [{"gone": [item_id]}, {"new": [item_id]}, {"new": [added["id"]]}]


def test_a_day_changes_what_it_says() -> None:
    """A day tells every change it made, and is the same for the same seed."""
    days = []
    for _ in range(2):
        with (
            serve("edflex", Options(items=1000)) as running,
            edflex_client(running) as client,
        ):
            before = {record["id"]: record["attributes"] for record in pages(client)}
            done = client.post("/_simulator/day").json()
            after = {record["id"]: record["attributes"] for record in pages(client)}
        changed = {i for i in before.keys() & after.keys() if before[i] != after[i]}
        assert changed == {*done["edited"], *done["closed"], *done["reopened"]}
        assert before.keys() - after.keys() == set(done["gone"])
        assert after.keys() - before.keys() == set(done["new"])
        assert all(done[kind] for kind in ("edited", "closed", "reopened", "gone", "new"))
        days.append(done)
    assert days[0] == days[1]


def test_a_share_of_titles_can_be_changed(source: httpx.Client) -> None:
    """Changing 5 % of 400 items changes 20 titles, and 20 more the next time."""
    before = {record["id"]: record["attributes"] for record in pages(source)}
    done = source.post("/_simulator/change", json={"share": 0.05}).json()
    after = {record["id"]: record["attributes"] for record in pages(source)}
    assert done["count"] == 20
    assert {i for i in before if before[i] != after[i]} == set(done["edited"])
    assert source.post("/_simulator/change", json={"share": 0.05}).json() != done


def test_removal_shifts_pages_as_it_does_in_real_life(source: httpx.Client) -> None:
    """An item that goes while a client pages makes it miss another one."""
    first = source.get(RESOURCES, params={"page[size]": 200}).json()
    source.delete(f"/_simulator/items/{first['data'][0]['id']}")
    second = source.get(first["links"]["next"]).json()
    assert len(first["data"]) + len(second["data"]) == 399


def test_faults_of_the_catalogue(source: httpx.Client) -> None:
    """Empty, half-hidden, renamed and endless catalogues can be switched on."""
    ids = [record["id"] for record in pages(source)]
    switch(source, empty_catalogue=True)
    assert pages(source) == []
    switch(source, empty_catalogue=None, hidden=",".join(ids[:3]), rename_status="state")
    listed = pages(source)
    assert [record["id"] for record in listed] == ids[3:]
    assert all("status" not in record["attributes"] for record in listed)
    assert pages(source, **{"filter[contentIds]": ids[0]})[0]["id"] == ids[0]
    switch(source, hidden=None, rename_status=None, repeat_page=2)
    far = source.get(RESOURCES, params={"page[size]": 100, "page[number]": 99}).json()
    assert [record["id"] for record in far["data"]] == ids[100:200]
    assert far["links"]["next"]


def test_errors_can_hide_under_200(source: httpx.Client) -> None:
    """errors_under_200 sends JSON:API errors with status 200."""
    switch(source, errors_under_200=True)
    answer = source.get(RESOURCES, params={"page[size]": "many"})
    assert answer.status_code == 200
    assert answer.json()["errors"][0]["code"] == "400"


def test_big_pages_are_cut_to_what_is_honoured() -> None:
    """A page size beyond the maximum is cut, and the next link keeps the listing whole."""
    options = Options(items=70, page_size_max=30)
    with serve("edflex", options) as running, edflex_client(running) as client:
        answer = client.get(RESOURCES, params={"page[size]": 500}).json()
        assert len(answer["data"]) == 30
        assert len(pages(client)) == 70
