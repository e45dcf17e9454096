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
    for name, counts in found.items():
        told = ", ".join(f"{n:,} {table}" for table, n in counts.items() if n) or "nothing"
        output.result([f"{name}: {'may come back' if lift else f'erased {told}'}"])
    output.next("syncata status")


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
            ledger.forgetting.lift(hashes)
            return {}
        return ledger.forgetting.person(hashes, instant())

    return change
