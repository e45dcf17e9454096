"""`syncata state prune`."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from syncata.cli.deciding import remembered
from syncata.cli.operate import clocks
from syncata.cli.output import Output
from syncata.cli.project import find_project, json_option, project_option
from syncata.errors import UsageError
from syncata.ledger import Ledger
from syncata.report.values import number
from syncata.run import new_run_id

_KINDS = {"records": "record", "rejects": "reject", "waiting": "waiting record", "runs": "run"}


@click.group("state")
def command() -> None:
    """What the ledgers hold."""


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
