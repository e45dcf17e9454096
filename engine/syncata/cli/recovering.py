"""`syncata state restore|rebuild`: another ledger in the place of the one that is there."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from syncata.cli.operate import TOLD, in_loop, instant
from syncata.cli.output import Output
from syncata.cli.progress import progress_for
from syncata.cli.project import find_project, json_option, project_option
from syncata.errors import SyncataError, UsageError
from syncata.ledger import Replacing, open_ledger, replacing
from syncata.model import clean
from syncata.rebuilding import Rebuilt, rebuild
from syncata.report.values import number
from syncata.restoring import Restoration, carry_over, prepare
from syncata.run import RunOptions, recorded
from syncata.session import Surroundings
from syncata.spec.connection import Connection
from syncata.transport import Accounts

SHOWN = 20

yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


@click.command("restore")
@click.argument("connection")
@click.argument("file", type=click.Path(path_type=Path))
@yes_option
@json_option
@project_option
def restore(
    connection: str, file: Path, yes: bool, as_json: bool, project_dir: Path | None
) -> None:
    """Put a backup FILE in the place of CONNECTION's ledger; the one that is there is kept.

    The next run looks at every record and sends it once more: what has happened since the backup
    was made is not in it.
    """
    output, project = Output(as_json=as_json), find_project(project_dir)
    subject = project.load(connection)
    with replacing(project.ledger_file(connection), instant) as place:
        found = prepare(subject, place, file, instant())
        output.tell(_restoration_lines(file, found))
        kept = _put(output, place, "Restore it?", yes=yes)
    if as_json:
        since = None if found.since is None else [run.id for run in found.since]
        last = found.last.id if found.last else None
        output.document(
            {
                "connection": connection, "restored": str(file), "last_run": last,
                "runs_since": since, "live": found.live, "kept": _text(kept),
            }
        )  # fmt: skip
    output.next(f"syncata plan {connection}")


@click.command("rebuild")
@click.argument("connection")
@yes_option
@json_option
@project_option
def rebuild_command(connection: str, yes: bool, as_json: bool, project_dir: Path | None) -> None:
    """Make CONNECTION's ledger anew where no backup is left; the one that is there is kept.

    It reads the source, and asks the target for what it holds of each record of today. Neither side
    is written to. What else the target holds is listed as orphans and never touched.
    """
    output, project = Output(as_json=as_json), find_project(project_dir)
    subject = project.load(connection)
    _require_word(output, yes=yes)
    with replacing(project.ledger_file(connection), instant) as place:
        found, carried = _rebuilt(output, subject, place)
        output.tell(_rebuilt_lines(found, carried=carried))
        kept = _put(output, place, "Let it take the ledger's place?", yes=yes)
    if as_json:
        syncs = {name: asdict(one) for name, one in found.items()}
        output.document({"connection": connection, "rebuilt": syncs, "kept": _text(kept)})
    output.next(f"syncata plan {connection}")


def _rebuilt(
    output: Output, connection: Connection, place: Replacing
) -> tuple[dict[str, Rebuilt], bool]:
    """Fill the draft; whether what people decided could be taken over."""
    progress = progress_for(quiet=output.as_json)
    around = Surroundings(world=TOLD, accounts=Accounts(TOLD), progress=progress.step)
    options = RunOptions(command="rebuild")
    with open_ledger(place.draft, clock=instant) as draft:
        with place.current() as current:
            if current is not None:
                carry_over(current, draft, instant())
        failed: SyncataError | None = None
        with progress, recorded(connection, draft, around, options) as report:
            try:
                found = in_loop(rebuild(connection, draft, around, report))
            except SyncataError as error:  # a report that nobody will see has it, and we
                failed = error
                raise
    if failed is not None:
        raise failed
    return found, current is not None


def _put(output: Output, place: Replacing, question: str, *, yes: bool) -> Path | None:
    _require_word(output, yes=yes)
    if not yes and not click.confirm(question, err=True):
        output.message("Nothing was changed.")
        raise click.exceptions.Exit(0)
    name = f"replaced-{datetime.fromisoformat(instant()):%Y%m%dT%H%M%SZ}"
    kept = place.put(name)
    output.tell([f"{place.path} is in place" + (f"; kept: {kept}" if kept else "")])
    return kept


def _require_word(output: Output, *, yes: bool) -> None:
    if not yes and (output.as_json or not sys.stdin.isatty()):
        raise UsageError(
            "it asks before it replaces a ledger, and nobody is here to answer",
            hint="call it on a terminal, or add --yes",
        )


def _restoration_lines(file: Path, found: Restoration) -> Iterator[str]:
    live = ", ".join(f"{sync} {records:,}" for sync, records in found.live.items())
    last = f"{found.last.id} ({found.last.state})" if found.last else "none"
    yield f"{file}: live: {live or 'nothing'}; last run {last}"
    if found.since is None:
        yield "What runs have happened since cannot be told: no ledger is there that can be read."
        yield "People who were forgotten since must be forgotten again."
        return
    yield f"It knows nothing of {number(len(found.since), 'run')} since."
    for run in found.since[:SHOWN]:
        yield f"  {run.id}  {run.state:<18}  {_written(run.header)}".rstrip()
    if len(found.since) > SHOWN:
        yield f"  … and {len(found.since) - SHOWN:,} before"


def _written(header: Mapping[str, Any]) -> str:
    """What the target confirmed in a run."""
    counts: dict[str, int] = {}
    for sync in header.get("syncs", []):
        for action, records in (sync.get("applied") or {}).get("confirmed", {}).items():
            counts[action] = counts.get(action, 0) + records
    return ", ".join(f"{records:,} {action}" for action, records in counts.items())


def _rebuilt_lines(found: Mapping[str, Rebuilt], *, carried: bool) -> Iterator[str]:
    for name, one in found.items():
        told = f"{name}: {number(one.held, 'record')} of the source found on the target"
        if one.absent:
            told += f", {one.absent:,} not there"
        if one.unasked:
            told += f", {one.unasked:,} that it cannot be asked for (the next run sends them)"
        yield told
        for orphan in (one.orphans or [])[:SHOWN]:
            yield f"  orphan: {clean(orphan)}"
        if one.orphans and len(one.orphans) > SHOWN:
            yield f"  … and {len(one.orphans) - SHOWN:,} more (all with --json)"
    if any(one.orphans for one in found.values()):
        yield "Orphans are live on the target, and no record of the source is theirs. Nothing"
        yield "touches them: what is closed at the source is among them, and what others made."
    if not carried:
        yield "No ledger was there that can be read: pause, and people who were to be forgotten,"
        yield "must be said again."


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
