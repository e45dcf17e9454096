"""A record's history and derivation as text, made of the same data that `--json` shows."""

from collections.abc import Iterator
from typing import Any

from syncata.cli.output import paint
from syncata.model import clean
from syncata.plan import MISSING
from syncata.report.values import number, place, shown, shown_change

_NAME = 24
_PART = 48


def explained_lines(data: dict[str, Any]) -> Iterator[str]:
    """The lines: where it is, what is known, its fields or one of them, what comes next."""
    yield paint(f"{data['sync']} {clean(data['key'])}", "bold")
    for title, text in (*_source(data), *_ledger(data["ledger"])):
        yield f"  {title:<14}{clean(text)}"
    yield ""
    if data["field"] is not None:
        yield from _field(data["field"])
    elif data["judged"] is not None:
        yield from _fields(data)
    yield from _decision(data["decision"])


def _source(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    source = data["source"]
    if source["found"]:
        page = f", page {source['page']:,}" if source["page"] else ""
        yield "source", f"it is there: {source['how']}{page}"
    else:
        yield "source", f"it is not there: {source['how']}"
    if data["judged"] is not None:
        yield "standing", data["judged"]["standing"] or "cannot be decided"


def _ledger(ledger: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if not ledger["known"]:
        yield "ledger", "the target has confirmed nothing of it"
    else:
        for word in ("first", "last"):
            run, at = ledger.get(f"{word}_run"), ledger.get(f"{word}_at")
            yield f"{word} run", f"{run}{f' ({at})' if at else ''}"
        yield "target id", ledger["target_id"] or "none"
        if ledger["archived"]:
            yield "archived", ledger["archived"]
        if ledger["misses"]:
            yield "missed", f"by {ledger['misses']:,} complete readings"
        for field, times in ledger["put_back"].items():
            yield "put back", f"{field}, {number(times, 'time')}"
    if ledger["waiting"] is not None:
        waits = ledger["waiting"]
        yield "waiting", f"for {waits['for']} since {waits['since']}, in {waits['attempts']:,} runs"
    if ledger["set_aside"] is not None:
        why = ledger["set_aside"]
        field = f"{why['field']}: " if why["field"] else ""
        told = f"{field}{why['message']} [{why['code']}]"
        yield "set aside", f"{told} since {why['since']}, in {why['attempts']:,} runs"


def _fields(data: dict[str, Any]) -> Iterator[str]:
    confirmed = data["ledger"].get("confirmed") or {}
    for field in data["judged"]["fields"]:
        name = field["field"]
        read = [f"{clean(path)} {shown(v, 36)}" for path, v in field["reads"].items()]
        before = f"{', '.join(read)} → " if read else ""
        differs = field.get("value", MISSING) != confirmed.get(name, MISSING)
        held = f"  (confirmed: {shown(confirmed.get(name, MISSING))})" if differs else ""
        held = held if data["ledger"]["known"] else ""
        yield f"  {clean(name):<{_NAME}}{before}{_value(field)}{held}"
    yield ""


def _value(field: dict[str, Any]) -> str:
    if "error" in field:
        why = field["error"]
        return f"{clean(why['message'])} [{why['code']}] at {place(why['position'])}"
    if "waits" in field:
        return clean(field["waits"])
    return "(left out)" if "left_out" in field else shown(field["value"])


def _field(field: dict[str, Any]) -> Iterator[str]:
    yield paint(f"  {clean(field['field'])}", "bold") + f" at {place(field['position'])}"
    for line in field["expression"].splitlines():
        yield f"    {clean(line)}"
    if field["steps"]:
        yield "  part by part:"
    for step in field["steps"]:
        _, _, column = step["position"].rpartition(":")
        line = step["position"].rpartition(":")[0].rpartition(":")[2]
        bound = f"{step['name']} := " if step["name"] else ""
        part = f"{'  ' * step['depth']}{bound}{step['part']}"
        part = part if len(part) <= _PART else f"{part[: _PART - 1]}…"
        yield f"    {f'{line}:{column}':<8}{clean(part):<{_PART}}  {_result(step)}"
    if "confirmed" in field:
        yield f"  confirmed last: {shown(field['confirmed'])}"
    yield ""


def _result(step: dict[str, Any]) -> str:
    if "problem" in step:
        return paint(f"! {clean(step['problem'])}", "magenta")
    return "(nothing)" if "nothing" in step else shown(step["value"])


def _decision(decision: dict[str, Any]) -> Iterator[str]:
    why = f" ({decision['reason']})" if decision["reason"] else ""
    action = paint(f"next run: {decision['action']}", "bold")
    yield f"  {action}{why}: {clean(decision['because'])}"
    for change in decision["changes"]:
        yield f"    {clean(change['field']):<{_NAME}}{_difference(change)}"


def _difference(change: dict[str, Any]) -> str:
    if change.get("personal"):
        return "(personal)"
    before, after = change.get("before", MISSING), change.get("after", MISSING)
    if MISSING in (before, after):
        return f"{shown(before)} → {shown(after)}"
    return " → ".join(shown_change(before, after))
