"""What `plan`, `apply` and `run` share: a connection, its ledger, the world, one event loop."""

import asyncio
import gc
import json
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from syncata.checks import to_json
from syncata.cli.loading import loaded
from syncata.cli.masking import masked_fields
from syncata.cli.output import Output, paint
from syncata.cli.progress import progress_for, told_sleep
from syncata.cli.project import Project
from syncata.cli.stopping import Stopping
from syncata.errors import URGENCY, Exit, SpecInvalid, SyncataError
from syncata.holding import stops_of
from syncata.identity import check_identity
from syncata.ledger import Ledger, Staging, open_ledger
from syncata.model import WRITES, Action, shown_provisional
from syncata.plan import MISSING, field_changes
from syncata.plan_file import read_plan
from syncata.report.plan_text import plan_lines
from syncata.report.run import Report, failure, run_lines, stop_report, sync_report
from syncata.run import (
    RunOptions,
    apply_run,
    plan_into,
    plan_run,
    recorded,
    request_counts,
    run_connection,
)
from syncata.session import Surroundings, open_session
from syncata.spec.connection import Connection
from syncata.sync import Plan
from syncata.transport import Accounts, World

T = TypeVar("T")

# The world as it is; whoever watches is told of long waits.
TOLD = World(sleep=told_sleep)

COLLECT_AFTER = 20_000  # new objects; a page of records alone makes some thousand


def clocks() -> World:
    """What a command goes by that waits for a time itself."""
    return Surroundings(world=World()).world


def instant() -> str:
    """Now, as the ledgers of these commands note it."""
    return clocks().now().isoformat(timespec="seconds")


@contextmanager
def opened(project: Project, connection: Connection, around: Surroundings) -> Iterator[Ledger]:
    """The ledger of a connection, locked. Raises Locked, StateProblem."""
    clock = around.world.now
    with open_ledger(
        project.ledger_file(connection.name),
        clock=lambda: clock().isoformat(timespec="seconds"),
    ) as ledger:
        yield ledger


async def run_one(
    project: Project,
    name: str,
    options: RunOptions,
    accounts: Accounts,
    *,
    quiet: bool,
    world: World = TOLD,
) -> Report:
    """Run one connection and give the report. Raises what comes before a run can begin."""
    connection = loaded(project, name)
    with progress_for(quiet=quiet) as progress:
        around = Surroundings(world=world, accounts=accounts, progress=progress.step)
        with opened(project, connection, around) as ledger:
            return await run_connection(connection, ledger, around, options)


def make_run(
    project: Project, name: str, options: RunOptions, *, quiet: bool = False, world: World = TOLD
) -> Report:
    """The same, in an event loop of its own."""
    accounts = Accounts(world)
    return in_loop(run_one(project, name, options, accounts, quiet=quiet, world=world))


def ask_and_run(
    project: Project,
    name: str,
    options: RunOptions,
    agrees: Callable[[Connection, Plan], bool],
) -> Report:
    """Plan, ask, apply. While somebody thinks, the ledger stays locked and nothing else is open."""
    connection = project.load(name)
    progress = progress_for(quiet=False)
    around = Surroundings(world=TOLD, accounts=Accounts(TOLD), progress=progress.step)
    with (
        opened(project, connection, around) as ledger,
        recorded(connection, ledger, around, options) as report,
    ):
        with progress:
            staging = in_loop(plan_run(connection, ledger, around, options, report))
        with staging:
            if agrees(connection, read_plan(staging)):
                with progress:
                    in_loop(apply_run(connection, ledger, around, staging, report))
            else:
                report |= {"state": "declined", "exit_code": int(Exit.OK)}
    return report


@cache
def spare_the_collector() -> None:
    """What is imported stays: the collector need not walk it for every page of records. Once."""
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)


def in_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run until it is done; SIGTERM and Ctrl-C end it in order.

    Raises Terminated, KeyboardInterrupt.
    """
    spare_the_collector()
    stopping = Stopping()

    async def stoppable() -> T:
        stopping.watch()
        return await work

    with stopping.handling():
        try:
            return asyncio.run(stoppable())
        except asyncio.CancelledError:
            raise stopping.end from None


def make_plan(
    project: Project,
    name: str,
    syncs: tuple[str, ...],
    limit: int | None,
    show: "PlanView",
) -> Plan:
    """Plan a connection, show the plan, and give it; nothing is sent."""
    connection = project.load(name)
    progress = progress_for(quiet=show.output.as_json)
    around = Surroundings(world=TOLD, accounts=Accounts(TOLD), progress=progress.step)
    with opened(project, connection, around) as ledger, progress:

        async def planned() -> Staging:
            now = around.world.now()
            check_identity(connection, ledger)
            async with open_session(connection, ledger, around, now) as session:
                await session.learn_lookups()
                staging = await plan_into(session, syncs, limit, now, full=show.full)
                show.requests = request_counts(session)
                return staging

        staging = in_loop(planned())
    with staging:
        plan = read_plan(staging)
        show.show(connection, plan)
        return plan


class PlanView:
    """Shows a plan as text or JSON, and saves it where a file was asked for."""

    def __init__(self, output: Output, save_to: Path | None = None, *, full: bool = False) -> None:
        self.output = output
        self.full = full
        self.save_to = save_to
        self.requests: Mapping[str, Mapping[str, int]] = {}

    def show(self, connection: Connection, plan: Plan) -> None:
        """The plan, then where it was saved."""
        if self.save_to is not None:
            plan.staging.save(self.save_to)
        if self.output.as_json:
            self.output.document(plan_document(connection, plan, self.requests))
            return
        lines = plan_lines(plan.syncs, plan.stops, plan.staging, masked_fields(connection), paint)
        self.output.result(lines)
        if plan.adoptions:
            self.output.result(["To take over what the target holds already, add --adopt."])
        if self.save_to is not None:
            self.output.message(f"Saved to {self.save_to}")


SAMPLED = 50


def plan_document(
    connection: Connection, plan: Plan, requests: Mapping[str, Mapping[str, int]]
) -> dict[str, Any]:
    """A plan as JSON data, with up to 50 changes of each kind."""
    masked = masked_fields(connection)
    return {
        "connection": connection.name,
        "spec": connection.spec.name,
        "created": plan.staging.header["created"],
        "changes": plan.changes,
        "rejects": plan.rejects,
        "syncs": [
            {
                **sync_report(header, None),
                "samples": [
                    _change(change, masked.get(header.sync, frozenset()))
                    for action in WRITES
                    for change in plan.staging.sample(header.sync, action, SAMPLED)
                ],
            }
            for header in plan.syncs
        ],
        "stops": [stop_report(stop) for stop in stops_of(plan)],
        "adoptions": [{"sync": sync, "key": key} for sync, key in plan.adoptions],
        "requests": requests,
    }


def _change(change: Any, masked: frozenset[str]) -> dict[str, Any]:
    before = json.loads(change.confirmed) if change.confirmed else None
    after = json.loads(shown_provisional(change.desired)) if change.desired else None
    fields = []
    if change.action not in (Action.ARCHIVE, Action.REMOVE):
        for name, old, new in field_changes(before, after):
            fields.append(_field(name, old, new, hidden=name in masked))
    return {
        "key": change.key,
        "action": str(change.action),
        "reason": str(change.reason),
        "target_id": change.target_id,
        "fields": fields,
    }


def _field(name: str, old: Any, new: Any, *, hidden: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {"field": name}
    if hidden:
        return {**shown, "personal": True}
    if old is not MISSING:
        shown["before"] = old
    if new is not MISSING:
        shown["after"] = new
    return shown


def show_report(output: Output, report: Report, rejects: list[dict[str, Any]]) -> None:
    """A run's report as text."""
    run = {
        "id": report["run"],
        "state": report["state"],
        "exit_code": report["exit_code"],
        "started": report["started"],
        "report": report,
    }
    output.result(run_lines(run, rejects, paint))


def most_urgent(codes: list[Exit]) -> Exit:
    """The code of a command that ran several connections."""
    return min(codes, key=URGENCY.index, default=Exit.OK)


def failed_report(name: str, error: SyncataError) -> Report:
    """The report of a run that could not begin."""
    report: Report = {
        "connection": name,
        "exit_code": int(error.exit_code),
        "state": "failed",
        "error": failure(error),
    }
    if isinstance(error, SpecInvalid):
        report["findings"] = to_json(error.findings)
    return report
