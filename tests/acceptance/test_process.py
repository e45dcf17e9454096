"""The command as a process of its own: streams, exit codes, and a run that is killed."""

import json
import os
import subprocess
import sys
from pathlib import Path

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


@pytest.mark.slow
def test_the_demo_tells_a_whole_week(environ: dict[str, str]) -> None:
    """Set-up, first synchronization, a week, and at its end a run that writes nothing."""
    command = [sys.executable, "-m", "syncata", "demo", "--items", "60", "--json"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    runs = json.loads(done.stdout)["runs"]
    assert len(runs) == 10
    reasons = {
        reason
        for run in runs
        for sync in run["syncs"]
        for why in sync["planned"].values()
        for reason in why
    }
    assert {"source", "closed", "drift", "missing", "learner", "excluded"} <= reasons
    assert runs[1]["requests"]["target"].get("write", 0) == 0
    assert runs[-1]["requests"]["target"].get("write", 0) == 0
