"""`syncata pause CONNECTION`."""

from pathlib import Path
from typing import Any

import click

from syncata.cli.deciding import remembered
from syncata.cli.output import Output
from syncata.cli.project import find_project, json_option, project_option
from syncata.errors import UsageError
from syncata.ledger import ACTIVE, PAUSED, Ledger


@click.command("pause")
@click.argument("connection")
@json_option
@project_option
def command(connection: str, as_json: bool, project_dir: Path | None) -> None:
    """Let CONNECTION rest: its runs are refused until it is resumed."""
    output = Output(as_json=as_json)

    def change(ledger: Ledger) -> dict[str, Any]:
        if ledger.consent.standing != ACTIVE:
            raise UsageError(
                f"{connection} is {ledger.consent.standing}",
                hint=f"see `syncata status {connection}`",
            )
        ledger.consent.stand(PAUSED)
        return {"connection": connection, "standing": PAUSED}

    data = remembered(find_project(project_dir), connection, change)
    if as_json:
        output.document(data)
        return
    output.result([f"{connection} is paused: its runs are refused"])
    output.next(f"syncata resume {connection}")
