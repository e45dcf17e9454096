"""`syncata approve RUN`."""

from pathlib import Path

import click

from syncata.cli.deciding import decide
from syncata.cli.output import Output
from syncata.cli.project import find_project, json_option, project_option
from syncata.holding import APPROVED


@click.command("approve")
@click.argument("run")
@json_option
@project_option
def command(run: str, as_json: bool, project_dir: Path | None) -> None:
    """Agree to what held RUN: the next run may do as much, and no more."""
    decide(Output(as_json=as_json), find_project(project_dir), run, APPROVED)
