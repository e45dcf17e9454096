"""`syncata completion SHELL`."""

import click
from click.shell_completion import get_completion_class

from syncata.errors import UsageError


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the script that completes syncata's commands in a SHELL.

    For bash: syncata completion bash > ~/.local/share/bash-completion/completions/syncata
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise UsageError(f"no completion for {shell}")
    root = context.find_root().command
    click.echo(kind(root, {}, "syncata", "_SYNCATA_COMPLETE").source())
