"""Numbers as people read them."""

import pytest

from syncata.report.values import duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.42, "0.4 s"),
        (9.96, "10 s"),
        (119.4, "119 s"),
        (119.6, "2 min 0 s"),
        (179.7, "3 min 0 s"),
        (200, "3 min 20 s"),
        (7199.8, "2 h 0 min"),
        (7500, "2 h 5 min"),
    ],
)
def test_a_duration_never_shows_sixty_of_anything(seconds: float, text: str) -> None:
    """What rounds up to a whole minute or hour is one."""
    assert duration(seconds) == text
