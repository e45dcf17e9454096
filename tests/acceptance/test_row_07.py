"""Mission row 7: what a status means, and what a missing one never means."""

from tests.acceptance.sides import ABSENT
from tests.acceptance.world import World

LIVE = ("coming soon", "open all year", "opened", "Opened", "OPEN ALL YEAR", " Coming soon ")
CLOSED = ("closed", "archived", "draft", "suspended", "open")


def test_row_07_three_statuses_are_live_in_any_case(world: World) -> None:
    """Coming soon, open all year and opened are synchronized; others are ignored and counted."""
    for place, status in enumerate(LIVE + CLOSED):
        world.edflex.put(f"s{place}", status=status)
    run = world.run()
    assert run.sync()["planned"] == {
        "create": {"source": len(LIVE)},
        "ignored": {"closed": len(CLOSED)},
    }
    assert world.target.courses() == {f"s{place}" for place in range(len(LIVE))}


def test_row_07_a_closed_course_is_archived_at_once(world: World) -> None:
    """Archived once with reason closed; the next run sends nothing, whatever else changes."""
    world.edflex.fill(3)
    world.run()
    world.edflex.patch("i2", status="closed")
    run = world.run()
    assert run.sync()["planned"]["archive"] == {"closed": 1}
    assert world.target.courses("archived") == {"i2"}
    world.edflex.patch("i2", status="suspended", title="Another title")
    mark = world.target.mark()
    assert world.run().planned() == {"unchanged": 3}
    assert world.target.writes(mark) == []
    assert world.live() == 2


def test_row_07_a_course_that_opens_again_is_restored(world: World) -> None:
    """Unchanged otherwise: one restore request and no update."""
    world.edflex.fill(2)
    world.run()
    world.edflex.patch("i1", status="closed")
    world.run()
    world.edflex.patch("i1", status="opened")
    mark = world.target.mark()
    assert world.run().confirmed() == {"restore": 1}
    assert world.target.effects(mark) == {"restored": ["i1"]}
    assert len(world.target.writes(mark)) == 1
    assert world.run().planned() == {"unchanged": 2}


def test_row_07_a_course_restored_with_changes_is_updated_too(world: World) -> None:
    """Restored, then updated with what changed while it was closed."""
    world.edflex.fill(1)
    world.run()
    world.edflex.patch("i1", status="closed")
    world.run()
    world.edflex.patch("i1", status="open all year", title="A new title")
    mark = world.target.mark()
    run = world.run()
    assert run.planned() == {"restore": 1}
    assert world.target.effects(mark) == {"restored": ["i1"], "updated": ["i1"]}
    course = world.target.course("i1") or {}
    assert (course["status"], course["name"]) == ("published", "A new title")
    assert world.run().planned() == {"unchanged": 1}


def test_row_07_a_target_whose_upsert_restores_is_no_trouble(world: World) -> None:
    """What the documents leave open about upserts of archived courses makes no difference."""
    world.target.fault(upsert_restores=True)
    world.edflex.fill(1)
    world.run()
    world.edflex.patch("i1", status="closed")
    world.run()
    world.edflex.patch("i1", status="opened", title="A new title")
    world.run()
    assert world.target.courses() == {"i1"}
    assert world.run().planned() == {"unchanged": 1}


def test_row_07_a_missing_status_is_a_reject_never_an_archive(world: World) -> None:
    """No status, null, an empty one or a number: the known course stays as it is."""
    world.edflex.fill(4)
    world.run()
    for item, status in (("i1", ABSENT), ("i2", None), ("i3", 7)):
        world.edflex.put(item, status=status, title="Changed")
    mark = world.target.mark()
    run = world.run(exit=6)
    assert run.planned() == {"rejected": 3, "unchanged": 1}
    assert world.target.writes(mark) == []
    assert world.target.courses() == {"i1", "i2", "i3", "i4"}
    rejects = {reject["key"]: reject for reject in world.rejects(run)}
    assert set(rejects) == {"i1", "i2", "i3"}
    assert "status" in rejects["i1"]["message"]
    assert rejects["i1"]["field"] == "live"


def test_row_07_an_empty_status_does_not_archive(world: World) -> None:
    """A status without a word in it is missing, not closed."""
    world.edflex.fill(2)
    world.run()
    world.edflex.patch("i1", status=" ")
    world.edflex.patch("i2", status="")
    mark = world.target.mark()
    run = world.run(exit=6)
    assert run.planned() == {"rejected": 2}
    assert world.target.writes(mark) == []


def test_row_07_a_renamed_status_stops_the_run(world: World) -> None:
    """With the field renamed in the whole feed nothing is archived and a guard stops the run."""
    world.edflex.fill(12)
    world.run()
    world.edflex.fault(rename_status="state")
    mark = world.target.mark()
    for _ in range(3):
        run = world.run(exit=7)
        assert run.run["stops"][0]["guard"] == "guards.max_rejects"
    assert world.target.writes(mark) == []
    assert len(world.target.courses()) == 12
    world.edflex.fault(rename_status=None)
    assert world.run().planned() == {"unchanged": 12}


def test_row_07_a_renamed_status_in_a_small_feed_archives_nothing(world: World) -> None:
    """Below the guards' ten records every one is rejected; still nothing is archived."""
    world.edflex.fill(3)
    world.run()
    world.edflex.fault(rename_status="state")
    mark = world.target.mark()
    for _ in range(3):
        assert world.run(exit=6).planned() == {"rejected": 3}
    assert world.target.writes(mark) == []


def test_row_07_a_status_that_returns_after_a_reject_is_synchronized(world: World) -> None:
    """The reject is forgotten once the record is in order again."""
    world.edflex.put("i1", status=None)
    assert len(world.rejects(world.run(exit=6))) == 1
    world.edflex.put("i1")
    run = world.run()
    assert world.rejects(run) == []
    assert world.target.courses() == {"i1"}
