"""`syncata deactivate CONNECTION`."""

import sys
from pathlib import Path

import click

from syncata.cli.masking import masked_fields
from syncata.cli.operate import TOLD, in_loop, opened, show_report
from syncata.cli.output import Output, paint
from syncata.cli.progress import progress_for
from syncata.cli.project import Project, find_project, json_option, project_option
from syncata.errors import Exit, UsageError
from syncata.lifecycle import deactivate, plan_deactivation, removable
from syncata.plan_file import read_plan
from syncata.report.plan_text import plan_lines
from syncata.report.run import Report
from syncata.run import RunOptions, recorded
from syncata.session import Surroundings
from syncata.spec.connection import Connection
from syncata.sync import Plan
from syncata.transport import Accounts

FINAL = (
    "This is final: what everything lies in is removed from the target, and what is archived with "
    "it cannot be restored."
)


@click.command("deactivate")
@click.argument("connection")
@click.option("--yes", is_flag=True, help="Do not ask, nor for the connection's name.")
@click.option(
    "--remove-integration",
    "final",
    is_flag=True,
    help="Also remove, for good, what everything lies in on the target. Nothing can be restored.",
)
@json_option
@project_option
def command(
    connection: str, yes: bool, final: bool, as_json: bool, project_dir: Path | None
) -> int:
    """Stop synchronizing CONNECTION and archive what it made; `activate` brings it back."""
    output = Output(as_json=as_json)
    if not yes and (as_json or not sys.stdin.isatty()):
        raise UsageError(
            "deactivate asks before it archives, and nobody is here to answer",
            hint="call it on a terminal, or add --yes",
        )
    report = _carry_out(output, find_project(project_dir), connection, yes=yes, final=final)
    if as_json:
        output.document(report)
    elif report["state"] == "declined":
        output.message("Nothing was changed.")
    else:
        show_report(output, report, [])
        undone = report["exit_code"] != Exit.OK
        output.next(f"syncata {'deactivate' if undone else 'activate'} {connection}")
    return int(report["exit_code"])


def _carry_out(output: Output, project: Project, name: str, *, yes: bool, final: bool) -> Report:
    connection = project.load(name)
    if final:
        _require_removable(connection)
        if yes:  # nobody is asked, but whoever reads the log is told
            output.message(paint(FINAL, "red"))
    progress = progress_for(quiet=output.as_json)
    around = Surroundings(world=TOLD, accounts=Accounts(TOLD), progress=progress.step)
    options = RunOptions(command="deactivate")
    with (
        opened(project, connection, around) as ledger,
        recorded(connection, ledger, around, options) as report,
    ):
        with progress:
            planning = plan_deactivation(connection, ledger, around, report, final=final)
            staging = in_loop(planning)
        with staging:
            if yes or _agrees(output, connection, read_plan(staging), final=final):
                with progress:
                    in_loop(deactivate(connection, ledger, around, staging, report, final=final))
            else:
                report |= {"state": "declined", "exit_code": int(Exit.OK)}
    return report


def _require_removable(connection: Connection) -> None:
    """Raise UsageError where nothing would be removed."""
    spec = connection.spec
    if not any(removable(spec, sync) for sync in spec.syncs.values()):
        raise UsageError(
            f"--remove-integration: the spec {spec.name} has nothing in which everything lies; "
            "no record from settings can be removed",
            hint=f"leave it out: syncata deactivate {connection.name} archives what was made",
        )


def _agrees(output: Output, connection: Connection, plan: Plan, *, final: bool) -> bool:
    masked = masked_fields(connection)
    output.result(plan_lines(plan.syncs, plan.stops, plan.staging, masked, paint))
    try:
        if not final:
            return click.confirm(f"Deactivate {connection.name}?", err=True)
        output.message(paint(FINAL, "red"))
        question = f"Write the connection's name, {connection.name}, to go on"
        return bool(
            click.prompt(question, default="", show_default=False, err=True) == connection.name
        )
    except click.Abort:
        raise KeyboardInterrupt from None
