"""What a run leaves in the ledger besides what the target confirmed."""

from collections.abc import Mapping

from syncata.apply import ApplyCounts
from syncata.ledger import Cursor
from syncata.model import Waiting
from syncata.session import Session
from syncata.sync import Plan


def keep_aside(session: Session, plan: Plan, run: str) -> None:
    """Keep what was set aside and what waits, before anything is sent."""
    ledger, parked = session.ledger, plan.staging.parked
    for header in plan.syncs:
        name, complete = header.sync, header.complete
        ledger.set_rejects(name, plan.staging.rejects(name), run, complete=complete)
        over = [w.key for w in parked.waiting(name) if not w.what]
        still: filter[Waiting] = filter(lambda w: bool(w.what), parked.waiting(name))
        ledger.forget_waiting(name, over)
        ledger.set_waiting(name, still, run, complete=complete and not header.skipped)


def conclude(session: Session, plan: Plan, counts: Mapping[str, ApplyCounts]) -> None:
    """Remember how far was read, what was put back, and that a share was looked at.

    How far was read is remembered only of a sync whose every record is settled: confirmed, set
    aside or waiting in the ledger.
    """
    now = session.world.now().isoformat(timespec="seconds")
    for header in plan.syncs:
        session.ledger.drifts.count(header.sync, header.rewritten, header.well)
        applied = counts.get(header.sync)
        if not header.cursor or applied is None or applied.unknown or applied.waiting:
            continue
        before = session.ledger.cursors.get(header.sync) if header.since else None
        full_at = before.full_at if before else now
        cursor = Cursor(header.cursor, header.basis, full_at)
        session.ledger.cursors.put(header.sync, cursor)
    if any(header.looked_at for header in plan.syncs):
        session.ledger.drifts.next_turn()
    session.ledger.consent.use_up()
