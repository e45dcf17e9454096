"""The simulated Stripe: keys, cursors, look-ups by ids, expanded prices, errors in its shape."""

from collections.abc import Iterator

import httpx
import pytest
from tests.simulator.clients import audit, control, open_client, switch

from syncata.simulator import Options, serve

KEY = "sk_test_demo"
URL = "/v1/products"


@pytest.fixture
def stripe() -> Iterator[httpx.Client]:
    """A client of an account with 230 products."""
    with serve("stripe", Options(items=230)) as running, open_client(running) as client:
        client.auth = (KEY, "")
        yield client


def test_a_key_is_a_user_name_or_a_bearer_token(stripe: httpx.Client) -> None:
    """Any other key, a password beside it, or none is refused in the API's words."""
    bearer = {"Authorization": f"Bearer {KEY}"}
    assert stripe.get(URL).status_code == 200
    assert stripe.get(URL, auth=None, headers=bearer).status_code == 200
    for wrong in ((KEY, "password"), ("sk_test_other", ""), ("", KEY)):
        refused = stripe.get(URL, auth=wrong)
        assert refused.status_code == 401
        assert refused.json()["error"]["type"] == "invalid_request_error"
    switch(stripe, revoke_token=0)
    assert stripe.get(URL).status_code == 401
    assert {entry.get("client") for entry in audit(stripe)} == {"stripe-demo", None}


def test_pages_follow_the_last_id(stripe: httpx.Client) -> None:
    """The newest come first; each product comes once; ten are shown if nothing is said."""
    met: list[str] = []
    params: dict[str, str] = {"limit": "100"}
    while len(met) < 300:
        page = stripe.get(URL, params=params).json()
        met += [product["id"] for product in page["data"]]
        params["starting_after"] = met[-1]
        if not page["has_more"]:
            break
    assert (len(met), len(set(met))) == (230, 230)
    first = stripe.get(URL).json()
    assert ([product["id"] for product in first["data"]], first["has_more"]) == (met[:10], True)
    times = [product["created"] for product in first["data"]]
    assert times == sorted(times, reverse=True)


def test_ids_find_those_that_are_there(stripe: httpx.Client) -> None:
    """A product that was taken away is not among them, and no longer a cursor either."""
    control(stripe, "PUT", "products/mug", {"name": "Mug"})
    control(stripe, "PUT", "products/pen", {"name": "Pen"})
    control(stripe, "DELETE", "products/pen")
    found = stripe.get(URL, params={"ids[]": ["mug", "pen", "nothing"]}).json()
    assert [product["id"] for product in found["data"]] == ["mug"]
    gone = stripe.get(URL, params={"starting_after": "pen"})
    assert (gone.status_code, gone.json()["error"]["code"]) == (400, "resource_missing")
    assert stripe.get(f"{URL}/pen").status_code == 404
    assert stripe.get(URL, params={"ids[]": "mug", "starting_after": "mug"}).status_code == 400


def test_a_price_is_an_id_unless_it_is_expanded(stripe: httpx.Client) -> None:
    """In the list and in a single product."""
    price = {"id": "price_1", "currency": "usd", "unit_amount": 100}
    control(stripe, "PUT", "products/mug", {"default_price": price})
    plain = stripe.get(URL, params={"ids[]": "mug"}).json()["data"][0]
    expanded = stripe.get(URL, params={"ids[]": "mug", "expand[]": "data.default_price"}).json()
    assert (plain["default_price"], expanded["data"][0]["default_price"]) == ("price_1", price)
    one = stripe.get(f"{URL}/mug", params={"expand[]": "default_price"}).json()
    assert one["default_price"] == price


def test_what_stripe_would_not_take_is_refused(stripe: httpx.Client) -> None:
    """Limits beyond 100, and parameters that do not exist: a mistake of ours must not pass."""
    wrong = [{"limit": 101}, {"limit": 0}, {"page": 1}]
    assert [stripe.get(URL, params=one).status_code for one in wrong] == [400] * 3


def test_too_many_requests_are_turned_away(stripe: httpx.Client) -> None:
    """25 a second are answered."""
    answers = (stripe.get(URL, params={"limit": 1}) for _ in range(500))
    assert [next(answers).status_code for _ in range(25)] == [200] * 25
    refused = next(answer for answer in answers if answer.status_code != 200)
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limit")


def test_products_are_edited_and_dated(stripe: httpx.Client) -> None:
    """A change moves `updated` and nothing else that was not named."""
    before = control(stripe, "PUT", "products/mug", {"name": "Mug", "updated": 1})
    after = control(stripe, "PATCH", "products/mug", {"active": False})
    assert (after["active"], after["name"], after["created"]) == (False, "Mug", before["created"])
    assert after["updated"] > 1
    assert stripe.patch("/_simulator/products/nothing", json={}).status_code == 404
    assert stripe.put("/_simulator/products/mug", json=[]).status_code == 400


def test_equal_seeds_make_equal_products() -> None:
    """But for the time they were made."""
    seen = []
    for _ in range(2):
        with serve("stripe", Options(items=40, seed=7)) as running, open_client(running) as client:
            listed = control(client, "GET", "products")
        for product in listed["products"]:
            del product["created"], product["updated"]
        seen.append(listed)
    assert seen[0] == seen[1]
    assert seen[0]["total"] == 40
    assert {product["active"] for product in seen[0]["products"]} == {True, False}
