"""`syncata serve [CONNECTION…]`."""

from pathlib import Path

import click

from syncata.cli.events import entry_data, next_due, tell_error, teller
from syncata.cli.operate import TOLD, clocks, failed_report, in_loop, most_urgent, run_one
from syncata.cli.output import Output
from syncata.cli.project import Project, find_project, project_option
from syncata.errors import Exit, SpecInvalid, SyncataError, UsageError
from syncata.ledger import Schedule, open_schedule
from syncata.report.run import failure
from syncata.run import RunOptions
from syncata.scheduling import JOBS, Runner, Service, reconciled
from syncata.transport import Accounts


@click.command("serve")
@click.argument("connections", nargs=-1, metavar="[CONNECTION]...")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=JOBS,
    show_default=True,
    help="How many connections may run at the same time.",
)
@click.option("--once", is_flag=True, help="Run what is due now, then end.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line and event.")
@project_option
def command(
    connections: tuple[str, ...],
    jobs: int,
    once: bool,
    as_json: bool,
    project_dir: Path | None,
) -> int:
    """Run CONNECTIONs, or all, when their schedules say so, until Ctrl-C or SIGTERM."""
    output = Output(as_json=as_json)
    return serve(output, find_project(project_dir), connections, jobs=jobs, once=once)


def serve(
    output: Output, project: Project, connections: tuple[str, ...], *, jobs: int = JOBS, once: bool
) -> Exit:
    """Run connections, or all, when their schedules say so; the code to end with.

    Raises UsageError, Locked, StateProblem, Terminated.
    """
    try:
        names = project.chosen(connections)
        with open_schedule(project.schedule_file) as schedule:
            codes = _take_in(output, project, schedule, names)
            if _tell_served(output, schedule, names):
                service = Service(
                    schedule,
                    names,
                    _runner(project),
                    world=clocks(),
                    tell=teller(output),
                    jobs=jobs,
                )
                codes |= _serve(output, service, once=once)
    except SyncataError as error:
        if not output.as_json:
            raise
        output.line({"event": "failed", "error": failure(error)})
        return error.exit_code
    code = most_urgent(list(codes))
    if output.as_json:
        output.line({"event": "done", "exit_code": int(code)})
    invalid = code == Exit.INVALID
    output.next(f"syncata validate {project.root}" if invalid else "syncata status")
    return code


def _serve(output: Output, service: Service, *, once: bool) -> set[Exit]:
    if not once:
        in_loop(service.forever())
    codes = {Exit(code) for code in in_loop(service.once())}
    if not codes and not output.as_json:
        output.message("Nothing is due.")
    return codes


def _take_in(output: Output, project: Project, schedule: Schedule, names: list[str]) -> set[Exit]:
    """Hold the schedule against the connections; the codes of those that cannot be read.

    Raises UsageError if none has a schedule.
    """
    schedule.keep_only(project.names())
    codes = set()
    for name in names:
        try:
            wanted = project.schedule(name)
        except SpecInvalid as invalid:
            codes.add(invalid.exit_code)
            _tell_invalid(output, name, invalid, served=bool(schedule.entries(name)))
            continue
        kept = schedule.entries(name)
        schedule.put(name, reconciled(name, wanted, kept, clocks().now()))
    if not codes and not any(schedule.entries(name) for name in names):
        raise UsageError(
            f"no schedule in {', '.join(names)}",
            hint="add `schedule` to the spec or the connection, or use `syncata run`",
        )
    return codes


def _tell_invalid(output: Output, name: str, invalid: SpecInvalid, *, served: bool) -> None:
    if output.as_json:
        output.line({"event": "invalid", **failed_report(name, invalid)})
        return
    tell_error(output, invalid)
    # What a run makes of it is the run's to say: the file may be well by then.
    what = "keeps the schedule it had" if served else "is not served"
    output.message(f"{name} {what}; correct it, then start again")


def _tell_served(output: Output, schedule: Schedule, names: list[str]) -> bool:
    """Say what is served; whether there is anything."""
    served = [entry for name in names for entry in schedule.entries(name)]
    if output.as_json:
        entries = [{"connection": entry.connection, **entry_data(entry)} for entry in served]
        output.line({"event": "serving", "entries": entries})
    else:
        for entry in served:
            late = entry.next_due <= clocks().now()
            when = "due now" if late else next_due(entry)
            output.message(f"{entry.connection}: {', '.join(entry.timetable.syncs)}, {when}")
    return bool(served)


def _runner(project: Project) -> Runner:
    accounts = Accounts(TOLD)  # connections of one account share its limits

    async def run(connection: str, syncs: tuple[str, ...], run_id: str) -> int:
        options = RunOptions(command="serve", syncs=syncs, run=run_id)
        report = await run_one(project, connection, options, accounts, quiet=True)
        return int(report["exit_code"])

    return run
