"""`syncata validate PATH…`."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from shlex import quote

import click

from syncata.checks import (
    SUFFIXES,
    check_document,
    is_connection,
    render_text,
    to_github,
    to_json,
    to_sarif,
)
from syncata.cli.output import Output, clean_text
from syncata.cli.project import find_project, json_option
from syncata.document import Document, as_named, load_bytes, load_file
from syncata.errors import Exit, Finding, Severity, SpecInvalid, UsageError

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
    read: list[Document] = []
    for name, content in yaml_files(paths):
        files += 1
        sources[name] = content.decode(errors="replace")
        findings += _check(name, content, read)
    findings = list(_once(findings, sources))
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    _show(form, files, findings, sources)
    if form == "text":
        again = " ".join(map(quote, paths))
        Output().next(f"syncata validate {again}" if errors else _after(read))
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
        output.codes(findings)


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


def _after(valid: Sequence[Document]) -> str:
    """The next thing to look at: a connection, else the tests or a first record of a spec."""
    for document in valid:
        path = Path(document.file)
        if is_connection(document) and path.resolve().parent.name == "connections":
            root = path.resolve().parent.parent
            here = find_project(None).root.resolve() == root
            project = "" if here else f" --project {quote(str(as_named(root)))}"
            return f"syncata doctor {quote(path.stem)}{project}"
    for document in valid:
        if "tests" in document.data:
            return f"syncata test {quote(document.file)}"
        if document.data.get("syncs") and document.file != STDIN:
            return f"syncata eval {quote(document.file)} {next(iter(document.data['syncs']))}"
    return "syncata init DIR"


def _check(name: str, content: bytes, read: list[Document]) -> tuple[Finding, ...]:
    """What is wrong with a file; the document is added to those that were read."""
    try:
        document = load_file(Path(name)) if name != STDIN else load_bytes(content, name)
    except SpecInvalid as invalid:
        return invalid.findings
    read.append(document)
    return check_document(document)
