"""`syncata preview CONNECTION`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from syncata.checks import spec_schema
from syncata.cli.judged import judged_data, judged_lines
from syncata.cli.looking import looking
from syncata.cli.masking import MASK, masked
from syncata.cli.operate import in_loop
from syncata.cli.output import Output, paint
from syncata.cli.project import (
    Project,
    find_project,
    json_option,
    project_option,
    sync_option,
)
from syncata.errors import Exit
from syncata.expressions import compile_expression
from syncata.inspection import FieldValue, Judgement, Met, is_on, personal_places, preview, sources
from syncata.report.values import number, shown
from syncata.session import chosen_syncs
from syncata.spec.connection import Connection
from syncata.spec.model import Sync

LIMIT = 5
READ_WIDTH = 36


@click.command("preview")
@click.argument("connection")
@sync_option
@click.option(
    "--limit", type=click.IntRange(min=1), default=LIMIT, show_default=True,
    help="How many records of each stream.",
)  # fmt: skip
@json_option
@project_option
def command(
    connection: str, syncs: tuple[str, ...], limit: int, as_json: bool, project_dir: Path | None
) -> int:
    """Read a few records of CONNECTION's source and show what the mapping makes of them.

    Nothing is written, neither to the target nor to the ledger. Personal data is masked.
    """
    output, project = Output(as_json=as_json), find_project(project_dir)
    subject = project.load(connection)
    views = in_loop(_views(project, subject, syncs, limit, quiet=as_json))
    if as_json:
        output.document({"connection": connection, "syncs": [view.data() for view in views]})
    else:
        for view in views:
            output.result(view.lines())
        output.next(f"syncata plan {connection}")
    aside = any(met.judgement.rejected for view in views for met in view.met)
    return Exit.REJECTS if aside else Exit.OK


async def _views(
    project: Project, subject: Connection, names: tuple[str, ...], limit: int, *, quiet: bool
) -> "list[View]":
    chosen = chosen_syncs(subject, names)
    async with looking(project, subject, quiet=quiet) as session:
        # One that is switched off is shown only to those who ask for it.
        on = [sync for sync in chosen if names or is_on(session, sync)]
        off = [View.of(subject, sync, None) for sync in chosen if sync not in on]
        return [View.of(subject, s, m) async for s, m in preview(session, on, limit)] + off


@dataclass(frozen=True, slots=True)
class View:
    """What one sync makes of the records that were read, for people: personal data is masked.

    `personal` names the fields and conditions of which no value is told. `off`: it is switched
    off, and nothing was read for it.
    """

    sync: Sync
    schema: Mapping[str, Any]
    personal: set[str]
    met: tuple[Met, ...]
    off: bool

    @staticmethod
    def of(connection: Connection, sync: Sync, met: Iterable[Met] | None) -> "View":
        """The view of a sync; `met` is None where it is switched off."""
        spec = connection.spec
        stream = spec.source.streams.get(sync.stream or "")
        schema: Any = spec_schema(spec, stream.schema) if stream else None
        target = spec_schema(spec, spec.target.resources[sync.resource].schema)
        places = personal_places(sync, schema, target)
        return View(sync, schema or {}, places, tuple(met or ()), met is None)

    def data(self) -> dict[str, Any]:
        """The view as JSON data."""
        data = {"sync": self.sync.name, "stream": self.sync.stream, "switched_off": self.off}
        return {**data, "records": [self._record(met) for met in self.met]}

    def _record(self, met: Met) -> dict[str, Any]:
        made = self._shown(met.judgement)
        reads = {name: dict(self._reads(name, made)) for name in self.sync.map}
        judged = judged_data(made, self.personal)
        fields = [{**field, "reads": reads[field["field"]]} for field in judged["fields"]]
        payload = made.payload and {
            name: MASK if name in self.personal else value for name, value in made.payload.items()
        }
        raw = masked(met.record, self.schema)
        return {
            "page": met.page, "known": met.known is not None, **judged, "fields": fields,
            "raw": raw, "mapped": payload,
        }  # fmt: skip

    def lines(self) -> Iterator[str]:
        """The view as text: for each field what it reads, and its value."""
        name = paint(self.sync.name, "bold")
        if self.off:
            yield f"{name}: switched off by `when`; --sync {self.sync.name} shows it all the same"
            return
        records = number(len({id(met.record) for met in self.met}), "record")
        yield f"{name}: {records} of {self.sync.stream or 'its settings'}"
        for met in self.met:
            made = self._shown(met.judgement)
            yield from (
                f"  {line}" for line in judged_lines(made, self.personal, self._before(made))
            )
        yield ""

    def _before(self, made: Judgement) -> Any:
        def before(field: FieldValue) -> str:
            read = [
                f"{path} {shown(value, READ_WIDTH)}"
                for path, value in self._reads(field.name, made)
            ]
            return f"{', '.join(read)} → " if read else ""

        return before

    def _reads(self, name: str, made: Judgement) -> list[tuple[str, Any]]:
        expression = compile_expression(self.sync.map[name])
        if self.sync.each is not None and name in self.personal:
            return [(path, MASK) for path, _ in sources(expression, made.item.value)]
        return sources(expression, masked(made.item.value, self.schema))

    def _shown(self, made: Judgement) -> Judgement:
        """The judgement without a key that tells personal data: only `person` hashes it."""
        if "key" not in self.personal or self.sync.person is not None or not made.key:
            return made
        return replace(made, key=MASK)
