"""What a run leaves in the ledger besides what the target confirmed."""

from collections.abc import Mapping

from syncata.apply import ApplyCounts
from syncata.errors import Exit
from syncata.expressions import compile_expression
from syncata.ledger import ACTIVE, DEGRADED, HELD, OK, Condition, Cursor, Shown
from syncata.model import Waiting
from syncata.report.run import Report
from syncata.session import Session
from syncata.spec.connection import Connection
from syncata.spec.model import Sync
from syncata.sync import Plan

_FAILED = {
    Exit.INVALID: "invalid",
    Exit.CREDENTIALS: "credentials",
    Exit.UNAVAILABLE: "unavailable",
    Exit.REJECTS: "rejects",
    Exit.STATE: "state",
}


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
    in_doubt = session.ledger.doubts.syncs()
    for header in plan.syncs:
        session.ledger.drifts.count(header.sync, header.rewritten, header.well)
        applied = counts.get(header.sync)
        if applied is None or applied.unknown or applied.waiting:
            continue
        # What a record refers to must be certain before it is: it was not looked for without.
        certain = not _refers_to(session.connection.spec.syncs[header.sync]) & in_doubt.keys()
        if certain and header.complete and not header.since:
            session.ledger.doubts.settle(header.sync)
        elif header.sync in in_doubt:
            continue  # it is read as a whole once more
        if not header.cursor:
            continue
        before = session.ledger.cursors.get(header.sync) if header.since else None
        full_at = before.full_at if before else now
        cursor = Cursor(header.cursor, header.basis, full_at)
        session.ledger.cursors.put(header.sync, cursor)
    if any(header.looked_at for header in plan.syncs):
        session.ledger.drifts.next_turn()
    session.ledger.consent.use_up([header.sync for header in plan.syncs])


def _refers_to(sync: Sync) -> set[str]:
    """The syncs whose records a sync refers to, or asks for."""
    texts = (sync.each, sync.where, sync.live, sync.final, *sync.map.values())
    calls = (call for text in texts if text for call in compile_expression(text).calls)
    return {str(call.arguments[0]) for call in calls if call.name in ("ref", "has")}


def shown_by(report: Report, connection: Connection, standing: str) -> Shown | None:
    """How the connection's syncs stand after a run. None: it proves nothing about them.

    A run that read but a part, was stopped by somebody, or was refused because the connection
    rests, proves nothing.
    """
    found = None if report["limited"] else _condition(report, standing)
    syncs = [*connection.spec.syncs]
    return Shown(report["only"] or syncs, syncs, found) if found else None


def _condition(report: Report, standing: str) -> Condition | None:
    match report["state"]:
        case "ok":
            return Condition(OK, "", report["run"])
        case "held":
            reason = "guard" if report["stops"] else "identity"
            return Condition(HELD, reason, report["run"]) if standing == ACTIVE else None
        case "partial" | "done with rejects" | "failed":
            reason = _FAILED.get(report["exit_code"], "bug")
            return Condition(DEGRADED, reason, report["run"])
    return None
