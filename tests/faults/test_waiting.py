"""An API that says when to come back is not asked before then, whatever runs there are."""

from typing import Any

import pytest
from tests.acceptance.world import World

DAY = 86_400
RESOURCES = "@/connect/v1/resources"


@pytest.mark.parametrize("asked", [str(DAY), f"date:{DAY}"])
def test_the_next_runs_wait_as_long_as_an_api_asked(world: World, asked: str) -> None:
    """A day is more than a run has: exit 5, no knock before then, then all is as before."""
    world.edflex.fill(2)
    world.run()
    world.edflex.fault(http_429=f"1{RESOURCES}", retry_after=asked)
    run = world.run(exit=5).run
    assert "come back in 864" in run["error"]["message"]
    assert run["not_before"]
    world.edflex.fault(http_429=None)
    marks = world.edflex.mark(), world.target.mark()
    for _ in range(2):
        early = world.run(exit=5).run
        assert (
            run["run"] in early["error"]["message"] or "asked in run" in early["error"]["message"]
        )
        assert early["not_before"] <= run["not_before"]
    assert world.edflex.requests(marks[0]) == []
    assert world.target.requests(marks[1]) == []
    assert world.sleeps == []
    world.pass_days(1.01)
    assert world.run().planned() == {"unchanged": 2}


def test_an_api_that_asks_for_years_is_believed_for_a_week(world: World) -> None:
    """A senseless header does not stop a connection for ever."""
    world.edflex.fill(1)
    world.edflex.fault(http_429=f"1{RESOURCES}", retry_after=str(400 * DAY))
    world.run(exit=5)
    world.pass_days(6.9)
    world.run(exit=5)
    world.pass_days(0.2)
    assert world.run().confirmed() == {"create": 1}


@pytest.mark.parametrize("faults", [{"http_500": f"on{RESOURCES}"}, {"http_429": f"on{RESOURCES}"}])
def test_where_no_time_was_named_the_next_run_asks_again(
    world: World, faults: dict[str, Any]
) -> None:
    """Only what an API named is waited for by later runs."""
    world.edflex.fill(1)
    world.edflex.fault(**faults)
    assert world.run(exit=5).run["not_before"] is None
    world.edflex.fault(**dict.fromkeys(faults))
    assert world.run().confirmed() == {"create": 1}


def test_a_run_ends_at_its_own_deadline(world: World) -> None:
    """`deadline` of the connection is what the wait is held against; the message says so."""
    path = world.path("connections", "main.yaml")
    path.write_text(path.read_text().replace('"guards": {}', '"guards": {}, "deadline": 120'))
    world.edflex.fill(1)
    world.edflex.fault(http_429=f"1{RESOURCES}", retry_after="200")
    run = world.run(exit=5).run
    assert "come back in 200 s" in run["error"]["message"]
    assert "`deadline`" in run["error"]["hint"]
    assert world.sleeps == []
