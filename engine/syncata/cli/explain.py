"""`syncata explain CODE`."""

import dataclasses

import click
from click.shell_completion import CompletionItem

from syncata.checks import CODES, explanation_lines, meaning_of, nearest_code
from syncata.cli.output import Output, clean_text
from syncata.cli.project import json_option
from syncata.errors import Exit, UsageError


def _complete(_context: click.Context, _param: click.Parameter, typed: str) -> list[CompletionItem]:
    """Codes that begin as typed, each with its title."""
    start = typed.upper()
    return [
        CompletionItem(c.code, help=c.title) for c in CODES.values() if c.code.startswith(start)
    ]


@click.command("explain")
@click.argument("code", shell_complete=_complete)
@json_option
def command(code: str, as_json: bool) -> int:
    """Say what the CODE of a finding or of a rejected record means, and what to do about it."""
    output = Output(as_json=as_json)
    found = meaning_of(code)
    if found is None:
        hint = nearest_code(code) or "docs/codes.md lists every code"
        raise UsageError(f"there is no code {clean_text(code)}", hint=hint)
    if as_json:
        output.document(dataclasses.asdict(found))
    else:
        output.result(explanation_lines(found))
        output.next("syncata validate PATH")
    return Exit.OK
