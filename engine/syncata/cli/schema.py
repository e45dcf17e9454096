"""`syncata schema [connector|connection]`."""

import click

from syncata.document import folder


@click.command("schema")
@click.argument("kind", type=click.Choice(["connector", "connection"]), default="connector")
def command(kind: str) -> None:
    """Print the JSON Schema of connector specs, or of connections, for editors."""
    text = folder("schemas").joinpath(f"{kind}.schema.json").read_text(encoding="utf-8")
    click.echo(text, nl=not text.endswith("\n"))
