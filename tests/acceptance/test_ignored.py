"""Rejects that somebody ignores: out of the way, still listed, back as soon as they change."""

import pytest
from tests.acceptance.world import World


def rejected(world: World) -> None:
    """Three courses: one the mapping rejects, one the target refuses, one that is well."""
    world.edflex.fill(2)
    world.edflex.put("bad", title=None)
    world.target.fault(fail_items="i2")
    world.run(exit=6)


def ignored(world: World) -> list[str]:
    """The keys that are ignored."""
    return [
        reject["key"]
        for reject in world.cli("rejects", "list", "main", "--ignored", "--json").json["rejects"]
    ]


def test_an_ignored_reject_makes_no_run_end_with_6(world: World) -> None:
    """Whoever rejected it; it is listed apart, nothing is sent for it, and the report counts it."""
    rejected(world)
    done = world.cli("rejects", "ignore", "main", "courses", "bad", "i2", "--json")
    assert (done.exit, done.json["ignored"]) == (0, ["bad", "i2"])
    mark = world.target.mark()
    run = world.run()
    assert run.run["state"] == "ok"
    assert run.planned() == {"ignored": 2, "unchanged": 1}
    assert run.sync()["planned"]["ignored"] == {"rejected": 2}
    assert world.target.writes(mark) == []
    assert ignored(world) == ["bad", "i2"]
    assert world.cli("rejects", "list", "main", "--json").json["rejects"] == []
    status = world.cli("status", "main", "--json").json["connections"][0]
    assert (status["rejects"], status["ignored"], status["condition"]["state"]) == (0, 2, "ok")
    assert "(and 2 ignored)" in world.cli("status", "main").out
    assert "ignored since" in world.cli("rejects", "show", "main", "courses", "bad").out


def test_a_plan_does_not_show_what_is_ignored(world: World) -> None:
    """Neither among its rejects nor in its exit code; a saved plan carries on with it."""
    rejected(world)
    assert "bad" in world.cli("plan", "main").out
    world.cli("rejects", "ignore", "main", "courses", "bad", "i2")
    plan = world.cli("plan", "main", "--out", "a.plan")
    assert plan.exit == 0
    assert "! bad" not in plan.out
    assert world.cli("apply", "main", "a.plan").exit == 0
    assert ignored(world) == ["bad", "i2"]


def test_it_comes_back_when_the_record_changes(world: World) -> None:
    """Another title, another picture: it may be well now, and if not, that is news."""
    rejected(world)
    world.cli("rejects", "ignore", "main", "courses", "bad", "i2")
    world.edflex.patch("bad", url=None)
    assert world.run(exit=6).planned()["rejected"] == 1
    assert ignored(world) == ["i2"]
    world.edflex.patch("i2", title="Other")
    assert world.run(exit=6).planned()["create"] == 1
    assert ignored(world) == []


def test_it_comes_back_when_the_spec_changes(world: World) -> None:
    """The mapping of its sync was edited: whoever ignored it looked at another one."""
    rejected(world)
    world.cli("rejects", "ignore", "main", "courses", "bad")
    world.target.fault(fail_items=None)
    world.cli("rejects", "retry", "main", "courses", "i2")
    world.run()
    world.edit_spec("      externalId: id\n", "      externalId: $string(id)\n")
    world.run(exit=6)
    assert ignored(world) == []


def test_ignoring_can_be_taken_back(world: World) -> None:
    """--undo: it counts again, and nothing else has happened to it."""
    rejected(world)
    world.cli("rejects", "ignore", "main", "courses", "bad", "i2")
    undone = world.cli("rejects", "ignore", "main", "courses", "bad", "i2", "--undo", "--json")
    assert undone.json["heard_again"] == ["bad", "i2"]
    assert world.run(exit=6).planned() == {"rejected": 2, "unchanged": 1}


def test_retrying_everything_leaves_out_what_is_ignored(world: World) -> None:
    """By its key it is tried again."""
    rejected(world)
    world.target.fault(fail_items=None)
    world.cli("rejects", "ignore", "main", "courses", "bad", "i2")
    assert world.cli("rejects", "retry", "main", "--json").json["tried_again"] == {}
    retried = world.cli("rejects", "retry", "main", "courses", "i2", "--json").json
    assert retried["tried_again"] == {"courses": 1}
    assert world.run().confirmed() == {"create": 1}
    assert ignored(world) == ["bad"]


def test_what_is_ignored_counts_for_no_guard(world: World) -> None:
    """Twelve of twelve are rejected: the run is held, unless somebody ignores three of them."""
    for number in range(12):
        world.edflex.put(f"bad{number}", title=None)
    world.run(exit=7)
    keys = [f"bad{number}" for number in range(3)]
    assert world.cli("rejects", "ignore", "main", "courses", *keys).exit == 0
    assert world.run(exit=6).planned() == {"rejected": 9, "ignored": 3}


@pytest.mark.parametrize(
    ("arguments", "said"), [(("nothing",), "is set aside as nothing"), ((), "Missing argument")]
)
def test_what_is_not_set_aside_cannot_be_ignored(
    world: World, arguments: tuple[str, ...], said: str
) -> None:
    """A wrong key is told, and the command for the right ones."""
    rejected(world)
    refused = world.cli("rejects", "ignore", "main", "courses", *arguments)
    assert refused.exit == 2
    assert said in refused.err
