"""`syncata runs [CONNECTION]` and `syncata runs show RUN`."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from syncata.cli.output import Output, paint
from syncata.cli.project import Project, find_project, json_option, project_option
from syncata.cli.report import show_run
from syncata.errors import UsageError
from syncata.ledger import OK, Run, open_ledger
from syncata.report.values import duration


@click.command("runs")
@click.argument("words", nargs=-1, metavar="[CONNECTION | show RUN]")
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many."
)
@json_option
@project_option
def command(
    words: tuple[str, ...],
    limit: int,
    as_json: bool,
    project_dir: Path | None,
) -> None:
    """The latest runs of CONNECTION, or of all, newest first; or what one RUN did."""
    output = Output(as_json=as_json)
    project = find_project(project_dir)
    if len(words) == 2 and words[0] == "show":  # as other tools have it
        show_run(output, project, words[1])
        return
    if len(words) > 1:
        raise UsageError("one connection at a time", hint="syncata runs CONNECTION")
    for name in words:
        project.connection_file(name)
    names = list(words) or project.names()
    found: list[tuple[str, Run]] = []
    conditions = {}
    for name in names:
        runs, conditions[name] = _looked_up(project, name, limit)
        found += [(name, run) for run in runs]
    found.sort(key=lambda pair: pair[1].started, reverse=True)
    _show(output, found[:limit], conditions)


def _looked_up(project: Project, name: str, limit: int) -> tuple[list[Run], str]:
    """The latest runs of a connection, and how it stands."""
    path = project.ledger_file(name)
    if not path.exists():
        return [], OK
    with open_ledger(path, read_only=True) as ledger:
        runs = [replace(run, state=ledger.state_of(run)) for run in ledger.runs(limit)]
        return runs, ledger.health.condition().state


def _show(output: Output, found: list[tuple[str, Run]], conditions: dict[str, str]) -> None:
    if output.as_json:
        runs = [_data(name, run) for name, run in found]
        output.document({"runs": runs, "conditions": conditions})
        return
    width = max((len(name) for name, _ in found), default=0)
    commands = max((len(run.command) for _, run in found), default=0)
    for name, run in found:
        took = duration(run.header["seconds"]) if "seconds" in run.header else ""
        state = paint(f"{run.state:<18}", "green" if run.exit_code == 0 else "red")
        line = (
            f"{run.id}  {name:<{width}}  {state}  {run.command:<{commands}}  {run.started}  {took}"
        )
        output.result([line.rstrip()])
    for name, condition in conditions.items():
        if condition != OK:
            output.message(f"{name} is {condition}: syncata status {name}")
    if found:
        output.next(f"syncata report {found[0][1].id}")
    else:
        output.message("No runs yet.")


def _data(name: str, run: Run) -> dict[str, Any]:
    return {
        "run": run.id,
        "connection": name,
        "command": run.command,
        "started": run.started,
        "ended": run.ended,
        "state": run.state,
        "exit_code": run.exit_code,
        "seconds": run.header.get("seconds"),
    }
