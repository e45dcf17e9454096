"""Mission row 3: contents at 08:00, statistics at 08:20, Central European Time, all year."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.acceptance.world import World

MAIL = "learner-0001@example.com"
PARIS = ZoneInfo("Europe/Paris")


def _to_the_morning(world: World) -> None:
    """Let time pass until half past eight of the next day, UTC+1."""
    now = datetime.now(UTC) + timedelta(hours=1)
    half_past = now.replace(hour=8, minute=30, second=0, microsecond=0) + timedelta(days=1)
    world.pass_days((half_past - now).total_seconds() / 86_400)


def _coming(world: World, number: int) -> list[tuple[str, str]]:
    runs = world.cli("schedule", "main", "--next", str(number), "--json").json["runs"]
    return [(run["syncs"][0], run["utc"]) for run in runs]


def test_row_03_the_packaged_schedule_is_fixed_to_utc_plus_one(world: World) -> None:
    """07:00 and 07:20 UTC on every day of the year: 09:00 in Paris in summer."""
    for syncs, due in _coming(world, 400):
        moment = datetime.fromisoformat(due).astimezone(UTC)
        expected = (7, 0) if syncs == "integration" else (7, 20)
        assert (moment.hour, moment.minute) == expected
        summer = bool(moment.astimezone(PARIS).dst())
        assert moment.astimezone(PARIS).hour == (9 if summer else 8)


def test_row_03_a_connection_may_follow_paris(world: World) -> None:
    """With Europe/Paris it is eight in the morning there, in summer and in winter."""
    path = world.path("connections", "main.yaml")
    times = {"syncs": ["integration", "courses"], "cron": "0 8 * * *", "timezone": "Europe/Paris"}
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schedule": [times]}))
    hours = {datetime.fromisoformat(due).astimezone(PARIS).hour for _, due in _coming(world, 300)}
    assert hours == {8}


def test_row_03_statistics_come_after_the_contents_they_are_about(world: World) -> None:
    """Both are due: contents run first, statistics once behind them, and both are kept as runs."""
    world.edflex.fill(2)
    world.edflex.learn(MAIL, "i1", status="completed")
    assert world.cli("serve", "main", "--once").exit == 0
    _to_the_morning(world)
    assert world.cli("serve", "main", "--once").exit == 0
    runs = world.cli("runs", "main", "--json").json["runs"]
    assert [run["command"] for run in runs] == ["serve", "serve"]
    assert world.target.courses() == {"i1", "i2"}
    assert [attempt["progress"] for attempt in world.target.attempts()] == [100]


def test_row_03_a_failed_contents_run_does_not_cancel_the_statistics(world: World) -> None:
    """The catalogue cannot be read that morning; what learners did is told all the same."""
    world.edflex.fill(1)
    world.run()
    assert world.cli("serve", "main", "--once").exit == 0
    world.edflex.learn(MAIL, "i1", status="completed")
    world.edflex.fault(http_500="on@resources")
    _to_the_morning(world)
    assert world.cli("serve", "main", "--once").exit == 5
    assert [attempt["progress"] for attempt in world.target.attempts()] == [100]
