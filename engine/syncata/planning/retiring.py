"""What is left behind: everything of a sync that is switched off, refusals of what is gone."""

from syncata.ledger import NOTHING, Confirmed, pages
from syncata.model import NO_STAMP, Action, Change, Known, Reason
from syncata.planning.planner import SyncPlanner

_PAGE = 500


def retire_all(planner: SyncPlanner, how: str, reason: Reason) -> None:
    """Stage the retirement of every live record; `how` is archive, remove or keep."""
    if how == "keep":
        return
    action = Action.REMOVE if how == "remove" else Action.ARCHIVE
    for page in pages(planner.ledger.live(planner.name), _PAGE):
        confirmed = planner.ledger.confirmed([known.id for known in page])
        planner.header.tally.add(action, reason, len(page))
        planner.staging.add(
            _retired(planner.name, known, confirmed.get(known.id, NOTHING), action, reason)
            for known in page
        )


def _retired(sync: str, known: Known, before: Confirmed, action: Action, reason: Reason) -> Change:
    return Change(
        sync=sync,
        key=known.key,
        action=action,
        reason=reason,
        stamp=known.stamp,
        confirmed=before.payload,
        target_id=before.target_id,
        known_id=known.id,
        archived=reason,
    )


def forget_refusals(planner: SyncPlanner) -> None:
    """Forget what the target refused of records that are not to be there any more."""
    ledger, name = planner.ledger, planner.name
    gone = [key for key in ledger.refused(name) if key not in planner.refused]
    known = ledger.known(name, gone) if gone else {}
    free, action = [key for key in gone if key not in known], Action.UNCHANGED
    planner.staging.add(Change(name, key, action, Reason.SOURCE, NO_STAMP) for key in free)
