"""`syncata state show|verify|backup|restore|rebuild|prune`."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from syncata.cli.deciding import remembered
from syncata.cli.operate import clocks
from syncata.cli.output import Output, paint
from syncata.cli.project import find_project, json_option, project_option
from syncata.cli.recovering import rebuild_command, restore
from syncata.cli.shown_state import state_data, state_lines
from syncata.errors import Exit, StateProblem, UsageError
from syncata.ledger import Ledger, back_up, default_backup, open_ledger
from syncata.report.values import number
from syncata.run import new_run_id

_KINDS = {"records": "record", "rejects": "reject", "waiting": "waiting record", "runs": "run"}


@click.group("state")
def command() -> None:
    """What the ledgers hold: look at it, check it, keep it, bring it back, drop what is old."""


command.add_command(restore)
command.add_command(rebuild_command)


@command.command("show")
@click.argument("connection")
@json_option
@project_option
def show(connection: str, as_json: bool, project_dir: Path | None) -> None:
    """What CONNECTION's ledger holds, in numbers, and what is under way."""
    output, project = Output(as_json=as_json), find_project(project_dir)
    path = project.ledger_that_is(connection)
    with open_ledger(path, read_only=True) as ledger:
        data = {"connection": connection, **state_data(ledger)}
    if as_json:
        output.document(data)
        return
    output.result(state_lines(data))
    output.next(f"syncata state verify {connection}")


@command.command("verify")
@click.argument("connections", nargs=-1, metavar="[CONNECTION]...")
@json_option
@project_option
def verify(connections: tuple[str, ...], as_json: bool, project_dir: Path | None) -> int:
    """Check the ledgers of CONNECTIONs, or of all, page by page and row by row.

    Ends with 9 if one is damaged. Needs no lock, and changes nothing.
    """
    output, project = Output(as_json=as_json), find_project(project_dir)
    found: dict[str, list[str]] = {}
    for name in project.chosen(connections):
        path = project.ledger_file(name)
        if path.exists():
            found[name] = _problems(path)
    damaged = [name for name, problems in found.items() if problems]
    if as_json:
        output.document({"problems": found})
    for name, problems in found.items():
        output.tell([f"{name}: {paint('damaged', 'red') if problems else 'sound'}"])
        output.tell(f"  {problem}" for problem in problems)
    if damaged:
        output.next(
            f"syncata state restore {damaged[0]} BACKUP, or syncata state rebuild {damaged[0]}"
        )
        return Exit.STATE
    output.next("syncata status" if found else "syncata plan CONNECTION")
    return Exit.OK


def _problems(path: Path) -> list[str]:
    try:
        with open_ledger(path, read_only=True) as ledger:
            return ledger.verify()
    except StateProblem as problem:
        return [f"{problem.message}; {problem.hint}"]


@command.command("backup")
@click.argument("connection")
@click.option("--out", "-o", type=click.Path(path_type=Path), help="The file to write.")
@json_option
@project_option
def backup(connection: str, out: Path | None, as_json: bool, project_dir: Path | None) -> None:
    """Copy CONNECTION's ledger to a file, whole and checked, also while a run is on.

    Without --out to state/backups. The copy holds data of your records: only you can read it.
    """
    output, project = Output(as_json=as_json), find_project(project_dir)
    path = project.ledger_that_is(connection)
    to = out or default_backup(path, clocks().now())
    back_up(path, to)
    if as_json:
        output.document({"connection": connection, "backup": str(to), "bytes": to.stat().st_size})
        return
    output.result([f"{to}: {to.stat().st_size:,} bytes, sound"])
    output.next(f"syncata state restore {connection} {to}")


@command.command("prune")
@click.argument("connections", nargs=-1, metavar="[CONNECTION]...")
@click.option("--older", required=True, metavar="400d", help="Older than so many days.")
@json_option
@project_option
def prune(
    connections: tuple[str, ...], older: str, as_json: bool, project_dir: Path | None
) -> None:
    """Drop old reports, old rejects, and records about people that were last written long ago.

    A record about a person that the source still tells of is new to the next full reading.
    """
    output, project = Output(as_json=as_json), find_project(project_dir)
    before = clocks().now() - _days(older)
    dropped: dict[str, dict[str, int]] = {}
    for name in project.chosen(connections):
        if project.ledger_file(name).exists():
            syncs = project.load(name).spec.syncs.values()
            about_people = [sync.name for sync in syncs if sync.person is not None]
            dropped[name] = remembered(project, name, _pruning(about_people, before))
    if as_json:
        output.document({"pruned": dropped})
        return
    for name, counts in dropped.items():
        told = ", ".join(number(n, _KINDS[kind]) for kind, n in counts.items() if n) or "nothing"
        output.result([f"{name}: dropped {told}"])
    output.next("syncata status")


def _pruning(syncs: list[str], before: datetime) -> Any:
    def change(ledger: Ledger) -> dict[str, Any]:
        instant = before.isoformat(timespec="seconds")
        pruned = ledger.forgetting.prune(syncs, instant, new_run_id(before))
        return {name: getattr(pruned, name) for name in pruned.__slots__}

    return change


def _days(text: str) -> timedelta:
    if not re.fullmatch(r"[1-9][0-9]{0,4}d", text):
        raise UsageError(f"{text} is no number of days", hint="write it like 400d")
    return timedelta(days=int(text[:-1]))
