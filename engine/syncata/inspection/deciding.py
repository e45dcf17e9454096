"""What the next run would do with one record, decided by the planner itself, and nothing sent."""

from dataclasses import dataclass

from syncata.inspection.finding import Sighting
from syncata.inspection.judgement import Judgement
from syncata.ledger import NOTHING, new_plan
from syncata.mapping.compiled import Standing
from syncata.model import Action, Change, Known, Reason
from syncata.session import Session
from syncata.spec.model import Sync
from syncata.sync import planner_for

_BECAUSE = {
    Reason.SOURCE: "what the source says has changed since it was confirmed",
    Reason.SPEC: "the spec was edited since it was confirmed",
    Reason.SETTINGS: "a setting or look-up that it reads has changed since it was confirmed",
    Reason.CLOSED: "`live` does not hold",
    Reason.EXCLUDED: "`where` does not hold",
    Reason.MISSING: "it is missing at the source",
    Reason.DISABLED: "the sync is switched off by `when`",
    Reason.DEACTIVATED: "the connection was deactivated",
}


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of a record, and why. `change` is what would be sent, if anything."""

    action: Action
    because: str
    reason: str = ""
    change: Change | None = None


async def decide_record(
    session: Session, sync: Sync, seen: Sighting, made: Judgement | None
) -> Decided:
    """What the next run would do with a record as it was met; drift is not looked at.

    Raises Unavailable, CredentialsRefused, StateProblem.
    """
    known = session.ledger.known(sync.name, [seen.key]).get(seen.key)
    if seen.record is None:
        return _missing(session, sync, seen, known)
    with new_plan(session.ledger.path.parent) as staging:
        session.bind(session.references(staging))
        planner = planner_for(session, sync, staging)
        header = planner.header
        if header.skipped or header.disabled:
            return Decided(Action.IGNORED, _BECAUSE[Reason.DISABLED], Reason.DISABLED)
        await planner.take([seen.record])
        await planner.settle_deferred()
        change = staging.change(sync.name, seen.key)
        if change is not None:
            return _changed(change, known, made)
        for reject in staging.rejects(sync.name):
            if reject.key == seen.key:
                return Decided(Action.REJECTED, f"{reject.message} [{reject.code}]")
        for waiting in staging.parked.waiting(sync.name):
            if waiting.key == seen.key and waiting.what:
                return Decided(Action.WAITING, f"it waits for {waiting.what}")
    return _left(session, sync, seen, known, made.standing if made else None)


def _changed(change: Change, known: Known | None, made: Judgement | None) -> Decided:
    because = _BECAUSE[change.reason]
    if change.action is Action.CREATE:
        because = "the target does not hold it yet"
    elif made is not None and made.final:
        because = "`final` holds: it is left alone, whatever the source says"
    elif change.action is Action.UNCHANGED and known is not None and known.stamp == change.stamp:
        because = "what is desired is what was confirmed"
    elif change.action is Action.UNCHANGED and change.archived is not None:
        because = f"it is archived already ({change.archived}), and {because}"
    elif change.action is Action.UNCHANGED:
        because = f"what is desired is what was confirmed, although {because}"
    return Decided(change.action, because, str(change.reason), change)


def _left(
    session: Session, sync: Sync, seen: Sighting, known: Known | None, standing: Standing | None
) -> Decided:
    """The decision about a record that nothing is staged for."""
    if known is None and standing is not None and standing is not Standing.LIVE:
        reason = Reason.CLOSED if standing is Standing.CLOSED else Reason.EXCLUDED
        why = f"{_BECAUSE[reason]}, and it was never synchronized"
        return Decided(Action.IGNORED, why, reason)
    if session.ledger.refused(sync.name, [seen.key]):
        why = "the target refused exactly this before; it is not asked again"
        return Decided(Action.REJECTED, why, "target")
    if known is None:
        return Decided(Action.IGNORED, "nothing is to be known about this person", "forgotten")
    why = "nothing that the decision rests on has changed since it was confirmed"
    return Decided(Action.UNCHANGED, why)


def _missing(session: Session, sync: Sync, seen: Sighting, known: Known | None) -> Decided:
    if known is None:
        return Decided(Action.IGNORED, "it is not at the source, and was never synchronized")
    if known.archived is not None:
        why = f"it is archived already ({known.archived}), and not at the source"
        return Decided(Action.UNCHANGED, why, Reason.MISSING)
    if sync.on_missing == "keep":
        why = "it is missing at the source, and `on_missing` keeps it"
        return Decided(Action.UNCHANGED, why, Reason.MISSING)
    limit = session.connection.guards.misses
    readings = f"{known.misses + 1:,} of {limit:,} complete readings (guards.misses)"
    if known.misses + 1 < limit or not seen.absent:
        return Decided(Action.UNCHANGED, f"it is missing in {readings}", Reason.MISSING)
    action = Action.REMOVE if sync.on_missing == "remove" else Action.ARCHIVE
    confirmed = session.ledger.confirmed([known.id]).get(known.id, NOTHING)
    change = Change(
        sync.name, seen.key, action, Reason.MISSING, known.stamp,
        confirmed=confirmed.payload, target_id=confirmed.target_id, known_id=known.id,
    )  # fmt: skip
    return Decided(action, f"it is missing in {readings}", Reason.MISSING, change)
