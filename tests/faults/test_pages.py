"""A catalogue that changes while it is read page by page."""

from collections.abc import Callable
from functools import partial

from tests.acceptance.world import World


def _while_reading(world: World, do: Callable[[], None]) -> None:
    """Let the second page fail once, and something happen in the wait before it is read."""
    world.edflex.fault(http_500="1@page[number]=2")

    def once(_seconds: float) -> None:
        world.on_sleep = None
        do()

    world.on_sleep = once


def test_a_record_on_two_pages_is_one_and_proves_no_other_gone(world: World) -> None:
    """What appears before the page pushes another onto the next one: counted, none archived."""
    world.connect(edflex_page_size=2)
    world.edflex.fill(5)
    world.run()
    world.edflex.fault(hidden="i1")
    mark = world.target.mark()
    _while_reading(world, lambda: world.edflex.fault(hidden=None))
    assert world.run().sync()["duplicates"] == 1
    assert world.target.writes(mark) == []


def test_a_count_that_changes_while_it_is_read_proves_nothing(world: World) -> None:
    """Even if the numbers agree at the end: one may have gone and another slipped by unread."""
    world.edit_spec(
        "      records: 'data.$merge",
        "      count: 'links.next ? 6 : 5'\n      records: 'data.$merge",
    )
    world.connect(edflex_page_size=2)
    world.edflex.fill(6)
    world.edit_spec("links.next ? 6 : 5", "6")
    world.run()
    world.edit_spec("count: '6'", "count: 'links.next ? 6 : 5'")
    world.edflex.remove("i6")
    mark = world.target.mark()
    for _ in range(3):
        sync = world.run().sync()
        assert sync["complete"] is False
        assert "count changed while it was read" in sync["incomplete_because"]
    assert world.target.writes(mark) == []


def test_a_look_up_proves_what_moving_pages_cannot(world: World) -> None:
    """One that was taken out before lets another slip by unread; it is asked for, and stays."""
    world.connect(edflex_page_size=2)
    world.edflex.fill(6)
    world.run()
    mark = world.target.mark()
    for gone in ("i1", "i2"):
        _while_reading(world, partial(world.edflex.remove, gone))
        world.run()
    world.run()
    assert world.target.effects(mark)["archived"] == ["i1"]
    assert world.target.courses() == {"i2", "i3", "i4", "i5", "i6"}
