"""What is due: catching up, coalescing, clock changes, and how time tables are reconciled."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

import pytest

from syncata.ledger import Entry
from syncata.scheduling.due import (
    begun,
    coming,
    due,
    ended,
    interrupted,
    locked,
    missed,
    reconciled,
    run_id,
)
from syncata.spec.model import ScheduleEntry
from syncata.spec.schedule import zone


def utc(text: str) -> datetime:
    """A moment of 2026."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)


def entry(cron: str, timezone: str, next_due: str) -> Entry:
    return Entry("acme", ScheduleEntry(("courses",), cron, timezone), utc(next_due))


NEW_YORK, LORD_HOWE = "America/New_York", "Australia/Lord_Howe"
# cron, zone, next due as written down, now → the time the run stands for and how many before it
# were missed, too; then the next one. All of 2026, in UTC. `-`: no run.
CASES = [
    # Not yet, just now, a little late.
    ("0 8 * * *", "+01:00", "07-01 07:00", "07-01 06:59", "-", 0, ""),
    ("0 8 * * *", "+01:00", "07-01 07:00", "07-01 07:00", "07-01 07:00", 0, "07-02 07:00"),
    ("0 8 * * *", "+01:00", "07-01 07:00", "07-01 18:00", "07-01 07:00", 0, "07-02 07:00"),
    # Several were missed: one run, for the last of them.
    ("0 8 * * *", "+01:00", "07-01 07:00", "07-03 09:00", "07-03 07:00", 0, "07-04 07:00"),
    ("0 * * * *", "UTC", "07-01 07:00", "07-01 10:30", "07-01 10:00", 3, "07-01 11:00"),
    ("* * * * *", "UTC", "01-01 00:00", "07-01 10:30", "07-01 10:30", 1440, "07-01 10:31"),
    # 24 hours late is still caught up, more is not.
    ("0 8 * * MON", "UTC", "07-06 08:00", "07-07 08:00", "07-06 08:00", 0, "07-13 08:00"),
    ("0 8 * * MON", "UTC", "07-06 08:00", "07-07 08:01", "-", 0, ""),
    # Fixed offset: the same moment all year. Zone: the same time on the clock.
    ("0 8 * * *", "+01:00", "03-28 07:00", "03-28 07:30", "03-28 07:00", 0, "03-29 07:00"),
    ("0 8 * * *", "Europe/Paris", "03-28 07:00", "03-28 07:30", "03-28 07:00", 0, "03-29 06:00"),
    ("0 8 * * *", "Europe/Paris", "10-24 06:00", "10-24 06:30", "10-24 06:00", 0, "10-25 07:00"),
    ("0 8 * * *", NEW_YORK, "03-07 13:00", "03-07 13:00", "03-07 13:00", 0, "03-08 12:00"),
    ("0 8 * * *", LORD_HOWE, "10-02 21:30", "10-02 21:30", "10-02 21:30", 0, "10-03 21:00"),
    # 02:30 does not exist: 03:00 instead, once. 02:15 on Lord Howe Island: 02:30.
    ("30 2 * * *", "Europe/Paris", "03-29 01:00", "03-29 01:10", "03-29 01:00", 0, "03-30 00:30"),
    ("30 2 * * *", NEW_YORK, "03-08 07:00", "03-08 07:00", "03-08 07:00", 0, "03-09 06:30"),
    ("15 2 * * *", LORD_HOWE, "10-03 15:30", "10-03 15:40", "10-03 15:30", 0, "10-04 15:15"),
    # 02:30 exists twice: the first one only, also if it is caught up within the second hour.
    ("30 2 * * *", "Europe/Paris", "10-25 00:30", "10-25 00:30", "10-25 00:30", 0, "10-26 01:30"),
    ("30 2 * * *", "Europe/Paris", "10-25 00:30", "10-25 01:10", "10-25 00:30", 0, "10-26 01:30"),
    ("30 1 * * *", NEW_YORK, "11-01 05:30", "11-01 06:31", "11-01 05:30", 0, "11-02 06:30"),
    ("45 1 * * *", LORD_HOWE, "04-04 14:45", "04-04 15:16", "04-04 14:45", 0, "04-05 15:15"),
    # Every hour is every hour: 23 in spring, 25 in autumn.
    ("0 * * * *", "Europe/Paris", "03-28 23:00", "03-29 21:59", "03-29 21:00", 22, "03-29 22:00"),
    ("0 * * * *", "Europe/Paris", "10-24 22:00", "10-25 22:00", "10-25 22:00", 24, "10-25 23:00"),
]


@pytest.mark.parametrize(
    ("cron", "timezone", "kept", "now", "at", "earlier", "following"), CASES, ids=str
)
def test_what_is_due(
    cron: str, timezone: str, kept: str, now: str, at: str, earlier: int, following: str
) -> None:
    """One run stands for all that was missed; the next time is right whatever clocks do."""
    found = due(entry(cron, timezone, kept), utc(now))
    if at == "-":
        assert found is None
        return
    assert found is not None
    assert (found.at, found.earlier) == (utc(at), earlier)
    assert ended(found, 0).next_due == utc(following)


def test_what_is_too_late_waits_for_its_next_time() -> None:
    """The entry says so, and keeps what it knows of its last run."""
    before = replace(entry("0 8 * * MON", "UTC", "07-06 08:00"), last_run="r1", exit_code=5)
    after = missed(before, utc("07-08 00:00"))
    assert after.next_due == utc("07-13 08:00")
    assert (after.state, after.last_run, after.exit_code) == ("missed", "r1", 5)


def test_a_run_that_has_no_end_stays_due() -> None:
    """Running, interrupted or locked: whoever looks next finds the same run due."""
    kept = replace(entry("0 * * * *", "UTC", "07-01 07:00"), exit_code=6, last_run="r1")
    found = due(kept, utc("07-01 09:10"))
    assert found is not None
    for after in (begun(found), interrupted(found), locked(found)):
        again = due(after, utc("07-01 09:50"))
        assert again is not None
        assert (again.at, again.run) == (found.at, found.run)
    assert begun(found).last_run == found.run
    assert (begun(found).state, begun(found).exit_code) == ("running", None)
    assert interrupted(found).state == "interrupted"
    assert (locked(found).state, locked(found).last_run) == ("locked", "r1")


def test_what_came_meanwhile_is_one_run() -> None:
    """A run of two and a half hours leaves two times behind: one run stands for both."""
    first = due(entry("0 * * * *", "UTC", "07-01 07:00"), utc("07-01 07:00"))
    assert first is not None
    second = due(ended(first, 0), utc("07-01 09:30"))
    assert second is not None
    assert (second.at, second.earlier) == (utc("07-01 09:00"), 1)
    assert due(ended(second, 0), utc("07-01 09:45")) is None


def test_the_id_of_a_run_is_of_what_it_is_for() -> None:
    """Connection, syncs and time make it; the same three make the same id in any zone."""
    at = utc("07-01 07:00")
    one = run_id("acme", ("integration", "courses"), at)
    assert one.startswith("20260701T070000Z-")
    elsewhere = at.astimezone(zone("Europe/Paris"))
    assert run_id("acme", ("integration", "courses"), elsewhere) == one
    others = {
        run_id("globex", ("integration", "courses"), at),
        run_id("acme", ("integration",), at),
        run_id("acme", ("courses", "integration"), at),
        run_id("acme", ("integration", "courses"), utc("07-01 07:01")),
    }
    assert len(others | {one}) == 5


def test_time_tables_are_reconciled() -> None:
    """What is new or changed begins with its next time, what is gone is dropped, the rest stays."""
    now = utc("07-01 12:00")
    stays = entry("0 8 * * *", "UTC", "07-01 08:00")  # missed: it will be caught up
    changed = entry("0 9 * * *", "UTC", "07-01 09:00")
    gone = replace(stays, timetable=ScheduleEntry(("other",), "0 7 * * *", "UTC"))
    wanted = [
        replace(changed.timetable, cron="0 10 * * *"),
        stays.timetable,
        replace(stays.timetable, timezone="Europe/Paris"),
        stays.timetable,  # written twice
    ]
    found = reconciled("acme", wanted, [stays, changed, gone], now)
    assert [(each.timetable, each.next_due) for each in found] == [
        (wanted[0], utc("07-02 10:00")),
        (wanted[1], utc("07-01 08:00")),
        (wanted[2], utc("07-02 06:00")),
    ]
    assert found[1] == stays
    assert reconciled("acme", [], found, now) == []


def test_the_coming_runs_of_all_stand_in_one_order() -> None:
    """By time, at the same time as listed; each with what clocks show and whether they change."""
    tables = [
        ("acme", ScheduleEntry(("courses",), "0 8 * * *", "Europe/Paris")),
        ("acme", ScheduleEntry(("statistics",), "20 8 * * *", "Europe/Paris")),
        ("globex", ScheduleEntry(("courses",), "0 8 * * *", "+01:00")),
    ]
    runs = list(islice(coming(tables, utc("10-24 06:10")), 6))
    shown = [
        (run.connection, run.timetable.syncs[0], f"{run.at:%d %H:%M}", f"{run.local:%H:%M %z}")
        for run in runs
    ]
    assert shown == [
        ("acme", "statistics", "24 06:20", "08:20 +0200"),
        ("globex", "courses", "24 07:00", "08:00 +0100"),
        ("acme", "courses", "25 07:00", "08:00 +0100"),
        ("globex", "courses", "25 07:00", "08:00 +0100"),
        ("acme", "statistics", "25 07:20", "08:20 +0100"),
        ("acme", "courses", "26 07:00", "08:00 +0100"),
    ]
    changes = [run.change for run in runs]
    assert changes == [None, None, ("+02:00", "+01:00"), None, ("+02:00", "+01:00"), None]
    assert list(coming([], utc("10-24 06:10"))) == []
