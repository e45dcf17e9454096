"""Findings for people and for programs: text with carets, or JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from syncata.errors import Finding

MAX_SHOWN = 20
MAX_WIDTH = 160


def render_text(
    findings: Sequence[Finding], sources: Mapping[str, str], *, limit: int = MAX_SHOWN
) -> str:
    """Findings with their lines; `sources` holds the text of each file by its name.

    At most `limit` findings are shown, the others counted.
    """
    blocks = [_block(finding, sources.get(finding.position.file, "")) for finding in findings]
    if len(blocks) > limit:
        blocks = [*blocks[:limit], f"… and {len(blocks) - limit} more"]
    return "\n\n".join(blocks)


def to_json(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Findings as plain data."""
    return [
        {
            "file": finding.position.file,
            "line": finding.position.line,
            "column": finding.position.column,
            "length": finding.length,
            "severity": str(finding.severity),
            "code": finding.code,
            "message": finding.message,
            "hint": finding.hint,
        }
        for finding in findings
    ]


def _block(finding: Finding, source: str) -> str:
    lines = source.splitlines()
    number = finding.position.line
    head = f"{finding.position}: {finding.severity}[{finding.code}]: {finding.message}"
    indent = " " * len(str(number))
    text = [head]
    if 0 < number <= len(lines):
        text += _excerpt(lines[number - 1], finding, indent)
    if finding.hint:
        text.append(f"{indent} = help: {finding.hint}")
    return "\n".join(text)


def _excerpt(line: str, finding: Finding, indent: str) -> list[str]:
    start = finding.position.column - 1
    first = max(0, start - MAX_WIDTH // 2) if len(line) > MAX_WIDTH else 0
    shown = _printable(line[first : first + MAX_WIDTH])
    before = "".join("\t" if c == "\t" else " " for c in shown[: start - first])
    room = max(1, len(shown) - len(before))
    carets = "^" * min(finding.length, room)
    return [
        f"{indent} |",
        f"{finding.position.line} | {shown}",
        f"{indent} | {before}{carets}",
    ]


def _printable(text: str) -> str:
    """Without control characters: a file must not steer the terminal that shows it."""
    return "".join(c if c.isprintable() or c == "\t" else "\ufffd" for c in text)
