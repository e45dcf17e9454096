"""`syncata simulate [NAME…]`."""

import signal
import threading
from contextlib import ExitStack
from pathlib import Path

import click

from syncata.cli.output import Output
from syncata.cli.project import json_option
from syncata.errors import UsageError
from syncata.simulator import FACTS, SCENARIOS, SIMULATORS, Options, Running, describe, serve


@click.command("simulate")
@click.argument("names", nargs=-1, type=click.Choice(sorted(SIMULATORS)), metavar="[NAME]...")
@click.option(
    "--items",
    type=click.IntRange(0, 10_000_000),
    default=1000,
    show_default=True,
    help="Size of the catalogue.",
)
@click.option(
    "--activities",
    type=click.IntRange(0, 10_000_000),
    default=0,
    show_default=True,
    help="How many statistics of learners the source has.",
)
@click.option(
    "--ahead", type=float, default=0, metavar="SECONDS", help="Set the simulators' clocks ahead."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Other data, same kind.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port of the first one.")
@click.option(
    "--fault", "faults", multiple=True, metavar="NAME=VALUE", help="Switch a fault on (repeatable)."
)
@click.option(
    "--scenario",
    type=click.Choice(sorted(SCENARIOS)),
    help="Script whose next day POST /_simulator/day plays.",
)
@click.option(
    "--audit",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Append every request and its effect to this file.",
)
@click.option("--list-faults", is_flag=True, help="Show every fault switch and end.")
@json_option
def command(
    names: tuple[str, ...],
    items: int,
    activities: int,
    ahead: float,
    seed: int,
    port: int,
    faults: tuple[str, ...],
    scenario: str | None,
    audit: Path | None,
    list_faults: bool,
    as_json: bool,
) -> None:
    """Start the API simulators (all, or those named) until they are interrupted."""
    output = Output(as_json=as_json)
    chosen = names or tuple(sorted(SIMULATORS))
    if list_faults:
        _list(chosen, output)
        return
    switches = dict(fault.partition("=")[::2] for fault in faults)
    stopped = _stopped_by_signal()  # before anybody can know the addresses
    with ExitStack() as running:
        urls = {}
        for place, name in enumerate(chosen):
            options = Options(
                items=items,
                activities=activities,
                ahead=ahead,
                seed=seed,
                scenario=scenario,
                faults=_known(name, switches),
                audit=audit,
            )
            at = port + place if port else 0
            urls[name] = running.enter_context(_started(name, options, at)).url
        _refuse_unknown(chosen, switches)
        if as_json:
            facts = {name: FACTS[name] for name in urls}
            output.document({"simulators": urls, "facts": facts})
        else:
            for name, url in urls.items():
                known = ", ".join(f"{what} {value}" for what, value in FACTS[name].items())
                output.result([f"{name}: {url}", f"  {known}"])
            output.message("Stop with Ctrl-C; faults at run time: POST /_simulator/faults")
        while not stopped.wait(0.5):
            pass


def _started(name: str, options: Options, port: int) -> Running:
    try:
        return serve(name, options, port=port)
    except OSError as error:
        said = f"port {port} cannot be used: {error.strerror}"
        hint = "give another one: --port NUMBER, or none for any that is free"
        raise UsageError(f"{name}: {said}", hint=hint) from error
    except ValueError as error:
        raise UsageError(f"{name}: {error}") from error


def _switches(name: str) -> set[str]:
    return {form.partition("=")[0] for form, _ in describe(name)}


def _known(name: str, switches: dict[str, str]) -> dict[str, str]:
    return {switch: value for switch, value in switches.items() if switch in _switches(name)}


def _refuse_unknown(chosen: tuple[str, ...], switches: dict[str, str]) -> None:
    known = set().union(*(_switches(name) for name in chosen))
    if unknown := sorted(switches.keys() - known):
        raise UsageError(
            f"there is no fault {', '.join(unknown)}", hint="see syncata simulate --list-faults"
        )


def _list(chosen: tuple[str, ...], output: Output) -> None:
    if output.as_json:
        faults = {n: [{"switch": form, "does": text} for form, text in describe(n)] for n in chosen}
        output.document({"faults": faults})
        return
    for name in chosen:
        output.result([name, *(f"  {form:<32} {text}" for form, text in describe(name)), ""])


def _stopped_by_signal() -> threading.Event:
    stopped = threading.Event()
    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, lambda *_: stopped.set())
    return stopped
