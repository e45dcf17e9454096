"""What a plan says about itself: what it rests on, so that `apply` can refuse one that is stale."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from syncata.errors import StateProblem
from syncata.ledger import Ledger, Staging
from syncata.mapping.compiled import MAPPING_VERSION
from syncata.model import digest
from syncata.plan import Stop, SyncPlan
from syncata.session import Session
from syncata.spec.connection import Connection
from syncata.sync import Plan

PLAN_AGE = timedelta(days=1)


def plan_header(plan: Plan, session: Session, now: datetime, *, limited: bool) -> dict[str, Any]:
    """What a plan says about itself: what it rests on, and its counts."""
    return {
        **_basis(session.connection, session.ledger),
        "created": now.astimezone(UTC).isoformat(timespec="seconds"),
        "limited": limited,
        "syncs": [_sync_header(header) for header in plan.syncs],
        "stops": [asdict(stop) for stop in plan.stops],
        "adoptions": [list(pair) for pair in plan.adoptions],
        "mark": plan.mark,
    }


def _basis(connection: Connection, ledger: Ledger) -> dict[str, Any]:
    return {
        "connection": connection.name,
        "spec": connection.spec.name,
        "spec_digest": connection.spec.digest,
        "settings_digest": digest([connection.public_settings(), asdict(connection.guards)]).hex(),
        "mapping_version": MAPPING_VERSION,
        "serial": ledger.serial,
    }


def _sync_header(plan: SyncPlan) -> dict[str, Any]:
    return {
        **asdict(replace(plan, tally=replace(plan.tally, counts={}, notes={}))),
        "counts": [[*pair, number] for pair, number in plan.tally.counts.items()],
        "notes": [[*pair, number] for pair, number in plan.tally.notes.items()],
    }


def read_plan(staging: Staging) -> Plan:
    """The plan that a staging file's header describes."""
    header = staging.header
    plan = Plan(staging)
    for item in header["syncs"]:
        known = {k: v for k, v in item.items() if k not in ("tally", "counts", "notes")}
        sync = SyncPlan(**known)
        sync.tally.read, sync.tally.duplicates = item["tally"]["read"], item["tally"]["duplicates"]
        sync.tally.counts = {(action, reason): n for action, reason, n in item["counts"]}
        sync.tally.notes = {(label, value): n for label, value, n in item["notes"]}
        sync.rewritten = [(key, name) for key, name in sync.rewritten]
        sync.well = [(key, name) for key, name in sync.well]
        sync.lookalikes = [(one, other) for one, other in sync.lookalikes]
        plan.syncs.append(sync)
    plan.stops = [Stop(**stop) for stop in header["stops"]]
    plan.adoptions = [(sync, key) for sync, key in header["adoptions"]]
    plan.mark = header["mark"]
    return plan


_MOVED = {
    "connection": "it is for another connection",
    "spec": "it is for another spec",
    "spec_digest": "the spec has changed since",
    "settings_digest": "the connection's settings or guards have changed since",
    "mapping_version": "it was made by another version of syncata",
    "serial": "another run has changed the ledger since",
}


def check_plan(staging: Staging, connection: Connection, ledger: Ledger, now: datetime) -> None:
    """Refuse a saved plan that is not for exactly this situation. Raises StateProblem."""
    header = staging.header
    basis = _basis(connection, ledger)
    why = [text for name, text in _MOVED.items() if header.get(name) != basis[name]]
    age = now - datetime.fromisoformat(header["created"])
    if age > PLAN_AGE:
        why.append(f"it is {age.total_seconds() / 3600:.0f} h old, the limit is 24 h")
    if why:
        raise StateProblem(
            f"the plan cannot be applied: {'; '.join(why)}",
            hint=f"make a new one: syncata plan {connection.name} -o FILE",
        )
