"""What a human agreed to is a ceiling: so many records of one guard of one sync, and no more."""

from collections.abc import Sequence
from typing import cast

import pytest

from syncata.holding import open_stops
from syncata.ledger import Approval, Ceiling, Staging
from syncata.plan import Stop
from syncata.sync import Plan


def held(number: int, *adoptions: tuple[str, str]) -> Plan:
    """A plan that archives so many, and would take these over."""
    stop = Stop("things", "max_archives", "so many", "30%", "look", number)
    return Plan(cast("Staging", None), stops=[stop], adoptions=list(adoptions))


def said(word: str, *ceilings: Ceiling) -> Sequence[Approval]:
    """What somebody said of a held run."""
    return [Approval("r1", "2026-01-01T00:00:00+00:00", word, ceilings)]


@pytest.mark.parametrize(("number", "passes"), [(5, True), (6, True), (7, False)])
def test_as_many_as_were_agreed_to_pass_and_one_more_is_held(number: int, passes: bool) -> None:
    """Six were agreed to."""
    decisions = said("approved", Ceiling("things", "max_archives", 6))
    assert (open_stops(held(number), decisions) == []) is passes


@pytest.mark.parametrize(
    "decisions",
    [
        [],
        said("rejected", Ceiling("things", "max_archives", 9)),
        said("approved", Ceiling("others", "max_archives", 9)),
        said("approved", Ceiling("things", "max_spec_updates", 9)),
    ],
)
def test_another_word_sync_or_guard_agrees_to_nothing(decisions: Sequence[Approval]) -> None:
    """What was agreed to is about that guard of that sync; what was refused is about nothing."""
    assert len(open_stops(held(1), decisions)) == 1


def test_things_to_take_over_are_counted_like_any_others() -> None:
    """Two were agreed to; a third is held."""
    decisions = said("approved", Ceiling("things", "max_archives", 1), Ceiling("shops", "adopt", 2))
    two = [("shops", "a"), ("shops", "b")]
    assert open_stops(held(1, *two), decisions) == []
    (stop,) = open_stops(held(1, *two, ("shops", "c")), decisions)
    assert (stop.guard, stop.number) == ("adopt", 3)
