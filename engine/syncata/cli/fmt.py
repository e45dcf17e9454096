"""`syncata fmt PATH…`."""

import difflib
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from syncata.checks import to_json
from syncata.cli.output import Output, clean_text
from syncata.cli.project import json_option
from syncata.cli.validate import STDIN, yaml_files
from syncata.document import load_bytes
from syncata.errors import Exit, Finding, SpecInvalid, UsageError
from syncata.formatting import Formatted, format_document


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it was, as it should be, and what is wrong with it."""

    name: str
    old: str
    new: Formatted

    @property
    def changes(self) -> bool:
        return not (self.new.findings or self.new.kept) and self.new.text != self.old

    def diff(self) -> str:
        """Old against new, as a unified diff."""
        old, new = self.old.splitlines(keepends=True), self.new.text.splitlines(keepends=True)
        return "".join(difflib.unified_diff(old, new, self.name, f"{self.name} (formatted)"))


@click.command("fmt")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path())
@click.option("--check", is_flag=True, help="Write nothing; end with 3 if a file would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@json_option
def command(paths: tuple[str, ...], check: bool, diff: bool, as_json: bool) -> int:
    """Format specs and connections: their YAML, and the expressions in it.

    PATH is a file, a directory of them, or - for stdin, which is written to stdout. What the files
    mean, the order of keys and the comments stay. A file that cannot be parsed stays as it is.
    """
    output = Output(as_json=as_json)
    piped = "-" in paths
    if piped and (len(paths) > 1 or as_json):
        raise UsageError("- stands alone, without --json: stdin is formatted to stdout")
    files = [_formatted(name, content) for name, content in dict(yaml_files(paths)).items()]
    findings = [finding for file in files for finding in file.new.findings]
    changed = [file for file in files if file.changes]
    if not check and not diff:
        _write(changed if not piped else [file for file in files if not findings])
    _tell(output, files, changed, findings, diff=diff)
    if not as_json and not piped:
        again = f"syncata fmt {' '.join(paths)}"
        fine = not changed or not (check or diff)
        output.next(f"syncata validate {' '.join(paths)}" if fine else again)
    return Exit.INVALID if findings or (check and changed) else Exit.OK


def _formatted(name: str, content: bytes) -> _File:
    old = content.decode(errors="replace")
    try:
        return _File(name, old, format_document(load_bytes(content, name)))
    except SpecInvalid as invalid:
        return _File(name, old, Formatted(old, invalid.findings))


def _write(files: Sequence[_File]) -> None:
    """The new texts to their files, or to stdout. Raises UsageError where that cannot be."""
    for file in files:
        if file.name == STDIN:
            sys.stdout.buffer.write((file.new.text if file.changes else file.old).encode())
            sys.stdout.flush()
            continue
        try:
            _replace(Path(file.name).resolve(), file.new.text)
        except OSError as error:
            raise UsageError(f"{file.name} cannot be written: {error.strerror}") from error


def _replace(path: Path, text: str) -> None:
    """A file is the old one or the new one, never half of it."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
        shutil.copymode(path, name)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _tell(
    output: Output,
    files: Sequence[_File],
    changed: Sequence[_File],
    findings: Sequence[Finding],
    *,
    diff: bool,
) -> None:
    """The files that change, or their differences; then why others were left alone."""
    if output.as_json:
        kept = [{"file": file.name, "because": file.new.kept} for file in files if file.new.kept]
        names = [file.name for file in changed]
        told = {"files": len(files), "changed": names, "kept": kept, "findings": to_json(findings)}
        output.document(told | ({"diff": "".join(f.diff() for f in changed)} if diff else {}))
        return
    for file in changed if diff else ():
        output.result([clean_text(file.diff().rstrip("\n"))])
    output.result(file.name for file in changed if not diff and file.name != STDIN)
    for file in files:
        if file.new.kept:
            output.message(f"{file.name} was left as it is: {file.new.kept}")
    if findings:
        output.findings(findings)
    output.message(f"{len(files):,} looked at, {len(changed):,} not in their usual form")
