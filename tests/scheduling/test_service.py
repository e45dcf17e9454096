"""The service over days that pass in milliseconds: what runs when, what waits, what goes on."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.scheduling.days import MIDNIGHT, Days, table

from syncata.errors import Exit, Locked, StateProblem, Unavailable
from syncata.ledger import open_schedule
from syncata.scheduling.due import run_id

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
CONTENTS = ("acme", table("courses", "0 8 * * *"))
STATISTICS = ("acme", table("statistics", "20 8 * * *"))


@pytest.fixture
def days(tmp_path: Path) -> Days:
    """A clock at midnight and an empty schedule."""
    return Days(tmp_path / "schedule.db")


def test_days_go_by_and_each_time_runs_once(days: Days) -> None:
    """Three days of contents and statistics, each at its time, under the id of that time."""
    days.plan([CONTENTS, STATISTICS])
    days.serve(3 * DAY)
    assert days.runs == [
        (f"{day:02} {at}", "acme", sync)
        for day in (1, 2, 3)
        for at, sync in (("08:00", "courses"), ("08:20", "statistics"))
    ]
    at = MIDNIGHT + 8 * HOUR
    assert days.ids[0] == run_id("acme", ("courses",), at)
    assert len(set(days.ids)) == 6


def test_a_run_starts_to_the_second(days: Days) -> None:
    """Not a minute late, whenever the service was started."""
    days.now += timedelta(seconds=17)
    days.plan([CONTENTS])
    days.serve(DAY)
    (started, _) = days.events
    assert abs(started.at - (MIDNIGHT + 8 * HOUR)) < timedelta(milliseconds=1)


def test_a_clock_that_is_set_is_noticed(days: Days) -> None:
    """At 07:00 it becomes 09:00: contents and statistics are caught up within a minute."""
    days.set_forward = (7 * HOUR - timedelta(seconds=1), 2 * HOUR)
    days.plan([CONTENTS, STATISTICS])
    days.serve(8 * HOUR)
    assert days.runs == [("01 09:00", "acme", "courses"), ("01 09:01", "acme", "statistics")]


@pytest.mark.parametrize("code", [0, 5, 7])
def test_statistics_wait_for_contents_and_run_once(days: Days, code: int) -> None:
    """They fall due at 08:20, contents run until 10:00; whether those fail is no matter."""
    days.takes["courses"] = 2 * HOUR
    days.outcomes["courses"] = [code]
    days.plan([STATISTICS, CONTENTS])
    days.serve(DAY)
    assert days.runs == [("01 08:00", "acme", "courses"), ("01 10:00", "acme", "statistics")]
    assert days.told() == [
        ("started", "courses", None),
        ("ended", "courses", code),
        ("started", "statistics", None),
        ("ended", "statistics", 0),
    ]
    assert days.events[2].due.at == MIDNIGHT + 8 * HOUR + 20 * MINUTE
    assert [entry.exit_code for entry in days.entries()] == [0, code]


def test_what_falls_due_while_its_own_run_is_on_is_one_run(days: Days) -> None:
    """An hourly run that takes two hours and a half leaves one run for two times."""
    days.takes["courses"] = 2.5 * HOUR
    days.plan([("acme", table("courses", "0 * * * *"))])
    days.serve(7 * HOUR)
    assert [at for at, *_ in days.runs] == ["01 01:00", "01 03:30", "01 06:00"]
    assert [e.due.earlier for e in days.events if e.kind == "started"] == [0, 1, 2]


def test_connections_run_beside_each_other_up_to_a_limit(days: Days) -> None:
    """Five fall due at once, two may run: each starts as soon as another has ended."""
    names = ["a", "b", "c", "d", "e"]
    days.takes["courses"] = HOUR
    days.plan([(name, CONTENTS[1]) for name in names])
    days.serve(DAY, jobs=2)
    assert days.most == 2
    assert [(at, name) for at, name, _ in days.runs] == [
        ("01 08:00", "a"),
        ("01 08:00", "b"),
        ("01 09:00", "c"),
        ("01 09:00", "d"),
        ("01 10:00", "e"),
    ]


def test_one_connection_does_not_hold_another_up(days: Days) -> None:
    """A run of many hours leaves the others their times."""
    days.takes["slow"] = 20 * HOUR
    days.plan([("acme", table("slow", "0 1 * * *")), ("globex", table("quick", "0 */6 * * *"))])
    days.serve(20 * HOUR)
    assert [at for at, name, _ in days.runs if name == "globex"] == [
        "01 06:00",
        "01 12:00",
        "01 18:00",
    ]


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (RuntimeError("a bug"), Exit.BUG),
        (Unavailable("away"), Exit.UNAVAILABLE),
        (StateProblem("the disk is full"), Exit.STATE),
    ],
    ids=str,
)
def test_whatever_a_run_ends_with_the_others_go_on(
    days: Days, outcome: Exception, code: Exit
) -> None:
    """An error becomes the code of that run; tomorrow it runs again, and so does everything."""
    days.outcomes["courses"] = [outcome]
    days.plan([CONTENTS, STATISTICS, ("globex", CONTENTS[1])])
    days.serve(2 * DAY)
    assert len(days.runs) == 6
    (failed,) = [event for event in days.events if event.error is not None]
    assert (failed.kind, failed.exit_code, failed.error) == ("ended", code, outcome)
    assert failed.entry.next_due == MIDNIGHT + DAY + 8 * HOUR


def test_a_run_that_cuts_itself_off_ends_nothing(days: Days) -> None:
    """A cancellation nobody asked for is no signal: the run is taken up after a minute."""
    days.outcomes["courses"] = [asyncio.CancelledError()]
    days.plan([CONTENTS, STATISTICS])
    days.serve(DAY)
    assert [at for at, *_ in days.runs] == ["01 08:00", "01 08:02", "01 08:20"]
    assert days.told()[1] == ("interrupted", "courses", 130)


def test_a_locked_connection_is_tried_again_until_it_is_free(days: Days) -> None:
    """It is told once, not every minute; its statistics wait behind its contents."""
    locked = [Exit.LOCKED] * 29 + [Locked("in use by a person")]
    days.outcomes["courses"] = [*locked]
    days.plan([CONTENTS, STATISTICS, ("globex", table("others", "0 8 * * *"))])
    days.serve(DAY)
    mine = [(at, sync) for at, name, sync in days.runs if name == "acme"]
    assert len(mine) == 32
    assert mine[-2:] == [("01 08:30", "courses"), ("01 08:31", "statistics")]
    assert ("01 08:00", "globex", "others") in days.runs
    told = [event.kind for event in days.events if event.entry.connection == "acme"]
    assert told == ["started", "locked", "ended", "started", "ended"]
    assert len(set(days.ids)) == 3


def test_stopping_cancels_what_runs_and_the_next_start_takes_it_up(days: Days) -> None:
    """The interrupted run stays due under its id; what fell due meanwhile runs behind it."""
    days.takes["courses"] = HOUR
    days.plan([CONTENTS, STATISTICS])
    days.serve(8 * HOUR + 30 * MINUTE)
    assert days.told() == [("started", "courses", None), ("interrupted", "courses", 130)]
    assert [entry.state for entry in days.entries()] == ["interrupted", "new"]
    days.now += 3 * HOUR
    days.plan([CONTENTS, STATISTICS])
    days.serve(3 * HOUR)
    assert days.runs[1:] == [("01 11:30", "acme", "courses"), ("01 12:30", "acme", "statistics")]
    assert days.ids[1] == days.ids[0]


def test_what_was_missed_while_nobody_served_is_caught_up_once(days: Days) -> None:
    """Three nights away: one run of each, then the usual times; what is days old is told."""
    days.plan([CONTENTS, STATISTICS, ("globex", table("weekly", "0 9 * * WED"))])
    days.now += 3 * DAY + 7 * HOUR
    days.serve(2 * HOUR)
    assert days.runs == [
        ("04 07:00", "acme", "courses"),
        ("04 07:01", "acme", "statistics"),
        ("04 08:00", "acme", "courses"),
        ("04 08:20", "acme", "statistics"),
    ]
    assert [event.due.at for event in days.events if event.kind == "started"] == [
        MIDNIGHT + 2 * DAY + 8 * HOUR,
        MIDNIGHT + 2 * DAY + 8 * HOUR + 20 * MINUTE,
        MIDNIGHT + 3 * DAY + 8 * HOUR,
        MIDNIGHT + 3 * DAY + 8 * HOUR + 20 * MINUTE,
    ]
    (missed,) = [event for event in days.events if event.kind == "missed"]
    assert missed.due.at == MIDNIGHT + 9 * HOUR
    assert missed.entry.next_due == MIDNIGHT + 7 * DAY + 9 * HOUR


def test_a_schedule_that_was_changed_starts_with_its_next_time(days: Days) -> None:
    """The old time, which has passed, is not caught up for the new one."""
    days.plan([CONTENTS])
    days.now += 12 * HOUR
    days.plan([("acme", table("courses", "0 9 * * *"))])
    days.serve(DAY)
    assert days.runs == [("02 09:00", "acme", "courses")]


@pytest.mark.parametrize("timezone", ["Europe/Paris", "+01:00"])
def test_the_nights_on_which_clocks_change(days: Days, timezone: str) -> None:
    """02:30 runs once in each of the nights before, of and after the change, in both kinds."""
    for start in ("2026-03-27T12:00", "2026-10-23T12:00"):
        days.now = datetime.fromisoformat(f"{start}+00:00")
        days.runs.clear()
        days.plan([("acme", table("courses", "30 2 * * *", timezone))])
        days.serve(3 * DAY)
        days.plan([("acme", table("none", "0 0 1 1 *"))])
        expected = {
            ("Europe/Paris", "2026-03-27T12:00"): ["28 01:30", "29 01:00", "30 00:30"],
            ("Europe/Paris", "2026-10-23T12:00"): ["24 00:30", "25 00:30", "26 01:30"],
            ("+01:00", "2026-03-27T12:00"): ["28 01:30", "29 01:30", "30 01:30"],
            ("+01:00", "2026-10-23T12:00"): ["24 01:30", "25 01:30", "26 01:30"],
        }[timezone, start]
        assert [at for at, *_ in days.runs] == expected


def test_once_runs_what_is_due_and_ends(days: Days) -> None:
    """Not what falls due meanwhile; a locked connection is left for the next call."""
    days.takes["courses"] = HOUR
    days.plan([CONTENTS, STATISTICS, ("globex", CONTENTS[1])])
    assert days.once() == set()
    days.now += 8 * HOUR
    days.outcomes["courses"] = [5, Exit.LOCKED]
    assert days.once() == {5, 8}
    assert len(days.runs) == 2
    assert days.now == MIDNIGHT + 9 * HOUR
    assert days.once() == {0}
    assert {(name, sync) for _, name, sync in days.runs[2:]} == {
        ("acme", "statistics"),
        ("globex", "courses"),
    }
    assert days.once() == set()


def test_a_run_that_cuts_itself_off_is_a_bug_to_once(days: Days) -> None:
    """Nobody has stopped it, so no code of a signal is its end; the next call takes it up."""
    days.plan([CONTENTS])
    days.now += 9 * HOUR
    days.outcomes["courses"] = [asyncio.CancelledError()]
    assert days.once() == {Exit.BUG}
    assert days.once() == {0}
    assert days.ids[0] == days.ids[1]


def test_a_schedule_that_cannot_be_written_ends_the_service(days: Days) -> None:
    """Going on without a memory would run things twice: what runs is cancelled, the error told."""
    days.takes["courses"] = HOUR
    days.plan([CONTENTS, ("globex", table("statistics", "20 8 * * *"))])
    with open_schedule(days.path) as schedule:
        schedule._database.script(
            "CREATE TRIGGER full BEFORE UPDATE ON entry WHEN NEW.connection = 'globex' "
            "BEGIN SELECT raise(ABORT, 'no space'); END"
        )
    with pytest.raises(StateProblem, match="no space"):
        days.serve(DAY)
    assert days.told() == [("started", "courses", None), ("interrupted", "courses", 130)]
    assert days.on == set()


@pytest.mark.parametrize("code", [4, 5])
def test_who_is_refused_again_and_again_knocks_less_and_less_often(days: Days, code: int) -> None:
    """Every five minutes would be 288 times a day: after three failures it rests longer each time,
    never more than six hours, and is told so; another connection does not rest with it."""
    days.outcomes["courses"] = [code] * 100
    hourly = ("globex", table("others", "0 * * * *"))
    days.plan([("acme", table("courses", "*/5 * * * *")), hourly])
    days.serve(2 * DAY)
    tried = [at for at, name, _ in days.runs if name == "acme"]
    assert tried[:7] == [
        "01 00:05", "01 00:10", "01 00:15", "01 00:21", "01 00:32", "01 00:53", "01 01:34",
    ]  # fmt: skip
    assert 14 <= len(tried) <= 20
    rests = [event.seconds for event in days.events if event.kind == "rests"]
    assert max(rest for rest in rests if rest) == 6 * 3600
    assert len([name for _, name, _ in days.runs if name == "globex"]) == 47


@pytest.mark.parametrize("code", [0, 6, 7])
def test_a_run_that_goes_better_ends_the_rest(days: Days, code: int) -> None:
    """Whatever else it ends with; the next failures are counted anew. A guard never makes it rest:
    what held it may be over in five minutes."""
    days.outcomes["courses"] = [5, 5, 5, 5, code, 5, 5, 0]
    days.plan([("acme", table("courses", "*/5 * * * *"))])
    days.serve(HOUR)
    assert [at for at, _, _ in days.runs][4:9] == [
        "01 00:32", "01 00:35", "01 00:40", "01 00:45", "01 00:50",
    ]  # fmt: skip


def test_a_restart_forgets_the_rest(days: Days) -> None:
    """Whoever has mended a credential starts again, and need not wait."""
    days.outcomes["courses"] = [4] * 6
    days.plan([("acme", table("courses", "*/5 * * * *"))])
    days.serve(34 * MINUTE)
    days.serve(3 * MINUTE)
    assert days.runs[-1][0] == "01 00:35"
