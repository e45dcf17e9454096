"""Plans: what they show, that they write nothing, and when a saved one may be carried out."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from tests.acceptance.world import REPOSITORY, World


def _saved(world: World, *, code: int = 0) -> Path:
    path = world.path("plan.db")
    plan = world.cli("plan", "main", "-o", str(path))
    assert plan.exit == code, plan.err
    return path


def test_a_plan_shows_counts_fields_and_requests_and_writes_nothing(world: World) -> None:
    """Before and after per field, the reason, the requests it would send; the target sees reads."""
    world.edflex.fill(3)
    world.run()
    world.edflex.patch("i1", title="Another title", duration=None)
    world.edflex.patch("i2", status="closed")
    mark = world.target.mark()
    plan = world.plan()
    assert plan.json["changes"] == 2
    assert plan.sync()["planned"] == {
        "archive": {"closed": 1},
        "unchanged": {"": 1},
        "update": {"source": 1},
    }
    samples = {sample["key"]: sample for sample in plan.sync()["samples"]}
    assert samples["i2"]["action"] == "archive"
    assert samples["i1"]["fields"] == [
        {"field": "name", "before": "Title 1", "after": "Another title"},
        {"field": "duration", "before": 10},
    ]
    assert plan.sync()["requests_planned"] == {"upsert": 1, "archive": 1}
    text = world.cli("plan", "main").out
    assert '"Title 1" → "Another title"' in text
    assert "Requests it would send: courses upsert 1, archive 1" in text.replace(
        "courses archive", "archive"
    )
    assert world.target.writes(mark) == []
    assert world.run().planned() == plan.planned()


def test_a_plan_of_nothing_says_so(world: World) -> None:
    """Exit 0 without changes, 10 with some if asked for."""
    world.edflex.fill(1)
    assert world.cli("plan", "main", "--detailed-exitcode").exit == 10
    world.run()
    plan = world.cli("plan", "main", "--detailed-exitcode")
    assert plan.exit == 0
    assert "Nothing to send." in plan.out


def test_a_saved_plan_is_applied_exactly(world: World) -> None:
    """What changed at the source since is the next run's business; a second time it is refused."""
    world.edflex.fill(2)
    path = _saved(world)
    assert path.stat().st_mode & 0o777 == 0o600
    world.edflex.patch("i1", title="Later")
    world.edflex.put("i3")
    read = world.edflex.mark()
    applied = world.cli("apply", "main", str(path), "--json")
    assert applied.exit == 0, applied.out
    assert world.target.courses() == {"i1", "i2"}
    assert world.target.field("i1", "name") == "Title 1"
    assert world.edflex.requests(read) == []
    again = world.cli("apply", "main", str(path), "--json")
    assert again.exit == 9
    assert "another run has changed the ledger since" in again.json["error"]["message"]
    assert world.run().planned() == {"create": 1, "unchanged": 1, "update": 1}


def test_tests_and_comments_of_a_spec_may_change_under_a_saved_plan(world: World) -> None:
    """They say nothing to a run: the plan is applied, and no record is mapped again for them."""
    world.edflex.fill(2)
    world.run()
    world.edflex.patch("i1", title="Another title")
    path = _saved(world)
    world.edit_spec("# The biggest picture", "# A picture")
    world.edit_spec("\ntests:\n", "\ntests:\n  - {name: a new one, sync: courses, expect: {}}\n")
    world.edit_spec("\nsamples:\n  contents:\n", "\nsamples:\n  contents:\n    subtitle: New\n")
    applied = world.cli("apply", "main", str(path), "--json")
    assert applied.exit == 0, applied.out
    assert world.target.field("i1", "name") == "Another title"
    assert world.run().planned() == {"unchanged": 2}


def test_a_saved_plan_is_refused_after_anything_moved(world: World) -> None:
    """Spec, settings, guards, ledger or connection: each refuses with what it was, exit 9."""
    world.edflex.fill(2)
    path = _saved(world)
    moves: dict[str, Callable[[], object]] = {
        "settings or guards": lambda: world.connect(authors_in="omit"),
        "settings or guards have": lambda: world.connect(guards={"misses": 5}),
        "the spec has changed": lambda: world.edit_spec("max_archives: 30%", "max_archives: 31%"),
        "changed the ledger": lambda: world.run("--sync", "integration"),
    }
    for words, move in moves.items():
        move()
        refused = world.cli("apply", "main", str(path), "--json")
        assert refused.exit == 9
        assert words in refused.json["error"]["message"]
        assert "syncata plan main -o FILE" in refused.json["error"]["hint"]
    assert world.target.courses() == set()
    world.connect("other", platform_name="Other")
    refused = world.cli("apply", "other", str(path), "--json")
    assert "it is for another connection" in refused.json["error"]["message"]


def test_a_saved_plan_grows_old(world: World) -> None:
    """23 hours are fine, 25 are not."""
    world.edflex.fill(1)
    path = _saved(world)
    world.ahead = timedelta(hours=25)
    refused = world.cli("apply", "main", str(path), "--json")
    assert refused.exit == 9
    assert "it is 25 h old, the limit is 24 h" in refused.json["error"]["message"]
    world.ahead = timedelta(hours=23)
    assert world.cli("apply", "main", str(path), "--json").exit == 0


@pytest.mark.parametrize("damage", ["cut", "changed", "foreign", "missing"])
def test_a_damaged_plan_file_is_refused(world: World, damage: str) -> None:
    """Cut off, edited, no plan at all or not there: exit 9, nothing is sent."""
    world.edflex.fill(3)
    path = _saved(world)
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "foreign":
        path.write_text("no plan\n" * 1000)
    else:
        changed = content.replace(b"Title 2", b"Title X")
        assert changed != content
        path.write_bytes(content[: len(content) // 2] if damage == "cut" else changed)
    refused = world.cli("apply", "main", str(path), "--json")
    assert refused.exit == 9
    assert world.target.writes() == []


def test_a_plan_is_not_written_over_a_file(world: World) -> None:
    """Whatever lies there stays."""
    world.path("plan.db").write_text("precious")
    refused = world.cli("plan", "main", "-o", str(world.path("plan.db")), "--json")
    assert refused.exit == 9
    assert world.path("plan.db").read_text() == "precious"


def test_a_held_plan_cannot_be_applied(world: World) -> None:
    """A saved plan that a guard holds is held when it is applied, too."""
    world.edflex.fill(12)
    world.run()
    for place in range(1, 7):
        world.edflex.patch(f"i{place}", status="closed")
    path = world.path("plan.db")
    assert world.cli("plan", "main", "-o", str(path)).exit == 7
    mark = world.target.mark()
    assert world.cli("apply", "main", str(path), "--json").exit == 7
    assert world.target.writes(mark) == []


def test_a_saved_plan_with_an_adoption_asks_for_it(world: World) -> None:
    """The plan alone is not the agreement: apply needs --adopt as run does."""
    world.target.hand("add_integration", settings={"externalPlatform": "Edflex"})
    path = _saved(world, code=7)
    assert world.cli("apply", "main", str(path), "--json").exit == 7
    assert world.target.writes() == []
    assert world.cli("apply", "main", str(path), "--adopt", "--json").exit == 0
    assert world.target.integration()["defaultCompletion"] is True


def test_apply_without_a_plan_asks(world: World) -> None:
    """Nobody is here to answer: exit 2; with --yes it plans and applies."""
    world.edflex.fill(1)
    refused = world.cli("apply", "main")
    assert refused.exit == 2
    assert "--yes" in refused.err
    assert world.target.writes() == []
    assert world.cli("apply", "main", "--yes").exit == 0
    assert world.target.courses() == {"i1"}


def test_many_updates_from_an_edited_spec_are_held(world: World) -> None:
    """All of twelve records would change by an edit: the guard says so; data changes pass it."""
    world.edflex.fill(12)
    world.run()
    world.edflex.fill(12, difficulty="advanced")
    assert world.run().planned() == {"update": 12}
    world.edit_spec("name: 'title ? $trim(title)'", "name: '$uppercase($trim(title))'")
    mark = world.target.mark()
    (stop,) = world.run(exit=7).run["stops"]
    assert stop["guard"] == "guards.max_spec_updates"
    assert stop["measured"] == (
        "12 updates caused by an edit of spec or settings of 12 live records (100.0%)"
    )
    assert world.target.writes(mark) == []
    world.connect(guards={"max_spec_updates": "100%"})
    assert world.run().confirmed() == {"update": 12}


def test_many_updates_from_a_setting_are_held(world: World) -> None:
    """A setting that touches every record counts like an edited spec."""
    world.edflex.fill(12, authors=[{"fullName": "Ada"}])
    world.run()
    world.connect(authors_in="omit")
    (stop,) = world.run(exit=7).run["stops"]
    assert stop["guard"] == "guards.max_spec_updates"


def test_few_records_are_never_held(world: World) -> None:
    """Below ten live records shares say nothing."""
    world.edflex.fill(9)
    world.run()
    for place in range(1, 10):
        world.edflex.patch(f"i{place}", status="closed")
    assert world.run().confirmed() == {"archive": 9}


def test_a_plan_file_that_is_none_is_no_run(world: World) -> None:
    """A mistyped name fails the command and leaves the list of runs as it was."""
    world.edflex.fill(1)
    world.run()
    assert world.cli("apply", "main", "nowhere.plan").exit == 9
    assert [run["state"] for run in world.cli("runs", "main", "--json").json["runs"]] == ["ok"]


def test_a_field_of_which_a_part_is_personal_is_masked(world: World) -> None:
    """The schema marks the entries of a list, and allows anything of another field."""
    schema = json.loads((REPOSITORY / "schemas/360learning/course.schema.json").read_text())
    schema["properties"]["subjects"] = {"type": "array", "items": {"personal": True}}
    schema["properties"]["authorId"] = True
    own = world.path("schemas", "360learning", "course.schema.json")
    own.parent.mkdir(parents=True)
    own.write_text(json.dumps(schema))
    world.edit_spec("isMain: 'false'", "isMain: 'true'")  # a copy goes by the project's schemas
    world.edflex.put("i1", categories=[{"name": "Jane Doe"}])
    text = world.cli("plan", "main").out
    assert ["subjects", "(personal)"] in [line.split() for line in text.splitlines()]
    assert "Jane Doe" not in text
    assert "Jane Doe" not in world.plan("--sync", "courses", "--sync", "integration").out
