"""One file that somebody is writing: what it is, what is wrong with it, and where, for editors."""

from pathlib import Path
from typing import Any

from syncata.checks.connections import check_connection
from syncata.checks.load import check_spec
from syncata.document import Document, load_bytes
from syncata.errors import Finding, Severity, SpecInvalid

_SEVERITIES = {Severity.ERROR: 1, Severity.WARNING: 2}


def diagnostics(text: str, path: Path) -> list[dict[str, Any]]:
    """What is wrong with a spec or a connection, as the Language Server Protocol writes it.

    `text` is what the editor holds, saved or not; `path` is the file's, by which it is told whether
    it is a connection, and from which the schemas and the spec it names are looked for. Nothing is
    written or sent, and nothing is raised for what stands in the file.

    Gives `Diagnostic`s: `range` (lines and characters from 0, in UTF-16 units, the end is past the
    last one), `severity` (1 an error, 2 a warning), `code` (as `syncata explain` knows it),
    `source` and `message` (with advice on a line of its own). They stand in the order of the file.
    Findings about other files, such as the spec that a connection names, are left out.
    """
    try:
        found = check_document(load_bytes(text.encode(errors="replace"), str(path)))
    except SpecInvalid as invalid:
        found = invalid.findings
    lines = text.split("\n")
    return [_diagnostic(finding, lines) for finding in found if finding.position.file == str(path)]


def check_document(document: Document) -> tuple[Finding, ...]:
    """Everything that is wrong with a spec or a connection, by position; warnings too."""
    if isinstance(document.data, dict) and "demo" in document.data:
        return ()  # what `syncata demo` tells: neither a spec nor a connection
    return check_connection(document) if is_connection(document) else check_spec(document)


def is_connection(document: Document) -> bool:
    """Whether a file is a connection: its `spec` names a spec, where a spec's is a number."""
    spec = document.data.get("spec") if isinstance(document.data, dict) else None
    return isinstance(spec, str) or Path(document.file).resolve().parent.name == "connections"


def _diagnostic(finding: Finding, lines: list[str]) -> dict[str, Any]:
    row, column = finding.position.line - 1, finding.position.column - 1
    line = lines[row].rstrip("\r") if row < len(lines) else ""
    end = min(column + finding.length, max(len(line), column))
    return {
        "range": {
            "start": {"line": row, "character": _units(line[:column])},
            "end": {"line": row, "character": _units(line[:end])},
        },
        "severity": _SEVERITIES[finding.severity],
        "code": finding.code,
        "source": "syncata",
        "message": "\n".join(text for text in (finding.message, finding.hint) if text),
    }


def _units(text: str) -> int:
    """The length of a text in UTF-16 units, which the protocol counts."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2
