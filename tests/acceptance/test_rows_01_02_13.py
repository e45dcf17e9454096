"""Mission rows 1, 2 and 13: which contents, deployed where, by whom, and what launching does."""

from typing import Any

import pytest
from tests.acceptance.sides import ABSENT
from tests.acceptance.world import GROUP, World

AUTHOR = "610000000000000000000002"
OWNER = "610000000000000000000001"
SUB_GROUP = "600000000000000000000002"


def test_row_01_four_types_become_courses_and_others_are_counted(world: World) -> None:
    """Articles, moocs, podcasts and videos are created; any other type is ignored and counted."""
    for kind in ("article", "mooc", "podcast", "video", "program", "book", "Video"):
        world.edflex.put(kind, type=kind)
    run = world.run()
    assert run.sync()["planned"] == {"create": {"source": 4}, "ignored": {"excluded": 3}}
    assert sorted(world.target.effects()["created"]) == ["article", "mooc", "podcast", "video"]
    assert world.target.field("mooc", "contentType") == "mooc"


def test_row_01_a_type_that_becomes_unsupported_is_archived(world: World) -> None:
    """The course is archived, stays so, and is restored when its type is supported again."""
    world.edflex.fill(2)
    world.run()
    world.edflex.patch("i1", type="escape-game")
    run = world.run()
    assert run.sync()["planned"]["archive"] == {"excluded": 1}
    assert world.target.courses("archived") == {"i1"}
    mark = world.target.mark()
    world.run()
    assert world.target.writes(mark) == []
    world.edflex.patch("i1", type="video")
    assert world.run().confirmed() == {"restore": 1}
    assert world.target.courses() == {"i1", "i2"}


def test_row_02_the_integration_carries_group_author_name_and_defaults(world: World) -> None:
    """One integration on the root group; its name is Edflex, subgroups are included, no logo."""
    world.edflex.fill(1)
    world.run()
    integration = world.target.integration()
    del integration["_id"], integration["active"]
    assert integration == {
        "externalPlatform": "Edflex",
        "groupId": GROUP,
        "authorId": AUTHOR,
        "noGroupPropagation": False,
        "defaultCompletion": True,
        "defaultProgress": 0,
    }
    assert (world.target.course("i1") or {})["authorId"] == AUTHOR


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"group_id": SUB_GROUP}, {"groupId": SUB_GROUP}),
        ({"include_subgroups": False}, {"noGroupPropagation": True}),
        ({"platform_name": "Our campus"}, {"externalPlatform": "Our campus"}),
        (
            {"platform_logo_url": "https://cdn.example.com/logo.png"},
            {"externalPlatformLogoUrl": "https://cdn.example.com/logo.png"},
        ),
        ({"author_email": None, "author_id": OWNER}, {"authorId": OWNER}),
        ({"author_id": OWNER}, {"authorId": OWNER}),
        ({"author_email": "owner@example.com"}, {"authorId": OWNER}),
        (
            {"launch_completes": False, "launch_progress": 40},
            {"defaultCompletion": False, "defaultProgress": 40},
        ),
    ],
)
def test_rows_02_13_every_setting_reaches_the_integration(
    world: World, settings: dict[str, Any], expected: dict[str, Any]
) -> None:
    """Each setting of the integration is sent as it was given, first or as a later change."""
    world.connect(**settings)
    world.run("--sync", "integration")
    integration = world.target.integration()
    assert {name: integration.get(name, ABSENT) for name in expected} == expected


@pytest.mark.parametrize(
    ("settings", "changed"),
    [
        ({"include_subgroups": False}, {"noGroupPropagation": True}),
        ({"launch_progress": 10}, {"defaultProgress": 10}),
        ({"launch_completes": False}, {"defaultCompletion": False}),
        ({"author_email": "owner@example.com"}, {"authorId": OWNER}),
    ],
)
def test_rows_02_13_a_changed_setting_updates_the_integration(
    world: World, settings: dict[str, Any], changed: dict[str, Any]
) -> None:
    """The integration is patched once, it stays the same one, and no course is sent again."""
    world.edflex.fill(1, language="en")
    world.run()
    before = world.target.integration()
    world.connect(**settings)
    mark = world.target.mark()
    run = world.run()
    assert run.confirmed("integration") == {"update": 1}
    assert [write["method"] for write in world.target.writes(mark)] == ["PATCH"]
    assert world.target.integration() == before | changed


def test_row_02_a_logo_that_is_no_longer_set_stays(world: World) -> None:
    """The target publishes no way to take a logo away, so nothing is sent for it."""
    world.connect(platform_logo_url="https://cdn.example.com/logo.png")
    world.run()
    world.connect()
    mark = world.target.mark()
    run = world.run()
    assert run.planned("integration") == {"unchanged": 1}
    assert world.target.writes(mark) == []
    assert "externalPlatformLogoUrl" in world.target.integration()


@pytest.mark.parametrize("name", ["Udemy Business", "GO1"])
def test_row_02_a_reserved_name_says_which_setting_to_change(world: World, name: str) -> None:
    """The target refuses the name; the report names the setting, and the courses wait."""
    world.edflex.fill(2)
    world.connect(platform_name=name)
    run = world.run(exit=6)
    (reject,) = world.rejects(run)
    assert reject["sync"] == "integration"
    assert name in reject["message"]
    assert "setting platform_name" in reject["message"]
    assert run.sync()["applied"]["waiting"] == 2
    assert world.target.effects() == {}


def test_row_02_a_name_that_was_reserved_can_be_replaced(world: World) -> None:
    """After a refusal nothing exists yet, so another name is tried in the same connection."""
    world.edflex.fill(1)
    world.connect(platform_name="Go1")
    world.run(exit=6)
    world.connect(platform_name="Edflex")
    run = world.run()
    assert run.confirmed("integration") == {"create": 1}
    assert world.target.courses() == {"i1"}
    assert world.rejects(run) == []


@pytest.mark.parametrize(
    ("settings", "setting"),
    [
        ({"author_email": "nobody@example.com"}, "author_email"),
        ({"author_email": "former@example.com"}, "author_email"),
        ({"author_id": "6f0000000000000000000009"}, "author_id"),
    ],
)
def test_row_02_an_unknown_author_stops_the_run(
    world: World, settings: dict[str, Any], setting: str
) -> None:
    """Nobody, a deleted user, an unknown id: nothing is sent and the setting is named."""
    world.edflex.fill(1)
    world.connect(**settings)
    run = world.run(exit=3).run
    assert f"see the setting {setting}" in run["error"]["message"]
    assert settings[setting] in run["error"]["message"]
    assert world.target.writes() == []


def test_row_02_an_unknown_group_is_told_by_its_setting(world: World) -> None:
    """The target knows no such group: the reject names the setting group_id."""
    world.connect(group_id="6f0000000000000000000009")
    run = world.run(exit=6)
    (reject,) = world.rejects(run)
    assert "see the setting group_id" in reject["message"]


def test_row_02_an_integration_made_by_hand_is_adopted_on_confirmation(world: World) -> None:
    """It is shown, never touched without --adopt, then taken over and made as the settings say."""
    world.edflex.fill(1)
    settings = {"externalPlatform": "Edflex", "defaultProgress": 70}
    made = world.target.hand("add_integration", settings=settings)
    held = world.run(exit=7).run
    assert "add --adopt" in held["stops"][0]["advice"]
    assert world.target.writes() == []
    plan = world.plan(exit=7)
    assert plan.planned("integration") == {"adopt": 1}
    assert plan.json["adoptions"] == [{"sync": "integration", "key": "Edflex"}]
    (sample,) = plan.sync("integration")["samples"]
    assert {"field": "defaultProgress", "before": 70, "after": 0} in sample["fields"]
    assert world.target.writes() == []
    adopted = world.run("--adopt")
    assert adopted.confirmed("integration") == {"adopt": 1, "update": 1}
    integration = world.target.integration()
    assert integration["_id"] == made["_id"]
    assert (integration["defaultProgress"], integration["defaultCompletion"]) == (0, True)
    assert world.target.effects() == {
        "integrations_updated": [made["_id"]],
        "created": ["i1"],
    }
    mark = world.target.mark()
    assert world.run().planned("integration") == {"unchanged": 1}
    assert world.target.writes(mark) == []


def test_row_02_an_integration_that_already_fits_is_adopted_without_a_write(world: World) -> None:
    """Nothing differs: it is only noted; another group's integration is none of ours."""
    settings = {"defaultCompletion": True, "defaultProgress": 0, "noGroupPropagation": False}
    same = {"externalPlatform": "Edflex", **settings}
    world.target.hand("add_integration", settings=same)
    world.target.hand("add_integration", settings={**same, "groupId": SUB_GROUP})
    run = world.run("--adopt")
    assert run.confirmed("integration") == {"adopt": 1}
    assert world.target.writes() == []
