"""Clocks that are apart, and keys that only look the same."""

import re
from datetime import timedelta

import pytest
from tests.acceptance.world import World

COMPOSED, DECOMPOSED = "caf\u00e9", "cafe\u0301"


@pytest.mark.parametrize("days", [1, -1])
def test_a_clock_that_is_a_day_off_is_told_and_changes_nothing(world: World, days: int) -> None:
    """Both APIs tell another time: a warning each, and the same records confirmed."""
    world.edflex.fill(2)
    world.ahead = timedelta(days=days)
    run = world.run()
    assert run.confirmed() == {"create": 2}
    way = "behind" if days > 0 else "ahead of"
    assert [way in line for line in run.run["warnings"]] == [True, True]
    text = world.cli("report", run.run["run"]).out
    # An HTTP date has whole seconds.
    assert re.search(r"Warning: the clock of the source is 86(39|40)\d s", text)
    world.ahead = timedelta()
    again = world.run()
    assert (again.planned(), again.run["warnings"]) == ({"unchanged": 2}, [])


def test_keys_that_only_look_the_same_are_two_records_and_told(world: World) -> None:
    """NFC and NFD are compared byte by byte; the report shows both with their escapes."""
    world.edflex.put(COMPOSED)
    world.edflex.put(DECOMPOSED)
    run = world.run()
    assert run.confirmed() == {"create": 2}
    (pair,) = run.sync()["lookalikes"]
    assert sorted(pair) == sorted((COMPOSED, DECOMPOSED))
    text = world.cli("report", run.run["run"]).out
    assert r"'caf\xe9'" in text
    assert r"'cafe\u0301'" in text
