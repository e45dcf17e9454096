"""stdout is the result, stderr everything else; JSON is one document; colour only for people."""

import json
import os
import re
import sys
import tempfile
import traceback
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from shlex import quote
from typing import IO, Any

import click

from syncata import __version__
from syncata.errors import Finding, SyncataError

FORMAT_VERSION = 1
_PART = re.compile(r", (?=or syncata |once |if )")  # not one within a key
_OF_NO_PROJECT = ("validate", "fmt", "test", "init", "demo")

# What JSON lets stand but steers a terminal, or hides what is shown: C1, directions, surrogates.
_UNSEEN = re.compile(
    "[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


def plain_environment(environ: Mapping[str, str]) -> bool:
    """Whether the environment asks for plain text (NO_COLOR, CI, a dumb terminal)."""
    return bool(environ.get("NO_COLOR") or environ.get("CI") or environ.get("TERM", "") == "dumb")


class Terminated(BaseException):
    """SIGTERM ended the command; what was done is kept."""


class Output:
    """Where a command shows what it has to say."""

    def __init__(self, *, as_json: bool = False) -> None:
        self.as_json = as_json

    def result(self, lines: Iterable[str]) -> None:
        """The result, as text."""
        for line in lines:
            click.echo(line, color=_colours(sys.stdout))

    def tell(self, lines: Iterable[str]) -> None:
        """What people read on the way; programs get the document at the end."""
        if not self.as_json:
            self.result(lines)

    def document(self, data: Mapping[str, Any]) -> None:
        """The result, as one JSON document."""
        self._json(data, indent=2)

    def line(self, data: Mapping[str, Any]) -> None:
        """One of many results, as JSON on a line of its own."""
        self._json(data, indent=None)

    def _json(self, data: Mapping[str, Any], indent: int | None) -> None:
        whole = {"format_version": FORMAT_VERSION, **data}
        text = json.dumps(whole, ensure_ascii=False, indent=indent, default=str)
        # Half a surrogate pair, which an API may send, stays the escape it was.
        click.echo(_UNSEEN.sub(_escaped, text))

    def message(self, text: str) -> None:
        """Something a person at the terminal may want to know."""
        click.echo(text, err=True, color=_colours(sys.stderr))

    def next(self, command: str) -> None:
        """The command people usually need now."""
        if not self.as_json:
            self.message(f"Next: {_in_project(command)}")

    def error(self, error: SyncataError) -> None:
        """An error that ends the command."""
        from syncata.report.run import failure  # noqa: PLC0415  start-up time
        from syncata.report.values import text_lines  # noqa: PLC0415

        if self.as_json:
            self.document({"error": failure(error)})
            return
        first, *more = text_lines(error.message) or [type(error).__name__]
        self.message(f"{paint('Error:', 'red')} {first}")
        for line in more:
            self.message(f"  {line}")
        for line in text_lines(error.hint):
            self.message(f"  {paint('help:', 'cyan')} {line}")

    def usage(self, mistake: click.ClickException) -> None:
        """A command that was called wrongly."""
        if self.as_json:
            self.document({"error": {"exit_code": 2, "message": mistake.format_message()}})
            return
        context = getattr(mistake, "ctx", None)
        self.message(f"{paint('Error:', 'red')} {clean_text(mistake.format_message())}")
        if context is not None:
            self.message(f"Try: {context.command_path} --help")

    def findings(self, findings: Sequence[Finding]) -> None:
        """Every finding, with its line and a caret."""
        from syncata.checks.render import render_text, to_json  # noqa: PLC0415  start-up time

        if self.as_json:
            self.document({"findings": to_json(findings), "error": {"exit_code": 3}})
            return
        self.message(clean_text(render_text(findings, _sources(findings))))
        self.codes(findings)

    def codes(self, findings: Sequence[Finding]) -> None:
        """Where more is told of the findings that were shown."""
        from syncata.checks.render import MAX_SHOWN  # noqa: PLC0415  start-up time

        for code in sorted({finding.code for finding in findings[:MAX_SHOWN]}):
            self.message(f"see: syncata explain {code}")

    def invalid(self, findings: Sequence[Finding]) -> None:
        """Findings that end a command, and how to see whether they are gone."""
        self.findings(findings)
        files = dict.fromkeys(f.position.file for f in findings if Path(f.position.file).is_file())
        if files:
            self.next(f"syncata validate {' '.join(map(quote, files))}")

    def bug(self, bug: Exception, details: Path | None) -> None:
        """An unexpected error: one line, and where the details are."""
        where = f"; the details are in {details}" if details else ""
        message = f"this is a bug in syncata ({type(bug).__name__}){where}"
        if self.as_json:
            self.document({"error": {"exit_code": 1, "message": message}})
            return
        self.message(f"{paint('Error:', 'red')} {message}")


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]


def _in_project(command: str) -> str:
    """The command, or commands, for the project that this one was given, if it was."""
    context = click.get_current_context(silent=True)
    given = context.params.get("project_dir") if context else None
    if given is None:
        return command
    return ", ".join(_with(part, f"--project {quote(str(given))}") for part in _PART.split(command))


def _with(part: str, option: str) -> str:
    """A part of what comes next, with an option if it is a command that knows it."""
    word = part.removeprefix("or ").removeprefix("syncata ").partition(" ")[0]
    takes_it = "syncata " in part and "--project" not in part and word not in _OF_NO_PROJECT
    return f"{part} {option}" if takes_it else part


def write_details(bug: Exception) -> Path | None:
    """Keep an unexpected error's traceback, without local values, where only the user reads it."""
    try:
        descriptor, name = tempfile.mkstemp(prefix="syncata-", suffix=".log")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"syncata {__version__}, Python {sys.version}\n")
            file.writelines(traceback.format_exception(bug))
    except OSError:
        return None
    return Path(name)


def _sources(findings: Sequence[Finding]) -> dict[str, str]:
    """The text of every file that findings are about, where it can be read."""
    sources = {}
    for name in {finding.position.file for finding in findings}:
        path = Path(name)
        if path.is_file():
            sources[name] = path.read_text(encoding="utf-8", errors="replace")
    return sources


def clean_text(text: str) -> str:
    """Text of several lines that may quote what is not ours: it cannot steer a terminal."""
    from syncata.model import clean  # noqa: PLC0415  start-up time

    # A tab stays: the carets under a line stand below it.
    lines = text.split("\n")
    return "\n".join("\t".join(clean(part) for part in line.split("\t")) for line in lines)


def paint(text: str, colour: str) -> str:
    """Text in a colour (or `bold`); it is dropped where the output cannot show it."""
    return click.style(text, bold=True) if colour == "bold" else click.style(text, fg=colour)


def _colours(stream: IO[str]) -> bool:
    return stream.isatty() and not plain_environment(os.environ)
