"""The second packaged spec when its APIs limit, refuse, lose and forget: nothing is doubled."""

from typing import Any

import pytest
from tests.acceptance.shop import SECRETS, Shop


def test_a_limit_of_the_target_costs_half_a_minute(shop: Shop) -> None:
    """429 without a word on when to come back: nothing is sent for 30 seconds, nothing is lost."""
    shop.stripe.fill(12)
    shop.airtable.fault(http_429="2@PATCH")
    assert shop.planned_now() == {"create": 12}
    assert [wait for wait in shop.sleeps if wait > 5] == pytest.approx([30, 30], abs=0.5)
    assert len(shop.airtable.rows()) == 12
    assert shop.airtable.effects() == {"created": sorted(shop.airtable.rows())}


def test_a_limit_of_the_source_is_waited_for(shop: Shop) -> None:
    """429 while reading: the run waits a little longer each time and reads on."""
    shop.stripe.fill(2)
    shop.stripe.fault(http_429=3)
    assert shop.planned_now() == {"create": 2}
    assert len(shop.sleeps) >= 3
    assert shop.statuses()[429] == 3


@pytest.mark.parametrize("shop", [{"items": 150, "rate_limits": True}], indirect=True)
def test_five_requests_a_second_are_never_exceeded(shop: Shop) -> None:
    """Reading and writing together keep within what the base allows: no 429 in two runs."""
    waited = [0.0]

    def follow(seconds: float) -> None:
        waited[0] += seconds
        shop.airtable.ahead(waited[0])

    shop.on_sleep = follow
    shop.run()
    follow(2)  # each run counts its own requests
    shop.airtable.hand(
        "edit_row", id=next(iter(shop.airtable.ids().values())), fields={"Name": "x"}
    )
    assert shop.planned_now()["update"] == 1
    assert shop.statuses().keys() == {200}
    assert len(shop.airtable.requests()) > 15


def test_a_row_that_is_refused_holds_no_other_up(shop: Shop) -> None:
    """All of its request is refused: halves are sent until it is alone; it is sent no more."""
    shop.stripe.fill(20)
    shop.airtable.fault(fail_items="p7")
    run = shop.run(exit=6)
    assert run.confirmed("products") == {"create": 19}
    (reject,) = shop.rejects(run)
    assert (reject["key"], "cannot accept" in reject["message"]) == ("p7", True)
    assert shop.airtable.effects() == {"created": sorted(set(shop.airtable.rows()))}
    assert "p7" not in shop.airtable.rows()
    mark = shop.airtable.mark()
    assert shop.planned_now(exit=6) == {"rejected": 1, "unchanged": 19}
    assert shop.airtable.writes(mark) == []
    shop.airtable.fault(fail_items=None)
    shop.stripe.patch("p7", name="Better now")
    assert shop.planned_now() == {"create": 1, "unchanged": 19}
    assert len(shop.airtable.rows()) == 20


@pytest.mark.parametrize("bad", [["p1"], ["p5"], ["p10"], ["p3", "p4"], ["p1", "p10"]])
def test_finding_what_is_refused_takes_few_requests(shop: Shop, bad: list[str]) -> None:
    """Ten rows in one request: each that is refused costs at most two requests per halving."""
    shop.stripe.fill(10)
    shop.airtable.fault(fail_items=",".join(bad))
    mark = shop.airtable.mark()
    run = shop.run(exit=6)
    assert {reject["key"] for reject in shop.rejects(run)} == {*bad}
    assert {*shop.airtable.rows()} == {f"p{place}" for place in range(1, 11)} - {*bad}
    halvings = 4  # log2 of 10, rounded up
    assert len(shop.airtable.writes(mark)) <= 1 + 2 * halvings * len(bad)
    assert shop.airtable.effects(mark)["created"] == sorted(shop.airtable.rows())


def test_a_row_that_is_not_there_any_more_counts_as_archived(shop: Shop) -> None:
    """Two are to be archived in one request, one was deleted by hand: the other one is ticked."""
    shop.synced(12)
    shop.airtable.hand("delete_row", key="p1")
    shop.stripe.patch("p1", "p2", active=False)
    run = shop.run()
    assert run.confirmed("products") == {"archive": 2}
    assert shop.airtable.archived() == {"p2"}
    assert shop.planned_now() == {"unchanged": 12}


@pytest.mark.parametrize("side", ["stripe", "airtable"])
def test_credentials_that_are_refused_end_the_run(shop: Shop, side: str) -> None:
    """Exit 4 says whose they are; neither a write is sent nor a secret shown."""
    shop.synced(2)
    shop.stripe.patch("p1", name="Other")
    getattr(shop, side).fault(revoke_token=0)
    mark = shop.airtable.mark()
    run = shop.run(exit=4)
    name = {"stripe": "source", "airtable": "target"}[side]
    assert f"{name} answered 401" in run.run["error"]["message"]
    assert not [secret for secret in SECRETS.values() if secret in run.out + run.err]
    assert shop.airtable.writes(mark) == []
    assert shop.cli("doctor", "main").exit == 4


def test_a_table_that_is_not_there_is_told_by_name(shop: Shop) -> None:
    """Airtable does not tell a wrong table from a token without access: run and doctor name both,
    with the settings, and neither blames a scope."""
    shop.stripe.fill(1)
    shop.connect(table="Nothing")
    told = "there is no table Nothing in a base appSimulated00001, or the token has no access to it"
    assert told in shop.run(exit=5).run["error"]["message"]
    checks = shop.cli("doctor", "main", "--json").json["checks"]
    wrong = [check for check in checks if check["state"] == "failed"]
    assert "target: reading the table" in {check["subject"] for check in wrong}
    for check in wrong:
        assert f"{told} (settings base_id and table)" in check["found"]
        assert "scope" not in check["found"] + check["advice"]


def test_a_column_that_is_missing_stops_the_run_before_it_writes(shop: Shop) -> None:
    """Not every product is set aside one by one: it is the table that is wrong."""
    shop.stripe.fill(30)
    shop.airtable.fault(lacking_columns="Interval")
    message = shop.run(exit=5).run["error"]["message"]
    assert (
        'the table lacks a column, or it has another name: Unknown field name: "Interval"'
        in message
    )
    assert shop.airtable.writes() == []


LOST: dict[str, dict[str, Any]] = {
    "an answer that is never heard": {"drop_connection": "1@PATCH"},
    "half an answer": {"truncated": "1@PATCH"},
    "rows without a result": {"missing_results": 2},
    "a server that fails": {"http_500": "1@PATCH"},
}


@pytest.mark.parametrize("case", LOST)
def test_a_lost_answer_makes_no_second_row(shop: Shop, case: str) -> None:
    """What is sent again is recognized by the column Stripe ID: after one more run all is well."""
    shop.stripe.fill(12)
    shop.airtable.fault(**LOST[case])
    assert shop.cli("run", "main", "--json").exit in (0, 5)
    shop.airtable.fault(**dict.fromkeys(LOST[case]))
    shop.run()
    assert shop.airtable.rows().keys() == {f"p{place}" for place in range(1, 13)}
    assert shop.airtable.effects()["created"] == sorted(shop.airtable.rows())
    mark = shop.airtable.mark()
    assert shop.planned_now() == {"unchanged": 12}
    assert shop.airtable.writes(mark) == []


@pytest.mark.parametrize("shop", [{"items": 130}], indirect=True)
def test_a_list_that_expires_proves_nothing(shop: Shop) -> None:
    """Airtable forgets a list after a while: the run ends with 5, and no row is made again."""
    shop.run()
    shop.airtable.fault(expired_offsets=1)
    mark = shop.airtable.mark()
    message = shop.run(exit=5).run["error"]["message"]
    assert "the list of rows expired" in message
    assert shop.airtable.writes(mark) == []
    shop.run()
    assert shop.airtable.writes(mark) == []


@pytest.mark.parametrize("shop", [{"items": 130}], indirect=True)
def test_a_cursor_that_leads_nowhere_ends_the_run(shop: Shop) -> None:
    """Stripe gives the first page again and again: no endless run, and nothing is written."""
    shop.stripe.fault(endless=True)
    assert "would never end" in shop.run(exit=5).run["error"]["message"]
    assert shop.airtable.writes() == []


@pytest.mark.parametrize("scope", ["data.records:read", "data.records:write"])
def test_a_scope_that_is_missing_is_found_before_the_first_run(shop: Shop, scope: str) -> None:
    """Doctor names it, and writes nothing to find out."""
    shop.airtable.fault(missing_scopes=scope)
    result = shop.cli("doctor", "main", "--json")
    failed = [check for check in result.json["checks"] if check["state"] == "failed"]
    assert (result.exit, len(failed)) == (4, 1)
    assert f"the credential lacks the scope {scope}" in failed[0]["found"]
    assert shop.airtable.effects() == {}


def test_an_update_that_empties_a_column_and_is_refused_is_sent_no_more(shop: Shop) -> None:
    """The description is taken away, so that null is sent for it: that, too, was refused."""
    shop.stripe.put("p1", description="A mug")
    shop.run()
    shop.stripe.patch("p1", description=None)
    shop.airtable.fault(fail_items="p1")
    assert shop.run(exit=6).planned("products") == {"update": 1}
    mark = shop.airtable.mark()
    assert shop.planned_now(exit=6) == {"rejected": 1}
    assert shop.airtable.writes(mark) == []
    shop.airtable.fault(fail_items=None)
    shop.stripe.patch("p1", name="Another mug")
    assert shop.planned_now() == {"update": 1}
    assert "Description" not in shop.airtable.rows()["p1"]
