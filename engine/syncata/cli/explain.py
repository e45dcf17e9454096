"""`syncata explain CODE` and `syncata explain CONNECTION SYNC KEY [FIELD]`."""

from pathlib import Path

import click
from click.shell_completion import CompletionItem

from syncata.cli.output import Output
from syncata.cli.project import find_project, json_option, project_option
from syncata.errors import UsageError


def _complete(_context: click.Context, _param: click.Parameter, typed: str) -> list[CompletionItem]:
    """Codes that begin as typed, each with its title."""
    from syncata.checks import CODES  # noqa: PLC0415  start-up time

    start = typed.upper()
    return [
        CompletionItem(c.code, help=c.title) for c in CODES.values() if c.code.startswith(start)
    ]


@click.command("explain")
@click.argument(
    "arguments",
    nargs=-1,
    required=True,
    metavar="CODE | CONNECTION SYNC KEY [FIELD]",
    shell_complete=_complete,
)
@json_option
@project_option
def command(arguments: tuple[str, ...], as_json: bool, project_dir: Path | None) -> int:
    """Say what a CODE means; or how a record, or one FIELD of it, came to be what it is.

    A CODE is that of a finding or of a rejected record: its cause, an example, what to do. A record
    is looked up at the source; told are what the ledger knows of it, each field's value, and what
    the next run will do with it and why; of a FIELD the value of every part of its expression.
    """
    # Each form needs much that the other does not.
    from syncata.cli.explain_code import explain_code  # noqa: PLC0415  start-up time
    from syncata.cli.explain_value import explain_value  # noqa: PLC0415

    output = Output(as_json=as_json)
    match arguments:
        case (code,):
            if code in find_project(project_dir).names():
                raise UsageError(
                    f"{code} is a connection: of which record of it?",
                    hint=f"syncata explain {code} SYNC KEY; keys are in: syncata preview {code}",
                )
            return explain_code(code, output)
        case (connection, sync, key):
            return explain_value(find_project(project_dir), connection, sync, key, None, output)
        case (connection, sync, key, field):
            return explain_value(find_project(project_dir), connection, sync, key, field, output)
        case _:
            raise click.UsageError(
                f"it takes CODE, or CONNECTION SYNC KEY [FIELD], not {len(arguments)} arguments",
                click.get_current_context(),
            )
