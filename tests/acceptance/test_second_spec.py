"""The second packaged spec: what it asks of the engine is nothing but YAML.

Other credentials, cursors, instants in seconds, amounts in minor units, partial updates in small
batches, an archive that is a tick in a checkbox: judged by what both simulators saw.
"""

from typing import Any

import pytest
from tests.acceptance.shop import NO_PRICE, Shop, price


def test_a_product_as_the_table_holds_it(shop: Shop) -> None:
    """Every field arrives in its column: cents as an amount, seconds as a date with time."""
    shop.stripe.put(
        "gold",
        name="  Gold plan ",
        description="All of Silver, and more.",
        default_price=price("1999", "eur", (3, "month")),
        images=["https://files.example.com/gold.png", "https://files.example.com/2.png"],
        url="https://shop.example.com/gold",
        created=1_678_833_149,
    )
    assert shop.planned_now() == {"create": 1}
    row = shop.airtable.rows()["gold"]
    assert row.pop("Updated").endswith(".000Z")
    assert row == {
        "Stripe ID": "gold",
        "Name": "Gold plan",
        "Description": "All of Silver, and more.",
        "Price": 19.99,
        "Currency": "EUR",
        "Interval": "3 months",
        "Image": "https://files.example.com/gold.png",
        "Link": "https://shop.example.com/gold",
        "Created": "2023-03-14T22:32:29.000Z",
    }


TIERED = price("1") | {"unit_amount": None, "unit_amount_decimal": None}
PRICES: dict[str, tuple[Any, Any]] = {
    "cents": (price("2000"), (20, "USD", None)),
    "no cents at all": (price("500", "jpy"), (500, "JPY", None)),
    "thousandths": (price("12340", "kwd"), (12.34, "KWD", None)),
    "written with two places that it has not": (price("500", "isk"), (5, "ISK", None)),
    "a fraction of a cent": (price("1050.5", "usd", (1, "month")), (10.505, "USD", "month")),
    "free": (price("0", "gbp"), (0, "GBP", None)),
    "by tiers": (TIERED, (None, "USD", None)),
    "no price": (NO_PRICE, (None, None, None)),
}  # fmt: skip


def test_amounts_have_as_many_places_as_their_currency(shop: Shop) -> None:
    """Two, but for those that have none or three; what has no amount has no price."""
    for place, (given, _) in enumerate(PRICES.values()):
        shop.stripe.put(f"p{place}", default_price=given)
    shop.run()
    rows = shop.airtable.rows()
    seen = [rows[f"p{place}"] for place in range(len(PRICES))]
    found = [(row.get("Price"), row.get("Currency"), row.get("Interval")) for row in seen]
    assert found == [expected for _, expected in PRICES.values()]


@pytest.mark.parametrize("shop", [{"items": 230}], indirect=True)
def test_a_first_run_reads_by_cursor_and_writes_in_tens(shop: Shop) -> None:
    """Three pages, each asked for by the last id before it; no request carries more than ten."""
    products = shop.stripe.products()
    active = {key for key, product in products.items() if product["active"]}
    run = shop.run()
    assert run.planned("products") == {"create": len(active), "ignored": 230 - len(active)}
    pages, newest = [entry["query"] for entry in shop.stripe.requests()], list(products)
    assert ["starting_after" in page for page in pages] == [False, True, True]
    assert pages[1].endswith(f"starting_after={newest[99]}")
    assert pages[2].endswith(f"starting_after={newest[199]}")
    writes = shop.airtable.writes()
    assert {entry["method"] for entry in writes} == {"PATCH"}
    assert [entry["items"] for entry in writes[:-1]] == [10] * (len(writes) - 1)
    assert len(writes) == -(-len(active) // 10)
    rows = shop.airtable.rows()
    assert rows.keys() == active
    assert shop.airtable.archived() == set()
    priced = {key for key in active if products[key]["default_price"]}
    assert {key for key, row in rows.items() if "Price" in row} == priced
    mark = shop.airtable.mark()
    assert shop.planned_now() == {"unchanged": len(active), "ignored": 230 - len(active)}
    assert shop.airtable.writes(mark) == []


def test_the_key_is_the_user_name_and_the_price_is_expanded(shop: Shop) -> None:
    """Stripe knows the caller by HTTP Basic without a password; the token is Airtable's."""
    shop.synced(1)
    assert {entry["client"] for entry in shop.stripe.requests()} == {"stripe-demo"}
    assert {entry["client"] for entry in shop.airtable.requests()} == {"airtable-demo"}
    assert "expand%5B%5D=data.default_price" in shop.stripe.requests()[0]["query"]


def test_an_edit_changes_its_row_and_no_other(shop: Shop) -> None:
    """One row in one request, by its id; a column of somebody's own stays as it is."""
    shop.synced(12)
    shop.airtable.hand("edit_row", key="p3", fields={"Notes": "mine"})
    shop.stripe.patch("p3", name="Renamed", default_price=price("2500"))
    mark = shop.airtable.mark()
    assert shop.planned_now() == {"update": 1, "unchanged": 11}
    assert shop.airtable.effects(mark) == {"updated": ["p3"]}
    row = shop.airtable.rows()["p3"]
    assert (row["Name"], row["Price"], row["Notes"]) == ("Renamed", 25, "mine")
    (write,) = shop.airtable.writes(mark)
    assert write["body"]["records"][0]["id"] == shop.airtable.ids()["p3"]


def test_a_field_that_is_desired_no_longer_is_cleared(shop: Shop) -> None:
    """A partial update would keep it: null is sent, once, and the empty cell is no change later."""
    shop.stripe.put("p1", description="Old words", url="https://shop.example.com/1")
    shop.run()
    shop.airtable.hand("edit_row", key="p1", fields={"Notes": "mine"})
    shop.stripe.patch("p1", description=None, default_price=NO_PRICE)
    mark = shop.airtable.mark()
    assert shop.planned_now() == {"update": 1}
    (write,) = shop.airtable.writes(mark)
    fields = write["body"]["records"][0]["fields"]
    assert [fields[name] for name in ("Description", "Price", "Currency")] == [None, None, None]
    row = shop.airtable.rows()["p1"]
    assert row.keys() & {"Description", "Price", "Currency"} == set()
    assert (row["Link"], row["Notes"]) == ("https://shop.example.com/1", "mine")
    mark = shop.airtable.mark()
    assert [shop.planned_now() for _ in range(2)] == [{"unchanged": 1}] * 2
    assert shop.airtable.writes(mark) == []
    shop.stripe.patch("p1", description="New words")
    shop.run()
    assert shop.airtable.rows()["p1"]["Description"] == "New words"


def test_what_is_archived_is_ticked_and_comes_back_by_a_write(shop: Shop) -> None:
    """Twelve archived in two requests that name the rows; unticked with what changed since."""
    shop.connect(guards={"max_archives": "100%"})
    shop.synced(12)
    every = [f"p{place}" for place in range(1, 13)]
    shop.stripe.patch(*every, active=False)
    mark = shop.airtable.mark()
    run = shop.run()
    assert run.sync("products")["planned"] == {"archive": {"closed": 12}}
    assert [entry["items"] for entry in shop.airtable.writes(mark)] == [10, 2]
    assert shop.airtable.archived() == set(every)
    assert shop.planned_now() == {"unchanged": 12}
    shop.stripe.patch("p1", "p2", active=True)
    shop.stripe.patch("p2", name="Back again")
    mark = shop.airtable.mark()
    assert shop.planned_now() == {"restore": 2, "unchanged": 10}
    assert shop.airtable.effects(mark) == {"updated": ["p1", "p2"]}
    assert len(shop.airtable.writes(mark)) == 1
    assert shop.airtable.archived() == set(every) - {"p1", "p2"}
    assert shop.airtable.rows()["p2"]["Name"] == "Back again"
    mark = shop.airtable.mark()
    assert shop.planned_now() == {"unchanged": 12}
    assert shop.airtable.writes(mark) == []


def test_a_vanished_product_is_archived_after_two_misses(shop: Shop) -> None:
    """The first run without it only counts; the second asks for it by id, then ticks the row."""
    shop.synced(3)
    shop.stripe.remove("p2")
    assert shop.planned_now() == {"unchanged": 3}
    mark = shop.stripe.mark()
    run = shop.run()
    assert run.sync("products")["planned"]["archive"] == {"missing": 1}
    asked = [entry["query"] for entry in shop.stripe.requests(mark) if "ids" in entry["query"]]
    assert asked == ["limit=100&ids%5B%5D=p2"]
    assert shop.airtable.archived() == {"p2"}
    shop.stripe.put("p2", name="Found again")
    assert shop.planned_now() == {"restore": 1, "unchanged": 2}
    assert shop.airtable.archived() == set()


def test_a_product_that_the_list_forgets_stays(shop: Shop) -> None:
    """The list leaves it out, the look-up by ids knows it: whatever often that happens."""
    shop.synced(3)
    shop.stripe.fault(hidden="p2")
    mark = shop.airtable.mark()
    assert [shop.planned_now() for _ in range(4)] == [{"unchanged": 3}] * 4
    assert shop.airtable.writes(mark) == []


def test_what_is_kept_out_of_the_table_loses_its_row(shop: Shop) -> None:
    """The metadata `airtable: no` removes eleven rows in two requests; without it they return."""
    shop.connect(guards={"max_archives": "100%"})
    shop.synced(12)
    out = [f"p{place}" for place in range(1, 12)]
    shop.stripe.patch(*out, metadata={"airtable": "no"})
    mark = shop.airtable.mark()
    assert shop.planned_now() == {"remove": 11, "unchanged": 1}
    writes = shop.airtable.writes(mark)
    assert [(entry["method"], entry["items"]) for entry in writes] == [
        ("DELETE", 10),
        ("DELETE", 1),
    ]
    assert shop.airtable.rows().keys() == {"p12"}
    assert shop.planned_now() == {"ignored": 11, "unchanged": 1}
    shop.stripe.patch("p1", metadata={})
    assert shop.planned_now() == {"create": 1, "ignored": 10, "unchanged": 1}
    assert shop.airtable.rows().keys() == {"p1", "p12"}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"Name": "Ours now"}, "update"),
        ({"Price": 1}, "update"),
        ({"Description": None}, "update"),
        ({"Interval": "for ever"}, "update"),
        ({"Stripe ID": None}, "update"),
        ({"Archived": True}, "restore"),
    ],
)
def test_what_somebody_changed_in_our_columns_is_put_back(
    shop: Shop, fields: dict[str, Any], reason: str
) -> None:
    """A text, a number, an emptied cell, one that was empty, the key itself, the tick."""
    shop.synced(11)
    shop.stripe.patch("p5", description="Ours")
    shop.run()
    before, ids = shop.airtable.rows(), shop.airtable.ids()
    shop.airtable.hand("edit_row", key="p5", fields={"Notes": "mine"} | fields)
    run = shop.run()
    assert run.sync("products")["planned"][reason] == {"drift": 1}
    assert shop.airtable.rows() == before | {"p5": before["p5"] | {"Notes": "mine"}}
    assert shop.airtable.ids() == ids
    mark = shop.airtable.mark()
    assert shop.planned_now() == {"unchanged": 11}
    assert shop.airtable.writes(mark) == []


def test_a_tick_taken_away_by_hand_is_set_again(shop: Shop) -> None:
    """The product is archived, so its row is."""
    shop.synced(11)
    shop.stripe.patch("p1", active=False)
    shop.run()
    shop.airtable.hand("edit_row", key="p1", fields={"Archived": False})
    assert shop.run().sync("products")["planned"]["archive"] == {"drift": 1}
    assert shop.airtable.archived() == {"p1"}


def test_a_row_that_was_deleted_by_hand_is_made_again(shop: Shop) -> None:
    """The list lacks it, a single read confirms that; the other rows stay as they are."""
    shop.synced(11)
    lost = shop.airtable.ids()["p5"]
    shop.airtable.hand("delete_row", key="p5")
    mark = shop.airtable.mark()
    assert shop.run().sync("products")["planned"]["create"] == {"drift": 1}
    looked_at = [e["path"] for e in shop.airtable.requests(mark) if e["path"].endswith(lost)]
    assert len(looked_at) == 1
    assert shop.airtable.effects(mark) == {"created": ["p5"]}
    assert len(shop.airtable.rows()) == 11
    assert shop.planned_now() == {"unchanged": 11}


def test_single_reads_alone_find_what_was_changed(shop: Shop) -> None:
    """Without a list every row is read by its id; edits, ticks and a deletion are put back."""
    path = shop.path("mappings", "stripe-airtable.yaml")
    shop.edit_spec("share: 1/30", "share: 1/1")
    text = path.read_text()
    start, end = text.index("        list:\n"), text.index("        one:\n")
    seen = text[text.index("&seen\n", start) : end]
    path.write_text((text[:start] + text[end:]).replace("*seen\n", seen))
    shop.synced(12)
    before = shop.airtable.rows()
    shop.airtable.hand("edit_row", key="p1", fields={"Name": "Ours now", "Notes": "mine"})
    shop.airtable.hand("edit_row", key="p2", fields={"Archived": True})
    shop.airtable.hand("delete_row", key="p3")
    mark = shop.airtable.mark()
    drift = {"update": {"drift": 1}, "restore": {"drift": 1}, "create": {"drift": 1}}
    assert shop.run().sync("products")["planned"] == drift | {"unchanged": {"": 9}}
    reads = [entry for entry in shop.airtable.requests(mark) if entry["method"] == "GET"]
    assert sum("/rec" in entry["path"] for entry in reads) == 12
    assert shop.airtable.rows() == before | {"p1": before["p1"] | {"Notes": "mine"}}
    mark = shop.airtable.mark()
    assert shop.planned_now() == {"unchanged": 12}
    assert shop.airtable.writes(mark) == []


def test_a_row_that_somebody_wrote_is_taken_over_by_its_name(shop: Shop) -> None:
    """Held until a human agrees; then it is the same row, with what else stands in it."""
    shop.stripe.put("gold", name="Gold plan")
    shop.stripe.put("silver", name="Silver plan")
    own = {"Name": " Gold plan ", "Notes": "talk to Ann", "Price": 1}
    row = shop.airtable.hand("add_row", fields=own)["id"]
    shop.airtable.hand("add_row", fields={})  # a new table has such rows
    mark = shop.airtable.mark()
    run = shop.run(exit=7)
    assert run.planned("products") == {"adopt": 1, "create": 1}
    assert "adopt" in run.run["stops"][0]["guard"]
    assert shop.airtable.writes(mark) == []
    shop.run("--adopt")
    assert shop.airtable.effects(mark) == {"created": ["silver"], "updated": ["gold"]}
    assert shop.airtable.ids()["gold"] == row
    cells = shop.airtable.rows()["gold"]
    assert (cells["Name"], cells["Notes"], cells["Price"]) == ("Gold plan", "talk to Ann", 10)
    assert shop.planned_now() == {"unchanged": 2}


def test_a_row_that_two_products_could_be_is_given_to_none(shop: Shop) -> None:
    """Both have its name: which one it is nobody knows, so both are set aside."""
    for product in ("mug-1", "mug-2", "other"):
        shop.stripe.put(product, name="Other" if product == "other" else "Mug")
    shop.airtable.hand("add_row", fields={"Name": "Mug", "Notes": "mine"})
    run = shop.run("--adopt", exit=6)
    assert run.planned("products") == {"create": 1, "rejected": 2}
    rejects = {reject["key"]: reject for reject in shop.rejects(run)}
    assert {reject["code"] for reject in rejects.values()} == {"SYN614"}
    assert "is that of mug-2, too" in rejects["mug-1"]["message"]
    assert shop.airtable.effects() == {"created": ["other"]}
    shop.stripe.patch("mug-2", name="Large mug")
    assert shop.planned_now("--adopt") == {"adopt": 1, "create": 1, "unchanged": 1}
    assert shop.airtable.rows()["mug-1"]["Notes"] == "mine"


def test_a_row_that_is_a_product_already_is_no_other(shop: Shop) -> None:
    """With a search by name alone a second product of that name would take over the first one's."""
    shop.edit_spec('where: (`Stripe ID` ?? "") = "" and $trim', "where: $trim")
    shop.stripe.put("mug-1", name="Mug")
    shop.run()
    shop.stripe.put("mug-2", name="Mug")
    mark = shop.airtable.mark()
    run = shop.run("--adopt", exit=6)
    (reject,) = shop.rejects(run)
    assert (reject["key"], reject["code"]) == ("mug-2", "SYN614")
    assert "is that of mug-1, too" in reject["message"]
    assert shop.airtable.writes(mark) == []


def test_a_new_ledger_makes_no_second_rows(shop: Shop) -> None:
    """Its own rows are recognized by the column Stripe ID, whatever is remembered of them."""
    shop.synced(12)
    ids = shop.airtable.ids()
    for file in shop.path("state").glob("main.db*"):
        file.unlink()
    mark = shop.airtable.mark()
    assert shop.planned_now() == {"create": 12}
    assert shop.airtable.effects(mark) == {"unchanged": sorted(ids)}
    assert shop.airtable.ids() == ids
    assert shop.planned_now() == {"unchanged": 12}


def test_doctor_finds_everything_well(shop: Shop) -> None:
    """Both credentials are tried, their scopes too, and every column is there."""
    shop.stripe.fill(1)
    result = shop.cli("doctor", "main", "--json")
    assert (result.exit, [c["subject"] for c in result.json["checks"] if c["code"]]) == (0, [])
    assert "cannot be tested" not in result.out
    assert shop.airtable.effects() == {}
