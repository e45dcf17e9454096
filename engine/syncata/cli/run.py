"""`syncata run CONNECTION…`."""

from pathlib import Path

import click

from syncata.cli.aside import rejects_of
from syncata.cli.following import after_run
from syncata.cli.operate import (
    TOLD,
    failed_report,
    in_loop,
    most_urgent,
    run_one,
    show_report,
)
from syncata.cli.output import Output
from syncata.cli.project import (
    Project,
    find_project,
    full_option,
    json_option,
    project_option,
    sync_option,
)
from syncata.errors import Exit, SpecInvalid, SyncataError
from syncata.report.run import Report
from syncata.run import RunOptions
from syncata.transport import Accounts


@click.command("run")
@click.argument("connections", nargs=-1, required=True, metavar="CONNECTION...")
@sync_option
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    help="Read only so many records per stream: a canary that never counts anything as missing.",
)
@full_option
@click.option("--adopt", is_flag=True, help="Take over what the target holds already.")
@json_option
@project_option
def command(
    connections: tuple[str, ...],
    syncs: tuple[str, ...],
    limit: int | None,
    full: bool,
    adopt: bool,
    as_json: bool,
    project_dir: Path | None,
) -> int:
    """Plan, check the guards and apply, for each CONNECTION. Made for cron."""
    output = Output(as_json=as_json)
    project = find_project(project_dir)
    options = RunOptions(command="run", syncs=syncs, limit=limit, full=full, adopt=adopt)
    reports = in_loop(_run_all(output, project, connections, options))
    code = most_urgent([Exit(report["exit_code"]) for report in reports])
    if as_json:
        output.document({"exit_code": int(code), "runs": reports})
    return code


async def _run_all(
    output: Output, project: Project, names: tuple[str, ...], options: RunOptions
) -> list[Report]:
    accounts = Accounts(TOLD)  # connections of one account share its limits
    return [await _run(output, project, name, options, accounts) for name in names]


async def _run(
    output: Output, project: Project, name: str, options: RunOptions, accounts: Accounts
) -> Report:
    try:
        report = await run_one(project, name, options, accounts, quiet=output.as_json)
        if not output.as_json:
            show_report(output, report, rejects_of(project, name) if report["syncs"] else [])
            look = f"report {report['run']}" if report["exit_code"] else f"status {name}"
            output.next(after_run(project, name, report["run"], f"syncata {look}"))
        return report
    except SyncataError as error:
        # One connection that cannot run does not stop the others.
        if not output.as_json:
            if isinstance(error, SpecInvalid):
                output.invalid(error.findings)
            else:
                output.error(error)
        return failed_report(name, error)
