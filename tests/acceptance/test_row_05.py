"""Mission row 5: categories become tags, and a course has the tags it should have."""

from typing import Any

import pytest
from tests.acceptance.world import World


def _named(*names: str | None) -> list[dict[str, Any]]:
    return [{"id": f"c{place}", "name": name} for place, name in enumerate(names)]


@pytest.fixture
def tagging(world: World) -> World:
    """A world in which tags are synchronized."""
    world.connect(sync_tags=True)
    return world


def test_row_05_without_the_option_there_are_subjects_and_no_tags(world: World) -> None:
    """Categories are subjects of the course; no tag is looked at, made or put on."""
    world.edflex.put("i1", categories=_named("Management", "Sales"))
    world.run()
    assert world.target.field("i1", "subjects") == ["Management", "Sales"]
    assert world.target.tags_of("i1") == set()
    assert not [entry for entry in world.target.requests() if "tags" in entry["path"]]


def test_row_05_tags_are_found_by_name_or_made_once_for_all_courses(tagging: World) -> None:
    """A tag the company has is used, in whatever case it is written; a new one is made once."""
    tagging.edflex.put("i1", categories=_named("management", "Sales"))
    tagging.edflex.put("i2", categories=_named(" Sales ", "sales"))
    tagging.edflex.put("i3", categories=_named("MANAGEMENT"))
    before = tagging.target.tags()
    run = tagging.run()
    assert run.planned("tags") == {"adopt": 1, "create": 1}
    assert tagging.target.tags() == before | {"Sales"}
    assert tagging.target.effects()["tags_created"] == ["Sales"]
    tags = {item: tagging.target.tags_of(item) for item in ("i1", "i2", "i3")}
    assert tags == {"i1": {"Management", "Sales"}, "i2": {"Sales"}, "i3": {"Management"}}
    mark = tagging.target.mark()
    tagging.run()
    assert tagging.target.writes(mark) == []


def test_row_05_a_tag_made_between_plan_and_apply_is_used(tagging: World) -> None:
    """The name is taken when the tag is to be made, in another case even: that tag is used."""
    tagging.target.fault(tag_names_fold=True)
    tagging.edflex.put("i2", categories=[])
    tagging.run()
    tagging.edflex.put("i1", categories=_named("Sales"))
    path = tagging.path("plan.db")
    assert tagging.cli("plan", "main", "-o", str(path)).exit == 0
    tagging.target.hand("tag", externalId="i2", name="sales")
    applied = tagging.cli("apply", "main", str(path), "--json")
    assert applied.exit == 0, applied.out
    assert tagging.target.tags_of("i1") == {"sales"}
    assert "Sales" not in tagging.target.tags()
    run = tagging.run()
    assert run.planned("tags") == {"unchanged": 1}
    assert run.sync("course_tags")["planned"] == {"unchanged": {"": 1}, "update": {"drift": 1}}
    assert tagging.target.tags_of("i2") == set()


def test_row_05_renamed_and_removed_categories_change_the_tags(tagging: World) -> None:
    """The course loses the old tag and gets the new one; the old tag itself stays."""
    tagging.edflex.put("i1", categories=_named("Sales", "Finance"))
    tagging.edflex.put("i2", categories=_named("Sales"))
    tagging.run()
    tagging.edflex.patch("i1", categories=_named("Selling", "Finance"))
    tagging.edflex.patch("i2", categories=[])
    run = tagging.run()
    assert run.confirmed("course_tags") == {"update": 2}
    assert tagging.target.tags_of("i1") == {"Selling", "Finance"}
    assert tagging.target.tags_of("i2") == set()
    assert {"Sales", "Selling"} <= tagging.target.tags()
    tagging.edflex.patch("i1", categories=_named("SELLING", "finance"))
    mark = tagging.target.mark()
    tagging.run()
    assert tagging.target.effects(mark) == {"updated": ["i1"]}  # its subjects


def test_row_05_a_course_gets_a_hundred_tags_at_most(tagging: World) -> None:
    """The first hundred categories count; the request is accepted."""
    names = [f"Category {place:03d}" for place in range(101)]
    tagging.edflex.put("i1", categories=_named(*names))
    tagging.run()
    assert tagging.target.tags_of("i1") == set(names[:100])
    assert len(tagging.target.field("i1", "subjects")) == 101


def test_row_05_categories_without_a_name_are_passed_over(tagging: World) -> None:
    """No name, an empty one, blanks, no list at all: the other categories are tags."""
    tagging.edflex.put("i1", categories=[*_named("Sales", None, "", "  "), {"id": "c9"}])
    tagging.edflex.put("i2", categories=None)
    tagging.edflex.put("i3", categories=_named(None))
    run = tagging.run()
    assert run.run["exit_code"] == 0
    tags = [tagging.target.tags_of(item) for item in ("i1", "i2", "i3")]
    assert tags == [{"Sales"}, set(), set()]


def test_row_05_tags_changed_by_hand_are_put_back(tagging: World) -> None:
    """One added by hand is taken off in the next run, one taken off is put back."""
    tagging.edflex.put("i1", categories=_named("Sales", "Finance"))
    tagging.edflex.put("i2", categories=[])
    tagging.run()
    tagging.target.hand("tag", externalId="i1", name="By hand")
    tagging.target.hand("untag", externalId="i1", name="Sales")
    tagging.target.hand("tag", externalId="i2", name="By hand")
    run = tagging.run()
    assert run.sync("course_tags")["planned"] == {"update": {"drift": 2}}
    assert tagging.target.tags_of("i1") == {"Sales", "Finance"}
    assert tagging.target.tags_of("i2") == set()
    assert "By hand" in tagging.target.tags()


def test_row_05_manual_tags_can_be_kept(tagging: World) -> None:
    """With the setting they stay, also when ours change; one of ours taken off is put back."""
    tagging.connect(sync_tags=True, keep_manual_tags=True)
    tagging.edflex.put("i1", categories=_named("Sales", "Finance"))
    tagging.edflex.put("i2", categories=_named("Sales"))
    tagging.run()
    for item in ("i1", "i2"):
        tagging.target.hand("tag", externalId=item, name="By hand")
    tagging.target.hand("tag", externalId="i1", name="Mine")
    mark = tagging.target.mark()
    assert tagging.run().planned("course_tags") == {"unchanged": 2}
    assert tagging.target.writes(mark) == []
    tagging.target.hand("untag", externalId="i2", name="Sales")
    tagging.edflex.patch("i1", categories=_named("Finance", "Law"))
    run = tagging.run()
    assert run.sync("course_tags")["planned"] == {"update": {"drift": 1, "source": 1}}
    assert tagging.target.tags_of("i1") == {"Finance", "Law", "By hand", "Mine"}
    assert tagging.target.tags_of("i2") == {"Sales", "By hand"}
    tagging.edflex.patch("i1", categories=[])
    tagging.run()
    assert tagging.target.tags_of("i1") == {"By hand", "Mine"}


@pytest.mark.parametrize("keep", [False, True])
def test_row_05_switched_off_only_ours_are_removed_and_switched_on_put_back(
    tagging: World, keep: bool
) -> None:
    """What was added by hand since the last run stays; the tags themselves stay in any case."""
    tagging.connect(sync_tags=True, keep_manual_tags=keep)
    tagging.edflex.put("i1", categories=_named("Sales", "Finance"))
    tagging.edflex.put("i2", categories=_named("Sales"))
    tagging.run()
    tagging.target.hand("tag", externalId="i1", name="By hand")
    tagging.connect(sync_tags=False, keep_manual_tags=keep)
    run = tagging.run()
    assert run.sync("course_tags")["planned"] == {"remove": {"disabled": 2}}
    assert tagging.target.tags_of("i1") == {"By hand"}
    assert tagging.target.tags_of("i2") == set()
    assert "Sales" in tagging.target.tags()
    mark = tagging.target.mark()
    tagging.run()
    assert tagging.target.writes(mark) == []
    tagging.connect(sync_tags=True, keep_manual_tags=keep)
    assert tagging.run().confirmed("course_tags") == {"create": 2}
    kept = {"By hand"} if keep else set()
    assert tagging.target.tags_of("i1") == {"Sales", "Finance"} | kept
    assert "tags_created" not in tagging.target.effects(mark)


def test_row_05_switching_off_many_is_held(tagging: World) -> None:
    """Taking the tags off ten courses and more is an archive-sized step: a human agrees to it."""
    tagging.edflex.fill(10)
    tagging.run()
    tagging.connect(sync_tags=False)
    (stop,) = tagging.run(exit=7).run["stops"]
    assert (stop["sync"], stop["guard"], stop["number"]) == (
        "course_tags",
        "guards.max_archives",
        10,
    )
    tagging.connect(sync_tags=False, guards={"max_archives": "100%"})
    tagging.run()
    assert [tagging.target.tags_of(f"i{place}") for place in range(1, 11)] == [set()] * 10


def test_row_05_a_tag_that_was_deleted_by_hand_is_made_again(tagging: World) -> None:
    """Courses of that category get the new tag in the same run; one that no content has any more
    is not made again."""
    tagging.edflex.put("i1", categories=_named("Sales", "Finance"))
    tagging.edflex.put("i2", categories=_named("Law"))
    tagging.run()
    tagging.edflex.patch("i2", categories=[])
    tagging.run()
    tagging.target.hand("delete_tag", name="Sales")
    tagging.target.hand("delete_tag", name="Law")
    plan = tagging.plan()
    assert plan.sync("tags")["planned"]["create"] == {"drift": 1}
    assert "(tags sales)" in tagging.cli("plan", "main").out
    run = tagging.run()
    assert run.confirmed("tags") == {"create": 1}
    assert tagging.target.tags_of("i1") == {"Sales", "Finance"}
    assert "Law" not in tagging.target.tags()
    mark = tagging.target.mark()
    tagging.run()
    assert tagging.target.writes(mark) == []
    tagging.edflex.patch("i2", categories=_named("Law"))
    tagging.run()
    assert tagging.target.tags_of("i2") == {"Law"}


def test_row_05_a_tag_that_was_deleted_and_made_by_hand_is_taken_over(tagging: World) -> None:
    """Its name is the same, its id is not: the courses get the tag that is there now."""
    tagging.edflex.put("i1", categories=_named("Sales"))
    tagging.edflex.put("i2", categories=[])
    tagging.run()
    tagging.target.hand("delete_tag", name="Sales")
    tagging.target.hand("tag", externalId="i2", name="Sales")
    mark = tagging.target.mark()
    assert tagging.run().confirmed("tags") == {"adopt": 1}
    assert "tags_created" not in tagging.target.effects(mark)
    assert (tagging.target.tags_of("i1"), tagging.target.tags_of("i2")) == ({"Sales"}, set())
    mark = tagging.target.mark()
    tagging.run()
    assert tagging.target.writes(mark) == []


def test_row_05_a_tag_renamed_on_the_target_keeps_its_name(tagging: World) -> None:
    """Whoever renames a tag there means it: nothing is written, the course keeps the tag."""
    tagging.edflex.put("i1", categories=_named("Sales"))
    tagging.run()
    tagging.target.hand("rename_tag", name="Sales", to="Selling")
    mark = tagging.target.mark()
    tagging.run()
    assert tagging.target.writes(mark) == []
    assert tagging.target.tags_of("i1") == {"Selling"}


def test_row_05_a_closed_course_keeps_its_tags(tagging: World) -> None:
    """Closing archives the course and does nothing to its tags; opened again it has them still."""
    tagging.edflex.put("i1", categories=_named("Sales"))
    tagging.run()
    tagging.edflex.patch("i1", status="closed")
    mark = tagging.target.mark()
    tagging.run()
    tagging.run()
    assert tagging.target.effects(mark) == {"archived": ["i1"]}
    assert tagging.target.tags_of("i1") == {"Sales"}
    tagging.edflex.patch("i1", status="opened", categories=_named("Law"))
    tagging.run()
    assert tagging.target.tags_of("i1") == {"Law"}


def test_row_05_a_credential_without_the_scope_for_tags_says_so(tagging: World) -> None:
    """Exit 4 and the advice; courses are not held up for ever: with the scope the run goes on."""
    tagging.target.fault(missing_scopes="tags:read")
    tagging.edflex.fill(1)
    assert "scope" in tagging.run(exit=4).run["error"]["message"]
    tagging.target.fault(missing_scopes=None)
    assert tagging.run().confirmed("course_tags") == {"create": 1}
