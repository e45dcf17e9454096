"""Mission row 22 and the target's refusals: one bad record is set aside, the others go on."""

from typing import Any

from tests.acceptance.sides import ABSENT
from tests.acceptance.world import World


def test_row_22_a_rejected_record_is_shown_and_the_others_go_on(world: World) -> None:
    """Exit 6; plan, run and report each name key, field, reason and the place in the spec."""
    world.edflex.fill(3)
    world.edflex.put("bad", image=ABSENT)
    plan = world.cli("plan", "main")
    assert plan.exit == 6
    line = next(line for line in plan.out.splitlines() if "! bad" in line)
    assert "imageUrl: the required property imageUrl is missing [SYN604]" in line
    assert "edflex-360learning.yaml:" in line
    text = world.cli("run", "main")
    assert text.exit == 6
    assert "! courses bad  imageUrl: the required property imageUrl is missing" in text.out
    assert world.target.courses() == {"i1", "i2", "i3"}


def test_row_22_a_rejected_record_is_retried_when_it_changes(world: World) -> None:
    """Counted every time, then created once it has what it lacked; the reject is forgotten."""
    world.edflex.put("bad", image=ABSENT)
    for attempts in (1, 2):
        run = world.run(exit=6)
        assert run.planned() == {"rejected": 1}
        (reject,) = world.rejects(run)
        assert reject["attempts"] == attempts
    world.edflex.put("bad")
    run = world.run()
    assert run.confirmed() == {"create": 1}
    assert world.rejects(run) == []


def test_row_22_a_rejected_record_is_retried_when_the_spec_changes(world: World) -> None:
    """The spec gives the property a value: the record is created without a change of its own."""
    world.edflex.put("bad", image=ABSENT)
    world.run(exit=6)
    world.edit_spec(
        "'image.(bigUrl ? bigUrl : mediumUrl ? mediumUrl : smallUrl)'",
        "'image.bigUrl ? image.bigUrl : \"https://cdn.example.com/none.png\"'",
    )
    assert world.run().confirmed() == {"create": 1}


def test_row_22_a_known_course_that_turns_bad_stays_as_it_is(world: World) -> None:
    """Rejected, neither updated nor archived; closing it archives it all the same."""
    world.edflex.fill(1)
    world.run()
    world.edflex.patch("i1", url="", title="Changed")
    mark = world.target.mark()
    assert world.run(exit=6).planned() == {"rejected": 1}
    assert world.target.writes(mark) == []
    world.edflex.patch("i1", status="closed")
    assert world.run().planned() == {"archive": 1}
    assert world.target.courses("archived") == {"i1"}


def test_row_22_a_bad_record_that_vanishes_is_no_reject_any_more(world: World) -> None:
    """After a complete reading without it nothing is set aside."""
    world.edflex.fill(1)
    world.edflex.put("bad", title=None)
    world.run(exit=6)
    world.edflex.remove("bad")
    assert world.rejects(world.run()) == []


def test_row_22_values_of_a_wrong_type_reject_only_their_record(world: World) -> None:
    """Objects for texts, texts for objects, numbers for lists: each is one reject."""
    wrong: dict[str, dict[str, Any]] = {
        "title": {"title": {"en": "A"}},
        "url": {"url": 7},
        "image": {"image": "https://cdn.example.com/big.png"},
        "categories": {"categories": "Management"},
        "duration": {"duration": {"minutes": 3}},
        "language": {"language": ["en"]},
    }
    for key, attributes in wrong.items():
        world.edflex.put(key, **attributes)
    world.edflex.put("good")
    run = world.run(exit=6)
    assert run.planned() == {"create": 1, "rejected": 6}
    rejects = {reject["key"]: reject for reject in world.rejects(run)}
    assert set(rejects) == set(wrong)
    assert all(key in reject["field"] for key, reject in rejects.items())


def test_many_rejects_stop_the_run_before_it_writes(world: World) -> None:
    """Ten of twelve records are bad: a guard holds the run; limit, key and records are told."""
    world.edflex.fill(12)
    world.edflex.fill(10, image=None)
    run = world.run(exit=7)
    (stop,) = run.run["stops"]
    assert stop["guard"] == "guards.max_rejects"
    assert stop["measured"] == "10 rejected of 12 records read (83.3%)"
    assert "raise guards.max_rejects" in stop["advice"]
    assert {reject["field"] for reject in world.rejects(run)} == {"imageUrl"}
    assert world.target.writes() == []
    world.connect(guards={"max_rejects": "90%"})
    assert world.run(exit=6).confirmed() == {"create": 2}


def test_an_item_the_target_refuses_is_not_sent_again_until_it_changes(world: World) -> None:
    """Exit 6 each time but one request in all; once the record changes it is sent again."""
    world.edflex.fill(3)
    world.target.fault(fail_items="i2")
    run = world.run(exit=6)
    assert run.sync()["applied"]["rejected"] == 1
    (reject,) = world.rejects(run)
    assert (reject["key"], reject["stage"]) == ("i2", "target")
    assert reject["message"] == "Simulated item error"
    assert world.target.courses() == {"i1", "i3"}
    mark = world.target.mark()
    again = world.run(exit=6)
    assert again.sync()["planned"] == {"rejected": {"target": 1}, "unchanged": {"": 2}}
    assert world.target.writes(mark) == []
    assert len(world.rejects(again)) == 1
    world.target.fault(fail_items=None)
    world.edflex.patch("i2", title="Better")
    run = world.run()
    assert run.confirmed() == {"create": 1}
    assert world.rejects(run) == []


def test_a_refused_update_keeps_what_was_confirmed(world: World) -> None:
    """The ledger still says what the target has; the old content is not sent when it returns."""
    world.edflex.fill(2)
    world.run()
    world.target.fault(fail_items="i2")
    world.edflex.patch("i2", title="Refused")
    world.run(exit=6)
    assert world.target.field("i2", "name") == "Title 2"
    mark = world.target.mark()
    world.run(exit=6)
    world.edflex.patch("i2", title="Title 2")
    run = world.run()
    assert run.planned() == {"unchanged": 2}
    assert world.target.writes(mark) == []
    assert world.rejects(run) == []


def test_a_refused_record_that_closes_or_vanishes_is_forgotten(world: World) -> None:
    """Nothing of it is at the target, so nothing is left to set aside."""
    world.edflex.fill(3)
    world.target.fault(fail_items="i2,i3")
    world.run(exit=6)
    world.edflex.patch("i2", status="closed")
    world.edflex.remove("i3")
    run = world.run()
    assert run.planned() == {"ignored": 1, "unchanged": 1}
    assert world.rejects(run) == []


def test_a_refused_archive_is_tried_again_when_the_record_changes(world: World) -> None:
    """The course counts as live until the target has confirmed that it is not."""
    world.edflex.fill(2)
    world.run()
    world.target.fault(fail_items="i2")
    world.edflex.patch("i2", status="closed")
    assert world.run(exit=6).sync()["applied"]["rejected"] == 1
    assert world.live() == 2
    world.target.fault(fail_items=None)
    world.edflex.patch("i2", title="Touched")
    assert world.run().confirmed() == {"archive": 1}
    assert world.target.courses("archived") == {"i2"}


def test_a_refused_batch_rejects_its_records(world: World) -> None:
    """Every record is set aside with what the target said; none of them is to blame for ever."""
    world.edflex.fill(2)
    world.run("--sync", "integration")
    world.target.fault(reserved="Edflex")
    run = world.run(exit=6)
    assert run.sync()["applied"]["rejected"] == 2
    rejects = world.rejects(run)
    assert {reject["key"] for reject in rejects} == {"i1", "i2"}
    assert all("setting platform_name" in reject["message"] for reject in rejects)
    assert world.live() == 0
    world.target.fault(reserved=None)
    assert world.run().confirmed() == {"create": 2}
