"""The report of one run: plain JSON data, kept in the ledger, shown as text or as it is."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from syncata.errors import SyncataError
from syncata.model import Action, Tally, clean
from syncata.plan import Stop, SyncPlan
from syncata.report.plan_text import counts_text
from syncata.report.values import Paint, duration, number, place, shown, text_lines

Report = dict[str, Any]


def sync_report(plan: SyncPlan, applied: Mapping[str, Any] | None) -> Report:
    """What was planned for one sync, and what became of it."""
    counts: dict[str, dict[str, int]] = {}
    for (action, reason), count in sorted(plan.tally.counts.items()):
        if count:
            counts.setdefault(action, {})[reason] = count
    return {
        "sync": plan.sync,
        "read": plan.tally.read,
        "duplicates": plan.tally.duplicates,
        "live_before": plan.live,
        "planned": counts,
        "unmapped": [
            {"label": label, "value": value, "records": times}
            for (label, value), times in sorted(plan.tally.notes.items())
        ],
        "rewritten": _rewritten(plan),
        "since": plan.since,
        "looked_at": plan.looked_at,
        "lookalikes": [list(pair) for pair in plan.lookalikes],
        "complete": plan.complete,
        "incomplete_because": plan.incomplete_because,
        "skipped": plan.skipped,
        "requests_planned": plan.requests,
        "applied": dict(applied) if applied is not None else None,
    }


def _rewritten(plan: SyncPlan) -> dict[str, int]:
    """How many records have a field that the target does not keep as it was sent."""
    counts: dict[str, int] = {}
    for _, name in plan.rewritten:
        counts[name] = counts.get(name, 0) + 1
    return counts


def waiting_report(counts: Sequence[tuple[str, str, int, str]]) -> list[Report]:
    """What waits, for what, how many, and since when the oldest."""
    return [
        {"sync": sync, "for": what, "records": records, "since": since}
        for sync, what, records, since in counts
    ]


def stop_report(stop: Stop) -> Report:
    """A guard that held the run."""
    return {
        "sync": stop.sync,
        "guard": stop.key,
        "number": stop.number,
        "measured": stop.measured,
        "limit": stop.limit,
        "advice": stop.advice,
    }


def failure(error: SyncataError) -> Report:
    """An error as data, wherever one is told to a program."""
    return {
        "exit_code": int(error.exit_code),
        "kind": type(error).__name__,
        "message": error.message,
        "hint": error.hint,
    }


def run_lines(
    run: Mapping[str, Any], rejects: Sequence[Mapping[str, Any]], paint: Paint
) -> Iterator[str]:
    """A run's report as text."""
    report = run["report"]
    state = paint(run["state"], "green" if run["exit_code"] == 0 else "red")
    took = f" in {duration(report['seconds'])}" if "seconds" in report else ""
    of = report.get("connection", "")
    yield f"Run {run['id']} of {of}: {state}{took}, exit {run['exit_code']}"
    yield f"  {report.get('command', 'run')}, started {run['started']}"
    width = max((len(sync["sync"]) for sync in report.get("syncs", [])), default=0)
    for sync in report.get("syncs", []):
        yield from _sync_lines(sync, width, paint)
    yield from waiting_lines(report.get("waiting", []))
    for stop in report.get("stops", []):
        yield paint(f"Held: {stop['sync']}: {stop['measured']}; limit {stop['limit']}", "red")
        yield f"  {stop['advice']}"
    for stop in report.get("passed", []):
        yield f"Agreed to: {stop['sync']}: {stop['measured']}; limit {stop['limit']}"
    yield from (f"Warning: {warning}" for warning in report.get("warnings", []))
    yield from _error_lines(report, paint)
    yield from _request_lines(report.get("requests", {}))
    yield from map(reject_line, rejects)


def reject_line(reject: Mapping[str, Any]) -> str:
    """One record that was set aside, and why."""
    where = f"  {place(reject['position'])}" if reject["position"] else ""
    field = f"{reject['field']}: " if reject["field"] else ""
    reason = clean(field + reject["message"])
    code = f" [{reject['code']}]" if reject["code"] else ""
    return f"  ! {reject['sync']} {clean(reject['key'])}  {reason}{code}{where}"


def waiting_lines(waiting: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What waits, for what, how many, and since when the oldest."""
    for group in waiting:
        records, since = number(group["records"], "record"), group["since"][:10]
        yield f"  {group['sync']}: {records} waiting for {clean(group['for'])}, since {since}"


def _error_lines(report: Mapping[str, Any], paint: Paint) -> Iterator[str]:
    """What ended the run, unless the guards above have said it."""
    error = report.get("error")
    if not error or (report.get("stops") and error["kind"] == "Held"):
        return
    first, *more = text_lines(error["message"]) or [error["kind"]]
    yield paint(f"Ended by: {first}", "red")
    yield from (f"  {line}" for line in (*more, *text_lines(error["hint"])))


def _sync_lines(sync: Mapping[str, Any], width: int, paint: Paint) -> Iterator[str]:
    tally = Tally(duplicates=sync["duplicates"])
    for action, reasons in sync["planned"].items():
        for reason, count in reasons.items():
            tally.add(Action(action), reason, count)
    text = counts_text(tally, paint) or sync["skipped"] or "nothing"
    yield f"  {sync['sync']:<{width}}  {text}"
    applied = sync["applied"]
    if applied is not None:
        yield f"  {'':<{width}}  {applied_text(applied)}"
    for note in sync["unmapped"]:
        yield (
            f"  {'':<{width}}  no counterpart for {note['label']} {shown(note['value'])}: "
            f"{note['records']:,}"
        )
    for name, records in sync.get("rewritten", {}).items():
        yield (
            f"  {'':<{width}}  the target rewrites {name} of {number(records, 'record')}: "
            "left alone from now on"
        )
    for one, other in sync.get("lookalikes", []):
        yield (f"  {'':<{width}}  keys that only look the same are two records: {one!a}, {other!a}")
    if sync["incomplete_because"] and not sync.get("since"):
        yield f"  {'':<{width}}  {sync['incomplete_because']}: nothing counts as missing"


def applied_text(applied: Mapping[str, Any]) -> str:
    """`confirmed 1,200 create, 3 update; 2 refused by the target; 1 without an answer`."""
    confirmed = ", ".join(f"{n:,} {action}" for action, n in applied["confirmed"].items())
    unsettled = applied["rejected"] or applied["unknown"] or applied["waiting"]
    nothing = "nothing confirmed" if unsettled else "nothing to write"
    parts = [f"confirmed {confirmed}" if confirmed else nothing]
    if applied["rejected"]:
        parts.append(f"{applied['rejected']:,} refused by the target")
    if applied["unknown"]:
        parts.append(f"{applied['unknown']:,} without an answer (sent again by the next run)")
    waiting = applied["waiting"] + applied.get("held_back", 0)
    if waiting:
        parts.append(f"{waiting:,} waiting")
    return "; ".join(parts)


def _request_lines(requests: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    sides = []
    for side, counts in requests.items():
        total = sum(counts.values())
        if total:
            detail = ", ".join(f"{n:,} {kind}" for kind, n in counts.items() if n)
            sides.append(f"{side} {number(total, 'request')} ({detail})")
    if sides:
        yield f"  {'; '.join(sides)}"
