"""`syncata validate --format`: the same findings for people, programs, scanners and GitHub."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from tests.cli.calling import ended

from syncata import __version__
from syncata.checks import CODES, to_github, to_sarif
from syncata.errors import Finding, Position, Severity

BROKEN = "spec: 1\nname: x\ntitel: y\nsyncs: {a: {map: {b: $upercase(c)}}}\n"

# What SARIF 2.1.0 asks of the parts that are written (oasis-open.org, sections 3.13 to 3.49);
# nothing else may stand there.
TEXT = {
    "type": "object",
    "required": ["text"],
    "additionalProperties": False,
    "properties": {"text": {"type": "string", "minLength": 1}, "markdown": {"type": "string"}},
}
RULE = {
    "type": "object",
    "required": ["id"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string"},
        "shortDescription": TEXT,
        "fullDescription": TEXT,
        "help": TEXT,
    },
}
REGION = {
    "type": "object",
    "additionalProperties": False,
    "required": ["startLine"],
    "properties": {
        name: {"type": "integer", "minimum": 1}
        for name in ("startLine", "startColumn", "endColumn")
    },
}
PLACE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["artifactLocation", "region"],
    "properties": {
        "artifactLocation": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"uri": {"type": "string", "pattern": "^[A-Za-z0-9._~:/%-]+$"}},
        },
        "region": REGION,
    },
}
RESULT = {
    "type": "object",
    "required": ["message"],
    "additionalProperties": False,
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": TEXT,
        "locations": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"physicalLocation": PLACE},
            },
        },
    },
}
DRIVER = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {"const": "syncata"},
        "version": {"const": __version__},
        "rules": {"type": "array", "uniqueItems": True, "items": RULE},
    },
}
RUN = {
    "type": "object",
    "required": ["tool", "results"],
    "additionalProperties": False,
    "properties": {
        "tool": {
            "type": "object",
            "required": ["driver"],
            "additionalProperties": False,
            "properties": {"driver": DRIVER},
        },
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "results": {"type": "array", "items": RESULT},
    },
}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "minItems": 1, "items": RUN},
    },
}


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory with a valid and a broken spec; commands run in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "my spec.yaml").write_text(BROKEN, encoding="utf-8")


def well_formed(log: Any) -> bool:
    return Draft7Validator(SARIF).is_valid(log)


def results(log: Any) -> list[Any]:
    return list(log["runs"][0]["results"])


def places(log: Any) -> list[Any]:
    return [result["locations"][0]["physicalLocation"] for result in results(log)]


def test_sarif_tells_each_finding_with_its_rule_and_place(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A code scanner finds the same codes, lines and columns as `--format json` has, by relative
    file names."""
    assert ended("validate", "mappings", "--format", "sarif") == 3
    log = json.loads(capsys.readouterr().out)
    assert ended("validate", "mappings", "--format", "json") == 3
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert well_formed(log)
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in results(log)] == [
        finding["code"] for finding in findings
    ]
    assert {place["artifactLocation"]["uri"] for place in places(log)} == {
        "mappings/my%20spec.yaml"
    }
    assert [place["region"] for place in places(log)] == [
        {
            "startLine": finding["line"],
            "startColumn": finding["column"],
            "endColumn": finding["column"] + finding["length"],
        }
        for finding in findings
    ]
    assert {"startLine": 4, "startColumn": 22, "endColumn": 31} in [
        p["region"] for p in places(log)
    ]


def test_sarif_rules_carry_what_is_known_of_the_code() -> None:
    """Title, cause, example and advice reach whoever looks at an alert."""
    log = to_sarif([Finding(Position("a.yaml", 1, 1), "SYN304", "m", "h")], Path.cwd())
    (rule,) = log["runs"][0]["tool"]["driver"]["rules"]
    code = CODES["SYN304"]
    assert rule["shortDescription"]["text"] == code.title
    assert rule["fullDescription"]["text"] == code.cause
    assert code.fix in rule["help"]["text"]
    assert code.example in rule["help"]["markdown"]
    assert results(log)[0]["message"]["text"] == "m\nh"


def test_sarif_of_nothing_and_of_other_places_is_well_formed(tmp_path: Path) -> None:
    """No finding is a run without results; stdin and files elsewhere have names."""
    assert well_formed(to_sarif([], tmp_path))
    elsewhere = Finding(Position(str(tmp_path.parent / "é.yaml"), 1, 1), "S0202", "m", "h")
    stdin = Finding(Position("<stdin>", 2, 3), "SYN342", "m", "", Severity.WARNING)
    log = to_sarif([elsewhere, stdin], tmp_path)
    assert well_formed(log)
    uris = [place["artifactLocation"]["uri"] for place in places(log)]
    assert uris == [(tmp_path.parent / "é.yaml").as_uri(), "%3Cstdin%3E"]
    assert [result["level"] for result in results(log)] == ["error", "warning"]


def test_a_log_that_is_not_sarif_would_be_found() -> None:
    """The structure above refuses what the standard refuses."""
    finding = Finding(Position("a.yaml", 1, 1), "SYN304", "m")
    for path, wrong in [
        (("level",), "fatal"),
        (("message",), {}),
        (("locations", 0, "physicalLocation", "region", "startLine"), 0),
        (("locations", 0, "physicalLocation", "artifactLocation", "uri"), "my spec.yaml"),
    ]:
        log = json.loads(json.dumps(to_sarif([finding], Path.cwd())))
        part = log["runs"][0]["results"][0]
        for step in path[:-1]:
            part = part[step]
        part[path[-1]] = wrong
        assert not well_formed(log), path


def test_github_gets_a_workflow_command_for_each_finding(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The annotation names file, line, columns and code, then message and hint."""
    assert ended("validate", "mappings", "--format", "github") == 3
    assert (
        "::error file=mappings/my spec.yaml,line=4,col=22,endColumn=31,title=syncata SYN304"
        "::there is no function $upercase%0Adid you mean $uppercase?"
    ) in capsys.readouterr().out.splitlines()


def test_github_commands_cannot_be_broken_by_what_they_quote() -> None:
    """Line breaks, percent signs, and in properties commas and colons are escaped."""
    finding = Finding(
        Position("a,b:c%.yaml", 1, 2), "SYN101", "50%\r\n::stop-commands::x", "", Severity.WARNING
    )
    (shown,) = to_github([finding], Path.cwd())
    assert shown == (
        "::warning file=a%2Cb%3Ac%25.yaml,line=1,col=2,endColumn=3,title=syncata SYN101"
        "::50%25%0D%0A::stop-commands::x"
    )


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_every_format_ends_with_the_same_codes(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Findings end with 3, none with 0, whatever the output is for."""
    good = Path(__file__).parents[1] / "specs" / "valid" / "minimal.yaml"
    assert ended("validate", str(good), "--format", form) == 0
    assert ended("validate", "mappings", "--format", form) == 3


def test_json_has_two_names(capsys: pytest.CaptureFixture[str]) -> None:
    """`--format json` prints the document of `--json`, for errors too; other pairs are refused."""
    ended("validate", "mappings", "--json")
    first = capsys.readouterr().out
    ended("validate", "mappings", "--format=json")
    assert capsys.readouterr().out == first
    assert ended("validate", "nothing.yaml", "--format", "json") == 2
    assert json.loads(capsys.readouterr().out)["error"]["exit_code"] == 2
    assert ended("validate", "mappings", "--json", "--format", "sarif") == 2


def test_the_end_of_the_text_names_each_code_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever does not know a code finds the command that explains it."""
    ended("validate", "mappings")
    told = capsys.readouterr().err.splitlines()
    see = [line for line in told if line.startswith("see: ")]
    assert "see: syncata explain SYN304" in see
    assert len(see) == len(set(see)) > 1
