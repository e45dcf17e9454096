"""`syncata rejects list|show|retry|ignore`."""

import json
from collections.abc import Iterator
from pathlib import Path
from shlex import quote
from typing import Any

import click

from syncata.cli.aside import reject_data, rejects_of
from syncata.cli.deciding import remembered
from syncata.cli.masking import masked_record
from syncata.cli.output import Output
from syncata.cli.project import Project, find_project, json_option, project_option, sync_option
from syncata.errors import UsageError
from syncata.ledger import KeptReject, Ledger, open_ledger
from syncata.model import clean
from syncata.report.run import reject_line, waiting_lines, waiting_report
from syncata.report.values import number


@click.group("rejects")
def command() -> None:
    """Records that were set aside: list them, look at one, try them again, ignore them."""


@command.command("list")
@click.argument("connection")
@sync_option
@click.option(
    "--limit", type=click.IntRange(min=1), default=100, show_default=True, help="How many."
)
@click.option("--ignored", is_flag=True, help="Those that are ignored.")
@json_option
@project_option
def listed(
    connection: str,
    syncs: tuple[str, ...],
    limit: int,
    ignored: bool,
    as_json: bool,
    project_dir: Path | None,
) -> None:
    """What CONNECTION has set aside, and why; and what waits for something."""
    output, project = Output(as_json=as_json), find_project(project_dir)
    path = project.ledger_that_is(connection)
    rejects = rejects_of(project, connection, limit, syncs=syncs, ignored=ignored)
    with open_ledger(path, read_only=True) as ledger:
        waiting = [] if ignored else waiting_report(ledger.waiting_counts())
    waiting = [group for group in waiting if not syncs or group["sync"] in syncs]
    if as_json:
        output.document({"connection": connection, "rejects": rejects, "waiting": waiting})
        return
    output.result(map(reject_line, rejects))
    output.result(waiting_lines(waiting))
    if rejects:
        first = rejects[0]
        output.next(f"syncata rejects show {connection} {first['sync']} {quote(first['key'])}")
    else:
        output.message(f"Nothing is {'ignored' if ignored else 'set aside'}.")
        output.next(f"syncata status {connection}")


@command.command("show")
@click.argument("connection")
@click.argument("sync")
@click.argument("key")
@json_option
@project_option
def show(connection: str, sync: str, key: str, as_json: bool, project_dir: Path | None) -> None:
    """One record that was set aside: why, since when, and the record, personal data masked."""
    output, project = Output(as_json=as_json), find_project(project_dir)
    found = _found(project, connection, sync, key)
    record = masked_record(project.load(connection), sync, found.reject.record)
    if as_json:
        output.document({**reject_data(found), "record": record})
        return
    output.result(_lines(found, record))
    output.next(f"syncata rejects retry {connection} {sync} {quote(key)}")


@command.command("retry")
@click.argument("connection")
@click.argument("sync", required=False)
@click.argument("key", required=False)
@json_option
@project_option
def retry(
    connection: str, sync: str | None, key: str | None, as_json: bool, project_dir: Path | None
) -> None:
    """Try what was set aside again in the next run: all of it, of one SYNC, or one KEY."""
    output, project = Output(as_json=as_json), find_project(project_dir)
    known = list(project.load(connection).spec.syncs)
    if sync is not None and sync not in known:
        raise UsageError(f"there is no sync {sync}", hint=f"its syncs are {', '.join(known)}")

    def change(ledger: Ledger) -> dict[str, Any]:
        syncs = known if sync is None else [sync]
        return {name: ledger.forgetting.refusal(name, key) for name in syncs}

    counts = {name: n for name, n in remembered(project, connection, change).items() if n}
    if as_json:
        output.document({"connection": connection, "tried_again": counts})
        return
    if not counts:
        output.message("Nothing like that is set aside.")
    output.result(f"{name}: {n:,} tried again by the next run" for name, n in counts.items())
    output.next(f"syncata run {connection}" if counts else f"syncata rejects list {connection}")


@command.command("ignore")
@click.argument("connection")
@click.argument("sync")
@click.argument("keys", nargs=-1, required=True, metavar="KEY...")
@click.option("--undo", is_flag=True, help="Hear of them again.")
@json_option
@project_option
def ignore(
    connection: str,
    sync: str,
    keys: tuple[str, ...],
    undo: bool,
    as_json: bool,
    project_dir: Path | None,
) -> None:
    """Hear no more of rejected records, until they, their spec, or why they are rejected change.

    An ignored reject does not make a run end with 6, and counts for no guard. Nothing is sent for
    it all the same: `rejects list --ignored` shows it.
    """
    output, project = Output(as_json=as_json), find_project(project_dir)

    def change(ledger: Ledger) -> dict[str, Any]:
        return {"met": ledger.ignore(sync, keys, undo=undo)}

    met = remembered(project, connection, change)["met"]
    missing = [key for key in keys if key not in met]
    if missing and not met:
        raise UsageError(
            f"nothing of {sync} that could be ignored is set aside as {', '.join(missing)}; what "
            "has no key cannot be, for nothing tells whether it changes",
            hint=f"see `syncata rejects list {connection}`",
        )
    word = "heard_again" if undo else "ignored"
    if as_json:
        output.document(
            {"connection": connection, "sync": sync, word: met, "not_set_aside": missing}
        )
        return
    output.result(f"{sync} {clean(key)}: {word.replace('_', ' ')}" for key in met)
    output.result(f"{sync} {clean(key)}: not set aside" for key in missing)
    output.next(f"syncata rejects list {connection}{'' if undo else ' --ignored'}")


def _found(project: Project, name: str, sync: str, key: str) -> KeptReject:
    with open_ledger(project.ledger_that_is(name), read_only=True) as ledger:
        for kept in ledger.rejects(sync):
            if kept.reject.key == key:
                return kept
    raise UsageError(f"{key} of {sync} is not set aside", hint=f"see `syncata rejects list {name}`")


def _lines(kept: KeptReject, record: Any) -> Iterator[str]:
    reject = kept.reject
    yield f"{reject.sync} {clean(reject.key)}  [{reject.code}]"
    field = f"{reject.field}: " if reject.field else ""
    yield f"  {clean(field + reject.message)}"
    if reject.position:
        yield f"  at {reject.position}"
    times = number(kept.attempts, "time")
    yield f"  set aside since {kept.first_seen}, last in run {kept.last_run}, {times}"
    if kept.ignored:
        yield f"  ignored since {kept.ignored}, as long as it stays the same"
    if record is not None:
        text = json.dumps(record, indent=2, ensure_ascii=False)
        yield from (f"  {clean(line)}" for line in text.splitlines())
