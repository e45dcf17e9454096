"""One run, top to bottom: read, judge, plan, guard, apply. The file to read first.

source page → record → settled? unchanged → map → fits the target's schema → desired
desired × known → staged change → guards → batches → submit → poll → outcome → known
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from syncata.absence import Absences, Existing
from syncata.api import holds
from syncata.apply import Applier, ApplyCounts
from syncata.errors import Held, RecordRejected
from syncata.expressions import UNDEFINED, compile_expression
from syncata.ledger import Batch, Staging
from syncata.model import WRITES, Action, Change, Outcome, Verdict
from syncata.pages import Reading
from syncata.plan import Stop, SyncPlan, guard_stops
from syncata.planning import SyncPlanner, adoption
from syncata.session import Session, redactor
from syncata.source import StreamReader
from syncata.spec.model import Sync
from syncata.spec.operations import Operation, Resource
from syncata.target.lookups import Finder, Found, observed_part
from syncata.target.references import ReferenceMissing


@dataclass(slots=True)
class Plan:
    """What a run would do: counts per sync, guards, and the staged changes themselves.

    `adoptions` are the (sync, key) that a human must agree to take over.
    """

    staging: Staging
    syncs: list[SyncPlan] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    adoptions: list[tuple[str, str]] = field(default_factory=list)

    @property
    def changes(self) -> int:
        """How many records the target would see a write for."""
        return sum(plan.tally.of(action) for plan in self.syncs for action in WRITES)

    @property
    def rejects(self) -> int:
        """How many records are set aside."""
        return sum(plan.tally.of(Action.REJECTED) for plan in self.syncs)


async def make_plan(
    session: Session, syncs: Sequence[Sync], staging: Staging, *, limit: int | None = None
) -> Plan:
    """Read the source and plan these syncs. Writes to neither API, nor to the ledger.

    `limit`: read so many records per stream; nothing counts as missing then. Raises Unavailable,
    CredentialsRefused, StateProblem.
    """
    plan = Plan(staging)
    planners = {sync.name: _planner(session, sync, staging) for sync in syncs}
    plan.syncs = [planner.header for planner in planners.values()]
    for stream, members in _by_stream(planners.values()):
        reading = await _read(session, stream, members, limit)
        for planner in members:
            await _conclude(session, plan, planner, reading, limited=limit is not None)
    return plan


async def apply_plan(
    session: Session, plan: Plan, run: str, counts: dict[str, ApplyCounts]
) -> None:
    """Carry a plan out; `counts` says, also after an error, what became of each sync's changes.

    Raises Unavailable, CredentialsRefused, StateProblem; everything done until then is kept.
    """
    for header in plan.syncs:
        if header.skipped:
            continue
        applier = applier_for(session, session.connection.spec.syncs[header.sync], run)
        counts[header.sync] = applier.counts
        await applier.apply(plan.staging)


async def resume(session: Session, run: str) -> int:
    """Take up what an earlier run left in flight; how many batches that were."""
    batches = session.ledger.open_batches()
    for batch in batches:
        sync = session.connection.spec.syncs.get(batch.sync)
        if sync is None:  # the spec has lost this sync; its records are no concern of ours now
            session.ledger.settle(run, batch.id, [])
        elif batch.operation == "create" and batch.location is None:
            await _resume_create(session, sync, batch, run)
        else:
            await applier_for(session, sync, run).resume(batch)
    return len(batches)


async def _resume_create(session: Session, sync: Sync, batch: Batch, run: str) -> None:
    """A create whose answer was never read: what the target holds now may be what it made.

    It is, if it says what we sent; anything else is planned anew, and then found.
    """
    resource = session.connection.spec.target.resources[sync.resource]
    outcomes = []
    if resource.find is not None:
        for change in batch.changes:
            found = await _find(session, Finder(resource.find), change)
            if found is not None and _is_ours(found, change):
                outcomes.append(Outcome(change, Verdict.OK, found.target_id))
    session.ledger.settle(run, batch.id, outcomes)


def _is_ours(found: Found, change: Change) -> bool:
    desired = _payload(change)
    return observed_part(found.observed, desired) == desired


async def _find(session: Session, finder: Finder, change: Change) -> Found | None:
    scope = session.context.scope(session.functions)
    return await finder.find(session.target, scope, change.key)


def raise_if_held(plan: Plan, *, adopt: bool) -> None:
    """Raise Held where the plan may not be applied as it is."""
    if plan.stops:
        lines = "\n".join(str(stop) for stop in plan.stops)
        raise Held(f"held by a guard, nothing was sent:\n{lines}", hint=plan.stops[0].advice)
    if plan.adoptions and not adopt:
        names = ", ".join(f"{key} ({sync})" for sync, key in plan.adoptions[:5])
        raise Held(
            f"the target holds {names} already, and not from this connection; nothing was sent",
            hint="look at the plan; to take over what is there, add --adopt",
        )


def applier_for(session: Session, sync: Sync, run: str) -> Applier:
    """What applies the changes of a sync."""
    target = session.connection.spec.target
    return Applier(
        sync=sync.name,
        resource=target.resources[sync.resource],
        ledger=session.ledger,
        endpoint=session.target,
        scope=session.context.scope(session.functions),
        run=run,
        jobs=target.api.limits.jobs,
        world=session.world,
        progress=lambda name, number: session.progress("apply", name, number),
        redact=redactor(session.connection),
    )


def _planner(session: Session, sync: Sync, staging: Staging) -> SyncPlanner:
    resource = session.connection.spec.target.resources[sync.resource]
    header = SyncPlan(sync.name, live=session.ledger.live_count(sync.name))
    header.tally.notes = session.notes[sync.name]
    if sync.when and not holds(compile_expression(sync.when), UNDEFINED, session.context.scope()):
        header.skipped = "switched off by `when`"
    return SyncPlanner(session.syncs[sync.name], resource, session.ledger, staging, header)


def _by_stream(planners: Iterable[SyncPlanner]) -> list[tuple[str | None, list[SyncPlanner]]]:
    """Planners grouped by what they read, so that a stream is read once for all of them."""
    groups: dict[str | None, list[SyncPlanner]] = {}
    for planner in planners:
        if not planner.header.skipped:
            groups.setdefault(planner.compiled.sync.stream, []).append(planner)
    return list(groups.items())


async def _read(
    session: Session, stream: str | None, planners: Sequence[SyncPlanner], limit: int | None
) -> Reading:
    if stream is None:
        for planner in planners:
            planner.take([session.connection.public_settings()])
        return Reading(pages=0, records=1, complete=True, because="")
    reader = StreamReader(session.connection.spec.source.streams[stream])
    reading = Reading()
    scope = session.context.scope()
    async for page in reader.read(session.source, scope, reading, limit=limit):
        for planner in planners:
            planner.take(page)
        session.progress("read", stream, len(page))
    return reading


async def _conclude(
    session: Session, plan: Plan, planner: SyncPlanner, reading: Reading, *, limited: bool
) -> None:
    """What can be said once a stream was read: duplicates, absences, adoptions, guards."""
    header, sync = planner.header, planner.compiled.sync
    guards = session.connection.guards
    planner.settle_duplicates()
    header.complete = reading.complete and not planner.nameless and not limited
    header.incomplete_because = reading.because
    if planner.nameless:
        many = planner.nameless > 1
        header.incomplete_because = (
            f"{planner.nameless:,} record{'s have' if many else ' has'} no key"
        )
    if header.complete:
        planner.settle_refusals()
    empty = reading.records == 0 and not limited
    held = empty and guards.empty_source == "hold"
    if header.complete and sync.on_missing != "keep" and sync.stream and not held:
        await Absences(planner, _existing(session, sync.stream), guards.misses).settle()
    await _find_existing(session, plan, planner)
    header.requests = _requests(header, planner.resource)
    plan.stops += guard_stops(header, guards, source_empty=empty)


def _existing(session: Session, stream: str) -> Existing:
    reader = StreamReader(session.connection.spec.source.streams[stream])
    return partial(reader.existing, session.source, session.context.scope())


async def _find_existing(session: Session, plan: Plan, planner: SyncPlanner) -> None:
    """Turn creates of what the target holds already into adoptions, or refuse them."""
    if planner.resource.find is None:
        return
    finder = Finder(planner.resource.find)
    for change in plan.staging.changes(planner.name, [Action.CREATE]):
        try:
            found = await _find(session, finder, change)
        except ReferenceMissing:
            planner.wait(change)  # it cannot be looked for yet, so it must not be made either
            continue
        except RecordRejected as rejected:
            planner.refuse([change], rejected)
            continue
        if found is None:
            continue
        if finder.adopt == "never":
            message = f"the target holds it already ({found.target_id}), and `adopt` is never"
            planner.refuse([change], RecordRejected("SYN611", message))
            continue
        desired = _payload(change)
        adopted = adoption(change, found.target_id, observed_part(found.observed, desired))
        plan.staging.replace(change, [adopted])
        planner.header.tally.add(Action.CREATE, change.reason, -1)
        planner.header.tally.add(Action.ADOPT, change.reason)
        if finder.adopt == "confirm":
            plan.adoptions.append((planner.name, change.key))


def _requests(header: SyncPlan, resource: Resource) -> dict[str, int]:
    """How many write requests a plan would send, by operation (batches full to their count)."""
    tally = header.tally
    restored = tally.of(Action.RESTORE)
    wanted = {
        "restore": restored,
        "create": tally.of(Action.CREATE),
        "update": tally.of(Action.UPDATE),
        "upsert": tally.of(Action.CREATE) + tally.of(Action.UPDATE),
        "archive": tally.of(Action.ARCHIVE),
        "remove": tally.of(Action.REMOVE),
    }
    return {
        name: _batches(operation, wanted[name])
        for name, operation in resource.operations.items()
        if wanted[name]
    }


def _batches(operation: Operation, records: int) -> int:
    return records if operation.batch is None else -(-records // operation.batch.max)


def _payload(change: Change) -> Mapping[str, object]:
    return dict(json.loads(change.desired or "{}"))
