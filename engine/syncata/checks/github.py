"""Findings as workflow commands: GitHub shows them at the lines they are about."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from syncata.checks.sarif import relative_name
from syncata.errors import Finding

_IN_TEXT = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = {**_IN_TEXT, ":": "%3A", ",": "%2C"}


def to_github(findings: Sequence[Finding], here: Path) -> Iterator[str]:
    """One workflow command for each finding; files below `here` are named relative to it."""
    for finding in findings:
        place = finding.position
        properties = {
            "file": relative_name(place.file, here),
            "line": place.line,
            "col": place.column,
            "endColumn": place.column + finding.length,
            "title": f"syncata {finding.code}",
        }
        written = ",".join(
            f"{name}={_escaped(str(value), _IN_PROPERTY)}" for name, value in properties.items()
        )
        message = "\n".join(text for text in (finding.message, finding.hint) if text)
        yield f"::{finding.severity} {written}::{_escaped(message, _IN_TEXT)}"


def _escaped(text: str, escapes: dict[str, str]) -> str:
    return "".join(escapes.get(character, character) for character in text)
