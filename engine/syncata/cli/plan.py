"""`syncata plan CONNECTION`."""

from pathlib import Path

import click

from syncata.cli.operate import PlanView, make_plan
from syncata.cli.output import Output
from syncata.cli.project import find_project, full_option, json_option, project_option, sync_option
from syncata.errors import Exit, UsageError


@click.command("plan")
@click.argument("connection")
@click.option(
    "-o",
    "--out",
    "out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Save the plan; `apply` then carries out exactly this one.",
)
@click.option(
    "--spec",
    "edited",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="NEW.yaml",
    help="Show what this edit of the spec changes, apart from what changed at the source.",
)
@sync_option
@click.option("--limit", type=click.IntRange(min=1), help="Read only so many records per stream.")
@full_option
@click.option("--detailed-exitcode", is_flag=True, help="Exit 10 when there are changes.")
@json_option
@project_option
def command(
    connection: str,
    out: Path | None,
    edited: Path | None,
    syncs: tuple[str, ...],
    limit: int | None,
    full: bool,
    detailed_exitcode: bool,
    as_json: bool,
    project_dir: Path | None,
) -> int:
    """Show what a run of CONNECTION would change. Nothing is sent to the target."""
    output, project = Output(as_json=as_json), find_project(project_dir)
    if edited is not None:
        if out is not None or limit is not None:
            raise UsageError("--spec goes with neither --out nor --limit")
        from syncata.cli.edited import plan_edit  # noqa: PLC0415  start-up time

        code, changes = plan_edit(project, connection, edited, syncs, output)
        return Exit.CHANGES if code is Exit.OK and changes and detailed_exitcode else code
    plan = make_plan(project, connection, syncs, limit, PlanView(output, out, full=full))
    if plan.stops:
        output.next(f"syncata plan {connection}, once that is settled")
        return Exit.HELD
    if plan.adoptions:
        output.next(f"syncata run {connection} --adopt, if what is there may be taken over")
        return Exit.HELD
    if plan.changes:
        output.next(f"syncata apply {connection}{f' {out}' if out else ''}")
    if detailed_exitcode and plan.changes:
        return Exit.CHANGES
    return Exit.REJECTS if plan.rejects else Exit.OK
