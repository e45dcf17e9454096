"""`syncata version`."""

import platform

import click

from syncata import __version__
from syncata.cli.output import Output
from syncata.cli.project import json_option


@click.command("version")
@json_option
def command(as_json: bool) -> None:
    """Print the version."""
    if as_json:
        Output(as_json=True).document(
            {
                "version": __version__,
                "python": platform.python_version(),
                "platform": platform.platform(),
            }
        )
        return
    click.echo(f"syncata {__version__}")
