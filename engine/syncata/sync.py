"""One run, top to bottom: read, judge, plan, guard, apply. The file to read first.

source page → record → settled? unchanged → map → fits the target's schema → desired
desired × known → staged change → guards → batches → submit → poll → outcome → known
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from syncata.absence import Absences, Existing
from syncata.adopting import find_existing
from syncata.api import holds
from syncata.apply import Applier, ApplyCounts
from syncata.expressions import UNDEFINED, compile_expression
from syncata.ledger import Staging
from syncata.model import WRITES, Action, Reason
from syncata.observing import note_lost, put_back
from syncata.pages import Reading
from syncata.plan import Stop, SyncPlan, guard_stops
from syncata.planning import SyncPlanner, forget_refusals, retire_all
from syncata.reading import read_stream
from syncata.session import Session, redactor
from syncata.source import StreamReader
from syncata.spec.model import Sync
from syncata.spec.operations import Operation, Resource


@dataclass(slots=True)
class Plan:
    """What a run would do: counts per sync, guards, and the staged changes themselves.

    `adoptions` are the (sync, key) that a human must agree to take over; `mark` is in every id
    that is not known before the plan is carried out.
    """

    staging: Staging
    syncs: list[SyncPlan] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    adoptions: list[tuple[str, str]] = field(default_factory=list)
    mark: str = ""

    @property
    def changes(self) -> int:
        """How many records the target would see a write for."""
        return sum(plan.tally.of(action) for plan in self.syncs for action in WRITES)

    @property
    def rejects(self) -> int:
        """How many records are set aside."""
        return sum(plan.tally.of(Action.REJECTED) for plan in self.syncs)


async def make_plan(
    session: Session,
    syncs: Sequence[Sync],
    staging: Staging,
    *,
    limit: int | None = None,
    full: bool = False,
) -> Plan:
    """Read the source and plan these syncs. Writes to neither API, nor to the ledger.

    `limit`: read so many records per stream; nothing counts as missing then. `full`: read what is
    usually read in parts as a whole. Raises Unavailable, CredentialsRefused, StateProblem.
    """
    plan = Plan(staging)
    references = session.references(staging)
    plan.mark = references.mark
    session.bind(references)
    planners = {sync.name: planner_for(session, sync, staging) for sync in syncs}
    plan.syncs = [planner.header for planner in planners.values()]
    if limit is None:
        await note_lost(session, planners)
    readings: dict[str, Reading] = {}
    for stream, members in _by_stream(planners.values()):
        reading = await _read(session, stream, members, limit, full=full)
        readings |= dict.fromkeys((planner.name for planner in members), reading)
    for name, planner in planners.items():
        if name in readings:
            await planner.settle_deferred()
            await _conclude(session, plan, planner, readings[name], limited=limit is not None)
        elif planner.header.disabled:
            retire_all(planner, planner.compiled.sync.on_disabled, Reason.DISABLED)
            _judge_guards(session, plan, planner, source_empty=False)
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
        sync = session.connection.spec.syncs[header.sync]
        applier = applier_for(session, sync, run, plan.mark)
        counts[header.sync] = applier.counts
        await applier.apply(plan.staging)


async def resume(session: Session, run: str) -> int:
    """Take up what an earlier run left in flight; how many batches that were."""
    batches = session.ledger.open_batches()
    for batch in batches:
        sync = session.connection.spec.syncs.get(batch.sync)
        if sync is None:  # the spec has lost this sync; its records are no concern of ours now
            session.ledger.settle(run, batch.id, [])
        else:
            await applier_for(session, sync, run).resume(batch)
    return len(batches)


def applier_for(session: Session, sync: Sync, run: str, mark: str = "") -> Applier:
    """What applies the changes of a sync; `mark` is in the provisional ids of the plan."""
    target = session.connection.spec.target
    return Applier(
        sync=sync.name,
        compiled=session.syncs[sync.name],
        resource=target.resources[sync.resource],
        ledger=session.ledger,
        endpoint=session.target,
        scope=session.context.scope(session.functions),
        references=session.references(mark=mark),
        run=run,
        jobs=target.api.limits.jobs,
        world=session.world,
        progress=lambda name, number: session.progress("apply", name, number),
        redact=redactor(session.connection),
    )


def planner_for(session: Session, sync: Sync, staging: Staging) -> SyncPlanner:
    """What plans a sync; its header says so where it is switched off."""
    spec = session.connection.spec
    header = SyncPlan(sync.name, live=session.ledger.live_count(sync.name))
    header.tally.notes = session.notes[sync.name]
    if sync.when and not holds(compile_expression(sync.when), UNDEFINED, session.context.scope()):
        header.disabled = bool(header.live) and sync.on_disabled != "keep"
        header.skipped = "" if header.disabled else "switched off by `when`"
    stream = spec.source.streams.get(sync.stream or "")
    oldest = session.world.now() - timedelta(seconds=session.connection.guards.give_up_after)
    return SyncPlanner(
        session.syncs[sync.name],
        spec.target.resources[sync.resource],
        session.ledger,
        staging,
        header,
        fetch=session.fetch,
        gives_up=lambda since: datetime.fromisoformat(since) < oldest,
        forgotten=session.ledger.consent.forgotten(),
        keeps_records=stream is not None and stream.incremental is not None,
    )


def _by_stream(planners: Iterable[SyncPlanner]) -> list[tuple[str | None, list[SyncPlanner]]]:
    """Planners grouped by what they read, so that a stream is read once for all of them."""
    groups: dict[str | None, list[SyncPlanner]] = {}
    for planner in planners:
        if not planner.header.skipped and not planner.header.disabled:
            groups.setdefault(planner.compiled.sync.stream, []).append(planner)
    return list(groups.items())


async def _read(
    session: Session,
    stream: str | None,
    planners: Sequence[SyncPlanner],
    limit: int | None,
    *,
    full: bool,
) -> Reading:
    if stream is not None:
        return await read_stream(session, stream, planners, limit, full=full)
    for planner in planners:
        await planner.take([session.connection.public_settings()])
    return Reading(pages=0, records=1, complete=True, because="")


async def _conclude(
    session: Session, plan: Plan, planner: SyncPlanner, reading: Reading, *, limited: bool
) -> None:
    """What can be said once everything was read: duplicates, absences, drift, adoptions, guards."""
    header, sync = planner.header, planner.compiled.sync
    guards, nameless = session.connection.guards, planner.aside.nameless
    planner.settle_duplicates()
    header.lookalikes = planner.lookalikes.pairs
    header.complete = reading.complete and not nameless and not limited
    header.incomplete_because = reading.because
    if nameless:
        have = "records have" if nameless > 1 else "record has"
        header.incomplete_because = f"{nameless:,} {have} no key"
    if header.complete:
        forget_refusals(planner)
    empty = reading.records == 0 and not limited and not header.since
    held = empty and guards.empty_source == "hold"
    if header.complete and sync.on_missing != "keep" and sync.stream and not held:
        await Absences(planner, _existing(session, sync.stream), guards.misses).settle()
    if not limited:
        await put_back(session, planner)
    plan.adoptions += await find_existing(session, planner)
    _judge_guards(session, plan, planner, source_empty=empty)


def _judge_guards(
    session: Session, plan: Plan, planner: SyncPlanner, *, source_empty: bool
) -> None:
    planner.header.requests = planned_requests(planner.header, planner.resource)
    guards = session.connection.guards
    plan.stops += guard_stops(planner.header, guards, source_empty=source_empty)


def _existing(session: Session, stream: str) -> Existing:
    reader = StreamReader(session.connection.spec.source.streams[stream])
    return partial(reader.existing, session.source, session.context.scope())


def planned_requests(header: SyncPlan, resource: Resource) -> dict[str, int]:
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
