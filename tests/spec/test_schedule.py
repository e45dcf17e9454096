"""Schedules: cron in zones, right on the days on which clocks change."""

from datetime import UTC, datetime

import pytest

from syncata.spec.model import ScheduleEntry
from syncata.spec.schedule import cron_problem, next_due, zone


def due(cron: str, timezone: str, after: str) -> str:
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC)
    return next_due(ScheduleEntry(("s",), cron, timezone), moment).isoformat()[:16]


@pytest.mark.parametrize(
    ("timezone", "after", "expected"),
    [
        ("+01:00", "2026-07-01T06:59", "2026-07-01T07:00"),
        ("+01:00", "2026-07-01T07:00", "2026-07-02T07:00"),
        ("-05:30", "2026-07-01T00:00", "2026-07-01T13:30"),
        ("Europe/Paris", "2026-07-01T00:00", "2026-07-01T06:00"),
        ("Europe/Paris", "2026-12-01T00:00", "2026-12-01T07:00"),
        ("UTC", "2026-07-01T00:00", "2026-07-01T08:00"),
    ],
)
def test_eight_o_clock_is_eight_o_clock_there(timezone: str, after: str, expected: str) -> None:
    """A fixed offset knows no summer time, an IANA zone does."""
    assert due("0 8 * * *", timezone, after) == expected


def test_an_hour_that_does_not_exist_comes_once_all_the_same() -> None:
    """On 29 March 2026 there is no 02:30 in Paris."""
    assert due("30 2 * * *", "Europe/Paris", "2026-03-29T00:00") == "2026-03-29T01:00"
    assert due("30 2 * * *", "Europe/Paris", "2026-03-29T01:00") == "2026-03-30T00:30"


def test_an_hour_that_exists_twice_comes_once() -> None:
    """On 25 October 2026 there are two 02:30 in Paris."""
    first = due("30 2 * * *", "Europe/Paris", "2026-10-24T12:00")
    assert first == "2026-10-25T00:30"
    assert due("30 2 * * *", "Europe/Paris", first) == "2026-10-26T01:30"


@pytest.mark.parametrize(
    ("cron", "problem"),
    [
        ("0 8 * * *", ""),
        ("*/15 8-18 * * MON-FRI", ""),
        ("0 8 * *", "has 4 fields; five are needed"),
        ("0 8 * * * *", "has 6 fields; five are needed"),
        ("61 8 * * *", "is not understood: bad minute"),
        ("@daily", "has 1 fields; five are needed"),
        ("0 0 31 2 *", "is not understood: bad day-of-month"),
    ],
)
def test_what_is_wrong_with_a_cron_expression_is_said(cron: str, problem: str) -> None:
    """The message goes into a finding."""
    assert cron_problem(cron).startswith(problem)
    assert bool(cron_problem(cron)) is bool(problem)


@pytest.mark.parametrize("name", ["Mars/Olympus", "+1:00", "+24:00", "", "../etc/passwd"])
def test_an_unknown_zone_is_a_value_error(name: str) -> None:
    """Whatever zoneinfo makes of it."""
    with pytest.raises(ValueError, match=r"time zone|offset"):
        zone(name)
