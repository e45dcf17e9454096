"""Schedules from the command line: serve, schedule, status, between the simulators."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.world import REPOSITORY, Result, World

from syncata.ledger import Entry, open_ledger, open_schedule
from syncata.scheduling import run_id
from syncata.spec.model import ScheduleEntry

pytestmark = pytest.mark.slow

SECOND = timedelta(seconds=1)
ALL = ("integration", "courses")


def tables(world: World, *entries: dict[str, Any], name: str = "main") -> None:
    """Give a connection a schedule of its own."""
    path = world.path("connections", f"{name}.yaml")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schedule": list(entries)}))


def daily(at: str = "0 8 * * *", *syncs: str, timezone: str = "+01:00") -> dict[str, Any]:
    """A time table of every day."""
    return {"syncs": list(syncs or ALL), "cron": at, "timezone": timezone}


def entries(world: World) -> list[Entry]:
    """What the schedule holds."""
    with open_schedule(world.path("state", "schedule.db"), read_only=True) as schedule:
        return schedule.entries()


def events(result: Result) -> list[dict[str, Any]]:
    """What `serve --json` printed, line by line."""
    found = [json.loads(line) for line in result.out.splitlines()]
    assert {each["format_version"] for each in found} == {1}
    return found


def overdue(world: World) -> datetime:
    """Have one time table of everything that was due half an hour ago; when that was."""
    due = (datetime.now(UTC) - timedelta(minutes=30)).replace(second=0, microsecond=0)
    cron = f"{due.minute} {due.hour} * * *"
    tables(world, daily(cron, timezone="UTC"))
    with open_schedule(world.path("state", "schedule.db")) as schedule:
        schedule.put("main", [Entry("main", ScheduleEntry(ALL, cron, "UTC"), due)])
    return due


def test_once_runs_what_is_due_and_no_more(world: World) -> None:
    """The first call writes down the times, one a day later catches up, the next has nothing."""
    world.edflex.fill(2)
    tables(world, daily())
    first = world.cli("serve", "--once")
    assert first.exit == 0
    assert "main: integration, courses, next due 2" in first.err
    assert "Nothing is due" in first.err
    assert world.target.writes() == []
    (planned,) = entries(world)
    world.skip((planned.next_due - datetime.now(UTC)).total_seconds() + 60)
    second = world.cli("serve", "main", "--once", "--json")
    assert second.exit == 0, second.out
    serving, started, ended, done = events(second)
    assert serving["entries"][0]["next_due"] == planned.next_due.isoformat()
    assert (started["event"], started["due"]) == ("started", planned.next_due.isoformat())
    assert (ended["event"], ended["exit_code"]) == ("ended", 0)
    assert done == {"format_version": 1, "event": "done", "exit_code": 0}
    assert ended["next_due"] == (planned.next_due + timedelta(days=1)).isoformat()
    assert world.target.courses() == {"i1", "i2"}
    report = world.cli("report", started["run"], "--json").json
    assert (report["command"], report["state"]) == ("serve", "ok")
    assert started["run"] == run_id("main", ALL, planned.next_due)
    mark = world.target.mark()
    assert [each["event"] for each in events(world.cli("serve", "--once", "--json"))] == [
        "serving",
        "done",
    ]
    assert world.target.writes(mark) == []


def test_each_sync_at_its_own_time(world: World) -> None:
    """The later time table runs only its sync; both are one good state of the connection."""
    world.edflex.fill(1)
    tables(world, daily("0 8 * * *", "integration"), daily("20 8 * * *", "courses"))
    world.skip((12 - datetime.now(UTC).hour) % 24 * 3600)  # now is not between the two times
    assert world.cli("serve", "--once").exit == 0
    due = [entry.next_due for entry in entries(world)]
    world.skip((max(due) - datetime.now(UTC)).total_seconds() + 60)
    ran = events(world.cli("serve", "--once", "--json"))
    assert [each["syncs"] for each in ran if each["event"] == "ended"] == [
        ["integration"],
        ["courses"],
    ]
    (status,) = world.cli("status", "--json").json["connections"]
    runs = world.cli("runs", "--json").json["runs"]
    assert status["last_good_run"] in {run["run"] for run in runs}
    assert [entry["state"] for entry in status["schedule"]] == ["ended", "ended"]


def test_status_counts_the_oldest_good_run_of_all_scheduled_syncs(world: World) -> None:
    """A connection is as old as its worst sync: one that never went well makes it too old."""
    world.edflex.fill(1)
    tables(world, daily("0 8 * * *", "integration"), daily("20 8 * * *", "courses"))
    world.cli("serve", "--once")
    first = world.run("--sync", "integration").run["run"]
    assert world.cli("status", "--max-age", "1h").exit == 5
    second = world.run("--sync", "courses").run["run"]
    (status,) = world.cli("status", "--max-age", "1h", "--json").json["connections"]
    assert status["stale"] is False
    assert status["last_good_run"] in (first, second)  # both within one second
    world.run("--sync", "courses", "--limit", "1")
    assert world.cli("status", "--max-age", "1h").exit == 0  # a canary takes nothing back
    tables(world)
    assert world.cli("serve", "--once").exit == 2
    assert world.cli("status", "--max-age", "1h").exit == 5  # no schedule: only a whole run counts


def test_a_run_is_not_started_twice(world: World) -> None:
    """A second scheduler that finds the same time due is given the report of the run there was."""
    world.edflex.fill(1)
    due = overdue(world)
    assert world.cli("serve", "--once").exit == 0
    (entry,) = entries(world)
    with open_schedule(world.path("state", "schedule.db")) as schedule:
        schedule.save(replace(entry, next_due=due, state="running"))  # nobody noted the end
    mark = world.target.mark()
    again = events(world.cli("serve", "--once", "--json"))
    assert (again[2]["event"], again[2]["exit_code"]) == ("ended", 0)
    assert again[2]["run"] == run_id("main", ALL, due)
    assert world.target.requests(mark) == []
    assert world.edflex.requests(mark) == []
    assert len(world.cli("runs", "--json").json["runs"]) == 1


def test_one_connection_that_cannot_run_stops_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Invalid, without a secret, away: each is told with its code, and the last one runs."""
    world.edflex.fill(1)
    world.connect("away", edflex_url="http://127.0.0.1:9", platform_name="Away")
    world.connect("unset", edflex_client_secret="${env:NOWHERE}", platform_name="Unset")
    world.connect("broken", platform_name="Broken")
    for name in ("main", "away", "unset", "broken"):
        tables(world, daily(), name=name)
    assert world.cli("serve", "--once").exit == 0
    world.connect("broken", group_id="short")
    world.connect("fresh", group_id="short")
    monkeypatch.delenv("NOWHERE", raising=False)
    world.skip(86_400)
    result = world.cli("serve", "--once", "--json")
    told = events(result)
    assert {each["connection"] for each in told if each["event"] == "invalid"} == {
        "broken",
        "fresh",
    }
    codes = {each["connection"]: each["exit_code"] for each in told if each["event"] == "ended"}
    assert codes == {"main": 0, "away": 5, "unset": 4, "broken": 3}
    errors = {e["connection"]: e["error"]["message"] for e in told if "error" in e and "due" in e}
    assert errors.keys() == {"unset", "broken"}  # of the others there is a report
    assert "NOWHERE" in errors["unset"]
    (broken,) = [e for e in told if e["event"] == "ended" and e["connection"] == "broken"]
    assert broken["findings"][0]["code"] == "SYN413"
    assert result.exit == 4
    assert world.target.courses() == {"i1"}
    text = world.cli("serve", "--once").err
    assert "broken keeps the schedule it had" in text
    assert "fresh is not served" in text


def test_a_connection_that_is_locked_waits(world: World) -> None:
    """Exit 8 for now; it stays due and runs at the next call."""
    world.edflex.fill(1)
    due = overdue(world)
    world.run("--sync", "integration")  # makes the ledger
    with open_ledger(world.path("state", "main.db")):
        for _ in range(2):
            result = world.cli("serve", "--once")
            assert result.exit == 8
            assert "must wait" in result.err
    assert f"process {os.getpid()}" in result.err
    (entry,) = entries(world)
    assert (entry.state, entry.next_due) == ("locked", due)
    assert world.cli("serve", "--once").exit == 0
    assert world.target.courses() == {"i1"}


def test_what_is_locked_or_missed_has_no_run(world: World) -> None:
    """Events of runs that did not begin name none; what is days old waits for its next time."""
    world.edflex.fill(1)
    due = overdue(world)
    world.run("--sync", "integration")
    with open_ledger(world.path("state", "main.db")):
        (_, started, locked, _) = events(world.cli("serve", "--once", "--json"))
    assert (started["event"], "run" in started) == ("started", True)
    assert (locked["event"], locked["exit_code"], "run" in locked) == ("locked", 8, False)
    assert f"process {os.getpid()}" in locked["error"]["message"]
    tables(world, daily(f"0 8 1 {(due.month + 5) % 12 + 1} *"))  # half a year from now
    assert world.cli("serve", "--once").exit == 0
    (entry,) = entries(world)
    with open_schedule(world.path("state", "schedule.db")) as schedule:
        schedule.save(replace(entry, next_due=entry.next_due - timedelta(days=365)))
    (_, missed, _) = events(world.cli("serve", "--once", "--json"))
    assert (missed["event"], "run" in missed) == ("missed", False)
    assert missed["next_due"] == entry.next_due.isoformat()


def test_a_connection_that_is_gone_is_forgotten(world: World) -> None:
    """Its rows go with its file, also when only another connection is served."""
    for name in ("other", "third"):
        world.connect(name)
        tables(world, daily(), name=name)
    tables(world, daily())
    assert world.cli("serve", "--once").exit == 0
    world.path("connections", "other.yaml").unlink()
    assert world.cli("serve", "main", "--once").exit == 0
    assert {entry.connection for entry in entries(world)} == {"main", "third"}


def test_only_one_serves(world: World) -> None:
    """A second one ends with 8 and says who it is; status knows that one is on."""
    tables(world, daily())
    assert world.cli("serve", "--once").exit == 0
    with open_schedule(world.path("state", "schedule.db")):
        second = world.cli("serve")
        assert second.exit == 8
        assert f"process {os.getpid()}" in second.err
        assert "stop that one first" in second.err
        (line,) = events(world.cli("serve", "--json"))
        assert (line["event"], line["error"]["exit_code"]) == ("failed", 8)
        assert world.cli("status", "--json").json["connections"][0]["serving"] is True
    assert world.cli("status", "--json").json["connections"][0]["serving"] is False


def test_status_says_when_a_connection_is_due(world: World) -> None:
    """The next time where clocks are, or since when it is due and that nobody serves."""
    assert "due" not in world.cli("status").out
    tables(world, daily())
    world.cli("serve", "--once")
    assert "integration, courses: next due 2" in world.cli("status").out
    assert "08:00 +01:00" in world.cli("status").out
    overdue(world)
    assert "but no `syncata serve` is on" in world.cli("status").out


def test_without_a_schedule_there_is_nothing_to_serve(world: World) -> None:
    """Exit 2 and what to do; the same for a connection that is not there."""
    tables(world)
    result = world.cli("serve")
    assert result.exit == 2
    assert "no schedule in main" in result.err
    assert "add `schedule`" in result.err
    assert world.cli("serve", "nowhere").exit == 2
    coming = world.cli("schedule")
    assert "No run will come" in coming.out
    assert coming.err == "Next: syncata run main\n"


def test_a_schedule_that_is_none(world: World) -> None:
    """Exit 9 with what to do, from serve and status."""
    tables(world, daily())
    world.path("state").mkdir()
    world.path("state", "schedule.db").write_text("no schedule at all")
    assert world.cli("serve", "--once").exit == 9
    assert world.cli("status").exit == 9


def test_no_connection_is_called_schedule(world: World) -> None:
    """Its ledger would be the schedule's file: the message says so, and nobody meets it later."""
    world.connect("schedule")
    for command in ("run", "plan", "serve", "status"):
        result = world.cli(command, "schedule")
        assert result.exit == 2
        assert "give" in result.err
        assert "another name" in result.err
    assert world.cli("status").exit == 0


def test_the_coming_runs(world: World) -> None:
    """In the order of time, with what clocks show and UTC; no secret and no state is needed."""
    tables(
        world,
        daily("0 8 * * *", timezone="Europe/Paris"),
        daily("20 8 * * *", "courses", timezone="+01:00"),
    )
    world.connect("unset", edflex_client_secret="${env:NOWHERE}")
    tables(world, daily("30 12 * * *", timezone="UTC"), name="unset")
    result = world.cli("schedule", "--json", "--next", "9")
    runs = result.json["runs"]
    assert result.exit == 0
    assert len(runs) == 9
    moments = [datetime.fromisoformat(run["utc"]) for run in runs]
    assert moments == sorted(moments)
    assert moments[0] > datetime.now(UTC) - SECOND
    assert [datetime.fromisoformat(run["local"]) for run in runs] == moments
    paris = next(run for run in runs if run["timezone"] == "Europe/Paris")
    assert paris["local"][11:16] == "08:00"
    assert {run["connection"] for run in runs} == {"main", "unset"}
    text = world.cli("schedule", "main", "--next", "2").out.splitlines()
    assert len(text) == 3
    assert "unset" not in "".join(text)
    assert not world.path("state").exists()


def test_days_on_which_clocks_change_are_marked(world: World) -> None:
    """In a year there are two of them in Paris and none at +01:00."""
    tables(world, daily(timezone="Europe/Paris"))
    runs = world.cli("schedule", "--next", "366", "--json").json["runs"]
    changes = [run["clock_change"] for run in runs if run["clock_change"]]
    assert sorted(change["before"] for change in changes) == ["+01:00", "+02:00"]
    text = world.cli("schedule", "--next", "366").out
    assert text.count("clocks change: ") == 2
    assert "clocks change: +01:00 → +02:00" in text
    tables(world, daily())
    assert "clocks change" not in world.cli("schedule", "--next", "366").out


def test_an_invalid_connection_hides_no_schedule(world: World) -> None:
    """Its findings are told with exit 3, the others' runs are shown."""
    tables(world, daily())
    world.connect("broken", group_id="short")
    result = world.cli("schedule", "--next", "1")
    assert (result.exit, "SYN413" in result.err) == (3, True)
    assert "main" in result.out
    assert result.err.endswith("Next: syncata validate .\n")
    data = world.cli("schedule", "--json").json
    assert [each["connection"] for each in data["failed"]] == ["broken"]
    assert len(data["runs"]) == 10
    assert world.cli("schedule", "broken").out == ""  # it may have a schedule


COMMAND = [sys.executable, "-m", "syncata"]


@pytest.fixture
def environ(environment: Path) -> dict[str, str]:
    """The clean environment, and where the engine is."""
    del environment
    return {**os.environ, "PYTHONPATH": str(REPOSITORY / "engine")}


@pytest.mark.parametrize(
    ("stop", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["SIGTERM", "SIGINT"]
)
def test_a_service_that_is_stopped_goes_on_at_its_next_start(
    world: World, environ: dict[str, str], stop: signal.Signals, code: int
) -> None:
    """A real process: stopped while its run waits for a job, then started again, once."""
    world.edflex.fill(3)
    due = overdue(world)
    world.target.fault(job_stuck=True)
    pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([*COMMAND, "serve", "--json"], env=environ, **pipes) as process:
        while not any("/bulk/operations/" in each["path"] for each in world.target.requests()):
            assert process.poll() is None, "the service ended before it was told to"
        process.send_signal(stop)
        out, err = process.communicate(timeout=10)
    assert process.returncode == code, err
    assert "Traceback" not in err
    told = [json.loads(line) for line in out.splitlines()]
    assert [each["event"] for each in told] == ["serving", "started", "interrupted"]
    (entry,) = entries(world)
    assert (entry.state, entry.next_due) == ("interrupted", due)
    (run,) = world.cli("runs", "--json").json["runs"]
    assert (run["run"], run["state"]) == (run_id("main", ALL, due), "interrupted")
    world.target.fault(job_stuck=None)
    mark = world.target.mark()
    command = [*COMMAND, "serve", "--once"]
    again = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert "main: ended integration, courses with exit 0 in " in again.stderr
    assert again.stderr.endswith("Next: syncata status\n")
    assert again.stdout == ""
    assert world.target.writes(mark) == []  # the job it followed had done everything
    (run,) = world.cli("runs", "--json").json["runs"]
    assert (run["run"], run["state"]) == (run_id("main", ALL, due), "ok")
    assert world.target.effects()["created"] == ["i1", "i2", "i3"]


def test_a_service_that_was_killed_is_caught_up(world: World, environ: dict[str, str]) -> None:
    """kill -9 leaves nothing locked: the next start takes up the same run."""
    world.edflex.fill(2)
    due = overdue(world)
    world.target.fault(job_stuck=True)
    with subprocess.Popen([*COMMAND, "serve"], env=environ, stderr=subprocess.DEVNULL) as process:
        while not any("/bulk/operations/" in each["path"] for each in world.target.requests()):
            assert process.poll() is None, "the service ended before it was told to"
        process.kill()
    world.target.fault(job_stuck=None)
    assert world.cli("serve", "--once").exit == 0
    (run,) = world.cli("runs", "--json").json["runs"]
    assert (run["run"], run["state"]) == (run_id("main", ALL, due), "ok")
    assert world.target.effects()["created"] == ["i1", "i2"]
