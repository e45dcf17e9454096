"""`syncata report RUN`."""

from pathlib import Path

import click

from syncata.cli.aside import rejects_of
from syncata.cli.deciding import find_run
from syncata.cli.following import after_run
from syncata.cli.operate import show_report
from syncata.cli.output import Output
from syncata.cli.project import Project, find_project, json_option, project_option
from syncata.ledger import Run, open_ledger

REJECTS = 200


@click.command("report")
@click.argument("run")
@json_option
@project_option
def command(
    run: str,
    as_json: bool,
    project_dir: Path | None,
) -> None:
    """What RUN did: counts, guards, requests, and the records that are set aside."""
    show_run(Output(as_json=as_json), find_project(project_dir), run)


def show_run(output: Output, project: Project, run: str) -> None:
    """The report of a run, as text or JSON. Raises UsageError where there is none."""
    name, found = find_run(project, run)
    report = {**found.header, "state": found.state, "exit_code": found.exit_code, "run": found.id}
    rejects = rejects_of(project, name, REJECTS)
    if output.as_json:
        output.document({**report, "rejects": rejects})
    else:
        show_report(output, report, rejects)
        output.next(_after(project, name, found))


def _after(project: Project, name: str, run: Run) -> str:
    """What comes after a run; an old one leaves nothing to do."""
    with open_ledger(project.ledger_file(name), read_only=True) as ledger:
        last = ledger.last_run()
    plan = f"syncata plan {name}"
    return after_run(project, name, run.id, plan) if last and last.id == run.id else plan
