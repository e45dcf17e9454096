"""`syncata resume CONNECTION`."""

from pathlib import Path

import click

from syncata.cli.deciding import stand
from syncata.cli.output import Output
from syncata.cli.project import find_project, json_option, project_option
from syncata.ledger import ACTIVE, PAUSED


@click.command("resume")
@click.argument("connection")
@json_option
@project_option
def command(connection: str, as_json: bool, project_dir: Path | None) -> None:
    """Let a paused CONNECTION run again."""
    output = Output(as_json=as_json)
    data = stand(find_project(project_dir), connection, PAUSED, ACTIVE)
    if as_json:
        output.document(data)
        return
    output.result([f"{connection} runs again"])
    output.next(f"syncata run {connection}")
