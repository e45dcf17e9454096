"""`syncata record CONNECTION -o FILE`."""

import json
from pathlib import Path
from typing import Any

import click

from syncata.checks import spec_schema
from syncata.cli.looking import looking
from syncata.cli.operate import in_loop
from syncata.cli.output import Output
from syncata.cli.project import Project, find_project, json_option, project_option
from syncata.errors import UsageError
from syncata.inspection import Pseudonyms, pages_of
from syncata.ledger import open_ledger
from syncata.mapping.persons import keyed_hash
from syncata.model import JsonObject
from syncata.pages import Reading
from syncata.report.values import number
from syncata.session import redactor
from syncata.spec.connection import Connection

LIMIT = 20


@click.command("record")
@click.argument("connection")
@click.option("--stream", metavar="NAME", help="Which stream, where the spec has several.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=LIMIT, show_default=True,
    help="How many records.",
)  # fmt: skip
@click.option(
    "-o", "--out", "out", required=True, type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; one that is there is never overwritten.",
)  # fmt: skip
@json_option
@project_option
def command(
    connection: str,
    stream: str | None,
    limit: int,
    out: Path,
    as_json: bool,
    project_dir: Path | None,
) -> None:
    """Save records of CONNECTION's source as a sample, personal data and secrets masked.

    The same person has the same mask in every sample of the connection.
    """
    output, project = Output(as_json=as_json), find_project(project_dir)
    subject = project.load(connection)
    name = _stream(subject, stream)
    _require_free(out)
    schema = spec_schema(subject.spec, subject.spec.source.streams[name].schema)
    records, masks = in_loop(_records(project, subject, name, limit, quiet=as_json))
    sample = [masks.record(record, schema) for record in records]
    _write(out, json.dumps(sample, indent=2, ensure_ascii=False))
    if as_json:
        data = {"connection": connection, "stream": name, "file": str(out)}
        output.document({**data, "records": len(sample), "masked": masks.counts})
        return
    output.result([f"{out}: {number(len(sample), 'record')} of {name}"])
    told = ", ".join(f"{path} {times:,}" for path, times in masks.counts.items())
    output.message(f"Masked: {told or 'nothing'}. Look through it before you share it.")
    if schema is None:
        output.message(f"The stream {name} has no schema: nothing is known to be personal.")
    sync = next((s.name for s in subject.spec.syncs.values() if s.stream == name), "SYNC")
    output.next(f"syncata eval {subject.spec.name} {sync} {out}")


def _stream(connection: Connection, given: str | None) -> str:
    names = list(connection.spec.source.streams)
    if given is None and len(names) == 1:
        return names[0]
    if given not in names:
        problem = f"there is no stream {given}" if given else "the spec has several streams"
        raise UsageError(problem, hint=f"name one with --stream: {', '.join(names)}")
    return given


def _require_free(path: Path) -> None:
    if path.exists():
        raise UsageError(f"{path} would be overwritten; nothing was read", hint="name another file")
    if not path.parent.is_dir():
        raise UsageError(f"there is no directory {path.parent}", hint="make it first")


async def _records(
    project: Project, connection: Connection, stream: str, limit: int, *, quiet: bool
) -> tuple[list[JsonObject], Pseudonyms]:
    file = project.ledger_file(connection.name)
    if not file.exists():
        with open_ledger(file):  # whose salt makes the masks: those of tomorrow are the same
            pass
    async with looking(project, connection, quiet=quiet) as session:
        pages = pages_of(session, stream, Reading(), limit)
        records: list[Any] = [record async for _, page in pages for record in page]
        keyed = keyed_hash(session.ledger.consent.salt)
        return records, Pseudonyms(keyed, redactor(connection))


def _write(path: Path, text: str) -> None:
    """Write a new file. Raises UsageError where that cannot be."""
    try:
        with path.open("x", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{text}\n")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", hint="name another place") from error
