"""Mission row 4: what somebody changes on the target by hand, the next run puts back."""

from typing import Any

import pytest
from tests.acceptance.sides import ABSENT
from tests.acceptance.world import World

BY_HAND: dict[str, Any] = {
    "name": "Edited",
    "description": "By hand",
    "duration": 99,
    "defaultLang": "de",
}


def test_row_04_every_listed_field_that_was_edited_is_put_back(world: World) -> None:
    """One update with reason drift per course, however many of its fields differ, also where it
    had none; then silence."""
    world.edflex.fill(len(BY_HAND) + 3)
    world.edflex.put("i6", description=ABSENT, duration=ABSENT)
    world.run()
    before = {f"i{place}": world.target.course(f"i{place}") for place in range(1, 8)}
    for place, (name, value) in enumerate(BY_HAND.items(), 1):
        world.target.hand("edit_course", externalId=f"i{place}", fields={name: value})
    for item in ("i5", "i6"):
        world.target.hand("edit_course", externalId=item, fields=BY_HAND)
    mark = world.target.mark()
    run = world.run()
    assert run.sync()["planned"] == {"unchanged": {"": 1}, "update": {"drift": 6}}
    assert world.target.effects(mark) == {"updated": ["i1", "i2", "i3", "i4", "i5", "i6"]}
    assert {key: world.target.course(key) for key in before} == before
    mark = world.target.mark()
    assert world.run().planned() == {"unchanged": 7}
    assert world.target.writes(mark) == []


def test_row_04_a_plan_shows_what_was_edited(world: World) -> None:
    """Before is what the target holds now, after is what it will hold again."""
    world.edflex.fill(1)
    world.run()
    world.target.hand("edit_course", externalId="i1", fields={"name": "Edited"})
    (sample,) = world.plan().sync()["samples"]
    assert (sample["action"], sample["reason"]) == ("update", "drift")
    assert sample["fields"] == [{"field": "name", "before": "Edited", "after": "Title 1"}]


def test_row_04_a_field_that_only_a_single_read_shows_is_put_back_within_a_week(
    world: World,
) -> None:
    """Every course is looked at once in seven runs; each run reads a seventh of them."""
    world.edflex.fill(7)
    world.run()
    for place in range(1, 8):
        world.target.hand("edit_course", externalId=f"i{place}", fields={"launchUrl": "https://x"})
    for _ in range(7):
        run = world.run("--sync", "courses")
        assert (run.sync()["looked_at"], run.planned()) == (1, {"unchanged": 6, "update": 1})
    urls = {world.target.field(f"i{place}", "launchUrl") for place in range(1, 8)}
    assert urls == {"https://demo.edflex.com/en/video/1/"}


def test_row_04_archived_deleted_and_restored_by_hand(world: World) -> None:
    """Archived: restored, with its edits undone. Deleted: made again. Closed, but restored by
    hand: archived again."""
    world.edflex.fill(4)
    world.run()
    world.edflex.patch("i4", status="closed")
    world.run()
    first = world.target.course("i3") or {}
    world.target.hand("archive_course", externalId="i1")
    world.target.hand("edit_course", externalId="i2", fields={"name": "Edited"})
    world.target.hand("archive_course", externalId="i2")
    world.target.hand("delete_course", externalId="i3")
    world.target.hand("restore_course", externalId="i4")
    mark = world.target.mark()
    run = world.run()
    assert run.sync()["planned"] == {
        "archive": {"drift": 1},
        "create": {"drift": 1},
        "restore": {"drift": 2},
    }
    assert world.target.effects(mark) == {
        "restored": ["i1", "i2"],
        "updated": ["i2"],
        "created": ["i3"],
        "archived": ["i4"],
    }
    found = world.target.control("GET", "courses?externalId=i3&status=published")["courses"]
    assert [course["courseId"] for course in found] != [first["courseId"]]
    assert world.target.field("i2", "name") == "Title 2"
    mark = world.target.mark()
    assert world.run().planned() == {"unchanged": 4}
    assert world.target.writes(mark) == []


def test_row_04_the_new_course_gets_its_tags_and_later_statistics(world: World) -> None:
    """After a course was deleted by hand, tags and what is learned later go to the new one."""
    world.connect(sync_tags=True)
    world.edflex.fill(2)
    world.edflex.learn("learner-0001@example.com", "i1")
    world.run()
    world.target.hand("delete_course", externalId="i1")
    world.run()
    (course,) = world.target.control("GET", "courses?externalId=i1&status=published")["courses"]
    assert course["tags"] == ["Management"]
    world.edflex.learn("learner-0002@example.com", "i1")
    assert world.run().confirmed("statistics") == {"create": 1}
    attempts = world.target.attempts("i1", "learner-0002@example.com")
    assert [attempt["courseId"] for attempt in attempts] == [course["courseId"]]


def test_row_04_edited_and_changed_at_the_source_is_one_write(world: World) -> None:
    """The source's new value is sent once, and with it what was edited goes back."""
    world.edflex.fill(2)
    world.run()
    world.edflex.patch("i1", title="New title")
    edited = {"name": "Edited", "description": "By hand"}
    world.target.hand("edit_course", externalId="i1", fields=edited)
    mark = world.target.mark()
    run = world.run()
    assert run.sync()["planned"] == {"unchanged": {"": 1}, "update": {"source": 1}}
    assert len(world.target.writes(mark)) == 1
    assert world.target.effects(mark) == {"updated": ["i1"]}
    assert world.target.field("i1", "name") == "New title"
    assert world.target.field("i1", "description") == "What it is about."


@pytest.mark.parametrize("closed", [True, False])
def test_row_04_deleted_by_hand_and_closed_or_gone_at_the_source(
    world: World, closed: bool
) -> None:
    """What is not to be there any more is not made again, and counts as archived."""
    world.edflex.fill(3)
    world.run()
    if closed:
        world.edflex.patch("i1", status="closed")
    else:
        world.edflex.remove("i1")
    world.target.hand("delete_course", externalId="i1")
    mark = world.target.mark()
    world.run()
    run = world.run()
    assert world.live() == 2
    assert "created" not in world.target.effects(mark)
    assert run.run["exit_code"] == 0
    world.edflex.put("i1")
    assert world.run().planned() == {"restore": 1, "unchanged": 2}
    assert world.target.courses() == {"i1", "i2", "i3"}
    assert world.run().planned() == {"unchanged": 3}


def test_row_04_a_rewritten_field_is_told_once_and_left_alone(world: World) -> None:
    """Put back twice, told in one report, not sent again; other fields are still watched."""
    world.target.fault(rewrites="name")
    world.edflex.fill(2)
    world.run()
    for _ in range(2):
        assert world.run().sync()["planned"] == {"update": {"drift": 2}}
    mark = world.target.mark()
    told = world.run()
    assert told.sync()["rewritten"] == {"name": 2}
    text = world.cli("report", told.run["run"]).out
    assert "the target rewrites name of 2 records: left alone from now on" in text
    again = world.run()
    assert (again.sync()["rewritten"], again.planned()) == ({}, {"unchanged": 2})
    assert world.target.writes(mark) == []
    world.target.hand("edit_course", externalId="i1", fields={"duration": 99})
    assert world.run().sync()["planned"] == {"unchanged": {"": 1}, "update": {"drift": 1}}
    assert world.target.field("i1", "duration") == 10
    world.edflex.patch("i1", title="New title")
    assert world.run().sync()["planned"] == {"unchanged": {"": 1}, "update": {"source": 1}}
    assert world.target.field("i1", "name") == "New title *"


def test_row_04_an_unchanged_target_costs_reads_only(world: World) -> None:
    """One request for the list, one for each course whose turn it is; no write."""
    world.edflex.fill(8)
    world.run()
    mark = world.target.mark()
    assert world.run().planned() == {"unchanged": 8}
    requests = world.target.requests(mark)
    assert {entry["method"] for entry in requests} == {"GET"}
    paths = [entry["path"] for entry in requests]
    assert paths.count("/api/v2/courses") == 1
    assert 1 <= len([path for path in paths if path.startswith("/api/v2/integrations/")]) <= 2


@pytest.mark.parametrize("fault", ["http_500", "half_body", "html_200"])
def test_row_04_a_list_that_fails_changes_nothing(world: World, fault: str) -> None:
    """What cannot be read proves nothing: the run ends, nothing is made again."""
    world.edflex.fill(3)
    world.run()
    world.target.fault(**{fault: "on@/api/v2/courses?"})
    mark = world.target.mark()
    assert world.cli("run", "main").exit in {4, 5}
    assert world.target.writes(mark) == []
    world.target.fault(**{fault: None})
    assert world.run().planned() == {"unchanged": 3}


def test_row_04_an_empty_list_is_not_believed(world: World) -> None:
    """Single reads have the last word: courses that a list leaves out are not made again."""
    world.edflex.fill(12)
    world.run()
    world.edit_spec('"type[eq]": external, "groupId', '"type[eq]": none, "groupId')
    mark = world.target.mark()
    assert world.run().planned() == {"unchanged": 12}
    assert world.target.writes(mark) == []


def test_row_04_too_much_drift_is_held(world: World) -> None:
    """From ten courses on, more than 30 % are held with the number, the limit and its key."""
    world.edflex.fill(12)
    world.run()
    for place in range(1, 5):
        world.target.hand("edit_course", externalId=f"i{place}", fields={"name": "Edited"})
    mark = world.target.mark()
    (stop,) = world.run(exit=7).run["stops"]
    assert (stop["sync"], stop["guard"], stop["number"]) == ("courses", "guards.max_drift", 4)
    assert stop["measured"] == (
        "4 records that somebody changed on the target of 12 live records (33.3%)"
    )
    assert "guards.max_drift" in stop["advice"]
    assert world.target.writes(mark) == []
    world.connect(guards={"max_drift": "50%"})
    assert world.run().confirmed() == {"update": 4}


def test_row_04_settings_of_the_integration_are_put_back(world: World) -> None:
    """What is set for the integration by hand is set again, and nothing else is written. A logo
    is put back where the connection has one, and left alone where it has none."""
    world.edflex.fill(1)
    world.run()
    logo = {"externalPlatformLogoUrl": "https://cdn.example.com/by-hand.png"}
    world.target.hand("edit_integration", settings=logo)
    mark = world.target.mark()
    world.run()
    assert world.target.writes(mark) == []
    world.connect(platform_logo_url="https://cdn.example.com/logo.png")
    world.run()
    before = world.target.integration()
    by_hand = {"defaultCompletion": False, "noGroupPropagation": True, "defaultProgress": 7}
    world.target.hand("edit_integration", settings=by_hand | logo)
    mark = world.target.mark()
    run = world.run()
    assert run.sync("integration")["planned"] == {"update": {"drift": 1}}
    assert world.target.integration() == before
    assert len(world.target.writes(mark)) == 1


def test_row_04_a_deleted_integration_is_rebuilt_with_all_it_held(world: World) -> None:
    """A new integration, every live course, its tags and statistics under it, in one run."""
    world.connect(sync_tags=True)
    world.edflex.fill(3)
    world.edflex.learn("learner-0001@example.com", "i1")
    world.run()
    world.edflex.patch("i3", status="closed")
    world.run()
    old = world.target.integration()["_id"]
    world.target.hand("delete_integration")
    plan = world.plan()
    for name, number in {"integration": 1, "courses": 2, "course_tags": 2, "statistics": 1}.items():
        assert plan.sync(name)["planned"]["create"] == {"drift": number}, name
    run = world.run()
    assert run.confirmed() == {"create": 2}
    new = world.target.integration()["_id"]
    assert new != old
    found = world.target.control("GET", "courses?status=published")["courses"]
    assert {(one["externalId"], one["integrationId"]) for one in found} == {
        ("i1", new),
        ("i2", new),
    }
    assert all(one["tags"] == ["Management"] for one in found)
    attempts = world.target.attempts("i1")
    assert len({attempt["courseId"] for attempt in attempts}) == len(attempts) == 2
    mark = world.target.mark()
    world.run()
    assert world.target.writes(mark) == []
    world.edflex.patch("i3", status="opened")
    assert world.run().confirmed() == {"create": 1}
    assert world.run().planned() == {"unchanged": 3}
    found = _published_in(world, new)
    assert {one["externalId"] for one in found} == {"i1", "i2", "i3"}
    assert [one["tags"] for one in found] == [["Management"]] * 3


def test_row_04_a_deleted_integration_of_many_courses_waits_for_a_human(world: World) -> None:
    """From ten courses on the guard holds the rebuilding, and says with which number."""
    world.edflex.fill(10)
    world.run()
    world.target.hand("delete_integration")
    mark = world.target.mark()
    (stop,) = world.run(exit=7).run["stops"]
    assert (stop["sync"], stop["guard"], stop["number"]) == ("courses", "guards.max_drift", 10)
    assert world.target.writes(mark) == []
    assert world.target.integrations() == []
    world.connect(guards={"max_drift": "100%"})
    assert world.run().confirmed() == {"create": 10}
    assert len(_published_in(world, world.target.integration()["_id"])) == 10


def test_row_04_a_rebuilding_that_was_interrupted_goes_on(world: World) -> None:
    """The integration was made again, then the target went away: the next run brings the rest."""
    world.edflex.fill(3)
    world.run()
    world.target.hand("delete_integration")
    world.target.fault(http_500="on@/courses HTTP")
    world.target.fault(bulk_disabled=True)
    world.run(exit=5)
    new = world.target.integration()["_id"]
    assert _published_in(world, new) == []
    world.target.fault(bulk_disabled=None)
    world.run()
    assert len(_published_in(world, new)) == 3
    assert world.run().planned() == {"unchanged": 3}


def _published_in(world: World, integration: str) -> list[dict[str, Any]]:
    found = world.target.control("GET", "courses?status=published")["courses"]
    return [one for one in found if one["integrationId"] == integration]
