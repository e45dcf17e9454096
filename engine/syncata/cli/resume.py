"""`syncata resume CONNECTION`."""

from pathlib import Path
from typing import Any

import click

from syncata.cli.deciding import remembered
from syncata.cli.output import Output
from syncata.cli.project import find_project, json_option, project_option
from syncata.errors import UsageError
from syncata.ledger import ACTIVE, PAUSED, Ledger


@click.command("resume")
@click.argument("connection")
@json_option
@project_option
def command(connection: str, as_json: bool, project_dir: Path | None) -> None:
    """Let a paused CONNECTION run again."""
    output = Output(as_json=as_json)

    def change(ledger: Ledger) -> dict[str, Any]:
        if ledger.consent.standing != PAUSED:
            raise UsageError(
                f"{connection} is {ledger.consent.standing}",
                hint=f"see `syncata status {connection}`",
            )
        ledger.consent.stand(ACTIVE)
        return {"connection": connection, "standing": ACTIVE}

    data = remembered(find_project(project_dir), connection, change)
    if as_json:
        output.document(data)
        return
    output.result([f"{connection} runs again"])
    output.next(f"syncata run {connection}")
