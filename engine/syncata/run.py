"""One run of one connection, from the ledger's lock to the report that is kept of it."""

import asyncio
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from syncata.apply import ApplyCounts
from syncata.errors import Exit, Held, SyncataError
from syncata.ledger import Ledger, Staging, load_plan, new_plan
from syncata.plan_file import check_plan, plan_header, read_plan
from syncata.report.run import Report, failure, stop_report, sync_report
from syncata.session import Session, Surroundings, chosen_syncs, open_session
from syncata.spec.connection import Connection
from syncata.sync import Plan, apply_plan, make_plan, raise_if_held, resume

INTERRUPTED = 130  # as a shell counts a process that Ctrl-C ended

_STATES = {Exit.OK: "ok", Exit.REJECTS: "done with rejects"}

# Shows a plan and says whether to go on; None: go on without asking.
Confirm = Callable[[Plan], bool]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a command asks of a run.

    `limit`: read so many records per stream (a canary; counts no misses). `adopt`: take over what
    the target holds already. `plan_file`: carry out this saved plan instead of planning.
    """

    command: str = "run"
    syncs: tuple[str, ...] = ()
    limit: int | None = None
    adopt: bool = False
    plan_file: Path | None = None
    confirm: Confirm | None = None


class Declined(Exception):
    """A person looked at the plan and did not want it applied."""


def new_run_id(now: datetime) -> str:
    """A run's id: sorts by time, unlikely to repeat."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


async def run_connection(
    connection: Connection, ledger: Ledger, around: Surroundings, options: RunOptions
) -> Report:
    """Plan and apply; the report, which the ledger keeps too. Its `exit_code` says how it went.

    Raises Declined where `confirm` said no, UsageError for an unknown sync. Other errors of ours
    end up in the report.
    """
    chosen_syncs(connection, options.syncs)
    now = around.world.now()
    run = new_run_id(now)
    started = around.world.monotonic()
    report: Report = {
        "run": run,
        "connection": connection.name,
        "spec": connection.spec.name,
        "command": options.command,
        "started": now.astimezone(UTC).isoformat(timespec="seconds"),
        "syncs": [],
        "stops": [],
        "error": None,
        "requests": {},
    }
    ledger.begin_run(run, options.command, report)
    state, code = "failed", int(Exit.BUG)
    try:
        code = await _run(connection, ledger, around, options, report, now)
        state = _STATES.get(Exit(code), "partial")
        if any(sync["applied"] and sync["applied"]["waiting"] for sync in report["syncs"]):
            state = "partial"  # what others wait for was set aside: this was no good run
    except SyncataError as error:
        code = error.exit_code
        state = "held" if isinstance(error, Held) else "failed"
        report["error"] = failure(error)
    except Declined:
        state, code = "declined", Exit.OK
        raise
    except (asyncio.CancelledError, KeyboardInterrupt):
        state, code = "interrupted", INTERRUPTED
        raise
    finally:
        report["seconds"] = round(around.world.monotonic() - started, 3)
        report["state"], report["exit_code"] = state, int(code)
        ledger.finish_run(run, state, int(code), report)
    return report


async def _run(
    connection: Connection,
    ledger: Ledger,
    around: Surroundings,
    options: RunOptions,
    report: Report,
    now: datetime,
) -> Exit:
    check_identity(connection, ledger)
    async with open_session(connection, ledger, around, now) as session:
        try:
            await session.learn_lookups()
            report["resumed_batches"] = await resume(session, report["run"])
            with await _plan(session, options, now) as staging:
                return await _carry_out(session, read_plan(staging), options, report)
        finally:
            report["requests"] = request_counts(session)


async def _plan(session: Session, options: RunOptions, now: datetime) -> Staging:
    if options.plan_file is not None:
        staging = load_plan(options.plan_file)
        check_plan(staging, session.connection, session.ledger, now)
        return staging
    return await plan_into(session, options.syncs, options.limit, now)


async def plan_into(
    session: Session, names: tuple[str, ...], limit: int | None, now: datetime
) -> Staging:
    """Plan these syncs into a new staging file, whose header then describes the plan."""
    staging = new_plan(session.ledger.path.parent)
    try:
        syncs = chosen_syncs(session.connection, names)
        plan = await make_plan(session, syncs, staging, limit=limit)
    except BaseException:
        staging.close()
        raise
    staging.header = plan_header(plan, session, now, limited=limit is not None)
    return staging


async def _carry_out(session: Session, plan: Plan, options: RunOptions, report: Report) -> Exit:
    run = report["run"]
    report["syncs"] = [sync_report(header, None) for header in plan.syncs]
    report["stops"] = [stop_report(stop) for stop in plan.stops]
    adopt = options.adopt
    if options.confirm is not None:
        if not options.confirm(plan):
            raise Declined
        adopt = True  # the plan that was agreed to says so
    if plan.stops:  # whose advice is to look at the records
        _keep_rejects(session, plan, run)
    raise_if_held(plan, adopt=adopt)
    remember_identity(session.connection, session.ledger)
    _keep_rejects(session, plan, run)
    counts: dict[str, ApplyCounts] = {}
    try:
        await apply_plan(session, plan, run, counts)
    finally:
        report["syncs"] = [
            sync_report(header, _applied(counts.get(header.sync))) for header in plan.syncs
        ]
    return _exit_code(plan, counts.values())


def _keep_rejects(session: Session, plan: Plan, run: str) -> None:
    for header in plan.syncs:
        session.ledger.set_rejects(
            header.sync, plan.staging.rejects(header.sync), run, complete=header.complete
        )


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


def check_identity(connection: Connection, ledger: Ledger) -> None:
    """Refuse a connection whose identity settings changed. Raises Held."""
    current = _identity(connection)
    for name, before in _kept_identity(ledger).items():
        if name in current and current[name] != before:
            raise Held(
                f"the setting {name} was {before} when this connection first ran and is "
                f"{current[name]} now; it is part of the connection's identity",
                hint="make a new connection for it; this one goes on with the old value",
            )


def remember_identity(connection: Connection, ledger: Ledger) -> None:
    """Keep the identity settings of a connection that has none kept yet."""
    kept = _kept_identity(ledger)
    current = _identity(connection)
    if current.keys() - kept.keys():
        ledger.set_identity({**current, **kept})


def _kept_identity(ledger: Ledger) -> dict[str, str]:
    """What binds the connection: nothing, as long as the target may hold nothing of it."""
    return ledger.identity() if ledger.syncs() or ledger.open_batches() else {}


def _identity(connection: Connection) -> dict[str, str]:
    settings = connection.spec.settings
    return {
        name: str(connection.settings[name])
        for name in settings
        if settings[name].identity and name in connection.settings
    }
