"""Killed at any step, a run is taken up by the next one: nothing is lost, nothing is done twice."""

from itertools import count

import pytest
from tests.guarantees.crash import crash
from tests.guarantees.place import Zygote
from tests.guarantees.story import FIRST, SECOND, STORIES, Story

# The windows in which the target has done something that nobody wrote down yet.
WINDOWS = [
    (FIRST, "POST /api/v2/integrations"),
    (SECOND, "PUT /api/v2/bulk/integrations"),
    (SECOND, "POST /api/v2/bulk/integrations"),
]
CHUNKS = 6


@pytest.mark.parametrize(("story", "what"), WINDOWS, ids=str)
def test_a_kill_between_the_effect_and_its_note(zygote: Zygote, story: Story, what: str) -> None:
    """kill -9 when the answer has come and was not read: the next run finds what was done."""
    killed = crash(zygote, story, what)
    assert killed.reached
    assert killed.findings == ()


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(CHUNKS))
@pytest.mark.parametrize("story", STORIES, ids=str)
def test_a_kill_at_every_step(zygote: Zygote, story: Story, chunk: int) -> None:
    """After each answer and after each commit, until a run ends by itself."""
    for number in count(1 + chunk, CHUNKS):
        killed = crash(zygote, story, number)
        assert killed.findings == ()
        if not killed.reached:
            break
    assert number > 30
