"""`syncata runs CONNECTION`."""

from pathlib import Path

import click

from syncata.cli.output import Output, paint
from syncata.cli.project import find_project, json_option, project_option
from syncata.ledger import open_ledger
from syncata.report.values import duration


@click.command("runs")
@click.argument("connection")
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many."
)
@json_option
@project_option
def command(
    connection: str,
    limit: int,
    as_json: bool,
    project_dir: Path | None,
) -> None:
    """The latest runs of CONNECTION, newest first."""
    output = Output(as_json=as_json)
    project = find_project(project_dir)
    project.connection_file(connection)
    with open_ledger(project.ledger_file(connection), read_only=True) as ledger:
        runs = ledger.runs(limit)
    if as_json:
        output.document(
            {
                "connection": connection,
                "runs": [
                    {
                        "run": run.id,
                        "command": run.command,
                        "started": run.started,
                        "ended": run.ended,
                        "state": run.state,
                        "exit_code": run.exit_code,
                        "seconds": run.header.get("seconds"),
                    }
                    for run in runs
                ],
            }
        )
        return
    for run in runs:
        took = duration(run.header["seconds"]) if "seconds" in run.header else ""
        state = paint(f"{run.state:<18}", "green" if run.exit_code == 0 else "red")
        output.result([f"{run.id}  {state}  {run.command:<6}  {run.started}  {took}"])
    if runs:
        output.next(f"syncata report {runs[0].id}")
