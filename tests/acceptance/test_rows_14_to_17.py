"""Mission rows 14 to 17: what learners do on the source becomes attempts on the target."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.acceptance.world import World

ADA, BEA = "learner-0001@example.com", "learner-0002@example.com"
OPEN: dict[str, Any] = {"status": "in progress", "completed_at": None}
READINGS = [("ignore", "update"), ("error", "new"), ("update", "error"), ("new", "update")]
"""What the published rules of attempts leave open: statistics where only completed attempts exist,
and where one begins as another ends. Every way to read either is here."""


def _at(day: int, clock: str = "10:00:00.000") -> str:
    return f"2026-03-{day:02d}T{clock}Z"


def _learn(world: World, day: int, email: str = ADA, content: str = "i1", **given: Any) -> None:
    """Half an hour of learning on a day of March, completed unless said otherwise."""
    whole = {
        "first_activity": _at(day),
        "last_activity": _at(day, "10:30:00.000"),
        "completed_at": _at(day, "10:30:00.000"),
        "time_spent": 1_200_000,
    }
    world.edflex.learn(email, content, **(whole | given))


def _sent(world: World, mark: int = 0) -> list[dict[str, Any]]:
    """Every statistic in the requests since a mark, in the order it was sent in."""
    bodies = [e["body"] for e in world.target.writes(mark) if e["path"].endswith("/stats")]
    return [item for body in bodies for item in body["input"]]


def _seconds(item: dict[str, Any]) -> float:
    first, last = (
        datetime.fromisoformat(item[f"{which}ActivityAt"]) for which in ("first", "last")
    )
    return (last - first) / timedelta(seconds=1)


@pytest.fixture
def school(world: World) -> World:
    """A world with the courses i1 and i2 on the target."""
    world.edflex.fill(2)
    world.run()
    return world


def _statistics(world: World, **given: Any) -> Any:
    return world.run("--sync", "statistics", **given)


def test_row_14_a_completed_statistic_becomes_a_completed_attempt(school: World) -> None:
    """All it says arrives: the completion date is the last activity the target is told of."""
    _learn(school, 3, completed_at=_at(3, "10:20:00.000"))
    run = _statistics(school)
    assert run.confirmed("statistics") == {"create": 1}
    (attempt,) = school.target.attempts("i1", ADA)
    assert attempt["progress"] == 100
    assert attempt["timeSpent"] == 1_200_000
    assert attempt["firstActivityAt"] == _at(3)
    assert attempt["lastActivityAt"] == attempt["completedAt"] == _at(3, "10:20:00.000")
    assert _sent(school)[0]["userIdentifier"]["type"] == "internalId"
    mark = school.target.mark()
    assert _statistics(school).planned("statistics") == {"unchanged": 1}
    assert school.target.writes(mark) == []


def test_row_15_progress_is_100_50_or_0(school: World) -> None:
    """Completed, in progress, anything else; what was never begun is not told."""
    for place, status in enumerate(["completed", "in progress", "paused", None], 1):
        school.edflex.put(f"c{place}")
        _learn(school, 3, content=f"c{place}", status=status)
    school.edflex.learn(BEA, "c1", status="not started")
    run = school.run()
    assert run.planned("statistics") == {"create": 4, "ignored": 1}
    found = [school.target.attempts(f"c{place}")[0]["progress"] for place in (1, 2, 3, 4)]
    assert found == [100, 50, 0, 0]
    assert school.target.attempts("c1", BEA) == []


@pytest.mark.parametrize(("only_completed", "equal_instants"), READINGS)
def test_row_17_an_attempt_is_opened_followed_and_closed(
    school: World, only_completed: str, equal_instants: str
) -> None:
    """Whatever the target does where its rules are silent: one attempt from the beginning to the
    end, the completed one stays as it is, a second one is another attempt."""
    school.target.fault(only_completed=only_completed, equal_instants=equal_instants)
    _learn(school, 3, **OPEN)
    _learn(school, 3, BEA, last_activity=_at(3), completed_at=_at(3))
    _statistics(school)
    (opened,) = school.target.attempts("i1", ADA)
    assert (opened["progress"], opened.get("completedAt")) == (50, None)
    # It is still open, and its beginning is told otherwise than before.
    school.edflex.relearn(ADA, "i1", last_activity=_at(4), first_activity=_at(3, "10:00:01.000"))
    _statistics(school)
    school.edflex.relearn(ADA, "i1", status="completed", completed_at=_at(5), last_activity=_at(6))
    _statistics(school)
    (closed,) = school.target.attempts("i1", ADA)
    assert closed["_id"] == opened["_id"]
    assert closed["firstActivityAt"] == opened["firstActivityAt"] == _at(3)
    assert closed["lastActivityAt"] == closed["completedAt"] == _at(5)
    # Completed never falls back, nor is it corrected.
    mark = school.target.mark()
    school.edflex.relearn(ADA, "i1", **OPEN)
    school.edflex.relearn(BEA, "i1", last_activity=_at(7), time_spent=5)
    assert _statistics(school).planned("statistics") == {"unchanged": 2}
    assert school.target.writes(mark) == []
    _learn(school, 9, attempt=2)
    assert _statistics(school).confirmed("statistics") == {"create": 1}
    assert [one["progress"] for one in school.target.attempts("i1", ADA)] == [100, 100]
    (short,) = school.target.attempts("i1", BEA)
    assert short["lastActivityAt"] == _at(3, "10:00:01.000")
    assert all(_seconds(item) >= 1 and "forceNew" not in item for item in _sent(school))


def test_row_17_several_attempts_are_sent_in_their_order(school: World) -> None:
    """However the source lists them, the earlier one is sent first: the target would else take
    the earlier for a part of the later."""
    for day, attempt in ((9, 3), (6, 2)):
        _learn(school, day, attempt=attempt)
    # Nine in the evening of the second, UTC, as a clock in Paris shows it.
    _learn(school, 2, first_activity="2026-03-02T22:00:00.000+01:00", last_activity=None)
    _learn(school, 2, content="i2", first_activity=_at(2, "21:30:00.000"))
    _statistics(school)
    evening = [_at(2, "21:00:00.000"), _at(2, "21:30:00.000")]
    assert [item["firstActivityAt"] for item in _sent(school)] == [*evening, _at(6), _at(9)]
    starts = [one["firstActivityAt"] for one in school.target.attempts("i1", ADA)]
    assert starts == [evening[0], _at(6), _at(9)]


def test_row_17_batches_keep_the_order_too(school: World) -> None:
    """Two learners, two courses, three attempts of each, two items in a request."""
    school.edit_spec("batch: {max: 5000, max_bytes: 8 MB}", "batch: {max: 2, max_bytes: 8 MB}")
    for attempt, day in ((3, 9), (2, 6), (1, 3)):
        for email in (ADA, BEA):
            for content in ("i1", "i2"):
                _learn(school, day, email, content, attempt=attempt)
    mark = school.target.mark()
    run = _statistics(school)
    assert run.confirmed("statistics") == {"create": 12}
    assert len(school.target.writes(mark)) == 6
    for email in (ADA, BEA):
        for content in ("i1", "i2"):
            found = school.target.attempts(content, email)
            assert [one["firstActivityAt"] for one in found] == [_at(3), _at(6), _at(9)]


def test_row_17_begun_and_finished_between_two_runs(school: World) -> None:
    """The run sees it only once it is done: one attempt, completed."""
    _statistics(school)
    school.pass_days(1)
    school.edflex.learn(ADA, "i1")
    assert _statistics(school).confirmed("statistics") == {"create": 1}
    (attempt,) = school.target.attempts("i1", ADA)
    assert attempt["progress"] == 100


def test_row_16_time_spent_is_the_smaller_and_only_of_the_first_attempt(school: World) -> None:
    """What Edflex says, at most last less first activity; a millisecond later and where nothing
    is known."""
    half_an_hour = 30 * 60 * 1000
    cases: dict[str, tuple[dict[str, Any], int]] = {
        "said": ({"time_spent": 60_000}, 60_000),
        "long": ({"time_spent": 9_999_999}, half_an_hour),
        "fraction": ({"time_spent": 60_000.9}, 60_000),
        "unsaid": ({"time_spent": None}, half_an_hour),
        "none": ({"time_spent": 0}, 1),
        "moment": ({"last_activity": _at(3), "time_spent": 60_000}, 1),
        "open": ({**OPEN, "last_activity": None, "time_spent": None}, 1),
        "second": ({"attempt": 2}, 1),
    }
    for name, (given, _) in cases.items():
        school.edflex.put(name)
        _learn(school, 3, content=name, **given)
    school.run()
    found = {name: school.target.attempts(name)[0]["timeSpent"] for name in cases}
    assert found == {name: milliseconds for name, (_, milliseconds) in cases.items()}


def test_row_16_without_numbers_attempts_rank_by_their_beginning(school: World) -> None:
    """Only the first attempt brings its time, also when it was known before the others."""
    school.edflex.fault(no_attempt=True)
    for day, attempt in ((6, 2), (3, 1)):
        _learn(school, day, attempt=attempt)
    _learn(school, 6, BEA)
    run = _statistics(school)
    assert run.confirmed("statistics") == {"create": 3}
    assert [one["timeSpent"] for one in school.target.attempts("i1", ADA)] == [1_200_000, 1]
    _learn(school, 9, attempt=3)
    _learn(school, 9, BEA, attempt=2)
    assert _statistics(school).confirmed("statistics") == {"create": 2}
    assert [one["timeSpent"] for one in school.target.attempts("i1", ADA)] == [1_200_000, 1, 1]
    assert [one["timeSpent"] for one in school.target.attempts("i1", BEA)] == [1_200_000, 1]
    assert _statistics(school).planned("statistics") == {"unchanged": 5}


def test_row_13_a_launch_completes_until_statistics_arrive(school: World) -> None:
    """Launched on the target: completed with progress 0; statistics make an attempt of their own,
    and the launch stays."""
    school.target.hand("launch", externalId="i1", mail=ADA)
    (launched,) = school.target.attempts("i1", ADA)
    assert (launched["progress"], "completedAt" in launched) == (0, True)
    school.pass_days(1)
    school.edflex.learn(ADA, "i1", **OPEN)
    _statistics(school)
    before, ours = school.target.attempts("i1", ADA)
    assert (before, ours["progress"]) == (launched, 50)
    school.edflex.relearn(ADA, "i1", status="completed", completed_at=ours["lastActivityAt"])
    _statistics(school)
    assert [one["progress"] for one in school.target.attempts("i1", ADA)] == [0, 100]


@pytest.mark.parametrize("taken", ["learner", "course"])
def test_row_17_a_learner_or_course_taken_away_while_it_is_written_waits(
    school: World, taken: str
) -> None:
    """Between the look-up and the writing: the target does not find it; the statistic waits, the
    other one arrives, exit 0. Once it is there again the statistic is sent."""
    _learn(school, 3)
    _learn(school, 3, BEA, "i2")
    path = school.path("plan.db")
    assert school.cli("plan", "main", "-o", str(path)).exit == 0
    if taken == "learner":
        school.target.hand("set_user_status", mail=ADA, status="deleted")
    else:
        school.target.hand("delete_course", externalId="i1")
    applied = school.cli("apply", "main", str(path), "--json")
    assert applied.exit == 0, applied.out
    assert applied.sync("statistics")["applied"]["held_back"] == 1
    waiting = {(one["sync"], one["for"], one["records"]) for one in applied.json["waiting"]}
    assert waiting == {("statistics", "target", 1)}
    assert len(school.target.attempts("i2", BEA)) == 1
    if taken == "learner":
        school.target.hand("set_user_status", mail=ADA, status="active")
    run = school.run()
    assert run.confirmed("statistics") == {"create": 1}
    assert run.run["waiting"] == []
    assert len(school.target.attempts("i1", ADA)) == 1


def test_row_14_a_statistic_that_is_refused_is_set_aside(school: World) -> None:
    """It is listed with the target's words, the others arrive; asked for, it is tried again."""
    school.target.fault(fail_items="i1")
    _learn(school, 3)
    _learn(school, 3, BEA, "i2")
    run = _statistics(school, exit=6)
    assert run.confirmed("statistics") == {"create": 1}
    (reject,) = school.rejects(run)
    assert (reject["sync"], reject["message"]) == ("statistics", "Simulated item error")
    assert ADA not in str(reject)
    school.target.fault(fail_items=None)
    assert _statistics(school, exit=6).confirmed("statistics") == {}
    school.cli("rejects", "retry", "main", "statistics")
    run = _statistics(school)
    assert run.confirmed("statistics") == {"create": 1}
    assert school.rejects(run) == []
