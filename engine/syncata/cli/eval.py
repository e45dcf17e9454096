"""`syncata eval SPEC SYNC [RECORD]`."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from syncata.checks import spec_of, spec_schema
from syncata.cli.init import sample
from syncata.cli.judged import judged_data, judged_lines
from syncata.cli.operate import clocks
from syncata.cli.output import Output, paint
from syncata.cli.project import find_project, json_option, project_option
from syncata.cli.sample_files import json_of, records_of
from syncata.cli.specs import check_command, named_spec
from syncata.errors import Exit, RecordRejected, UsageError
from syncata.expressions import UNDEFINED
from syncata.inspection import Found, Judge, Judgement, found_of, offline, settings_of
from syncata.mapping.compiled import Item
from syncata.model import clean, key_text
from syncata.report.values import shown
from syncata.spec.model import Spec

Notes = dict[tuple[str, str], Any]


@click.command("eval")
@click.argument("spec_name", metavar="SPEC")
@click.argument("sync")
@click.argument("record", required=False)
@click.option(
    "--settings", "settings", multiple=True, metavar="NAME=VALUE",
    help="A setting's value, JSON or text (repeatable).",
)  # fmt: skip
@click.option(
    "--known", type=click.Path(dir_okay=False, path_type=Path),
    help="A JSON file with what the target confirmed last ($known).",
)  # fmt: skip
@click.option(
    "--found", "found", multiple=True, nargs=2, metavar="NAME KEY=JSON",
    help="What a look-up finds, or the id of a record of another sync (repeatable).",
)  # fmt: skip
@json_option
@project_option
def command(
    spec_name: str,
    sync: str,
    record: str | None,
    settings: tuple[str, ...],
    known: Path | None,
    found: tuple[tuple[str, str], ...],
    as_json: bool,
    project_dir: Path | None,
) -> int:
    """Try the mapping of a SYNC on a record, offline: each field's value, or its error.

    SPEC is a file, or a name. RECORD is a JSON file with a record or a list of them, or - for
    stdin; without it the project's sample is taken, or one made of the stream's schema.
    """
    output = Output(as_json=as_json)
    document = named_spec(find_project(project_dir), spec_name)
    spec = spec_of(document)
    if sync not in spec.syncs:
        hint = f"its syncs are {', '.join(spec.syncs)}"
        raise UsageError(f"there is no sync {sync} in {spec.name}", hint=hint)
    values = settings_of(spec, dict(map(_pair, settings)))
    held = UNDEFINED if known is None else json_of(str(known))
    records, origin = _records(spec, sync, record, values)
    notes: Notes = {}
    judge = _judge(spec, sync, values, found_of(spec, found), notes)
    made = asyncio.run(_judged(judge, records, held))
    shown_as = [judged_data(one) for one in made]
    if as_json:
        unmapped = [{"label": label, "value": value} for (label, _), value in notes.items()]
        data = {"spec": spec.name, "sync": sync, "record": origin}
        output.document({**data, "records": shown_as, "unmapped": unmapped})
    else:
        output.result(_lines(sync, origin, made, notes))
        output.next(check_command(document))
    return Exit.REJECTS if any(one.rejected for one in made) else Exit.OK


def _judge(spec: Spec, sync: str, values: Mapping[str, Any], found: Found, notes: Notes) -> Judge:
    def note(label: str, value: Any) -> None:
        notes[label, key_text(value)] = value  # each once, however often it is evaluated

    return offline(spec, sync, values, found, now=clocks().now(), note=note)


async def _judged(judge: Judge, records: Iterable[Any], known: Any) -> list[Judgement]:
    made = []
    for record in records:
        try:
            items = list(judge.compiled.items(record))
        except RecordRejected as why:
            made.append(Judgement(Item(record), rejected=why))
            continue
        made += [await judge.judge(item, known) for item in items]
    return made


def _lines(sync: str, origin: str, made: list[Judgement], notes: Notes) -> Iterator[str]:
    yield f"{sync}: {clean(origin)}"
    for one in made:
        yield ""
        yield from judged_lines(one)
    if not made:
        yield "  `each` makes no record of it"
    for (label, _), value in notes.items():
        yield paint(f"  no counterpart for {clean(label)} {shown(value)}", "yellow")


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--settings {text} lacks a value", hint="write --settings NAME=VALUE")
    return name, value


def _records(
    spec: Spec, sync: str, given: str | None, settings: Mapping[str, Any]
) -> tuple[list[Any], str]:
    """The records to try, and where they come from. Raises UsageError."""
    name = spec.syncs[sync].stream
    if given is not None:
        return records_of(given), given
    if name is None:
        return [dict(settings)], "its settings"
    file = Path(spec.file).parent.parent / "samples" / f"{name}.json"
    if file.is_file():
        return records_of(str(file)), str(file)
    schema = spec_schema(spec, spec.source.streams[name].schema)
    return [sample(schema or {})], f"a sample made of the schema of {name}"
