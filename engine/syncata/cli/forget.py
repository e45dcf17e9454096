"""`syncata forget --learner MAIL`."""

from pathlib import Path
from typing import Any

import click

from syncata.cli.deciding import remembered
from syncata.cli.operate import instant
from syncata.cli.output import Output
from syncata.cli.project import find_project, json_option, project_option
from syncata.errors import UsageError
from syncata.ledger import Ledger
from syncata.mapping.persons import keyed_hash, writings
from syncata.report.values import number

_KINDS = {
    "record": "record",
    "reject": "reject",
    "waiting": "waiting record",
    "drift": "note of a change by hand",
}


@click.command("forget")
@click.argument("connections", nargs=-1, metavar="[CONNECTION]...")
@click.option("--learner", required=True, metavar="MAIL", help="Who is to be forgotten.")
@click.option("--lift", is_flag=True, help="Let somebody who was forgotten come back.")
@json_option
@project_option
def command(
    connections: tuple[str, ...],
    learner: str,
    lift: bool,
    as_json: bool,
    project_dir: Path | None,
) -> None:
    """Erase what the ledgers of CONNECTIONs, or of all, hold about one person.

    Nothing is changed on either API. What the source still tells of that person is left alone from
    now on: only a keyed hash is kept, by which it is recognized.
    """
    output, project = Output(as_json=as_json), find_project(project_dir)
    names = [n for n in project.chosen(connections) if project.ledger_file(n).exists()]
    found = {name: remembered(project, name, _forgetting(learner, lift=lift)) for name in names}
    if as_json:
        output.document({"lifted" if lift else "forgotten": found})
        return
    output.result(f"{name}: {_told(counts, lift=lift)}" for name, counts in found.items())
    if not found:
        output.message("No connection ran yet: nothing is held about anybody.")
    output.next("syncata status")


def _told(counts: dict[str, int], *, lift: bool) -> str:
    if lift:
        known = counts["lifted"]
        return "may come back" if known else "nobody of that address was forgotten here"
    told = ", ".join(number(n, _KINDS[table]) for table, n in counts.items() if n)
    held = f"erased {told}" if told else "held nothing about that person"
    return f"{held}; what comes of them from now on is left alone (--lift ends that)"


def _forgetting(person: str, *, lift: bool) -> Any:
    def change(ledger: Ledger) -> dict[str, Any]:
        if not lift and ledger.open_batches():
            raise UsageError(
                "writes are in flight that may be about that person",
                hint="let a run end first: syncata run",
            )
        keyed = keyed_hash(ledger.consent.salt)
        hashes = [keyed(text) for text in writings(person)]
        if lift:
            return {"lifted": ledger.forgetting.lift(hashes)}
        return ledger.forgetting.person(hashes, instant())

    return change
