"""`syncata explain CONNECTION SYNC KEY [FIELD]`."""

from pathlib import Path

import click

from syncata.cli.explain_value import explain_value
from syncata.cli.output import Output
from syncata.cli.project import find_project, json_option, project_option
from syncata.errors import Exit


@click.command("explain")
@click.argument("arguments", nargs=-1, required=True, metavar="CONNECTION SYNC KEY [FIELD]")
@json_option
@project_option
def command(arguments: tuple[str, ...], as_json: bool, project_dir: Path | None) -> Exit:
    """Tell how a record, or one FIELD of it, came to be what it is.

    Looks the record up at the source, tells what the ledger knows of it, each field's value, and
    what the next run will do with it and why; of a FIELD the value of every part of its expression.
    """
    output = Output(as_json=as_json)
    match arguments:
        case (connection, sync, key):
            return explain_value(find_project(project_dir), connection, sync, key, None, output)
        case (connection, sync, key, field):
            return explain_value(find_project(project_dir), connection, sync, key, field, output)
        case _:
            raise click.UsageError(
                f"it takes CONNECTION SYNC KEY [FIELD], not {len(arguments)} arguments",
                click.get_current_context(),
            )
