"""`syncata schedule [CONNECTION…]`."""

from collections.abc import Iterator
from datetime import UTC
from itertools import islice
from pathlib import Path
from typing import Any

import click

from syncata.cli.operate import clocks, failed_report, most_urgent
from syncata.cli.output import Output, paint
from syncata.cli.project import find_project, json_option, project_option
from syncata.errors import Exit, SpecInvalid
from syncata.report.values import local_time
from syncata.scheduling import Coming, coming


@click.command("schedule")
@click.argument("connections", nargs=-1, metavar="[CONNECTION]...")
@click.option(
    "--next",
    "number",
    type=click.IntRange(1, 10_000),
    default=10,
    show_default=True,
    help="How many runs.",
)
@json_option
@project_option
def command(
    connections: tuple[str, ...],
    number: int,
    as_json: bool,
    project_dir: Path | None,
) -> int:
    """The coming runs of CONNECTIONs, or of all: what clocks show there, and UTC."""
    output = Output(as_json=as_json)
    project = find_project(project_dir)
    tables = []
    failed = []
    for name in project.chosen(connections):
        try:
            tables += [(name, table) for table in project.schedule(name)]
        except SpecInvalid as invalid:  # the others have a schedule all the same
            failed.append(failed_report(name, invalid))
            if not as_json:
                output.findings(invalid.findings)
    runs = list(islice(coming(tables, clocks().now()), number))
    if as_json:
        output.document({"runs": [_data(run) for run in runs], "failed": failed})
    else:
        if runs or not failed:  # those that cannot be read may have a schedule
            output.result(_lines(runs))
        chosen = project.chosen(connections)
        otherwise = "syncata serve" if runs else f"syncata run {chosen[0]}"
        output.next(f"syncata validate {project.root}" if failed else otherwise)
    return most_urgent([Exit(each["exit_code"]) for each in failed])


def _data(run: Coming) -> dict[str, Any]:
    return {
        "connection": run.connection,
        "syncs": run.timetable.syncs,
        "cron": run.timetable.cron,
        "timezone": run.timetable.timezone,
        "local": run.local.isoformat(),
        "utc": run.at.isoformat(),
        "clock_change": dict(zip(("before", "after"), run.change, strict=True))
        if run.change
        else None,
    }


def _lines(runs: list[Coming]) -> Iterator[str]:
    if not runs:
        yield "No run will come: add `schedule` to the spec or the connection."
        return
    width = max(len(run.connection) for run in runs)
    yield f"{'there':<25}  {'UTC':<16}  {'':<{width}}  syncs"
    for run in runs:
        there = local_time(run.at, run.timetable.timezone)
        utc = f"{run.at.astimezone(UTC):%Y-%m-%d %H:%M}"
        change = f"  clocks change: {' → '.join(run.change)}" if run.change else ""
        syncs = ", ".join(run.timetable.syncs)
        yield f"{there:<25}  {utc}  {run.connection:<{width}}  {syncs}{paint(change, 'yellow')}"
