"""`syncata reject RUN`."""

from pathlib import Path

import click

from syncata.cli.deciding import decide
from syncata.cli.output import Output
from syncata.cli.project import find_project, json_option, project_option
from syncata.holding import REJECTED


@click.command("reject")
@click.argument("run")
@json_option
@project_option
def command(run: str, as_json: bool, project_dir: Path | None) -> None:
    """Refuse what held RUN: nothing of it is sent."""
    decide(Output(as_json=as_json), find_project(project_dir), run, REJECTED)
