"""A plan as text: counts first, then what changes field by field, then what it would send."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Protocol

from syncata.model import WRITES, Action, Change, Reject, Tally, clean, shown_provisional
from syncata.plan import Stop, SyncPlan, field_changes
from syncata.report.values import (
    SYMBOLS,
    Paint,
    number,
    place,
    shown,
    shown_change,
)


class Staged(Protocol):
    """Where a plan's changes and rejects can be looked at."""

    def sample(self, sync: str, action: Action, limit: int) -> list[Change]:
        """The first changes of a sync and action."""

    def rejects(self, sync: str) -> Iterator[Reject]:
        """The records of a sync that were set aside."""


SAMPLES = {
    Action.ADOPT: 5, Action.UPDATE: 10, Action.RESTORE: 5, Action.ARCHIVE: 10, Action.REMOVE: 10,
    Action.CREATE: 3,
}  # fmt: skip
FIELDS = 20
REJECTS = 10


def plan_lines(
    syncs: Sequence[SyncPlan],
    stops: Sequence[Stop],
    staging: Staged,
    masked: Mapping[str, frozenset[str]],
    paint: Paint,
) -> Iterator[str]:
    """The lines of a plan. `masked` names, per sync, the fields whose values are not shown."""
    yield from counts_lines(syncs, paint)
    for plan in syncs:
        yield from _sync_lines(plan, staging, masked.get(plan.sync, frozenset()), paint)
    yield from _request_lines(syncs)
    yield from stop_lines(stops, paint)


def counts_lines(syncs: Sequence[SyncPlan], paint: Paint) -> Iterator[str]:
    """One line per sync: what it would do, with numbers."""
    width = max((len(plan.sync) for plan in syncs), default=0)
    for plan in syncs:
        yield f"  {plan.sync:<{width}}  {counts_text(plan.tally, paint) or plan.skipped}"
        if plan.incomplete_because:
            yield f"  {'':<{width}}  {plan.incomplete_because}: nothing counts as missing"
        for (label, value), times in sorted(plan.tally.notes.items()):
            yield f"  {'':<{width}}  no counterpart for {label} {shown(value)}: {times:,}"


def counts_text(tally: Tally, paint: Paint) -> str:
    """`+ 12 create  ~ 3 update (source)  . 40 ignored (closed 30, excluded 10)`."""
    parts = []
    for action in SYMBOLS:
        reasons = {r: n for (a, r), n in tally.counts.items() if a == action and n}
        if reasons:
            parts.append(_count(action, reasons, paint))
    if tally.duplicates:
        parts.append(number(tally.duplicates, "duplicate"))
    return "   ".join(parts)


def _count(action: str, reasons: Mapping[str, int], paint: Paint) -> str:
    symbol, colour = SYMBOLS[action]
    lone = set(reasons) <= {"", "source"}
    named = [] if lone else [f"{r} {n:,}" for r, n in sorted(reasons.items()) if r]
    why = f" ({', '.join(named)})" if named else ""
    return paint(f"{symbol} {sum(reasons.values()):,} {action}", colour) + why


def _sync_lines(
    plan: SyncPlan, staging: Staged, masked: frozenset[str], paint: Paint
) -> Iterator[str]:
    changes = [(a, plan.tally.of(a)) for a in WRITES if plan.tally.of(a)]
    heard_of = (reject for reject in staging.rejects(plan.sync) if not reject.ignored)
    rejects = list(islice(heard_of, REJECTS))
    if not changes and not rejects:
        return
    yield ""
    yield paint(plan.sync, "bold")
    for action, total in changes:
        samples = staging.sample(plan.sync, action, SAMPLES[action])
        for change in samples:
            yield from _change_lines(change, masked, paint)
        if total > len(samples):
            yield f"    … and {total - len(samples):,} more to {action}"
    yield from reject_lines(rejects, plan.tally.of(Action.REJECTED), paint)


def _change_lines(change: Change, masked: frozenset[str], paint: Paint) -> Iterator[str]:
    symbol, colour = SYMBOLS[change.action]
    why = "" if change.action is Action.CREATE else f"  ({change.reason})"
    yield f"  {paint(f'{symbol} {clean(change.key)}', colour)}{why}"
    if change.action in (Action.ARCHIVE, Action.REMOVE):
        return
    before = json.loads(change.confirmed) if change.confirmed else None
    after = json.loads(shown_provisional(change.desired)) if change.desired else None
    differences = field_changes(before, after)
    width = min(24, max((len(name) for name, _, _ in differences), default=0))
    for name, old, new in differences[:FIELDS]:
        yield f"      {clean(name):<{width}}  {_difference(name, old, new, before is None, masked)}"


def _difference(name: str, old: object, new: object, is_new: bool, masked: frozenset[str]) -> str:
    if name in masked:
        return "(personal)"
    if is_new:
        return shown(new)
    left, right = shown_change(old, new)
    return f"{left} → {right}"


def reject_lines(rejects: Sequence[Reject], total: int, paint: Paint) -> Iterator[str]:
    """Rejected records: key, reason, and the place in the spec."""
    symbol, colour = SYMBOLS[Action.REJECTED]
    for reject in rejects:
        field = f"{reject.field}: " if reject.field else ""
        where = f"  {place(reject.position)}" if reject.position else ""
        yield (
            f"  {paint(f'{symbol} {clean(reject.key)}', colour)}  "
            f"{clean(field + reject.message)} [{reject.code}]{where}"
        )
    if total > len(rejects):
        yield f"    … and {total - len(rejects):,} more rejected (see the last run's report)"


def _request_lines(syncs: Sequence[SyncPlan]) -> Iterator[str]:
    sends = [
        f"{plan.sync} {operation} {requests:,}"
        for plan in syncs
        for operation, requests in plan.requests.items()
        if requests
    ]
    yield ""
    yield f"Requests it would send: {', '.join(sends)}" if sends else "Nothing to send."


def stop_lines(stops: Sequence[Stop], paint: Paint) -> Iterator[str]:
    """Every guard that holds the plan, with what to do."""
    for stop in stops:
        yield paint(f"Held by a guard: {stop}", "red")
        yield f"  {stop.advice}"
