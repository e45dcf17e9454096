"""Findings as SARIF 2.1.0, the format of code scanners: one run, the rules it met, its results."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from syncata import __version__
from syncata.checks.codes import Code
from syncata.checks.explaining import meaning_of
from syncata.errors import Finding

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def to_sarif(findings: Sequence[Finding], here: Path) -> Mapping[str, Any]:
    """A SARIF log as plain data; files below the directory `here` are named relative to it."""
    codes = list(dict.fromkeys(finding.code for finding in findings))
    driver = {
        "name": "syncata",
        "version": __version__,
        "rules": [_rule(code) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, codes.index(finding.code), here) for finding in findings],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(name: str) -> Mapping[str, Any]:
    code = meaning_of(name) or Code(name, name, name, "", f"syncata explain {name}")
    text, markdown = code.fix, f"**What to do:** {code.fix}"
    if code.example:
        text = f"{code.fix}\n\nFor example, this is refused:\n{code.example}"
        markdown = f"```text\n{code.example}\n```\n\n{markdown}"
    return {
        "id": code.code,
        "shortDescription": {"text": code.title},
        "fullDescription": {"text": code.cause},
        "help": {"text": text, "markdown": f"{code.cause}\n\n{markdown}"},
    }


def _result(finding: Finding, rule: int, here: Path) -> Mapping[str, Any]:
    place = finding.position
    region = {
        "startLine": place.line,
        "startColumn": place.column,
        "endColumn": place.column + finding.length,
    }
    artifact = {"uri": artifact_uri(place.file, here)}
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": str(finding.severity),
        "message": {"text": "\n".join(text for text in (finding.message, finding.hint) if text)},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
    }


def artifact_uri(file: str, here: Path) -> str:
    """A file's name as a URI: relative to `here` where it lies below it, else absolute."""
    name = relative_name(file, here)
    return Path(name).as_uri() if Path(name).is_absolute() else quote(name)


def relative_name(file: str, here: Path) -> str:
    """A file's name, relative to `here` where it lies below it, with forward slashes."""
    path = here / file
    inside = path.resolve().is_relative_to(here.resolve())
    return (path.resolve().relative_to(here.resolve()) if inside else path.resolve()).as_posix()
