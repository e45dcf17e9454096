"""Codes: each one that the source uses is explained, and findings are shown with carets."""

import re
from pathlib import Path

import syncata
from syncata.checks import CODES, render_text, to_json
from syncata.errors import Finding, Position, Severity

SOURCE = Path(syncata.__file__).parent
EXPLANATIONS = SOURCE / "checks" / "codes"


def test_every_code_in_the_source_is_explained_and_every_explained_one_is_used() -> None:
    """`explain CODE` never has nothing to say."""
    used = {
        code
        for path in SOURCE.rglob("*.py")
        if EXPLANATIONS not in path.parents
        for code in re.findall(r'"(SYN\d{3})"', path.read_text())
    }
    assert sorted(used - CODES.keys()) == []
    assert sorted(CODES.keys() - used) == []


def test_an_explanation_says_all_four_things() -> None:
    """Title, cause, example, fix."""
    for code in CODES.values():
        assert all((code.title, code.cause, code.example, code.fix)), code.code


def test_a_finding_is_shown_with_its_line_a_caret_and_help() -> None:
    """As people know it from compilers."""
    finding = Finding(Position("x.yaml", 2, 3), "SYN101", 'unknown key "b"', "did you mean a?")
    assert render_text([finding], {"x.yaml": "a:\n  b: 1\n"}) == (
        'x.yaml:2:3: error[SYN101]: unknown key "b"\n'
        "  |\n"
        "2 |   b: 1\n"
        "  |   ^\n"
        "  = help: did you mean a?"
    )


def test_a_caret_is_as_long_as_what_is_wrong_and_stays_in_the_line() -> None:
    """Tabs before it keep their width, control characters do not reach the terminal."""
    finding = Finding(Position("x", 1, 2), "SYN101", "m", "", Severity.WARNING, 99)
    assert render_text([finding], {"x": "\tab\x1b"}).splitlines()[-2:] == [
        "1 | \tab\ufffd", "  | \t^^^",
    ]  # fmt: skip


def test_long_lines_are_cut_around_the_caret() -> None:
    """A generated file with one long line stays readable."""
    text = "x" * 1000 + "!" + "x" * 1000
    shown = render_text([Finding(Position("x", 1, 1001), "SYN101", "m")], {"x": text})
    line, caret = shown.splitlines()[-2:]
    assert len(line) < 200
    assert line[caret.index("^")] == "!"


def test_many_findings_are_counted() -> None:
    """Nobody reads a hundred of them at once."""
    many = [Finding(Position("x", n, 1), "SYN101", "m") for n in range(1, 31)]
    assert render_text(many, {}).endswith("… and 10 more")


def test_findings_are_data_for_programs() -> None:
    """For `--format json`."""
    (data,) = to_json([Finding(Position("x", 1, 2), "SYN101", "m", "h")])
    assert data == {
        "file": "x", "line": 1, "column": 2, "length": 1, "severity": "error", "code": "SYN101",
        "message": "m", "hint": "h",
    }  # fmt: skip
