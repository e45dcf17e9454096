"""`syncata plan CONNECTION --spec NEW.yaml`: what an edit of the mapping changes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syncata.checks import load_spec
from syncata.cli.judged import rejected_data
from syncata.cli.looking import looking
from syncata.cli.masking import MASK, Masks
from syncata.cli.operate import in_loop
from syncata.cli.output import Output, paint
from syncata.cli.project import Project
from syncata.errors import Exit, Held, UsageError
from syncata.inspection import FieldEdit, Move, SyncEdit, compare
from syncata.model import clean, shown_provisional
from syncata.plan import MISSING
from syncata.report.plan_text import stop_lines
from syncata.report.run import stop_report
from syncata.report.values import number, shown, shown_change
from syncata.session import chosen_syncs
from syncata.spec.connection import Connection


@dataclass(frozen=True, slots=True)
class _Edit:
    """A connection as it is, and as it would be with the edited spec."""

    before: Connection
    after: Connection
    file: Path


def plan_edit(
    project: Project, name: str, file: Path, syncs: tuple[str, ...], output: Output
) -> tuple[Exit, int]:
    """Show what the spec in a file would change of the records that were synchronized.

    The exit code, and how many records it changes. Nothing is sent, and the ledger stays as it
    is. Raises SpecInvalid, Held for another identity, Unavailable, CredentialsRefused.
    """
    edit = _loaded(project, name, file)
    names = _names(edit, syncs)
    found = in_loop(_compared(project, edit, names, quiet=output.as_json))
    masks = {one.sync: _personal(edit, one.sync) for one in found}
    if output.as_json:
        data = [_data(one, masks[one.sync]) for one in found]
        output.document({"connection": name, "spec": str(file), "syncs": data})
    else:
        for one in found:
            output.result(_lines(one, masks[one.sync]))
        changed = any(one.changes for one in found)
        output.next(f"syncata plan {name}, with the edit in place" if changed else "nothing to do")
    code = Exit.REJECTS if any(one.newly_rejected for one in found) else Exit.OK
    stopped = any(one.stops for one in found)
    return (Exit.HELD if stopped else code), sum(one.changes for one in found)


def _loaded(project: Project, name: str, file: Path) -> _Edit:
    if not file.is_file():
        raise UsageError(f"there is no file {file}", hint="name the edited spec")
    before = project.load(name)
    if not project.ledger_file(name).exists():
        raise UsageError(
            f"{name} never ran: there is nothing that an edit could change",
            hint=f"see `syncata preview {name}`, or `syncata plan {name}` with the edit in place",
        )
    after = project.load(name, spec=load_spec(file))
    if after.spec.name != before.spec.name:
        raise Held(
            f"{file} is the spec {after.spec.name}, and {name} goes by {before.spec.name}: its "
            "records would be those of another spec",
            hint=f"edit {before.spec.name}, or make a new connection",
        )
    return _Edit(before, after, file)


def _names(edit: _Edit, syncs: tuple[str, ...]) -> list[str]:
    known = [sync.name for sync in edit.after.spec.syncs.values()]
    if syncs:
        return [sync.name for sync in chosen_syncs(edit.after, syncs)]
    return [*known, *(name for name in edit.before.spec.syncs if name not in known)]


async def _compared(
    project: Project, edit: _Edit, names: list[str], *, quiet: bool
) -> list[SyncEdit]:
    async with (
        looking(project, edit.after, quiet=True) as after,  # first: it may be refused
        looking(project, edit.before, quiet=quiet) as before,
    ):
        return await compare(before, after, names)


def _personal(edit: _Edit, name: str) -> set[str]:
    """The fields of a sync of which no value is told, under one spec or the other."""
    told: set[str] = set()
    for connection in (edit.before, edit.after):
        sync = connection.spec.syncs.get(name)
        told |= Masks.of(connection, sync).personal if sync else frozenset()
    return told


def _data(edit: SyncEdit, personal: set[str]) -> dict[str, Any]:
    return {
        "sync": edit.sync,
        "live": edit.live,
        "read": edit.read,
        "met": edit.met,
        "updated": edit.updated,
        "pending": edit.pending,
        "fields": [
            {"field": name, **_field_data(one, name in personal, "key" in personal)}
            for name, one in edit.fields.items()
        ],
        "moves": [_move_data(*states, move, personal) for states, move in edit.moves.items()],
        "remarks": edit.remarks,
        "stops": [stop_report(stop) for stop in edit.stops],
    }


def _field_data(edit: FieldEdit, hidden: bool, keyless: bool) -> dict[str, Any]:
    if hidden:
        return {"records": edit.records, "personal": True}
    samples = [
        {"key": MASK if keyless else key, **_pair(old, new)} for key, old, new in edit.samples
    ]
    data: dict[str, Any] = {"records": edit.records, "samples": samples}
    if edit.values is not None:
        counted = _counted(edit.values)
        data["values"] = [{**_pair(old, new), "records": n} for old, new, n in counted]
    return data


def _pair(old: Any, new: Any) -> Mapping[str, Any]:
    named = {"before": old, "after": new}
    return {name: value for name, value in named.items() if value is not MISSING}


def _counted(values: Mapping[bytes, tuple[Any, Any, int]]) -> list[tuple[Any, Any, int]]:
    return sorted(values.values(), key=lambda one: -one[2])


def _move_data(before: str, after: str, move: Move, personal: set[str]) -> dict[str, Any]:
    samples = [
        {"key": MASK if "key" in personal else key, "set_aside": rejected_data(why, personal)}
        for key, why in move.samples
    ]
    return {"before": before, "after": after, "records": move.records, "samples": samples}


def _lines(edit: SyncEdit, personal: set[str]) -> Iterator[str]:
    yield f"{paint(edit.sync, 'bold')}: {edit.live:,} live, {edit.met:,} of them read"
    yield from (f"  {remark}" for remark in edit.remarks)
    if not edit.changes and not edit.remarks:
        yield "  the edit changes nothing"
    if edit.updated:
        yield paint(f"  ~ {edit.updated:,} of {edit.met:,} with another payload", "yellow")
    for name, one in edit.fields.items():
        yield from _field_lines(name, one, f"{edit.met:,} {edit.sync}", personal)
    for (before, after), move in edit.moves.items():
        yield paint(f"  {move.records:,} {before} → {after}", "magenta")
        for key, why in move.samples:
            yield f"      {_shown_key(key, personal)}{_why(why, personal)}"
    if edit.pending:
        yield f"  (besides, {_pending(edit.pending)} sent with or without the edit)"
    yield from (f"  {line}" for line in stop_lines(edit.stops, paint))
    yield ""


def _pending(records: int) -> str:
    """Records that changed at the source, or by settings, since the last run."""
    many = records > 1
    return f"{number(records, 'record')} changed since the last run and {'are' if many else 'is'}"


def _field_lines(name: str, edit: FieldEdit, all_met: str, personal: set[str]) -> Iterator[str]:
    counts = f"{edit.records:,} of {all_met}"
    if name in personal:
        yield f"      {clean(name)}: {counts}: {MASK}"
    elif edit.values is not None:
        for old, new, times in _counted(edit.values):
            yield f"      {times:,} of {all_met}: {clean(name)} {_change(old, new)}"
    else:
        yield f"      {counts}: {clean(name)}, for example"
        for key, old, new in edit.samples:
            yield f"          {_shown_key(key, personal)}  {_change(old, new)}"


def _change(old: Any, new: Any) -> str:
    if MISSING in (old, new):
        return f"{shown(old)} → {shown(new)}"
    left, right = shown_change(old, new)
    return shown_provisional(f"{left} → {right}")


def _shown_key(key: str, personal: set[str]) -> str:
    return MASK if "key" in personal else clean(key) or "(no key)"


def _why(why: Any, personal: set[str]) -> str:
    if why is None:
        return ""
    message = MASK if why.field in personal else why.message
    field = f"{why.field}: " if why.field else ""
    return f"  {clean(field + message)} [{why.code}]"
