"""What is seen of the target beside what it confirmed."""

import pytest

from syncata.expressions import UNDEFINED
from syncata.model import JsonObject
from syncata.target.watcher import Sight


@pytest.mark.parametrize(
    ("confirmed", "seen", "now"),
    [
        ({"a": 1, "b": 2}, {"a": 3}, {"a": 3, "b": 2}),
        ({"a": 1}, {"a": UNDEFINED}, {}),
        ({"a": None}, {"a": UNDEFINED}, {"a": None}),
        ({"a": None}, {"a": 0}, {"a": 0}),
        ({}, {"a": UNDEFINED, "b": False}, {"b": False}),
    ],
)
def test_a_payload_as_it_seems_to_be_now(
    confirmed: JsonObject, seen: JsonObject, now: JsonObject
) -> None:
    """What was seen replaces what was confirmed; a field that was cleared is not missed."""
    assert Sight(fields=seen).over(confirmed) == now
