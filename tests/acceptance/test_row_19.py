"""Mission row 19: statistics from before are retrieved, later ones are read as they change."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from tests.acceptance.sides import Side
from tests.acceptance.world import World

from syncata.simulator.people import learner_mail

ADA, BEA, CLEO = (learner_mail(number) for number in (1, 2, 3))
RESULTS = "/results"


def _since(world: World, mark: int) -> str | None:
    """What the statistics were asked to have changed since; None: all were asked for."""
    asked = [e for e in world.edflex.requests(mark) if e["path"] == "/connect/v1/statistics"]
    found = {
        parse_qs(entry.get("query", "")).get("filter[updatedSince]", [""])[0] for entry in asked
    }
    (since,) = found
    return since or None


def _ago(**span: float) -> str:
    instant = datetime.now(UTC) - timedelta(**span)
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _reads(world: World, *arguments: str) -> str | None:
    """Run, and say since when changes were read."""
    mark = world.edflex.mark()
    world.run("--sync", "statistics", *arguments)
    return _since(world, mark)


def _two_days_before(instant: str) -> str:
    before = datetime.fromisoformat(instant) - timedelta(days=2)
    return before.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_row_19_the_first_reading_is_full_later_ones_are_not(world: World) -> None:
    """Everything there ever was, then what changed since the last one, two days of it again."""
    world.edflex.fill(1)
    world.edflex.learn(ADA, "i1", updated_at=_ago(days=400))
    world.edflex.learn(BEA, "i1", updated_at=(latest := _ago(days=10)))
    mark = world.edflex.mark()
    assert world.run().confirmed("statistics") == {"create": 2}
    assert _since(world, mark) is None
    mark = world.edflex.mark()
    second = world.run()
    assert _since(world, mark) == second.sync("statistics")["since"] == _two_days_before(latest)
    assert (second.sync("statistics")["read"], second.planned("statistics")) == (
        1,
        {"unchanged": 1},
    )
    world.edflex.learn(CLEO, "i1", updated_at=(newest := _ago(days=1)))
    assert world.run().confirmed("statistics") == {"create": 1}
    assert _reads(world) == _two_days_before(newest)


def test_row_19_what_arrives_late_is_found_in_the_overlap(world: World) -> None:
    """A statistic that appears with a date of the day before yesterday is read all the same."""
    world.edflex.fill(1)
    world.edflex.learn(ADA, "i1", updated_at=_ago(hours=1))
    world.run()
    world.edflex.learn(BEA, "i1", updated_at=_ago(hours=47))
    assert world.run().confirmed("statistics") == {"create": 1}


def test_row_19_everything_is_read_once_a_week_and_when_asked(world: World) -> None:
    """After seven days, with --full; a full reading starts a new week."""
    world.edflex.fill(1)
    world.edflex.learn(ADA, "i1")
    world.run()
    world.pass_days(6.9)
    assert _reads(world) is not None
    world.pass_days(0.2)
    assert _reads(world) is None
    assert _reads(world) is not None
    world.pass_days(5)
    assert _reads(world, "--full") is None
    world.pass_days(3)
    assert _reads(world) is not None
    world.pass_days(4.1)
    assert _reads(world) is None


def test_row_19_an_edit_of_the_mapping_reads_everything_again(world: World) -> None:
    """What was mapped otherwise must be mapped again: after an edit of the mapping, of a condition,
    of a setting that the mapping reads. An edit elsewhere changes nothing."""
    world.edit_spec(
        'status = "in progress" ? 50', 'status = "in progress" ? $settings.launch_progress'
    )
    world.edflex.fill(1)
    world.edflex.learn(ADA, "i1")
    world.run()
    world.connect(authors_in="omit")
    assert _reads(world) is not None
    world.edit_spec("name: 'title ? $trim(title)'", "name: title")
    assert _reads(world) is not None
    world.connect(launch_progress=10)
    assert _reads(world) is None
    world.edit_spec("progress: 'status =", "progress: '$lowercase(status) =")
    assert _reads(world) is None
    world.edit_spec("and $exists(first_activity) and first_activity", "and first_activity")
    assert _reads(world) is None


@pytest.mark.parametrize("fault", ["source", "target", "results"])
def test_row_19_a_run_that_failed_moves_no_cursor(world: World, fault: str) -> None:
    """Source away in the middle, target away, an item without an answer: the next run reads from
    where the last good one began, and nothing is lost."""
    world.connect(edflex_page_size=1)
    world.edflex.fill(1)
    world.edflex.learn(ADA, "i1", updated_at=(first := _ago(days=9)))
    world.run()
    for place, mail in enumerate((BEA, CLEO)):
        world.edflex.learn(mail, "i1", updated_at=_ago(days=4 - 3 * place))
    switches: dict[str, tuple[Side, dict[str, Any]]] = {
        "source": (world.edflex, {"http_500": "on@page[number]=2"}),
        "target": (world.target, {"bulk_disabled": True}),
        "results": (world.target, {"missing_results": 1}),
    }
    side, values = switches[fault]
    side.fault(**values)
    world.run("--sync", "statistics", exit=5)
    side.fault(**dict.fromkeys(values))
    assert _reads(world) == _two_days_before(first)
    assert len(world.target.attempts("i1")) == 3
    assert _reads(world) != _two_days_before(first)


def test_row_19_a_run_that_died_after_the_target_accepted_loses_nothing(world: World) -> None:
    """The results could not be read: the next run reads them, and sends nothing twice."""
    world.edflex.fill(1)
    world.run()
    world.edflex.learn(ADA, "i1")
    world.edflex.learn(BEA, "i1", status="in progress", completed_at=None)
    world.target.fault(http_500=f"on@{RESULTS}")
    mark = world.target.mark()
    world.run("--sync", "statistics", exit=5)
    world.target.fault(http_500=None)
    run = world.run("--sync", "statistics")
    assert run.run["resumed_batches"] == 1
    assert run.planned("statistics") == {"unchanged": 2}
    assert len(world.target.writes(mark)) == 1
    assert len(world.target.attempts("i1")) == 2


def test_row_19_a_record_of_the_future_hides_no_others(world: World) -> None:
    """Something dated 2099 does not move the cursor beyond the source's clock."""
    world.edflex.fill(1)
    world.edflex.learn(ADA, "i1", updated_at="2099-01-01T00:00:00.000Z")
    world.run()
    world.pass_days(1)
    world.edflex.learn(BEA, "i1")
    assert world.run().confirmed("statistics") == {"create": 1}
    since = _reads(world)
    assert since is not None
    assert since < _ago(days=0)


def test_row_19_a_canary_and_a_plan_move_no_cursor(world: World) -> None:
    """Neither `--limit` nor `plan` counts as having read."""
    world.edflex.fill(1)
    for mail in (ADA, BEA):
        world.edflex.learn(mail, "i1")
    world.plan()
    world.run("--limit", "1")
    assert _reads(world) is None
    world.plan()
    assert _reads(world) is not None


def test_row_19_an_unfinished_attempt_that_vanished_is_left_alone(world: World) -> None:
    """A statistic that the source does not give any more takes nothing away on the target, also
    after full readings."""
    world.edflex.fill(1)
    world.edflex.learn(ADA, "i1", status="in progress", completed_at=None)
    world.edflex.learn(BEA, "i1")
    world.run()
    world.edflex.control("DELETE", "activities", {"email": ADA, "content_id": "i1", "attempt": 1})
    mark = world.target.mark()
    for _ in range(3):
        world.run("--full")
    assert world.target.writes(mark) == []
    assert len(world.target.attempts("i1")) == 2
