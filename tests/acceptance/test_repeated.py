"""What a second run does: nothing, or exactly what has changed."""

from tests.acceptance.world import World


def test_a_second_run_sends_no_write(world: World) -> None:
    """Nothing has changed, so the target sees no write at all."""
    world.edflex.fill(5)
    first = world.run()
    assert first.confirmed() == {"create": 5}
    assert world.target.courses() == {"i1", "i2", "i3", "i4", "i5"}
    mark = world.target.mark()
    second = world.run()
    assert second.planned() == {"unchanged": 5}
    assert world.target.writes(mark) == []
    assert world.live() == 5
