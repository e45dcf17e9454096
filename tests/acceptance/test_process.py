"""The command as a process of its own: streams, exit codes, and a run that is killed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.world import REPOSITORY, World

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "syncata"]


@pytest.fixture
def environ(environment: Path) -> dict[str, str]:
    """The clean environment, and where the engine is."""
    del environment
    return {**os.environ, "PYTHONPATH": str(REPOSITORY / "engine")}


def test_the_command_as_people_start_it(world: World, environ: dict[str, str]) -> None:
    """The report is on stdout, what comes next on stderr, neither with colours; exit 0."""
    world.edflex.fill(2)
    command = [*COMMAND, "run", "main"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "confirmed 2 create" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert world.target.courses() == {"i1", "i2"}
    mark = world.target.mark()
    assert world.run().planned() == {"unchanged": 2}
    assert world.target.writes(mark) == []


def test_a_run_that_is_killed_is_taken_up(world: World, environ: dict[str, str]) -> None:
    """Killed while a job runs: nothing stays locked, the job is followed, nothing is sent twice."""
    world.edflex.fill(3)
    world.target.fault(job_stuck=True)
    command = [*COMMAND, "run", "main"]
    with subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL) as process:
        while not any("/bulk/operations/" in each["path"] for each in world.target.requests()):
            assert process.poll() is None, "the run ended before its job did"
        process.kill()
    world.target.fault(job_stuck=None)
    mark = world.target.mark()
    run = world.run()
    assert run.run["resumed_batches"] == 1
    assert run.planned() == {"unchanged": 3}
    assert world.target.writes(mark) == []
    assert world.target.effects()["created"] == ["i1", "i2", "i3"]
    listed = world.cli("runs", "main", "--json").json["runs"]
    assert [each["state"] for each in listed] == ["ok", "interrupted"]


def confirmed(run: Any) -> dict[tuple[str, str, str], int]:
    """What a run planned to write, all of which the target confirmed: by sync, action, reason."""
    found = {}
    for sync in run["syncs"]:
        for action, reasons in sync["planned"].items():
            for reason, number in reasons.items():
                if action in ("adopt", "create", "update", "archive", "restore"):
                    found[sync["sync"], action, reason] = number
        actions = {act for name, act, _ in found if name == sync["sync"]}
        assert set(sync["applied"]["confirmed"]) == actions
    return found


def waiting(run: Any) -> list[tuple[str, str, int]]:
    """What waits after a run: sync, for what, how many."""
    return [(group["sync"], group["for"], group["records"]) for group in run["waiting"]]


def test_the_demo_tells_a_whole_week(environ: dict[str, str]) -> None:
    """Run by run: what the day's changes on both sides become, confirmed by the target."""
    command = [sys.executable, "-m", "syncata", "demo", "--items", "60", "--json"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    runs = json.loads(done.stdout)["runs"]
    assert [run["state"] for run in runs] == ["ok"] * 10
    first, unchanged, *week, after = runs
    kinds = {(sync, action) for sync, action, _ in confirmed(first)}
    assert kinds >= {(name, "create") for name in ("integration", "courses", "tags", "course_tags")}
    assert first["requests"]["target"]["write"] > 0
    for quiet in (unchanged, after):
        assert confirmed(quiet) == {}
        assert quiet["requests"]["target"].get("write", 0) == 0
    stranger = ("statistics", "learner", 1)
    assert [waiting(day) for day in week] == [[stranger]] * 3 + [[]] * 4
    learned, catalogue, by_hand, gone, opened, category, ordinary = map(confirmed, week)
    assert learned == {("statistics", "create", "source"): 3}
    assert catalogue == {
        ("courses", "create", "source"): 1,
        ("courses", "update", "source"): 1,
        ("courses", "archive", "closed"): 1,
        ("course_tags", "create", "source"): 1,
        ("statistics", "update", "source"): 1,
    }
    assert by_hand == {("courses", "update", "drift"): 1, ("courses", "restore", "drift"): 1}
    # The colleague joined: what waited for three days is brought.
    assert gone == {
        ("courses", "archive", "missing"): 1,
        ("statistics", "create", "source"): 1,
        ("statistics", "update", "source"): 1,
    }
    assert opened == {
        ("courses", "restore", "source"): 1,
        ("course_tags", "update", "drift"): 1,
        ("statistics", "create", "source"): 1,
    }
    assert category["courses", "archive", "excluded"] == 1
    assert category["tags", "create", "source"] == 1
    assert category["courses", "update", "source"] == category["course_tags", "update", "source"]
    assert set(ordinary) == {("statistics", "create", "source"), ("statistics", "update", "source")}
    assert ordinary["statistics", "create", "source"] == 10


def test_the_demo_stays_on_and_is_stopped_in_order(environ: dict[str, str]) -> None:
    """It tells its sections, then serves a project that other commands can look at; 143."""
    root = Path("kept").resolve()
    command = [*COMMAND, "demo", "--items", "40", "--keep", str(root), "--serve"]
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        lines = []
        try:
            for line in process.stdout:
                lines.append(line)
                if line.startswith("demo: statistics, next due "):
                    break
            asked = [*COMMAND, "status", "--project", str(root)]
            status = subprocess.run(asked, env=environ, capture_output=True, text=True, check=False)
        finally:
            process.send_signal(signal.SIGTERM)
        lines += process.stdout.readlines()
    text = "".join(lines)
    assert process.returncode == 143, text
    titles = ["1. The set-up", "2. First sync", "3. Again,", "4. A week", "5. After the week"]
    assert [title for title in titles if f"\n{title}" in text] == titles
    assert [day for day in range(1, 8) if f"   Day {day}: " in text] == [*range(1, 8)]
    assert text.count("     0 writes sent.") == 2
    assert f"syncata run demo --project {root}" in text
    assert "Traceback" not in text
    assert status.returncode == 0
    assert status.stdout.startswith("demo: ok, last good run ")
    assert "  integration, courses, tags, course_tags: next due " in status.stdout
