"""`syncata validate PATH…`."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from syncata.checks import (
    MAX_SHOWN,
    SUFFIXES,
    check_bytes,
    render_text,
    to_github,
    to_json,
    to_sarif,
)
from syncata.cli.output import Output, clean_text
from syncata.cli.project import json_option
from syncata.errors import Exit, Finding, Severity, UsageError

FORMATS = ("text", "json", "sarif", "github")
STDIN = "<stdin>"


@click.command("validate")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path())
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="For people, for programs, for code scanners, for GitHub's annotations (default: text).",
)
@json_option
def command(
    paths: tuple[str, ...],
    form: str | None,
    as_json: bool,
) -> int:
    """Check specs and connections offline and show every finding at once.

    PATH is a file, a directory of them, or - for stdin.
    """
    if as_json and form not in (None, "json"):
        raise UsageError(f"--json and --format {form} exclude each other")
    form = "json" if as_json else form or "text"
    findings: list[Finding] = []
    sources: dict[str, str] = {}
    files = 0
    for name, content in yaml_files(paths):
        files += 1
        sources[name] = content.decode(errors="replace")
        findings += check_bytes(content, name)
    findings = list(_once(findings, sources))
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    _show(form, files, findings, sources)
    if form == "text":
        again = " ".join(paths)
        Output().next(f"syncata validate {again}" if errors else "syncata doctor CONNECTION")
    return Exit.INVALID if errors else Exit.OK


def _show(form: str, files: int, findings: list[Finding], sources: dict[str, str]) -> None:
    """The findings in the form that was asked for, and for people how many there are."""
    output = Output(as_json=form == "json")
    if form == "json":
        output.document({"files": files, "findings": to_json(findings)})
        return
    if form == "sarif":
        output.result([json.dumps(to_sarif(findings, Path.cwd()), indent=2)])
    elif form == "github":
        output.result(clean_text(line) for line in to_github(findings, Path.cwd()))
    elif findings:
        output.result([clean_text(render_text(findings, sources))])
    word = "finding" if len(findings) == 1 else "findings"
    output.message(f"{files:,} checked, {len(findings):,} {word}")
    if form == "text":
        for code in sorted({finding.code for finding in findings[:MAX_SHOWN]}):
            output.message(f"see: syncata explain {code}")


def _once(findings: list[Finding], sources: dict[str, str]) -> Iterator[Finding]:
    """Each finding once: a spec is checked for itself and for every connection that names it."""
    met = set()
    for finding in findings:
        place = finding.position
        mark = (Path(place.file).resolve(), place.line, place.column, finding.code, finding.message)
        if mark in met:
            continue
        met.add(mark)
        if place.file not in sources and Path(place.file).is_file():
            sources[place.file] = Path(place.file).read_text(encoding="utf-8", errors="replace")
        yield finding


def yaml_files(paths: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file that is meant: files, directories of them, - for stdin.

    Raises UsageError for a path that does not exist or cannot be read.
    """
    for text in paths:
        if text == "-":
            yield STDIN, sys.stdin.buffer.read()
            continue
        path = Path(text)
        if not path.exists():
            raise UsageError(f"there is no file {path}")
        chosen = (
            sorted(p for p in path.rglob("*") if p.suffix in SUFFIXES) if path.is_dir() else [path]
        )
        for file in chosen:
            try:
                yield str(file), file.read_bytes()
            except OSError as error:
                raise UsageError(f"{file} cannot be read: {error.strerror}") from error
