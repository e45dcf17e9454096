"""The source's statistics: generated ones, changed ones, and learners at work."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from tests.simulator.clients import control, edflex_client, effects, switch

from syncata.simulator import SIMULATORS, Options, serve
from syncata.simulator.clock import read_milliseconds

STATISTICS = "/connect/v1/statistics"
SINCE = "filter[updatedSince]"
FIELDS = [
    "email",
    "content_id",
    "attempt",
    "status",
    "first_activity",
    "last_activity",
    "completed_at",
    "time_spent",
    "updated_at",
]

Record = dict[str, Any]


def pages(client: httpx.Client, **params: object) -> list[Record]:
    """Read the statistics to their end."""
    url: str | None = str(httpx.URL(STATISTICS, params={"page[size]": 1000} | params))
    records: list[Record] = []
    while url:
        answer = client.get(url)
        assert answer.status_code == 200, answer.text
        records += answer.json()["data"]
        url = answer.json()["links"]["next"]
    return records


def key(record: Record) -> tuple[str, str, int]:
    """Return what a statistic is about."""
    return record["email"], record["content_id"], record["attempt"]


def told(record: Record) -> str:
    """Return the same as the control endpoints tell it."""
    return "{} {} {}".format(*key(record))


@pytest.fixture(scope="module")
def history() -> Iterator[httpx.Client]:
    """A source of 300 items and 3,000 statistics, which no test changes."""
    with (
        serve("edflex", Options(items=300, activities=3000)) as running,
        edflex_client(running) as client,
    ):
        yield client


def test_pages_cover_the_statistics_once(history: httpx.Client) -> None:
    """Every statistic comes exactly once, whatever the page size, in order of its update."""
    records = pages(history)
    assert len({key(record) for record in records}) == len(records) == 3000
    assert records == pages(history, **{"page[size]": 700})
    order = [(record["updated_at"], *key(record)) for record in records]
    assert order == sorted(order)
    assert control(history, "GET", "state")["activities"] == 3000


def test_a_statistic_has_the_assumed_form(history: httpx.Client) -> None:
    """The same fields in all; dates where there was activity, a completion where completed."""
    for record in pages(history):
        assert list(record) == FIELDS
        first, last, ended = (
            read_milliseconds(record[name])
            for name in ("first_activity", "last_activity", "completed_at")
        )
        updated = read_milliseconds(record["updated_at"]) or 0
        assert (ended is not None) == (record["status"] == "completed")
        if record["status"] == "not started":
            assert first is last is record["time_spent"] is None
        else:
            assert first is not None
            assert last is not None
            assert first <= last <= updated


def test_statistics_are_as_odd_as_real_ones(history: httpx.Client) -> None:
    """Every status, mails in other case and unknown ones, odd times spent, unsupported types."""
    records = pages(history)
    assert {record["status"] for record in records} == {"completed", "in progress", "not started"}
    mails = {record["email"] for record in records}
    assert {"learner-0001@example.com", "Learner-0003@Example.COM"} <= mails
    assert any(mail.startswith("newcomer-") for mail in mails)
    active = [record for record in records if record["first_activity"]]
    assert any(record["time_spent"] is None for record in active)
    assert any(record["first_activity"] == record["last_activity"] for record in active)
    assert any((record["time_spent"] or 0) > _span(record) for record in active)
    kinds = Counter(_kind(history, content) for content in {r["content_id"] for r in records})
    supported = sum(kinds[kind] for kind in ("mooc", "video", "podcast", "article"))
    assert 0 < sum(kinds.values()) - supported < supported / 5


def test_second_attempts_begin_after_completed_first_ones(history: httpx.Client) -> None:
    """One statistic in 20 is a second attempt at what the same learner completed before."""
    records = {key(record): record for record in pages(history)}
    second = [record for record in records.values() if record["attempt"] == 2]
    assert len(second) == 150
    for record in second:
        first = records[record["email"], record["content_id"], 1]
        assert first["status"] == "completed"
        assert first["last_activity"] < record["first_activity"]


def test_the_source_tells_what_was_updated_since(history: httpx.Client) -> None:
    """filter[updatedSince] includes its instant, in any zone, and keeps its pages whole."""
    records = pages(history)
    since = records[1234]["updated_at"]
    assert pages(history, **{SINCE: since, "page[size]": 500}) == records[1234:]
    other = f"{since[:23]}+00:00"
    assert pages(history, **{SINCE: other}) == records[1234:]
    assert pages(history, **{SINCE: "2999-01-01T00:00:00Z"}) == []


@pytest.mark.parametrize(
    "query",
    [
        {SINCE: "yesterday"},
        {SINCE: "2026-01-01"},
        {SINCE: ""},
        {"page[number]": "0"},
        {"page[size]": "x"},
    ],
)
def test_a_wrong_query_is_refused(history: httpx.Client, query: dict[str, str]) -> None:
    """No instant, no page: 400 in the shape of JSON:API, which names the parameter."""
    answer = history.get(STATISTICS, params=query)
    assert answer.status_code == 400
    assert next(iter(query)) in answer.json()["errors"][0]["detail"]


def test_statistics_need_a_token(history: httpx.Client) -> None:
    """Without a token there is nothing."""
    assert history.get(STATISTICS, headers={"Authorization": ""}).status_code == 401


def test_more_statistics_than_pairs_are_refused() -> None:
    """The refusal says how many there can be; that many are all different."""
    few = Options(items=12, learners=2, activities=67)
    with pytest.raises(ValueError, match=r"67 is too many, 9 items .* 7 learners allow 66;"):
        SIMULATORS["edflex"](few)
    with (
        serve("edflex", replace(few, activities=66)) as running,
        edflex_client(running) as client,
    ):
        assert len({key(record) for record in pages(client)}) == 66


def test_a_statistic_is_found_by_its_key() -> None:
    """A change of a generated statistic moves exactly it to the end; deleting takes it out."""
    options = Options(items=300, activities=400)
    with serve("edflex", options) as running, edflex_client(running) as client:
        before = pages(client)
        for place in (0, 19, 7, 399):
            chosen = before[place]
            about = dict(zip(("email", "content_id", "attempt"), key(chosen), strict=True))
            changed = control(client, "PATCH", "activities", about | {"time_spent": 5})
            assert changed == chosen | {"time_spent": 5, "updated_at": changed["updated_at"]}
            after = pages(client)
            assert after[-1] == changed
            rest = [record for record in before if record != chosen]
            assert after[:-1] == rest
            before = after
        query = str(httpx.QueryParams({name: str(value) for name, value in about.items()}))
        gone = control(client, "DELETE", f"activities?{query}")
        assert gone == {"activities_gone": [told(chosen)]}
        assert pages(client) == before[:-1]
        assert client.request("DELETE", "/_simulator/activities", json=about).status_code == 404


def test_statistics_are_added_by_hand(source: httpx.Client) -> None:
    """What is not given is completed, what is given stays, and times are those of the clock."""
    control(source, "POST", "clock", {"ahead": 86400})
    about = {"email": "me@example.com", "content_id": "x"}
    added = control(source, "POST", "activities", about)
    assert added["updated_at"] >= control(source, "GET", "clock")["now"][:16]
    assert (added["attempt"], added["status"]) == (1, "completed")
    assert added["first_activity"] < added["last_activity"] == added["completed_at"]
    assert added["time_spent"] == _span(added) > 0
    odd = {"attempt": 2, "status": "lost", "completed_at": "soon", "time_spent": "PT1H"}
    assert control(source, "POST", "activities", about | odd).items() >= odd.items()
    none = control(source, "POST", "activities", about | {"attempt": 3, "status": "not started"})
    assert [none[name] for name in FIELDS[4:8]] == [None] * 4
    old = "2020-01-01T00:00:00.000Z"
    control(source, "POST", "activities", about | {"updated_at": old})
    assert [(one["attempt"], one["updated_at"] == old) for one in pages(source)] == [
        (1, True),
        (2, False),
        (3, False),
    ]
    done = [list(effect) for effect in effects(source, "hand")]
    assert done == [["activities_new"]] * 3 + [["activities_replaced"]]


@pytest.mark.parametrize(
    "given",
    [
        {"email": "a@b.c"},
        {"content_id": "x"},
        {"email": 5, "content_id": "x"},
        {"email": "a@b.c", "content_id": "x", "attempt": "first"},
        {"email": "a@b.c", "content_id": "x", "updated_at": "soon"},
    ],
)
def test_a_statistic_without_a_key_is_refused(source: httpx.Client, given: Record) -> None:
    """No learner, no item, no number or no instant: nothing is added or changed."""
    assert source.post("/_simulator/activities", json=given).status_code == 400
    assert pages(source) == []
    control(source, "POST", "activities", {"email": "a@b.c", "content_id": "x"})
    answer = source.patch("/_simulator/activities", json=given)
    assert answer.status_code == 400
    missing = {"email": "a@b.c", "content_id": "other"}
    assert source.patch("/_simulator/activities", json=missing).status_code == 404


def test_statistics_are_shown_by_learner_and_item(source: httpx.Client) -> None:
    """The control listing narrows by mail, whatever its case, and by item, in parts."""
    for mail, item in (("a@x.y", "1"), ("A@x.y", "2"), ("b@x.y", "1"), (None, "1")):
        control(source, "POST", "activities", {"email": mail, "content_id": item})
    shown = control(source, "GET", "activities?email=A@X.y")
    assert {one["email"] for one in shown["activities"]} == {"a@x.y", "A@x.y"}
    assert control(source, "GET", "activities?content_id=1&from=1&limit=1")["total"] == 3
    (one,) = control(source, "GET", "activities?email=b@x.y&content_id=1")["activities"]
    assert one in pages(source)


def test_attempts_can_be_left_out(source: httpx.Client) -> None:
    """no_attempt: two attempts of a learner differ in their activity only."""
    about = {"email": "a@x.y", "content_id": "1"}
    for attempt, hour in ((1, 8), (2, 9)):
        first = f"2026-01-01T0{hour}:00:00.000Z"
        control(source, "POST", "activities", about | {"attempt": attempt, "first_activity": first})
    switch(source, no_attempt=True)
    one, two = pages(source)
    assert "attempt" not in one.keys() | two.keys()
    assert one["first_activity"] < two["first_activity"]
    switch(source, no_attempt=None)
    assert [record["attempt"] for record in pages(source)] == [1, 2]


def test_learners_work(source: httpx.Client) -> None:
    """New activities are on live items, some repeated, some of strangers; told as they are."""
    done = control(source, "POST", "learning", {"learners": 20, "count": 30})
    records = pages(source)
    assert [told(record) for record in records] == sorted(done["activities_new"])
    assert len(records) == 30
    assert done["activities_finished"] == []
    assert {record["status"] for record in records} == {"completed", "in progress"}
    assert {"Learner-0003@Example.COM", "newcomer-01@example.com"} <= {
        record["email"] for record in records
    }
    again = [record for record in records if record["attempt"] == 2]
    assert len(again) == 3
    kinds = Counter(_kind(source, record["content_id"]) for record in records)
    assert sum(kinds[kind] for kind in ("mooc", "video", "podcast", "article")) == 29
    assert effects(source, "hand") == [done]


def test_learners_go_on_later(source: httpx.Client) -> None:
    """A later call finishes a share of what is open, on the same attempts, and begins more."""
    control(source, "POST", "learning", {"learners": 10})
    before = {told(record): record for record in pages(source)}
    control(source, "POST", "clock", {"ahead": 86400})
    done = control(source, "POST", "learning", {"learners": 10, "count": 4, "share": 1})
    after = {told(record): record for record in pages(source)}
    open_before = [name for name, one in before.items() if one["status"] == "in progress"]
    assert sorted(done["activities_finished"]) == sorted(open_before)
    assert after.keys() - before.keys() == set(done["activities_new"])
    assert len(done["activities_new"]) == 4
    for name in open_before:
        assert after[name]["status"] == "completed"
        assert after[name]["first_activity"] == before[name]["first_activity"]
        assert after[name]["last_activity"] > before[name]["last_activity"]
        assert after[name]["updated_at"] > before[name]["updated_at"]
    same = before.keys() - set(open_before)
    assert all(after[name] == before[name] for name in same)


def test_the_same_seed_gives_the_same_learners() -> None:
    """Who learns what follows from the seed; another seed gives something else."""
    seen = []
    for seed in (1, 1, 2):
        with (
            serve("edflex", Options(items=300, seed=seed, activities=50)) as running,
            edflex_client(running) as client,
        ):
            done = control(client, "POST", "learning", {"learners": 5})
            seen.append((done, [key(record) for record in pages(client)[:50]]))
    assert seen[0] == seen[1]
    assert seen[0][0] != seen[2][0]
    assert seen[0][1] != seen[2][1]


@pytest.mark.parametrize(
    "given", [{"learners": 0}, {"learners": "all"}, {"count": -1}, {"share": 2}, [1]]
)
def test_a_wrong_lesson_is_refused(source: httpx.Client, given: object) -> None:
    """Learners, count and share must be numbers that make sense."""
    assert source.post("/_simulator/learning", json=given).status_code == 400
    assert pages(source) == []


def test_learners_find_nothing_in_an_empty_catalogue() -> None:
    """No items: nobody learns, and nothing hangs."""
    with serve("edflex", Options(items=0)) as running, edflex_client(running) as client:
        done = control(client, "POST", "learning", {"learners": 5})
        assert done == {"activities_new": [], "activities_finished": []}


def test_a_day_lets_learners_work_if_any_ever_did(source: httpx.Client) -> None:
    """A day tells no activity before there is one; afterwards a few are begun and finished."""
    quiet = control(source, "POST", "day")
    assert quiet["activities_new"] == quiet["activities_finished"] == []
    control(source, "POST", "learning", {"learners": 10})
    busy = control(source, "POST", "day")
    assert len(busy["activities_new"]) == 2
    assert busy["activities_finished"]
    assert set(busy["activities_new"]) <= {told(record) for record in pages(source)}


def _span(record: Record) -> int:
    first, last = (read_milliseconds(record[f"{name}_activity"]) or 0 for name in ("first", "last"))
    return last - first


def _kind(client: httpx.Client, item_id: str) -> str:
    return str(control(client, "GET", f"items/{item_id}")["attributes"]["type"])
