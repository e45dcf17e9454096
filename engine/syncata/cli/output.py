"""stdout is the result, stderr everything else; JSON is one document; colour only for people."""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import click

from syncata.errors import Finding, SyncataError

FORMAT_VERSION = 1


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
        whole = {"format_version": FORMAT_VERSION, **data}
        click.echo(json.dumps(whole, ensure_ascii=False, indent=2, default=str))

    def message(self, text: str) -> None:
        """Something a person at the terminal may want to know."""
        click.echo(text, err=True, color=_colours(sys.stderr))

    def next(self, command: str) -> None:
        """The command people usually need now."""
        if not self.as_json:
            self.message(f"Next: {command}")

    def error(self, error: SyncataError) -> None:
        """An error that ends the command."""
        if self.as_json:
            self.document({"error": error_data(error)})
            return
        self.message(f"{paint_err('Error:', 'red')} {error.message}")
        if error.hint:
            self.message(f"  {paint_err('help:', 'cyan')} {error.hint}")

    def usage(self, mistake: click.ClickException) -> None:
        """A command that was called wrongly."""
        if self.as_json:
            self.document({"error": {"exit_code": 2, "message": mistake.format_message()}})
            return
        context = getattr(mistake, "ctx", None)
        self.message(f"{paint_err('Error:', 'red')} {mistake.format_message()}")
        if context is not None:
            self.message(f"Try: {context.command_path} --help")

    def findings(self, findings: Sequence[Finding]) -> None:
        """Every finding, with its line and a caret."""
        from syncata.checks.render import render_text, to_json  # noqa: PLC0415  start-up time

        if self.as_json:
            self.document({"findings": to_json(findings), "error": {"exit_code": 3}})
            return
        text = render_text(findings, _sources(findings))
        click.echo(text, err=True, color=_colours(sys.stderr))

    def bug(self, bug: Exception, details: Path | None) -> None:
        """An unexpected error: one line, and where the details are."""
        where = f"; the details are in {details}" if details else ""
        message = f"this is a bug in syncata ({type(bug).__name__}){where}"
        if self.as_json:
            self.document({"error": {"exit_code": 1, "message": message}})
            return
        self.message(f"{paint_err('Error:', 'red')} {message}")


def _sources(findings: Sequence[Finding]) -> dict[str, str]:
    """The text of every file that findings are about, where it can be read."""
    sources = {}
    for name in {finding.position.file for finding in findings}:
        path = Path(name)
        if path.is_file():
            sources[name] = path.read_text(encoding="utf-8", errors="replace")
    return sources


def error_data(error: SyncataError) -> dict[str, Any]:
    """An error as JSON data."""
    return {
        "exit_code": int(error.exit_code),
        "kind": type(error).__name__,
        "message": error.message,
        "hint": error.hint,
    }


def paint(text: str, colour: str) -> str:
    """Text in a colour (or `bold`); the colour is dropped where stdout cannot show it."""
    return click.style(text, bold=True) if colour == "bold" else click.style(text, fg=colour)


def paint_err(text: str, colour: str) -> str:
    """The same for stderr."""
    return paint(text, colour)


def _colours(stream: IO[str]) -> bool:
    return stream.isatty() and not plain_environment(os.environ)
