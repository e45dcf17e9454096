"""Findings for people and for programs: text with carets, or JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from syncata.errors import Finding

MAX_SHOWN = 20
MAX_WIDTH = 160
HIDDEN = "***"

_Spans = Sequence[tuple[int, int]]
"""Columns and lengths of what is not shown of a line."""


def render_text(
    findings: Sequence[Finding], sources: Mapping[str, str], *, limit: int = MAX_SHOWN
) -> str:
    """Findings with their lines; `sources` holds the text of each file by its name.

    At most `limit` findings are shown, the others counted.
    """
    hidden = _hidden(findings)
    blocks = [
        _block(finding, sources.get(finding.position.file, ""), hidden) for finding in findings
    ]
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


def _hidden(findings: Sequence[Finding]) -> Mapping[tuple[str, int], _Spans]:
    """What is not shown of each line, whichever finding quotes it."""
    spans: dict[tuple[str, int], set[tuple[int, int]]] = {}
    for finding in findings:
        if finding.hidden is not None:
            begin, length = finding.hidden
            spans.setdefault((begin.file, begin.line), set()).add((begin.column, length))
    return {place: sorted(found, reverse=True) for place, found in spans.items()}


def _block(finding: Finding, source: str, hidden: Mapping[tuple[str, int], _Spans]) -> str:
    lines = source.splitlines()
    number = finding.position.line
    head = f"{finding.position}: {finding.severity}[{finding.code}]: {finding.message}"
    indent = " " * len(str(number))
    text = [head]
    if 0 < number <= len(lines):
        spans = hidden.get((finding.position.file, number), ())
        text += _excerpt(*_without(lines[number - 1], finding, spans), number, indent)
    if finding.hint:
        text.append(f"{indent} = help: {finding.hint}")
    return "\n".join(text)


def _without(line: str, finding: Finding, spans: _Spans) -> tuple[str, int, int]:
    """A line without what is hidden; where the caret begins there, and how long it is."""
    start, length = finding.position.column - 1, finding.length
    for column, hidden in spans:  # from right to left
        begin = column - 1
        end = min(begin + hidden, len(line))
        line = line[:begin] + HIDDEN + line[end:]
        if begin == start:
            length = len(HIDDEN)
        elif begin < start:
            start = max(begin, start - (end - begin) + len(HIDDEN))
    return line, start, length


def _excerpt(line: str, start: int, length: int, number: int, indent: str) -> list[str]:
    first = max(0, start - MAX_WIDTH // 2) if len(line) > MAX_WIDTH else 0
    shown = _printable(line[first : first + MAX_WIDTH])
    before = "".join("\t" if c == "\t" else " " for c in shown[: start - first])
    room = max(1, len(shown) - len(before))
    carets = "^" * min(length, room)
    return [
        f"{indent} |",
        f"{number} | {shown}",
        f"{indent} | {before}{carets}",
    ]


def _printable(text: str) -> str:
    """Without control characters: a file must not steer the terminal that shows it."""
    return "".join(c if c.isprintable() or c == "\t" else "\ufffd" for c in text)
