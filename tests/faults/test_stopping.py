"""A command that is told to end: in order at first, at once when told again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.acceptance.world import REPOSITORY, World

ENGINE = str(REPOSITORY / "engine")
DEAF = """
import asyncio, sys
from syncata.cli import stopping
from syncata.cli.operate import in_loop
stopping.GRACE = float(sys.argv[1])
async def deaf():
    while True:
        try:
            print("working", flush=True)
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            pass
in_loop(deaf())
"""


def _started(grace: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", DEAF, str(grace)]
    environ = {**os.environ, "PYTHONPATH": ENGINE}
    process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "working\n"
    return process


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_what_heeds_none(kind: signal.Signals) -> None:
    """Whatever still hangs after the first signal, the second ends the process itself."""
    with _started(60) as process:
        process.send_signal(kind)
        assert process.stdout is not None
        assert process.stdout.readline() == "working\n"
        process.send_signal(kind)
        assert process.wait(30) == -kind


def test_what_does_not_end_in_time_is_ended() -> None:
    """After the grace period, ten seconds for people, one signal is enough."""
    with _started(0.05) as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == -signal.SIGTERM


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_run_that_is_told_to_end_is_taken_up(
    world: World, environment: Path, kind: signal.Signals, code: int
) -> None:
    """While a job runs: the code of the signal, the run is kept, the next one follows the job."""
    del environment
    world.edflex.fill(3)
    world.target.fault(job_stuck=True)
    command = [sys.executable, "-m", "syncata", "run", "main"]
    environ = {**os.environ, "PYTHONPATH": ENGINE}
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as process:
        while not any("/bulk/operations/" in each["path"] for each in world.target.requests()):
            assert process.poll() is None, "the run ended before its job did"
        process.send_signal(kind)
        assert process.wait(30) == code
        assert process.stderr is not None
        assert "what was done is kept" in process.stderr.read()
    world.target.fault(job_stuck=None)
    mark = world.target.mark()
    assert world.run().run["resumed_batches"] == 1
    assert world.target.writes(mark) == []
    assert world.target.effects()["created"] == ["i1", "i2", "i3"]
    states = [each["state"] for each in world.cli("runs", "main", "--json").json["runs"]]
    assert states == ["ok", "interrupted"]
