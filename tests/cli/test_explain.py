"""`syncata explain CODE`: whoever meets a code learns what it means."""

import json

import pytest
from tests.cli.calling import ended

from syncata.checks import CODES


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_its_explanation(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Title, example and advice of each code are shown, and the text fits a terminal."""
    assert ended("explain", code) == 0
    shown = capsys.readouterr().out
    first, *rest = shown.splitlines()
    assert first == f"{code}: {CODES[code].title}"
    assert f"    {CODES[code].example}" in rest
    assert f"What to do: {CODES[code].fix}" in " ".join(rest)
    assert all(len(line) <= 100 for line in rest if not line.startswith("    "))


def test_a_code_is_data_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """`--json` has the same parts, one by one; small letters do as well."""
    assert ended("explain", "syn304", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "format_version": 1,
        "code": "SYN304",
        "title": "Unknown function",
        "cause": "There is no function of that name.",
        "example": "$uppercas(title)",
        "fix": "Correct the name.",
    }


@pytest.mark.parametrize(
    ("code", "first", "told"),
    [
        ("S0202", "S0202: Expected …, got …", "not JSONata"),
        ("T2001", "T2001: The left side of the … operator must evaluate to a number", "a type"),
        ("D3141", "D3141: Raised by the expression", "$assert"),
        ("D1001", "D1001: Number out of range: …", "on this value"),
    ],
)
def test_codes_of_jsonata_itself_are_explained_too(
    code: str, first: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A finding can have one; its message is that of JSONata."""
    assert ended("explain", code) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"{first}\n")
    assert told in shown
    assert "a code of JSONata itself" in " ".join(shown.split())


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("SYN34", 'did you mean "SYN34'),
        ("304", 'did you mean "SYN304"?'),
        ("S9999", "docs/codes.md lists every code"),
    ],
)
def test_a_code_that_does_not_exist_is_told_with_the_nearest(
    code: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The call was wrong: exit code 2, and nothing on stdout."""
    assert ended("explain", code) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert f"there is no code {code}" in shown.err
    assert hint in shown.err


def test_the_shell_completes_codes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the shell asks for after `explain SYN30` are the codes that begin so."""
    monkeypatch.setenv("_SYNCATA_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "syncata explain syn30")
    monkeypatch.setenv("COMP_CWORD", "2")
    assert ended() == 0
    offered = [line.partition(",")[2] for line in capsys.readouterr().out.splitlines()]
    assert offered == sorted(code for code in CODES if code.startswith("SYN30"))
