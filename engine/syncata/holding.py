"""May a plan be carried out? Guards hold it; a human may have agreed to so many records."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from syncata.errors import Held
from syncata.ledger import DEACTIVATED, PAUSED, Approval
from syncata.plan import ADOPTIONS, Stop
from syncata.sync import Plan

APPROVED, REJECTED = "approved", "rejected"
ACTIVATE = "activate"
GOOD_FOR = timedelta(days=2)
"""How long an approval may wait for the run it is for."""


def open_stops(plan: Plan, decisions: Sequence[Approval]) -> list[Stop]:
    """The guards that still hold a plan: a number that was agreed to is a ceiling."""
    ceilings: dict[tuple[str, str], int] = {}
    for decision in decisions:
        for ceiling in decision.ceilings if decision.word == APPROVED else ():
            pair = ceiling.sync, ceiling.guard
            ceilings[pair] = max(ceiling.number, ceilings.get(pair, 0))
    return [
        stop for stop in stops_of(plan) if stop.number > ceilings.get((stop.sync, stop.guard), -1)
    ]


def recent(decisions: Sequence[Approval], now: datetime) -> list[Approval]:
    """The decisions that still count: what was agreed to long ago was about something else."""
    return [d for d in decisions if now - datetime.fromisoformat(d.made_at) <= GOOD_FOR]


def raise_if_resting(standing: str, connection: str, command: str) -> None:
    """Raise Held for a connection that is paused or deactivated; `activate` may go on."""
    if standing == PAUSED and command != ACTIVATE:
        raise Held("the connection is paused", hint=f"syncata resume {connection}")
    if standing == DEACTIVATED and command != ACTIVATE:
        hint = f"syncata activate {connection} brings back what was put away"
        raise Held("the connection is deactivated: nothing is synchronized", hint=hint)


def stops_of(plan: Plan) -> list[Stop]:
    """Everything in a plan that a human must agree to, with how many records it is about."""
    by_sync: dict[str, list[str]] = {}
    for sync, key in plan.adoptions:
        by_sync.setdefault(sync, []).append(key)
    adoptions = [
        Stop(
            sync,
            ADOPTIONS,
            f"the target holds {', '.join(keys[:5])} already, and not from this connection",
            "taken over only if somebody agrees",
            "look at the plan; to take over what is there, add --adopt, or approve the run",
            len(keys),
        )
        for sync, keys in by_sync.items()
    ]
    return [*plan.stops, *adoptions]


def raise_if_held(plan: Plan, decisions: Sequence[Approval], *, adopt: bool) -> None:
    """Raise Held where the plan may not be applied as it is."""
    stops = [s for s in open_stops(plan, decisions) if not (adopt and s.guard == ADOPTIONS)]
    if stops:
        lines = "\n".join(str(stop) for stop in stops)
        raise Held(f"held by a guard, nothing was sent:\n{lines}", hint=stops[0].advice)
