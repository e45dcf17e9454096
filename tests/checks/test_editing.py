"""What editors are told about a file that is being written, saved or not."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncata.checks import diagnostics

MINIMAL = (Path(__file__).parents[1] / "specs" / "valid" / "minimal.yaml").read_text("utf-8")
SPEC = Path("/project/mappings/shop.yaml")


def marked(text: str, diagnostic: dict[str, Any]) -> str:
    """What a diagnostic's range covers, as an editor would mark it."""
    start, end = diagnostic["range"]["start"], diagnostic["range"]["end"]
    assert start["line"] == end["line"]
    line = text.split("\n")[start["line"]].encode("utf-16-le")
    first, last = int(start["character"]), int(end["character"])
    covered: str = line[2 * first : 2 * last].decode("utf-16-le")
    return covered


def test_a_spec_that_is_right_has_none() -> None:
    """It need not be saved, nor its folder be there."""
    assert diagnostics(MINIMAL, SPEC) == []


def test_each_has_range_code_severity_and_advice() -> None:
    """The range covers what is wrong, whatever characters stand before it."""
    text = MINIMAL.replace("name: title", "name: '$trim(\"\U0001f600é\" & $upercase(title))'")
    (found,) = diagnostics(text, SPEC)
    assert marked(text, found) == "$upercase"
    assert (found["code"], found["severity"], found["source"]) == ("SYN304", 1, "syncata")
    assert found["message"] == "there is no function $upercase\ndid you mean $uppercase?"


def test_a_warning_is_told_as_one() -> None:
    """What is wrong with a test stops no run."""
    text = f"{MINIMAL}tests:\n  - {{name: a, sync: product, expect: {{}}}}\n"
    (found,) = diagnostics(text, SPEC)
    assert (marked(text, found), found["severity"]) == ("product", 2)


def test_what_is_no_yaml_is_told_as_well() -> None:
    """Half a line is what editors hold most of the time."""
    (found,) = diagnostics(f"{MINIMAL}tests: [\n", SPEC)
    assert found["code"] == "SYN010"


def test_windows_line_ends_move_nothing() -> None:
    """A carriage return is no part of a range."""
    text = MINIMAL.replace("to: item", "to: itme").replace("\n", "\r\n")
    (found,) = diagnostics(text, SPEC)
    assert marked(text, found) == "itme"


def test_a_connection_is_told_by_its_folder_and_its_spec(tmp_path: Path) -> None:
    """Findings in the spec it names are not its own: they stand in another file."""
    (tmp_path / "mappings").mkdir()
    connection = tmp_path / "connections" / "main.yaml"
    (tmp_path / "mappings" / "minimal.yaml").write_text(MINIMAL, encoding="utf-8")
    assert diagnostics("spec: minimal\n", connection) == []
    text = "spec: minimal\nsettings: {shop: a}\n"
    (found,) = diagnostics(text, connection)
    assert (marked(text, found), found["code"]) == ("shop", "SYN411")
    wrong = MINIMAL.replace("to: item", "to: itme")
    (tmp_path / "mappings" / "minimal.yaml").write_text(wrong, encoding="utf-8")
    assert diagnostics("spec: minimal\n", connection) == []


@given(st.integers(0, len(MINIMAL)), st.text(max_size=4))
def test_whatever_is_typed_raises_nothing(place: int, typed: str) -> None:
    """At any place of a spec; every range lies within the text."""
    text = MINIMAL[:place] + typed + MINIMAL[place:]
    for found in diagnostics(text, SPEC):
        start, end = found["range"]["start"], found["range"]["end"]
        assert 0 <= start["character"] <= end["character"]
        assert start["line"] <= text.count("\n") + text.count("\r") + 1


@pytest.mark.parametrize("text", ["", "\ufeff", "\x00", "- 1", "spec: 1"])
def test_hardly_anything_is_a_file_too(text: str) -> None:
    """There is always something to say about it."""
    assert diagnostics(text, SPEC)
