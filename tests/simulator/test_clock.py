"""The simulators' clock: everything they show or judge by goes by it."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest
from tests.simulator.clients import (
    audit,
    bulk,
    control,
    course,
    edflex_client,
    integrate,
    open_client,
    switch,
)

from syncata.simulator import SIMULATORS, Options, serve
from syncata.simulator.clock import read_milliseconds, written_milliseconds

YEAR = 365 * 24 * 3600


def lag(text: str) -> timedelta:
    """Return how far an instant is from a year ahead of the real clock."""
    return abs(datetime.fromisoformat(text) - datetime.now(UTC) - timedelta(seconds=YEAR))


def dated(answer: httpx.Response) -> str:
    """Return the one date of an answer, as ISO 8601."""
    (text,) = answer.headers.get_list("Date")
    return parsedate_to_datetime(text).isoformat()


@pytest.mark.parametrize("name", SIMULATORS)
def test_a_clock_can_be_set_ahead(name: str) -> None:
    """At the start and at run time; the audit log and the Date of every answer follow."""
    with (
        serve(name, Options(ahead=YEAR)) as running,
        open_client(running) as client,
    ):
        assert lag(control(client, "GET", "clock")["now"]) < timedelta(seconds=5)
        control(client, "POST", "clock", {"ahead": 0})
        assert lag(control(client, "GET", "clock")["now"]) > timedelta(days=364)
        assert control(client, "POST", "clock", {"ahead": YEAR})["ahead"] == YEAR
        answers = [client.get("/nowhere"), client.get("/_simulator/state")]
        switch(client, http_500=1)
        answers.append(client.get("/nowhere"))
        switch(client, http_429=1, retry_after="date:60")
        refused = client.get("/nowhere")
        later = parsedate_to_datetime(refused.headers["Retry-After"])
        assert all(lag(dated(answer)) < timedelta(seconds=5) for answer in answers)
        assert later - datetime.fromisoformat(dated(refused)) <= timedelta(seconds=61)
        assert all(lag(entry["time"]) < timedelta(seconds=5) for entry in audit(client))


@pytest.mark.parametrize("ahead", ["soon", None, 1e12])
def test_no_time_is_set_to_what_is_none(ahead: object) -> None:
    """A text, nothing, or more than a hundred years are refused."""
    with serve("edflex") as running, open_client(running) as client:
        refused = client.post("/_simulator/clock", json={"ahead": ahead})
        assert (refused.status_code, "seconds" in refused.json()["error"]) == (400, True)
        assert control(client, "GET", "clock")["ahead"] == 0


def test_courses_and_operations_are_made_at_that_time(client: httpx.Client) -> None:
    """createdAt, modifiedAt and the times of an operation are those of the clock."""
    control(client, "POST", "clock", {"ahead": YEAR})
    accepted = bulk(client, "PUT", integrate(client), [course("a")])
    operation = client.get(accepted.headers["Location"]).json()
    (listed,) = client.get("/api/v2/courses").json()
    shown = [operation["createdAt"], operation["endedAt"], listed["createdAt"]]
    assert all(lag(text) < timedelta(seconds=5) for text in [*shown, listed["modifiedAt"]])


def test_a_token_does_not_age_with_the_clock() -> None:
    """Setting the clock a year ahead leaves a token valid: its life is real time."""
    with serve("edflex") as running, edflex_client(running) as client:
        control(client, "POST", "clock", {"ahead": YEAR})
        assert client.get("/connect/v1/catalogs").status_code == 200


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.678Z"),
        ("2026-01-02T03:04:05+02:00", "2026-01-02T01:04:05.000Z"),
        ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
        ("2026-01-02T03:04:05", None),
        ("2026-01-02", None),
        ("yesterday", None),
        (1_700_000_000, None),
    ],
)
def test_instants_are_read_and_written(text: object, expected: str | None) -> None:
    """An instant has a date, a time and a zone; it is written in UTC to the millisecond."""
    milliseconds = read_milliseconds(text)
    assert (None if milliseconds is None else written_milliseconds(milliseconds)) == expected
