"""The command line: parses, calls, shows, ends with an exit code. Commands are imported late."""

import itertools
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

import click

from syncata import __version__
from syncata.cli.output import Output, Terminated, write_details
from syncata.errors import Exit, SpecInvalid, SyncataError

# command -> (module that holds it, what --help says); a test imports each of them
COMMANDS: Mapping[str, tuple[str, str]] = {
    "demo": ("demo", "Run the packaged connector against simulated APIs, on this machine."),
    "init": ("init", "Write a spec, a connection and samples to start from."),
    "validate": ("validate", "Check specs and connections; show every finding at once."),
    "fmt": ("fmt", "Format specs and connections, and the expressions in them."),
    "explain": ("explain", "What a finding's code means; or how a record came to be what it is."),
    "eval": ("eval", "Try a mapping on a record; each field's value, or its error."),
    "preview": ("preview", "Read a few records and show what the mapping makes of them."),
    "test": ("test", "Run the tests that live in specs, offline."),
    "record": ("record", "Save records of a source as a sample, personal data masked."),
    "plan": ("plan", "Show what a run would change; send nothing."),
    "apply": ("apply", "Carry out a saved plan, or plan and ask."),
    "run": ("run", "Plan, check the guards and apply, without a question."),
    "serve": ("serve", "Run connections when their schedules say so, until stopped."),
    "schedule": ("schedule", "The coming runs, here and in UTC."),
    "approve": ("approve", "Agree to what held a run."),
    "reject": ("reject", "Refuse what held a run."),
    "pause": ("pause", "Let a connection rest."),
    "resume": ("resume", "Let a paused connection run again."),
    "rejects": ("rejects", "Records that were set aside: list, show, retry, ignore."),
    "deactivate": ("deactivate", "Stop a connection and archive what it made."),
    "activate": ("activate", "Bring back what deactivating put away."),
    "forget": ("forget", "Erase what is held about one person."),
    "state": ("state", "Show, check, back up, restore, rebuild and prune ledgers."),
    "status": ("status", "How each connection stands."),
    "runs": ("runs", "The latest runs of a connection, or of all."),
    "report": ("report", "What one run did, in full."),
    "doctor": ("doctor", "Check the installation and a connection, and say what to do."),
    "simulate": ("simulate", "Start the API simulators alone."),
    "schema": ("schema", "Print the JSON Schema of specs or connections."),
    "completion": ("completion", "Print the shell completion script."),
    "version": ("version", "Print the version."),
}


class CommandGroup(click.Group):
    """A group that imports a command's module only when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The commands in the order people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"syncata.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one was meant."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib  # noqa: PLC0415  only a mistake needs it

            begins = [f'"{name}"' for name in COMMANDS if name.startswith(args[0])]
            near = difflib.get_close_matches(args[0], COMMANDS, n=1, cutoff=0.7)
            meant = " or ".join(begins[:3]) or "".join(f'"{name}"' for name in near)
            meant = f"; did you mean {meant}?" if meant else ""
            raise click.UsageError(f'there is no command "{args[0]}"{meant}', ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=CommandGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: syncata demo",
)
@click.version_option(__version__, prog_name="syncata")
def cli() -> None:
    """A declarative sync engine: one YAML spec from a source REST API to a target REST API."""


def _wants_json(argv: Sequence[str]) -> bool:
    """Whether errors, too, are to be one JSON document."""
    asked = {"--json", "--format=json"} & {*argv}
    return bool(asked) or ("--format", "json") in itertools.pairwise(argv)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    argv = list(sys.argv[1:] if arguments is None else arguments)
    output = Output(as_json=_wants_json(argv))
    try:
        code = cli.main(args=argv, prog_name="syncata", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else Exit.OK)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as mistake:
        output.usage(mistake)
        sys.exit(Exit.USAGE)
    except SpecInvalid as invalid:
        output.invalid(invalid.findings)
        sys.exit(invalid.exit_code)
    except SyncataError as error:
        output.error(error)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        output.message("Interrupted; what was done is kept, the next run goes on.")
        sys.exit(130)
    except Terminated:
        output.message("Terminated; what was done is kept, the next run goes on.")
        sys.exit(143)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.OK)
    except Exception as bug:  # noqa: BLE001  no traceback ever reaches a user
        output.bug(bug, write_details(bug))
        sys.exit(Exit.BUG)
