"""Specs that validate but do not fit what the APIs answer: nothing is believed, nothing is lost."""

import pytest
from tests.acceptance.world import World


def test_a_match_that_yields_nothing_stops_before_anything_is_sent(world: World) -> None:
    """Results that could not be told apart must not confirm each other."""
    world.edflex.fill(3)
    world.edit_spec("match: externalId", "match: externalid")
    run = world.run(exit=3)
    assert "`match` of upsert yields nothing" in run.run["error"]["message"]
    assert world.target.courses() == set()


def test_a_look_up_that_finds_no_key_in_records_proves_nothing(world: World) -> None:
    """A typo in `absent.records` must not archive what the source still holds."""
    world.edflex.fill(3)
    world.run()
    world.edit_spec("records: data.id\n", "records: data.idd\n")
    world.edflex.fault(hidden="i1")
    world.run()
    held = world.run(exit=3)
    assert "nothing counts as gone" in held.run["error"]["message"]
    assert world.target.courses() == {"i1", "i2", "i3"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("externalPlatform = $key", "externalPlatfrm = $key", "it would never find anything"),
        (
            "where: groupId = $settings.group_id and externalPlatform = $key\n        id: _id",
            "where: groupId = $settings.group_id and externalPlatform = $key\n        id: id",
            "`id` of `find` finds no id",
        ),
    ],
)
def test_a_search_that_can_find_nothing_makes_nothing(
    world: World, old: str, new: str, said: str
) -> None:
    """A typo in `find` must not double what the target holds."""
    world.target.hand("add_integration", settings={"externalPlatform": "Edflex"})
    world.edit_spec(old, new)
    run = world.run(exit=3)
    assert said in run.run["error"]["message"]
    assert len(world.target.integrations()) == 1


OWN_ID = 'id: _id\n        conflict: {when: error.code = "duplicateExternalPlatform"'


def test_a_create_without_its_id_is_found_once_the_spec_is_right(world: World) -> None:
    """What was made is neither forgotten nor made again."""
    world.edit_spec(OWN_ID, OWN_ID.replace("_id", "id"))
    run = world.run("--sync", "integration", exit=3)
    assert "finds no id in the target's answer" in run.run["error"]["message"]
    world.edit_spec(OWN_ID.replace("_id", "id"), OWN_ID)
    world.run("--sync", "integration")
    assert len(world.target.integrations()) == 1
    assert world.plan("--sync", "integration").planned("integration") == {"unchanged": 1}
