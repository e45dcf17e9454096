"""`syncata preview CONNECTION`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click

from syncata.cli.judged import judged_data, judged_lines, reads_text, with_reads
from syncata.cli.looking import looking
from syncata.cli.masking import Masks
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
from syncata.inspection import Met, is_on, preview
from syncata.report.values import number
from syncata.session import chosen_syncs
from syncata.spec.connection import Connection
from syncata.spec.model import Sync

LIMIT = 5


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
    """What one sync makes of the records that were read. `off`: it is switched off."""

    masks: Masks
    met: tuple[Met, ...]
    off: bool

    @staticmethod
    def of(connection: Connection, sync: Sync, met: Iterable[Met] | None) -> "View":
        """The view of a sync; `met` is None where it is switched off."""
        return View(Masks.of(connection, sync), tuple(met or ()), met is None)

    def data(self) -> dict[str, Any]:
        """The view as JSON data."""
        sync = self.masks.sync
        data = {"sync": sync.name, "stream": sync.stream, "switched_off": self.off}
        return {**data, "records": [self._record(met) for met in self.met]}

    def _record(self, met: Met) -> dict[str, Any]:
        made, masks = self.masks.judgement(met.judgement), self.masks
        return {
            "page": met.page,
            "known": met.known is not None,
            **with_reads(judged_data(made, masks.personal), masks, made),
            "raw": masks.record(met.record),
            "mapped": masks.payload(made.payload),
        }

    def lines(self) -> Iterator[str]:
        """The view as text: for each field what it reads, and its value."""
        sync = self.masks.sync
        name = paint(sync.name, "bold")
        if self.off:
            yield f"{name}: switched off by `when`; --sync {sync.name} shows it all the same"
            return
        records = number(len({id(met.record) for met in self.met}), "record")
        yield f"{name}: {records} of {sync.stream or 'its settings'}"
        for met in self.met:
            made = self.masks.judgement(met.judgement)
            before = partial(reads_text, self.masks, made)
            yield from (f"  {line}" for line in judged_lines(made, self.masks.personal, before))
        yield ""
