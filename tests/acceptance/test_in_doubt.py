"""Jobs whose acceptance was never read: found by what they echo, or sent again; never doubled."""

import pytest
from tests.acceptance.world import World

BULK = "PUT /api/v2/bulk"
ARCHIVE = "DELETE /api/v2/bulk"
STATISTICS = "/stats"
OPERATIONS = "GET /api/v2/bulk/operations"


def submissions(world: World, since: int = 0) -> list[str]:
    """The bulk requests that reached the target, as `METHOD last-part-of-the-path`."""
    writes = [entry for entry in world.target.writes(since) if "/bulk/" in entry["path"]]
    return [f"{entry['method']} {entry['path'].rpartition('/')[2]}" for entry in writes]


def test_answers_that_are_never_heard_are_not_needed(world: World) -> None:
    """Each bulk request is carried out and none is answered: one request, all confirmed."""
    world.edflex.fill(3)
    world.target.fault(drop_connection=f"on@{BULK}")
    assert world.run().confirmed() == {"create": 3}
    assert submissions(world) == ["PUT courses"]
    assert world.target.effects()["created"] == ["i1", "i2", "i3"]
    assert world.live() == 3


def test_a_job_that_nobody_heard_of_is_taken_up_by_the_next_run(world: World) -> None:
    """The answer and the list are lost: exit 5. The next run finds the job and sends nothing."""
    world.edflex.fill(3)
    world.target.fault(drop_connection=f"on@{BULK}", http_500=f"on@{OPERATIONS}")
    run = world.run(exit=5)
    assert "jobs" in run.run["error"]["message"] or "operations" in run.run["error"]["message"]
    assert world.live() == 0
    world.target.fault(drop_connection=None, http_500=None)
    mark = world.target.mark()
    run = world.run()
    assert (run.run["resumed_batches"], run.planned()) == (1, {"unchanged": 3})
    assert world.target.writes(mark) == []
    assert world.live() == 3


def test_a_batch_that_never_arrived_is_sent_again_after_a_look(world: World) -> None:
    """500 may hide a job: it is looked for at once, and once more when it must be there."""
    world.edflex.fill(2)
    world.target.fault(http_500=f"2@{BULK}")
    assert world.run().confirmed() == {"create": 2}
    assert submissions(world) == ["PUT courses"] * 3
    looks = [e for e in world.target.requests() if e["path"].endswith("/bulk/operations")]
    assert len(looks) == 4
    assert [round(seconds) for seconds in world.sleeps if seconds > 5] == [10, 10]
    assert world.target.effects()["created"] == ["i1", "i2"]


def test_a_batch_that_is_never_accepted_ends_the_run(world: World) -> None:
    """Five times and no more; the next run finds no job, plans anew and sends."""
    world.edflex.fill(2)
    world.target.fault(http_500=f"on@{BULK}")
    world.run(exit=5)
    assert submissions(world) == ["PUT courses"] * 5
    world.target.fault(http_500=None)
    world.edflex.patch("i1", title="Newer")
    run = world.run()
    assert (run.run["resumed_batches"], run.confirmed()) == (1, {"create": 2})
    assert world.target.effects()["created"] == ["i1", "i2"]
    assert world.target.field("i1", "name") == "Newer"


def test_an_archive_in_doubt_is_found(world: World) -> None:
    """What takes away is looked for like what writes."""
    world.edflex.fill(2)
    world.run()
    world.edflex.patch("i1", status="closed")
    mark = world.target.mark()
    world.target.fault(drop_connection=f"1@{ARCHIVE}")
    assert world.run().confirmed() == {"archive": 1}
    assert submissions(world, mark) == ["DELETE courses"]
    assert world.target.effects(mark) == {"archived": ["i1"]}


def test_statistics_in_doubt_make_one_attempt(world: World) -> None:
    """The job is found: no attempt is doubled, none is written twice."""
    world.edflex.fill(1)
    world.target.hand("add_user", mail="ada@example.com")
    world.run()
    world.edflex.learn("ada@example.com", "i1", attempt=1)
    mark = world.target.mark()
    world.target.fault(drop_connection=f"on@{STATISTICS}")
    assert world.run().confirmed("statistics") == {"create": 1}
    assert submissions(world, mark) == ["POST stats"]
    assert len(world.target.attempts("i1", "ada@example.com")) == 1


def test_a_job_that_has_not_ended_is_waited_for(world: World) -> None:
    """It may be ours: nothing is sent beside it, not by the next run either, until it ends."""
    world.edflex.fill(2)
    world.target.fault(drop_connection=f"1@{BULK}", job_stuck=True)
    world.on_sleep = lambda _: world.skip(600)
    world.run(exit=5)
    world.run(exit=5)
    assert submissions(world) == ["PUT courses"]
    world.target.fault(job_stuck=None)
    run = world.run()
    assert (run.run["resumed_batches"], run.planned()) == (1, {"unchanged": 2})
    assert submissions(world) == ["PUT courses"]


def test_an_older_job_with_the_same_items_is_not_taken_for_a_new_one(world: World) -> None:
    """A, then B, then A again, which never arrives: the first job is known, so A is sent."""
    world.edflex.fill(1, description="A")
    world.run()
    world.edflex.patch("i1", description="B")
    world.run()
    world.edflex.patch("i1", description="A")
    world.target.fault(http_500=f"on@{BULK}")
    world.run(exit=5)
    world.target.fault(http_500=None)
    run = world.run()
    assert (run.run["resumed_batches"], run.confirmed()) == (1, {"update": 1})
    assert world.target.field("i1", "description") == "A"


@pytest.mark.parametrize("elsewhere", [False, True])
def test_what_another_connection_sent_is_not_ours(world: World, elsewhere: bool) -> None:
    """The same items for another platform: its ledger knows the job; or, run on another machine,
    the course that it made is not found in our integration."""
    world.edflex.fill(2)
    world.connect("other", platform_name="Other")
    world.target.fault(http_500=f"on@{BULK}")
    world.run(exit=5)
    world.target.fault(http_500=None)
    assert world.run(name="other").confirmed() == {"create": 2}
    if elsewhere:
        world.path("state", "other.db").unlink()
    run = world.run()
    assert (run.run["resumed_batches"], run.confirmed()) == (1, {"create": 2})
    assert len(world.target.effects()["created"]) == 4


def test_a_job_that_echoes_more_or_less_is_not_ours(world: World) -> None:
    """Another connection sent one item more: its job is read, and left alone."""
    world.edflex.fill(2)
    world.connect("other", platform_name="Other")
    world.target.fault(http_500=f"on@{BULK}")
    world.run(exit=5)
    world.target.fault(http_500=None)
    world.edflex.put("i3", title="Title 3")
    assert world.run(name="other").confirmed() == {"create": 3}
    world.path("state", "other.db").unlink()
    assert world.run().confirmed() == {"create": 3}
    assert len(world.target.effects()["created"]) == 6


def test_a_create_whose_answer_is_lost_is_found_in_the_same_run(world: World) -> None:
    """One integration, one run."""
    world.edflex.fill(1)
    world.target.fault(drop_connection="1@POST /api/v2/integrations")
    run = world.run()
    assert (run.confirmed("integration"), run.confirmed()) == ({"create": 1}, {"create": 1})
    assert len(world.target.effects()["integrations_created"]) == 1


def test_a_create_in_doubt_is_waited_for_before_it_counts_as_not_made(world: World) -> None:
    """A search may lag behind: nothing found at once is looked for once more, and not doubled."""
    world.edflex.fill(1)
    world.target.fault(http_500="1@POST /api/v2/integrations")
    world.run(exit=5)
    assert [round(seconds) for seconds in world.sleeps if seconds > 5] == [10]
    assert world.run().confirmed("integration") == {"create": 1}
    assert len(world.target.effects()["integrations_created"]) == 1
