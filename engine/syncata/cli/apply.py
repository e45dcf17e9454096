"""`syncata apply CONNECTION [PLAN]`."""

import sys
from collections.abc import Callable
from pathlib import Path

import click

from syncata.cli.aside import rejects_of
from syncata.cli.following import after_run
from syncata.cli.operate import PlanView, ask_and_run, make_run, show_report
from syncata.cli.output import Output
from syncata.cli.project import find_project, json_option, project_option, sync_option
from syncata.errors import Exit, UsageError
from syncata.run import RunOptions
from syncata.spec.connection import Connection
from syncata.sync import Plan


@click.command("apply")
@click.argument("connection")
@click.argument("plan", required=False, type=click.Path(dir_okay=False, path_type=Path))
@sync_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--adopt", is_flag=True, help="Take over what the target holds already.")
@json_option
@project_option
def command(
    connection: str,
    plan: Path | None,
    syncs: tuple[str, ...],
    yes: bool,
    adopt: bool,
    as_json: bool,
    project_dir: Path | None,
) -> int:
    """Carry out a saved PLAN of CONNECTION exactly, or make one, show it and ask."""
    output = Output(as_json=as_json)
    project = find_project(project_dir)
    if plan is not None and syncs:
        raise UsageError("a saved plan says itself which syncs it is for", hint="leave --sync out")
    asks = plan is None and not yes
    if asks and (as_json or not sys.stdin.isatty()):
        raise UsageError(
            "apply asks before it writes, and nobody is here to answer",
            hint="add --yes, or apply a saved plan, or use `syncata run`",
        )
    options = RunOptions(command="apply", syncs=syncs, adopt=adopt, plan_file=plan)
    if asks:
        report = ask_and_run(project, connection, options, asked(output))
    else:
        report = make_run(project, connection, options, quiet=as_json)
    if report["state"] == "declined":
        output.message("Nothing was applied.")
        return Exit.OK
    if as_json:
        output.document(report)
    else:
        show_report(output, report, rejects_of(project, connection) if report["syncs"] else [])
        look = f"syncata status {connection}"
        output.next(after_run(project, connection, report["run"], look))
    return int(report["exit_code"])


def asked(output: Output) -> Callable[[Connection, Plan], bool]:
    """Shows a plan and asks, if there is something to agree to."""

    def agrees(connection: Connection, plan: Plan) -> bool:
        PlanView(output).show(connection, plan)
        if plan.stops or not plan.changes:
            return True
        try:
            return click.confirm("Apply this plan?", err=True)
        except click.Abort:
            raise KeyboardInterrupt from None

    return agrees
