"""Mission rows 9 to 12: difficulty, content type, duration and language."""

from typing import Any

import pytest
from tests.acceptance.sides import ABSENT
from tests.acceptance.world import World

DIFFICULTIES: dict[Any, str | None] = {
    1: "beginner",
    2: "intermediate",
    3: "advanced",
    "1": "beginner",
    "2": "intermediate",
    "3": "advanced",
    "introductive": "beginner",
    "intermediate": "intermediate",
    "advanced": "advanced",
    "Introductive": "beginner",
    "beginner": "beginner",
    "expert": None,
    "4": None,
    0: None,
    "": None,
    None: None,
    ABSENT: None,
}


def _unmapped(run: Any, label: str) -> dict[str, int]:
    notes = run.sync()["unmapped"]
    return {note["value"]: note["records"] for note in notes if note["label"] == label}


def test_row_09_difficulty(world: World) -> None:
    """Numbers, numbers as text and slugs are mapped; anything else is omitted and counted."""
    for place, value in enumerate(DIFFICULTIES):
        world.edflex.put(f"d{place}", difficulty=value)
    run = world.run()
    assert run.confirmed() == {"create": len(DIFFICULTIES)}
    found = [world.target.field(f"d{place}", "difficultyLevel") for place in range(17)]
    assert found == [level or ABSENT for level in DIFFICULTIES.values()]
    counted = _unmapped(run, "difficulty")
    assert {"expert", "4", "0"} <= set(counted)
    assert set(counted.values()) == {1}


@pytest.mark.parametrize("kind", ["article", "mooc", "podcast", "video"])
def test_row_10_the_type_is_the_content_type(world: World, kind: str) -> None:
    """Each supported type has the same word at the target."""
    world.edflex.put("x", type=kind)
    world.run()
    assert world.target.field("x", "contentType") == kind


DURATIONS: dict[Any, int | None] = {
    "PT5M": 5,
    "PT1S": 1,
    "PT60S": 1,
    "PT61S": 2,
    "PT1H30M20S": 91,
    "PT0.5H": 30,
    "PT1,5M": 2,
    "P1DT6H": 1800,
    "P19DT4H": 27600,
    "P2W": 20160,
    "P1M": 43200,
    "P1Y": 100000,
    "P69DT10H40M": 100000,
    "P69DT10H40M1S": 100000,
    "PT99999999H": 100000,
    3600: 60,
    "1800": 30,
    90.5: 2,
    "PT0S": None,
    0: None,
    "0": None,
    -60: None,
    "-PT5M": None,
    "": None,
    "soon": None,
    "P": None,
    "5 min": None,
    None: None,
    ABSENT: None,
}


def test_row_11_duration(world: World) -> None:
    """Whole minutes, rounded up, 1 to 100000; a bare number is seconds; unknown is omitted."""
    for place, value in enumerate(DURATIONS):
        world.edflex.put(f"t{place}", duration=value)
    assert world.run().confirmed() == {"create": len(DURATIONS)}
    found = {v: world.target.field(f"t{place}", "duration") for place, v in enumerate(DURATIONS)}
    assert found == {v: minutes or ABSENT for v, minutes in DURATIONS.items()}


LANGUAGES: dict[Any, str] = {
    "en": "en",
    "fr": "fr",
    "FR": "fr",
    "en-GB": "en_GB",
    "pt_BR": "pt_BR",
    "pt-br": "pt_BR",
    "de-CH": "de",
    "zh": "zh",
    "he": "he_IL",
    "us": "en",
    None: "fr",
    ABSENT: "fr",
    "": "fr",
    "fa": "fr",
    "klingon": "fr",
}


def test_row_12_language(world: World) -> None:
    """The nearest code the target knows; none given or none near: the author's language."""
    for place, value in enumerate(LANGUAGES):
        world.edflex.put(f"l{place}", language=value)
    run = world.run()
    assert run.confirmed() == {"create": len(LANGUAGES)}
    found = {v: world.target.field(f"l{place}", "defaultLang") for place, v in enumerate(LANGUAGES)}
    assert found == LANGUAGES
    counted = _unmapped(run, "language")
    assert {"fa", "klingon"} <= set(counted) <= {"fa", "klingon", ""}
    assert all(number == 1 for number in counted.values())


def test_row_12_the_fallback_follows_the_author(world: World) -> None:
    """Another author with another language: only what falls back to it is sent again."""
    world.edflex.put("none", language=None)
    world.edflex.put("given", language="es")
    world.run()
    assert world.target.field("none", "defaultLang") == "fr"
    world.connect(author_email="owner@example.com")
    mark = world.target.mark()
    run = world.run()
    assert run.sync()["planned"] == {"update": {"settings": 1}, "unchanged": {"": 1}}
    assert world.target.effects(mark)["updated"] == ["none"]
    assert world.target.field("none", "defaultLang") == "en"
