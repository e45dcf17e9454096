"""References across syncs: one plan brings everything, and nothing is sent with a wrong id."""

import json
from pathlib import Path
from typing import Any

from tests.acceptance.world import World

from syncata.simulator.people import learner_mail

ADA, BEA = learner_mail(1), learner_mail(2)
SYNCS = ("integration", "courses", "tags", "course_tags", "statistics")


def _named(*names: str) -> list[dict[str, Any]]:
    return [{"id": name, "name": name} for name in names]


def _fill(world: World) -> None:
    """Two courses with two categories, of which the target knows one, and a learner in each."""
    world.connect(sync_tags=True)
    world.edflex.put("i1", categories=_named("Management", "Sales"))
    world.edflex.put("i2", categories=_named("Sales"))
    world.edflex.learn(ADA, "i1")
    world.edflex.learn(BEA, "i2", status="in progress", completed_at=None)


def _saved(world: World) -> Path:
    path = world.path("plan.db")
    plan = world.cli("plan", "main", "-o", str(path))
    assert plan.exit == 0, plan.err
    return path


def _holds_everything(world: World) -> None:
    assert world.target.courses() == {"i1", "i2"}
    assert world.target.tags_of("i1") == {"Management", "Sales"}
    assert world.target.tags_of("i2") == {"Sales"}
    assert [one["mail"] for one in world.target.attempts("i1")] == [ADA]
    assert [one["progress"] for one in world.target.attempts("i2")] == [50]


def test_one_run_from_nothing_does_everything(world: World) -> None:
    """Integration, courses, tags, tags of courses, statistics; a second run sends nothing."""
    _fill(world)
    run = world.run()
    assert {name: run.planned(name) for name in SYNCS} == {
        "integration": {"create": 1},
        "courses": {"create": 2},
        "tags": {"adopt": 1, "create": 1},
        "course_tags": {"create": 2},
        "statistics": {"create": 2},
    }
    _holds_everything(world)
    mark = world.target.mark()
    again = world.run()
    assert [again.confirmed(name) for name in SYNCS] == [{}] * 5
    assert world.target.writes(mark) == []


def test_a_plan_shows_what_it_does_not_know_yet_by_name(world: World) -> None:
    """`(tags sales)` stands for the id that a tag will get, in text and JSON; no mark of ours."""
    _fill(world)
    text = world.cli("plan", "main")
    assert "(tags sales)" in text.out
    plan = world.plan()
    samples = {one["key"]: one for one in plan.sync("course_tags")["samples"]}
    (field,) = samples["i2"]["fields"]
    assert field == {"field": "tagIds", "after": ["(tags sales)"]}
    for shown in (text.out, plan.out):
        assert not any("\ue000" <= sign <= "\uf8ff" for sign in shown)
        assert "\\ue00" not in shown
    assert world.target.writes() == []


def test_a_saved_plan_with_unknown_ids_is_applied_exactly(world: World) -> None:
    """The ids are filled in as they come to be known; what changed since is the next run's."""
    _fill(world)
    path = _saved(world)
    world.edflex.patch("i2", categories=_named("Law"))
    world.edflex.put("i3")
    read = world.edflex.mark()
    applied = world.cli("apply", "main", str(path), "--json")
    assert applied.exit == 0, applied.out
    assert world.edflex.requests(read) == []
    _holds_everything(world)
    assert "Law" not in world.target.tags()
    world.run()
    assert world.target.tags_of("i2") == {"Law"}
    assert world.target.courses() == {"i1", "i2", "i3"}


def test_no_request_ever_holds_an_id_that_was_made_up(world: World) -> None:
    """What the target is sent, paths and bodies, has ids of its own only."""
    _fill(world)
    world.run()
    sent = json.dumps(world.target.requests(), ensure_ascii=False)
    assert not any("\ue000" <= sign <= "\uf8ff" for sign in sent)
    assert "%EE%80%8" not in sent


def test_records_that_refer_to_a_rejected_one_wait(world: World) -> None:
    """A course without an image is set aside: its tags and statistics are not sent, the others
    are; once it is in order all of it arrives in one run."""
    _fill(world)
    world.edflex.patch("i1", image=None)
    run = world.run(exit=6)
    assert run.planned("courses") == {"create": 1, "rejected": 1}
    assert run.planned("course_tags") == {"create": 1, "ignored": 1}
    assert run.planned("statistics") == {"create": 1, "ignored": 1}
    world.edflex.put("i1", categories=_named("Management", "Sales"))
    run = world.run()
    assert run.confirmed("courses") == run.confirmed("course_tags") == {"create": 1}
    assert run.confirmed("statistics") == {"create": 1}
    _holds_everything(world)


def test_what_refers_to_a_course_the_target_refuses_waits(world: World) -> None:
    """The refusal comes while applying: what was planned on top of it is held back, the rest is
    done; it arrives once the target takes the course."""
    _fill(world)
    world.target.fault(fail_items="i1")
    run = world.run(exit=6)
    assert run.planned() == {"create": 2}
    assert [run.confirmed(name) for name in SYNCS[1:]] == [
        {"create": 1},
        {"adopt": 1, "create": 1},
        {"create": 1},
        {"create": 1},
    ]
    assert run.sync("course_tags")["applied"]["held_back"] == 1
    assert {"sync": "course_tags", "for": "courses", "records": 1} in [
        {name: one[name] for name in ("sync", "for", "records")} for one in run.run["waiting"]
    ]
    world.target.fault(fail_items=None)
    world.edflex.patch("i1", title="Better")
    world.cli("rejects", "retry", "main", "statistics")  # the switch refused that item, too
    world.run()
    _holds_everything(world)


def test_what_refers_to_a_tag_the_target_refuses_waits(world: World) -> None:
    """A tag was made by hand after the plan, and may not be taken over: the courses of that
    category wait for it, others have theirs; once it may be, the next run brings the rest."""
    _fill(world)
    world.edflex.patch("i1", categories=_named("Sales"))
    world.edflex.patch("i2", categories=_named("Law"))
    world.edit_spec("adopt: always\n      # A tag", "adopt: never\n      # A tag")
    world.run("--sync", "integration", "--sync", "courses")
    path = _saved(world)
    world.target.hand("tag", externalId="i2", name="Sales")
    applied = world.cli("apply", "main", str(path), "--json")
    assert applied.exit == 6
    assert applied.sync("tags")["applied"]["rejected"] == 1
    assert applied.confirmed("tags") == applied.confirmed("course_tags") == {"create": 1}
    waiting = [(one["sync"], one["for"], one["records"]) for one in applied.json["waiting"]]
    assert waiting == [("course_tags", "tags", 1)]
    world.edit_spec("adopt: never", "adopt: always")
    run = world.run()
    assert run.run["waiting"] == []
    assert (world.target.tags_of("i1"), world.target.tags_of("i2")) == ({"Sales"}, {"Law"})


def test_without_the_integration_nothing_that_needs_it_is_sent(world: World) -> None:
    """The target refuses the integration: courses, tags of courses and statistics wait, exit 6;
    once it is accepted all of it arrives."""
    _fill(world)
    world.target.fault(reserved="Edflex")
    run = world.run(exit=6)
    assert run.sync("integration")["applied"]["rejected"] == 1
    assert world.target.courses() == set()
    assert world.target.attempts() == []
    world.target.fault(reserved=None)
    world.connect(sync_tags=True, launch_progress=5)
    world.run()
    _holds_everything(world)
