"""One run of one connection, from the ledger's lock to the report that is kept of it."""

import secrets
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from syncata.apply import ApplyCounts
from syncata.closing import conclude, keep_aside, shown_by
from syncata.errors import Exit, Held, SyncataError
from syncata.holding import ACTIVATE, raise_if_held, raise_if_resting, recent, stops_of
from syncata.identity import check_identity, remember_identity
from syncata.ledger import ACTIVE, Ledger, Staging, load_plan, new_plan
from syncata.plan_file import check_plan, plan_header, read_plan
from syncata.report.run import Report, failure, stop_report, sync_report, waiting_report
from syncata.session import Session, Surroundings, chosen_syncs, open_session
from syncata.spec.connection import Connection
from syncata.sync import Plan, apply_plan, make_plan, resume
from syncata.timing import clock_warnings, not_before, raise_if_too_early

INTERRUPTED = 130  # as a shell counts a process that Ctrl-C ended

_STATES = {Exit.OK: "ok", Exit.REJECTS: "done with rejects"}


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a command asks of a run.

    `limit`: read so many records per stream (a canary; counts no misses). `full`: read what is
    usually read in parts as a whole. `adopt`: take over what the target holds already.
    `plan_file`: carry out this saved plan instead of planning. `run`: the run's id, if it has one
    already; what has ended under that id is not done again.
    """

    command: str = "run"
    syncs: tuple[str, ...] = ()
    limit: int | None = None
    full: bool = False
    adopt: bool = False
    plan_file: Path | None = None
    run: str | None = None


def new_run_id(now: datetime) -> str:
    """A run's id: sorts by time, unlikely to repeat."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


async def run_connection(
    connection: Connection, ledger: Ledger, around: Surroundings, options: RunOptions
) -> Report:
    """Plan and apply; the report, which the ledger keeps too. Its `exit_code` says how it went.

    Raises UsageError for an unknown sync, StateProblem for a plan that cannot be carried out.
    Other errors of ours end up in the report.
    """
    ended = ledger.run(options.run) if options.run else None
    if ended is not None and ended.has_ended:  # by another scheduler, or before a crash
        return ended.header
    if options.plan_file is not None:  # a wrong file is no run
        with load_plan(options.plan_file, of=connection.name) as staging:
            check_plan(staging, connection, ledger, around.world.now())
    with recorded(connection, ledger, around, options) as report:
        raise_if_resting(ledger.consent.standing, connection.name, options.command)
        async with run_session(connection, ledger, around, report) as session:
            with await _stage(session, options, report) as staging:
                await _carry_out(session, staging, options, report)
    return report


@contextmanager
def recorded(
    connection: Connection, ledger: Ledger, around: Surroundings, options: RunOptions
) -> Iterator[Report]:
    """A run's report, kept by the ledger from the first line to how the run ended.

    Errors of ours that the block raises end up in it; only an unknown sync is raised before.
    """
    chosen_syncs(connection, options.syncs)
    started = around.world.monotonic()
    report = _new_report(connection, options, around.world.now())
    ledger.begin_run(report["run"], options.command, report)
    try:
        yield report
    except SyncataError as error:
        _end(report, "held" if isinstance(error, Held) else "failed", error.exit_code)
        report["error"] = _failure(error, report)
        report["not_before"] = not_before(error, around.world.now())
    except Exception:
        _end(report, "failed", Exit.BUG)
        raise
    except BaseException:  # Ctrl-C, a signal, a task that was cancelled
        _end(report, "interrupted", INTERRUPTED)
        raise
    finally:
        report["seconds"] = round(around.world.monotonic() - started, 3)
        shown = shown_by(report, connection, ledger.consent.standing)
        ledger.finish_run(report["run"], report["state"], report["exit_code"], report, shown)


def _new_report(connection: Connection, options: RunOptions, now: datetime) -> Report:
    return {
        "run": options.run or new_run_id(now),
        "connection": connection.name,
        "spec": connection.spec.name,
        "command": options.command,
        "started": now.astimezone(UTC).isoformat(timespec="seconds"),
        "limited": options.limit is not None,
        "only": list(options.syncs),
        "syncs": [],
        "stops": [],
        "passed": [],
        "error": None,
        "not_before": None,
        "warnings": [],
        "requests": {},
    }


def _end(report: Report, state: str, code: int) -> None:
    report["state"], report["exit_code"] = state, int(code)


def _failure(error: SyncataError, report: Report) -> Report:
    """The error as data; what guards measured, and what to do, is said by `stops` alone."""
    data = failure(error)
    if report["stops"] and isinstance(error, Held):
        data |= {"message": error.message.partition(":\n")[0], "hint": ""}
    return data


async def plan_run(
    connection: Connection,
    ledger: Ledger,
    around: Surroundings,
    options: RunOptions,
    report: Report,
) -> Staging:
    """The first half of a run, for whoever looks at the plan before `apply_run`; close it."""
    raise_if_resting(ledger.consent.standing, connection.name, options.command)
    async with run_session(connection, ledger, around, report) as session:
        return await _stage(session, options, report)


async def apply_run(
    connection: Connection,
    ledger: Ledger,
    around: Surroundings,
    staging: Staging,
    report: Report,
) -> None:
    """The second half, with a plan that somebody agreed to: also to what it would take over."""
    check_plan(staging, connection, ledger, around.world.now())  # thinking may take days
    async with run_session(connection, ledger, around, report) as session:
        await _carry_out(session, staging, RunOptions(adopt=True), report)


@asynccontextmanager
async def run_session(
    connection: Connection, ledger: Ledger, around: Surroundings, report: Report
) -> AsyncIterator[Session]:
    """What a run works with; its requests are counted in the report."""
    check_identity(connection, ledger)
    before = ledger.last_run(lambda run: run.id != report["run"])
    raise_if_too_early(before.header if before else None, around.world.now())
    async with open_session(connection, ledger, around, around.world.now()) as session:
        try:
            await session.learn_lookups()
            yield session
        finally:
            _add_requests(report["requests"], request_counts(session))
            report["warnings"] = list(clock_warnings(session.source, session.target))


def _add_requests(sums: dict[str, dict[str, int]], counts: Mapping[str, Mapping[str, int]]) -> None:
    for side, kinds in counts.items():
        sum_of = sums.setdefault(side, {})
        for kind, number in kinds.items():
            sum_of[kind] = sum_of.get(kind, 0) + number


async def _stage(session: Session, options: RunOptions, report: Report) -> Staging:
    report["resumed_batches"] = await resume(session, report["run"])
    staging = await _plan(session, options)
    plan = read_plan(staging)
    report["limited"] = staging.header["limited"]
    names = [header.sync for header in plan.syncs]
    report["only"] = names if len(names) < len(session.connection.spec.syncs) else []
    report["syncs"] = [sync_report(header, None) for header in plan.syncs]
    report["stops"] = [stop_report(stop) for stop in stops_of(plan)]
    return staging


async def _plan(session: Session, options: RunOptions) -> Staging:
    now = session.world.now()
    if options.plan_file is not None:
        staging = load_plan(options.plan_file)
        check_plan(staging, session.connection, session.ledger, now)
        return staging
    return await plan_into(session, options.syncs, options.limit, now, full=options.full)


async def plan_into(
    session: Session,
    names: tuple[str, ...],
    limit: int | None,
    now: datetime,
    *,
    full: bool = False,
) -> Staging:
    """Plan these syncs into a new staging file, whose header then describes the plan."""
    staging = new_plan(session.ledger.path.parent)
    try:
        syncs = chosen_syncs(session.connection, names)
        plan = await make_plan(session, syncs, staging, limit=limit, full=full)
    except BaseException:
        staging.close()
        raise
    staging.header = plan_header(plan, session, now, limited=limit is not None)
    return staging


async def _carry_out(
    session: Session, staging: Staging, options: RunOptions, report: Report
) -> None:
    plan, run = read_plan(staging), report["run"]
    decisions = recent(session.ledger.consent.decisions(), session.world.now())
    if plan.stops:  # whose advice is to look at the records
        keep_aside(session, plan, run)
    raise_if_held(plan, decisions, adopt=options.adopt)
    report["passed"], report["stops"] = report["stops"], []  # somebody agreed to what they measured
    with session.ledger.at_once():
        remember_identity(session.connection, session.ledger)
        keep_aside(session, plan, run)
        if report["command"] == ACTIVATE:
            session.ledger.consent.stand(ACTIVE)
    counts: dict[str, ApplyCounts] = {}
    try:
        await apply_plan(session, plan, run, counts)
    finally:
        report["syncs"] = [
            sync_report(header, _applied(counts.get(header.sync))) for header in plan.syncs
        ]
        report["waiting"] = waiting_report(session.ledger.waiting_counts())
    if not report["limited"]:
        with session.ledger.at_once():
            conclude(session, plan, counts)
    code = _exit_code(plan, counts.values())
    # What others wait for was set aside: that was no good run.
    waiting = any(c.waiting for c in counts.values())
    _end(report, "partial" if waiting else _STATES.get(code, "partial"), code)


def _applied(counts: ApplyCounts | None) -> Mapping[str, Any] | None:
    return None if counts is None else asdict(counts)


def _exit_code(plan: Plan, counts: Iterable[ApplyCounts]) -> Exit:
    applied = list(counts)
    if any(c.unknown for c in applied):
        return Exit.UNAVAILABLE
    if plan.rejects or any(c.rejected for c in applied):
        return Exit.REJECTS
    return Exit.OK


def request_counts(session: Session) -> dict[str, dict[str, int]]:
    """How many requests of each kind went to source and target."""
    counts: dict[str, dict[str, int]] = {}
    for endpoint in (session.source, session.target):
        side = counts.setdefault(endpoint.site.name, {})
        for (kind, _status), number in sorted(endpoint.requests.items()):
            side[kind] = side.get(kind, 0) + number
    return counts
