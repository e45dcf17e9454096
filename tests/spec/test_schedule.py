"""Schedules: cron in zones, right on the days on which clocks change."""

from datetime import UTC, datetime, timedelta, tzinfo

import pytest

from syncata.spec.model import ScheduleEntry
from syncata.spec.schedule import clock_change, cron_problem, next_due, zone


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


def test_a_moment_is_always_later_than_the_one_it_is_asked_for() -> None:
    """Asked in the second 02:10 of 25 October, Paris does not name the first 02:30 again."""
    assert due("30 2 * * *", "Europe/Paris", "2026-10-25T01:10") == "2026-10-26T01:30"
    assert due("15 1-3 * * *", "Europe/Paris", "2026-10-25T01:10") == "2026-10-25T02:15"


# A time with a star in hour or minute comes as often as clocks show it.
STARRED = ["0 * * * *", "30 * * * *", "*/20 * * * *", "*/30 2 * * *", "10 */3 * * *", "0 */2 * * *"]
# Any other comes once a day: the first of two, and later by the gap where there is none.
FIXED = ["30 2 * * *", "15 2 * * *", "45 1 * * *", "15 1-3 * * *", "0 8 * * *", "0 0 * * *"]
CHANGES = {
    "Europe/Paris": ("2026-03-28T12:00", "2026-10-24T12:00"),
    "America/New_York": ("2026-03-07T12:00", "2026-10-31T12:00"),
    "Australia/Lord_Howe": ("2026-10-03T06:00", "2026-04-04T06:00"),  # by half an hour
    "+01:00": ("2026-03-28T12:00", "2026-10-24T12:00"),
}
MINUTE = timedelta(minutes=1)


def minutes_of(field: str, size: int) -> set[int]:
    """What a field of a cron expression stands for, read as simply as possible."""
    values, _, step = field.partition("/")
    first, _, last = ("0", "", str(size - 1)) if values == "*" else values.partition("-")
    return set(range(int(first), int(last or first) + 1, int(step or 1)))


def shown_by_clocks(cron: str, where: tzinfo, start: datetime) -> list[datetime]:
    """Every moment of two days that a cron expression names, found by looking at each minute."""
    minute, hour, *_ = cron.split()
    minutes, hours = minutes_of(minute, 60), minutes_of(hour, 24)
    found = set()
    for number in range(2 * 24 * 60):
        moment = start + number * MINUTE
        wall = moment.astimezone(where)
        if cron in STARRED:
            if wall.minute in minutes and wall.hour in hours:
                found.add(moment)
            continue
        shown = (start.astimezone(where).replace(tzinfo=None) + number * MINUTE).replace(
            tzinfo=where
        )
        if shown.minute in minutes and shown.hour in hours:
            while (real := shown.astimezone(UTC).astimezone(where)).time() != shown.time():
                shown += MINUTE
            found.add(real.astimezone(UTC))
    return sorted(found)


@pytest.mark.parametrize("cron", STARRED + FIXED)
@pytest.mark.parametrize("timezone", CHANGES)
def test_on_days_of_change_nothing_is_missed_and_nothing_comes_twice(
    timezone: str, cron: str
) -> None:
    """From whatever moment one asks, the answer is what looking at each minute gives."""
    entry = ScheduleEntry(("s",), cron, timezone)
    for start in CHANGES[timezone]:
        begin = datetime.fromisoformat(start).replace(tzinfo=UTC)
        expected = shown_by_clocks(cron, zone(timezone), begin)
        for number in range(4 * 24):
            after = begin + number * timedelta(minutes=10)
            assert next_due(entry, after) == next(each for each in expected if each > after)


@pytest.mark.parametrize(
    ("timezone", "moment", "expected"),
    [
        ("Europe/Paris", "2026-03-29T06:00", ("+01:00", "+02:00")),
        ("Europe/Paris", "2026-10-25T06:00", ("+02:00", "+01:00")),
        ("Europe/Paris", "2026-10-25T23:30", None),  # 26 October there
        ("Europe/Paris", "2026-10-24T22:30", ("+02:00", "+01:00")),  # 25 October there
        ("Australia/Lord_Howe", "2026-10-03T20:00", ("+10:30", "+11:00")),
        ("+01:00", "2026-03-29T06:00", None),
    ],
)
def test_days_on_which_clocks_change_are_known(
    timezone: str, moment: str, expected: tuple[str, str] | None
) -> None:
    """The day is the one that clocks show in the zone."""
    entry = ScheduleEntry(("s",), "0 8 * * *", timezone)
    assert clock_change(entry, datetime.fromisoformat(moment).replace(tzinfo=UTC)) == expected


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
