"""Mission row 21: deactivation archives what was made, activation brings exactly that back."""

from typing import Any

from tests.acceptance.world import World


def _deactivate(world: World, *arguments: str, exit: int = 0) -> Any:  # noqa: A002
    result = world.cli("deactivate", "main", "--yes", "--json", *arguments)
    assert result.exit == exit, result.out
    return result.json


def _activate(world: World) -> Any:
    result = world.cli("activate", "main", "--yes", "--json")
    assert result.exit == 0, result.out
    return result.json


def _planned(report: Any, sync: str) -> Any:
    return next(each["planned"] for each in report["syncs"] if each["sync"] == sync)


def test_row_21_deactivating_archives_in_bulk_and_keeps_the_rest(world: World) -> None:
    """One bulk request archives every live course; integration, tags and attempts stay."""
    world.connect(sync_tags=True)
    world.edflex.fill(3)
    world.edflex.learn("learner-0001@example.com", "i1", status="completed")
    world.run()
    attempts, mark = world.target.attempts(), world.target.mark()
    report = _deactivate(world)
    assert _planned(report, "courses") == {"archive": {"deactivated": 3}}
    assert world.target.courses("archived") == {"i1", "i2", "i3"}
    assert [write["method"] for write in world.target.writes(mark)] == ["DELETE"]
    assert world.target.attempts() == attempts
    assert len(world.target.integrations()) == 1
    assert world.target.tags_of("i1") == {"Management"}


def test_row_21_nothing_runs_while_deactivated(world: World) -> None:
    """A run is refused with the command that ends it, and neither API is asked for anything."""
    world.edflex.fill(2)
    world.run()
    _deactivate(world)
    marks = world.edflex.mark(), world.target.mark()
    held = world.run(exit=7).run
    assert "syncata activate main" in held["error"]["hint"]
    assert world.edflex.requests(marks[0]) == []
    assert world.target.writes(marks[1]) == []


def test_row_21_activation_restores_what_deactivation_archived_and_no_more(world: World) -> None:
    """A course that had been closed before stays archived; one that closed meanwhile does too."""
    world.edflex.fill(4)
    world.run()
    world.edflex.patch("i1", status="closed")
    world.run()
    _deactivate(world)
    assert world.target.courses() == set()
    world.edflex.patch("i2", status="closed")
    world.edflex.patch("i3", title="Changed meanwhile")
    mark = world.target.mark()
    report = _activate(world)
    assert _planned(report, "courses")["restore"] == {"deactivated": 2}
    assert world.target.courses() == {"i3", "i4"}
    assert sorted(world.target.effects(mark)["restored"]) == ["i3", "i4"]
    assert world.target.field("i3", "name") == "Changed meanwhile"
    mark = world.target.mark()
    world.run()
    assert world.target.writes(mark) == []


def test_row_21_a_deactivation_that_was_cut_short_is_finished_by_another(world: World) -> None:
    """Items the target refuses stay live for us, and the next deactivate tries them again."""
    world.edflex.fill(3)
    world.run()
    world.target.fault(fail_items="i2")
    _deactivate(world, exit=6)
    assert world.target.courses() == {"i2"}
    world.target.fault(fail_items=None)
    report = _deactivate(world)
    assert _planned(report, "courses") == {"archive": {"deactivated": 1}}
    assert world.target.courses() == set()


def test_row_21_no_guard_holds_what_somebody_ordered(world: World) -> None:
    """All of twelve courses go and come back, where 30 % from ten on would be held."""
    world.edflex.fill(12)
    world.run()
    assert _planned(_deactivate(world), "courses") == {"archive": {"deactivated": 12}}
    report = _activate(world)
    assert _planned(report, "courses") == {"restore": {"deactivated": 12}}
    assert report["stops"] == []
    assert len(world.target.courses()) == 12


def test_row_21_removing_the_integration_is_final_and_starts_over(world: World) -> None:
    """It says so, also where nobody is asked: the courses are archived, the integration is removed;
    learners keep their attempts; activating makes new courses, and no guard holds that."""
    world.edflex.fill(12)
    world.edflex.learn("learner-0001@example.com", "i1", status="completed")
    world.run()
    attempts = world.target.attempts()
    assert len(attempts) == 1
    old = world.target.integration()["_id"]
    removed = world.cli("deactivate", "main", "--yes", "--remove-integration")
    assert removed.exit == 0
    assert "This is final" in removed.err
    assert "confirmed 12 archive" in removed.out
    assert world.target.integrations() == []
    assert world.target.attempts() == attempts
    report = _activate(world)
    assert _planned(report, "courses") == {"create": {"source": 12}}
    assert report["stops"] == []
    assert world.target.integration()["_id"] != old


def test_row_21_nobody_to_ask_means_no_deactivation(world: World) -> None:
    """Without a terminal and without --yes it is refused before anything is read."""
    world.edflex.fill(1)
    world.run()
    refused = world.cli("deactivate", "main")
    assert refused.exit == 2
    assert "--yes" in refused.err
    assert world.target.courses() == {"i1"}


def test_row_21_activating_what_is_active_is_refused(world: World) -> None:
    """It says what the connection is instead."""
    world.edflex.fill(1)
    world.run()
    refused = world.cli("activate", "main", "--yes")
    assert refused.exit == 2
    assert "it is active" in refused.err


def test_row_21_an_activation_that_a_guard_holds_can_be_approved(world: World) -> None:
    """Somebody made a section of that name meanwhile: with the word for it, it is taken over."""
    world.edflex.fill(1)
    world.run()
    _deactivate(world, "--remove-integration")
    world.target.hand("add_integration", settings={"externalPlatform": "Edflex"})
    held = world.cli("activate", "main", "--yes", "--json")
    assert held.exit == 7
    run = held.json["run"]
    assert world.cli("status").err == f"Next: syncata approve {run}, or syncata reject {run}\n"
    assert world.cli("approve", run).err.endswith("Next: syncata activate main\n")
    assert "adopt" in _planned(_activate(world), "integration")
    assert world.target.courses() == {"i1"}
