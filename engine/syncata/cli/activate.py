"""`syncata activate CONNECTION`."""

import sys
from pathlib import Path
from typing import Any

import click

from syncata.cli.apply import asked
from syncata.cli.aside import rejects_of
from syncata.cli.deciding import remembered
from syncata.cli.following import after_run
from syncata.cli.operate import ask_and_run, make_run, show_report
from syncata.cli.output import Output
from syncata.cli.project import find_project, json_option, project_option
from syncata.errors import UsageError
from syncata.holding import ACTIVATE
from syncata.ledger import DEACTIVATED, Ledger
from syncata.run import RunOptions


@click.command("activate")
@click.argument("connection")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@project_option
def command(connection: str, yes: bool, as_json: bool, project_dir: Path | None) -> int:
    """Synchronize a deactivated CONNECTION again: what was put away by that comes back.

    What had been closed before stays as it was.
    """
    output = Output(as_json=as_json)
    project = find_project(project_dir)
    if not yes and (as_json or not sys.stdin.isatty()):
        raise UsageError(
            "activate asks before it writes, and nobody is here to answer",
            hint="call it on a terminal, or add --yes",
        )
    remembered(project, connection, _deactivated)
    options = RunOptions(command=ACTIVATE)
    if yes:
        report = make_run(project, connection, options, quiet=as_json)
    else:
        report = ask_and_run(project, connection, options, asked(output))
    if as_json:
        output.document(report)
    elif report["state"] == "declined":
        output.message("Nothing was changed.")
    else:
        show_report(output, report, rejects_of(project, connection))
        look = f"syncata status {connection}"
        output.next(after_run(project, connection, report["run"], look))
    return int(report["exit_code"])


def _deactivated(ledger: Ledger) -> dict[str, Any]:
    if ledger.consent.standing != DEACTIVATED:
        raise UsageError(
            f"the connection is not deactivated: it is {ledger.consent.standing}",
            hint="see `syncata status`",
        )
    return {}
