"""Desired against known: what one record needs, and whether a whole plan may pass its guards.

Pure functions from values to values; nothing here reads a clock, a file or a network.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from syncata.errors import RecordRejected
from syncata.expressions import UNDEFINED
from syncata.mapping.compiled import CompiledSync, Item, Standing
from syncata.model import Action, Change, JsonObject, Known, Reason, Stamp, Tally, canonical
from syncata.spec.model import Guards

# An archived record whose source says the same as before needs no second look.
_SETTLED = (None, Reason.CLOSED, Reason.EXCLUDED)


class Decision(NamedTuple):
    """What one record needs, and why."""

    action: Action
    reason: Reason


def is_settled(known: Known, stamp: Stamp) -> bool:
    """Whether nothing a decision rests on has changed since the target confirmed the record."""
    return known.stamp == stamp and not known.misses and known.archived in _SETTLED


def decide(
    standing: Standing, known: Known | None, stamp: Stamp, *, same: bool, on_excluded: str
) -> Decision:
    """What a record of this standing needs.

    `same`: what is desired equals what the target confirmed last (only meaningful while LIVE).
    """
    if known is None:
        action = Action.CREATE if standing is Standing.LIVE else Action.IGNORED
        return Decision(action, _RETIRED.get(standing, Reason.SOURCE))
    if standing is Standing.LIVE:
        reason = _cause(known.stamp, stamp)
        if known.archived is not None:
            put_away = known.archived in (Reason.DISABLED, Reason.DEACTIVATED)
            return Decision(Action.RESTORE, known.archived if put_away else reason)
        return Decision(Action.UNCHANGED if same else Action.UPDATE, reason)
    reason = _RETIRED[standing]
    if known.archived is not None or (standing is Standing.EXCLUDED and on_excluded == "keep"):
        return Decision(Action.UNCHANGED, reason)
    if standing is Standing.EXCLUDED and on_excluded == "remove":
        return Decision(Action.REMOVE, reason)
    return Decision(Action.ARCHIVE, reason)


_RETIRED = {Standing.CLOSED: Reason.CLOSED, Standing.EXCLUDED: Reason.EXCLUDED}


def _cause(before: Stamp, now: Stamp) -> Reason:
    # An edit is told apart first: guards look at what it causes, whatever else has changed.
    if before.spec != now.spec:
        return Reason.SPEC
    return Reason.SETTINGS if before.values != now.values else Reason.SOURCE


def keep_omitted(desired: JsonObject, confirmed: Mapping[str, Any], omitted: str) -> JsonObject:
    """The payload to send, given what becomes of fields we send no longer.

    `omitted` is replaced (the target drops them), null or empty (we say so), or leave.
    """
    gone = [name for name in confirmed if name not in desired]
    if omitted == "replaced" or not gone:
        return desired
    fill = {"null": None, "empty": ""}
    return {**desired, **{n: fill.get(omitted, confirmed[n]) for n in gone}}


ADOPTIONS = "adopt"
"""What holds a plan that would take over what the target holds already."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A guard that holds a run: what was measured, the limit, and the key that changes it.

    `number` is how many records that are; a human may agree to so many.
    """

    sync: str
    guard: str
    measured: str
    limit: str
    advice: str
    number: int = 0

    def __str__(self) -> str:
        return f"{self.sync}: {self.measured}; the limit is {self.limit} ({self.key})"

    @property
    def key(self) -> str:
        """The key that changes the limit; adoptions have none."""
        return self.guard if self.guard == ADOPTIONS else f"guards.{self.guard}"


@dataclass(slots=True)
class SyncPlan:
    """The header of a plan for one sync. `live` is what the ledger held live beforehand.

    `complete` says whether the read may prove absence; `incomplete_because` says why not.
    `disabled`: `when` does not hold any more, and what there was is taken away.
    `requests` are the writes the plan would send, by operation. `looked_at` single things of the
    target; of their fields (key, field) those in `rewritten` are left alone from now on, those in
    `well` need no more attention. `since`: only what changed since was read; `cursor`: all that
    changed up to then was read; `basis` is what it was read for. `lookalikes`: pairs of keys that
    differ only in the form of their characters.
    """

    sync: str
    tally: Tally = field(default_factory=Tally)
    live: int = 0
    complete: bool = True
    incomplete_because: str = ""
    skipped: str = ""
    disabled: bool = False
    requests: dict[str, int] = field(default_factory=dict)
    looked_at: int = 0
    rewritten: list[tuple[str, str]] = field(default_factory=list)
    well: list[tuple[str, str]] = field(default_factory=list)
    since: str = ""
    cursor: str = ""
    basis: str = ""
    lookalikes: list[tuple[str, str]] = field(default_factory=list)


def guard_stops(plan: SyncPlan, guards: Guards, *, source_empty: bool) -> list[Stop]:
    """Every guard that holds this plan; empty: it may be applied."""
    stops = []
    if source_empty and plan.live and guards.empty_source == "hold":
        stops.append(
            Stop(
                plan.sync,
                "empty_source",
                f"the source is empty while {plan.live:,} records are live",
                "at least one record",
                "set guards.empty_source: allow in the connection if that is meant",
                plan.live,
            )
        )
    stops += _share_stop(plan, guards, "max_archives", guards.max_archives)
    stops += _share_stop(plan, guards, "max_spec_updates", guards.max_spec_updates)
    stops += _share_stop(plan, guards, "max_drift", guards.max_drift)
    stops += _rejects_stop(plan, guards)
    return stops


_SHARES = {
    "max_archives": ("archives and removals", (Action.ARCHIVE, Action.REMOVE), None),
    "max_spec_updates": (
        "updates caused by an edit of spec or settings",
        (Action.UPDATE,),
        (Reason.SPEC, Reason.SETTINGS),
    ),
    "max_drift": (
        "records that somebody changed on the target",
        (Action.CREATE, Action.UPDATE, Action.RESTORE, Action.ARCHIVE),
        (Reason.DRIFT,),
    ),
}


def _share_stop(plan: SyncPlan, guards: Guards, name: str, limit: float) -> list[Stop]:
    words, actions, reasons = _SHARES[name]
    number = sum(plan.tally.of(action, reasons) for action in actions)
    if plan.live < guards.above or _is_within(number, limit, plan.live):
        return []
    measured = f"{number:,} {words} of {plan.live:,} live records ({number / plan.live:.1%})"
    return [Stop(plan.sync, name, measured, f"{limit:.0%}", _raise(name), number)]


def _rejects_stop(plan: SyncPlan, guards: Guards) -> list[Stop]:
    number = plan.tally.of(Action.REJECTED)
    read = plan.tally.read
    if number < guards.above or _is_within(number, guards.max_rejects, read):
        return []
    measured = f"{number:,} rejected of {read:,} records read ({number / read:.1%})"
    limit = f"{guards.max_rejects:.0%}"
    return [Stop(plan.sync, "max_rejects", measured, limit, _raise("max_rejects"), number)]


def _is_within(number: int, limit: float, total: int) -> bool:
    """Whether `number` is at most that share of the total; 29 of 100 are not more than 0.29."""
    return number <= limit * total + total * 1e-12


def _raise(name: str) -> str:
    return (
        "look at the records; if that is meant, approve the run, or raise "
        f"guards.{name} in the connection"
    )


DELETED, ARCHIVED = "(deleted)", "(archived)"
"""What can be changed on the target besides fields."""


def drifted(change: Change) -> list[str]:
    """What a change with reason drift puts back: fields, a deleted thing, an archived one."""
    if change.action is Action.CREATE:
        return [DELETED]
    if change.action in (Action.RESTORE, Action.ARCHIVE):
        return [ARCHIVED]
    texts = (change.confirmed or "{}", change.desired or "{}")
    return [name for name, _, _ in field_changes(*map(json.loads, texts))]


def adoption(
    compiled: CompiledSync, change: Change, target_id: str, found: Mapping[str, Any]
) -> Change:
    """The change for a record that the target holds already, though not from us.

    Where the sync says that what is there is final, nothing of it changes.
    """
    observed = {name: found[name] for name in json.loads(change.desired or "{}") if name in found}
    text, item = canonical(observed).decode(), Item(UNDEFINED)
    try:
        final = compiled.is_final(item, compiled.scope(item, observed))
    except RecordRejected:  # it says nothing about what is not ours
        final = False
    return replace(
        change,
        action=Action.ADOPT,
        target_id=target_id,
        confirmed=text,
        desired=text if final else change.desired,
    )


def field_changes(
    confirmed: Mapping[str, Any] | None, desired: Mapping[str, Any] | None
) -> list[tuple[str, Any, Any]]:
    """(field, before, after) for every field that differs; MISSING where there is none."""
    before, after = confirmed or {}, desired or {}
    names: Sequence[str] = [*after, *(name for name in before if name not in after)]
    return [
        (name, before.get(name, MISSING), after.get(name, MISSING))
        for name in names
        if before.get(name, MISSING) != after.get(name, MISSING)
    ]


class _Missing:
    """A field that is not there (null is a value)."""

    def __repr__(self) -> str:
        return "(none)"


MISSING = _Missing()
