"""How a connection stands, as operators and their monitoring see it."""

from typing import Any

from tests.acceptance.world import World


def stands(world: World) -> tuple[str, str]:
    """State and reason, as `status` tells them."""
    found = _status(world)["condition"]
    return found["state"], found["reason"]


def told(world: World) -> list[tuple[str, str]]:
    """State and reason of every event, oldest first."""
    return [(e["state"], e["reason"]) for e in reversed(_status(world)["events"])]


def _status(world: World) -> Any:
    return world.cli("status", "main", "--json").json["connections"][0]


def test_each_change_is_one_event(world: World) -> None:
    """Rejects, credentials, a source that is away, and good again; however often each was met."""
    world.edflex.fill(2)
    world.run()
    assert (stands(world), told(world)) == (("ok", ""), [])
    world.edflex.put("bad", title=None)
    world.run(exit=6)
    world.run(exit=6)
    world.edflex.fault(revoke_token=0)
    world.run(exit=4)
    world.edflex.fault(revoke_token=None)
    world.edflex.fault(http_500="on")
    world.run(exit=5)
    world.run(exit=5)
    assert stands(world) == ("degraded", "unavailable")
    world.edflex.fault(http_500=None)
    world.edflex.patch("bad", title="Good")
    world.run()
    expected = ["rejects", "credentials", "unavailable"]
    assert told(world) == [*(("degraded", reason) for reason in expected), ("ok", "")]


def test_a_held_run_clears_itself_when_the_records_come_back(world: World) -> None:
    """Told when it is held and when it is not any more; nobody had to decide."""
    world.edflex.fill(12)
    world.run()
    world.edflex.fault(empty_catalogue="on")
    held = world.run(exit=7).run["run"]
    world.run(exit=7)
    assert stands(world) == ("held", "guard")
    assert _status(world)["condition"]["run"] == held
    assert "held (guard) since" in world.cli("status", "main").out
    assert "main is held" in world.cli("runs", "main").err
    assert world.cli("runs", "main", "--json").json["conditions"] == {"main": "held"}
    world.edflex.fault(empty_catalogue=None)
    assert world.run().planned() == {"unchanged": 12}
    assert told(world) == [("held", "guard"), ("ok", "")]


def test_what_cannot_be_read_is_degraded(world: World) -> None:
    """A connection file that was spoilt: no run begins, and still somebody is told, once."""
    world.run()
    world.connect(group_id="short")
    world.run(exit=3)
    world.run(exit=3)
    assert told(world) == [("degraded", "invalid")]
    world.connect()
    world.run()
    assert stands(world) == ("ok", "")


def test_a_canary_and_a_refused_run_prove_nothing(world: World) -> None:
    """A few good records do not make it well; a paused connection is paused, not held."""
    world.edflex.fill(3)
    world.edflex.put("bad", title=None)
    world.run(exit=6)
    world.run("--limit", "1")
    assert stands(world) == ("degraded", "rejects")
    world.cli("pause", "main")
    world.run(exit=7)
    assert stands(world) == ("paused", "")
    world.cli("resume", "main")
    assert stands(world) == ("degraded", "rejects")


def test_other_syncs_leave_a_held_one_to_be_decided(world: World) -> None:
    """Contents are held at eight, statistics go well at twenty past: the word is still possible,
    and lasts until the contents run again."""
    world.edflex.fill(12)
    world.run()
    for place in range(1, 7):
        world.edflex.patch(f"i{place}", status="closed")
    run = world.run("--sync", "courses", exit=7).run["run"]
    world.run("--sync", "statistics")
    assert stands(world) == ("held", "guard")
    assert world.cli("approve", run).exit == 0
    world.run("--sync", "statistics")
    assert world.run("--sync", "courses").confirmed() == {"archive": 6}
    assert stands(world) == ("ok", "")


def test_doctor_says_how_a_connection_stands(world: World) -> None:
    """With the report that tells why."""
    world.edflex.fill(1)
    world.run()
    world.target.fault(missing_scopes="integrations:bulk")
    world.edflex.put("more")
    run = world.run(exit=4).run["run"]
    checks = {c["subject"]: c for c in world.cli("doctor", "main", "--json").json["checks"]}
    assert checks["condition"]["found"].startswith("degraded (credentials) since 20")
    assert checks["condition"]["advice"] == f"syncata report {run}"
