"""A target that loses answers, breaks off or is full: nothing is lost, nothing is done twice."""

from typing import Any

import pytest
from tests.acceptance.world import World


def test_items_without_a_result_are_sent_again(world: World) -> None:
    """Two results are missing: exit 5, three confirmed; the next run sends just the two."""
    world.edflex.fill(5)
    world.target.fault(missing_results=2)
    run = world.run(exit=5)
    applied = run.sync()["applied"]
    assert (applied["confirmed"], applied["unknown"]) == ({"create": 3}, 2)
    assert world.live() == 3
    world.target.fault(missing_results=None)
    mark = world.target.mark()
    assert world.run().confirmed() == {"create": 2}
    assert sorted(world.target.effects(mark)["unchanged"]) == ["i4", "i5"]
    assert len(world.target.courses()) == 5


def test_results_in_any_order_are_paired(world: World) -> None:
    """The target shuffles its results; each still belongs to its item."""
    world.edflex.fill(8)
    world.target.fault(shuffle_results=True, fail_items="i3,i5")
    run = world.run(exit=6)
    assert {reject["key"] for reject in world.rejects(run)} == {"i3", "i5"}
    world.edflex.patch("i1", status="closed")
    world.run(exit=6)
    assert world.target.courses("archived") == {"i1"}


def test_a_job_that_ends_with_an_error_has_done_a_part(world: World) -> None:
    """Half of the items have results and are confirmed; the others are sent again."""
    world.edflex.fill(6)
    world.target.fault(job_error=1)
    run = world.run(exit=5)
    assert run.confirmed() == {"create": 3}
    assert run.sync()["applied"]["unknown"] == 3
    assert world.run().confirmed() == {"create": 3}
    assert len(world.target.courses()) == 6
    assert world.run().planned() == {"unchanged": 6}


def test_a_job_with_an_error_that_archives(world: World) -> None:
    """The same for archives: half are archived, the rest by the next run."""
    world.edflex.fill(4)
    world.run()
    for place in (1, 2):
        world.edflex.patch(f"i{place}", status="closed")
    world.target.fault(job_error=1)
    world.run(exit=5)
    assert len(world.target.courses("archived")) == 1
    assert world.run().confirmed() == {"archive": 1}
    assert world.target.courses("archived") == {"i1", "i2"}


BULK = "PUT /api/v2/bulk"
LOST: dict[str, dict[str, Any]] = {
    "the bulk request's answer": {"drop_connection": f"1@{BULK}"},
    "half of the bulk request's answer": {"truncated": f"1@{BULK}"},
    "the operation's answer": {"drop_connection": "1@GET /api/v2/bulk/operations"},
    "the results' answer": {"truncated": "1@/results"},
    "the integration's answer": {"drop_connection": "1@POST /api/v2/integrations"},
    "the integration's answer, cut": {"half_body": "1@POST /api/v2/integrations"},
}


@pytest.mark.parametrize("case", LOST)
def test_a_lost_answer_converges_without_a_second_effect(world: World, case: str) -> None:
    """The write was done, the answer was not heard: after at most one more run all is as wanted."""
    world.edflex.fill(3)
    world.target.fault(**LOST[case])
    code = world.cli("run", "main", "--json").exit
    assert code in (0, 5)
    if code == 5:
        world.run()
    effects = world.target.effects()
    assert len(effects["integrations_created"]) == 1
    assert sorted(effects["created"]) == ["i1", "i2", "i3"]
    assert "updated" not in effects
    mark = world.target.mark()
    run = world.run()
    assert (run.planned(), run.planned("integration")) == ({"unchanged": 3}, {"unchanged": 1})
    assert world.target.writes(mark) == []


def test_an_open_job_is_followed_by_the_next_run(world: World) -> None:
    """Accepted, then the target falls silent: the next run reads the results and sends nothing."""
    world.edflex.fill(3)
    world.target.fault(http_500="on@/bulk/operations")
    run = world.run(exit=5)
    assert run.run["state"] == "failed"
    assert world.live() == 0
    world.target.fault(http_500=None)
    mark = world.target.mark()
    run = world.run()
    assert run.run["resumed_batches"] == 1
    assert run.planned() == {"unchanged": 3}
    assert world.target.writes(mark) == []
    assert world.live() == 3
    assert world.run().run["resumed_batches"] == 0


def test_what_was_confirmed_before_a_failure_is_kept(world: World) -> None:
    """Three batches, one job at a time; the second loses its target: the rest follows later."""
    world.edit_spec("batch: {max: 2000, max_bytes: 8 MB}", "batch: {max: 3, max_bytes: 8 MB}")
    world.edflex.fill(8)
    world.target.fault(http_500="on@/bulk/operations/660000000000000000000002")
    world.run(exit=5)
    assert world.live() == 3
    world.target.fault(http_500=None)
    mark = world.target.mark()
    run = world.run()
    assert run.run["resumed_batches"] == 1
    assert run.planned() == {"create": 2, "unchanged": 6}
    (write,) = world.target.writes(mark)
    assert [item["externalId"] for item in write["body"]["input"]] == ["i7", "i8"]
    sizes = [entry["items"] for entry in world.target.writes() if entry.get("job")]
    assert sizes == [3, 3, 2]
    assert len(world.target.effects()["created"]) == 8


def test_an_adoption_that_breaks_off_is_finished_by_the_next_run(world: World) -> None:
    """Taken over, but the update failed: no question is asked twice, the update is sent."""
    settings = {"externalPlatform": "Edflex", "defaultProgress": 70}
    world.target.hand("add_integration", settings=settings)
    world.target.fault(http_500="on@PATCH /api/v2/integrations")
    world.run("--adopt", exit=5)
    world.target.fault(http_500=None)
    assert world.run().confirmed("integration") == {"update": 1}
    assert world.target.integration()["defaultProgress"] == 0


def test_an_open_job_is_confirmed_as_it_was_sent(world: World) -> None:
    """The source moved on meanwhile: the job confirms the old content, then the new one is sent."""
    world.edflex.fill(2)
    world.target.fault(http_500="on@/bulk/operations")
    world.run(exit=5)
    world.target.fault(http_500=None)
    world.edflex.patch("i1", title="Newer")
    mark = world.target.mark()
    run = world.run()
    assert run.planned() == {"unchanged": 1, "update": 1}
    assert world.target.effects(mark) == {"updated": ["i1"]}
    assert world.target.field("i1", "name") == "Newer"


def test_an_open_archive_is_followed_too(world: World) -> None:
    """The job that archives is taken up like one that writes."""
    world.edflex.fill(2)
    world.run()
    world.edflex.patch("i1", status="closed")
    world.target.fault(http_500="on@/bulk/operations")
    world.run(exit=5)
    assert world.live() == 2
    world.target.fault(http_500=None)
    mark = world.target.mark()
    run = world.run()
    assert (run.run["resumed_batches"], run.planned()) == (1, {"unchanged": 2})
    assert world.target.writes(mark) == []
    assert world.live() == 1


def test_a_job_nobody_knows_any_more_is_sent_again(world: World) -> None:
    """The target forgot the job: what it was to do is unknown, and the next run sends it."""
    world.edflex.fill(3)
    world.target.fault(lost_jobs=True)
    run = world.run(exit=5)
    assert run.sync()["applied"]["unknown"] == 3
    world.target.fault(lost_jobs=None)
    assert world.run().confirmed() == {"create": 3}
    assert sorted(world.target.effects()["created"]) == ["i1", "i2", "i3"]


def test_a_job_that_does_not_end_is_never_sent_beside(world: World) -> None:
    """After the poll's limit the run ends with exit 5; the next one looks at the same job again."""
    world.edflex.fill(2)
    world.target.fault(job_stuck=True)
    world.on_sleep = lambda _: world.skip(600)
    run = world.run(exit=5)
    assert "is still" in run.run["error"]["message"]
    assert world.live() == 0
    mark = world.target.mark()
    world.run(exit=5)
    world.target.fault(job_stuck=None)
    run = world.run()
    assert (run.run["resumed_batches"], run.planned()) == (1, {"unchanged": 2})
    assert world.target.writes(mark) == []
    assert world.target.effects()["created"] == ["i1", "i2"]


def test_a_location_of_another_origin_is_not_followed(world: World) -> None:
    """The token never goes to an address the target's answer invents."""
    world.edflex.fill(1)
    world.target.fault(wrong_location=True)
    run = world.run(exit=5)
    assert "198.51.100.1" in run.run["error"]["message"]
    world.target.fault(wrong_location=None)
    mark = world.target.mark()
    assert world.run().planned() == {"unchanged": 1}  # the list of jobs told where it is
    assert world.target.writes(mark) == []


def test_a_bulk_api_that_is_switched_off(world: World) -> None:
    """503 with its code stops the run at once and says so."""
    world.edflex.fill(1)
    world.target.fault(bulk_disabled=True)
    run = world.run(exit=5)
    assert "switched its bulk API off" in run.run["error"]["message"]
    assert world.sleeps == []
    world.target.fault(bulk_disabled=None)
    assert world.run().confirmed() == {"create": 1}


def test_slots_others_have_taken_are_waited_for(world: World) -> None:
    """All three bulk slots are taken: the run waits 20 s at a time until one is free."""
    world.edflex.fill(2)
    world.target.fault(slots_taken=3)
    waits: list[float] = []

    def one_leaves(seconds: float) -> None:
        if seconds > 10:
            waits.append(seconds)
        if len(waits) == 2:
            world.target.fault(slots_taken=2)

    world.on_sleep = one_leaves
    assert world.run().confirmed() == {"create": 2}
    assert len(waits) == 2
    assert len(world.target.effects()["created"]) == 2


def test_slots_that_never_come_free_end_the_run(world: World) -> None:
    """The run's own deadline ends the waiting: exit 5, nothing is confirmed."""
    world.edflex.fill(1)
    world.target.fault(slots_taken=3)
    world.on_sleep = lambda _: world.skip(1800)
    world.run(exit=5)
    assert 10 <= len(world.sleeps) <= 13
    assert world.live() == 0


@pytest.mark.parametrize("retry_after", ["3", "nonsense", None])
def test_a_target_that_limits_requests_is_obeyed(world: World, retry_after: str | None) -> None:
    """429 before every kind of request: waited for, then sent; nothing is done twice."""
    world.edflex.fill(2)
    world.target.fault(http_429="every 2", retry_after=retry_after)
    assert world.run().confirmed() == {"create": 2}
    assert world.target.effects()["created"] == ["i1", "i2"]
    assert sum(world.sleeps) >= (3 if retry_after == "3" else 1)


def test_an_integration_somebody_made_meanwhile_is_a_reject(world: World) -> None:
    """The find saw none, the create conflicts: it is shown, and the next run asks to adopt."""
    world.edflex.fill(1)
    plan = world.path("plan.db")
    world.plan("-o", str(plan))
    world.target.hand("add_integration", settings={"externalPlatform": "Edflex"})
    assert world.cli("apply", "main", str(plan), "--json").exit == 6
    assert len(world.target.integrations()) == 1
    world.run(exit=7)
    assert world.run("--adopt").confirmed() == {"create": 1}
