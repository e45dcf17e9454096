"""A connection put to rest: what it made is archived, in the order that nothing refers to it."""

from syncata.ledger import DEACTIVATED, Ledger, Staging, new_plan
from syncata.model import Reason
from syncata.plan_file import plan_header
from syncata.planning import retire_all
from syncata.report.run import Report, sync_report
from syncata.run import apply_run, run_session
from syncata.session import Session, Surroundings
from syncata.spec.connection import Connection
from syncata.spec.model import Spec, Sync
from syncata.sync import Plan, planned_requests, planner_for, resume


async def plan_deactivation(
    connection: Connection,
    ledger: Ledger,
    around: Surroundings,
    report: Report,
    *,
    final: bool,
) -> Staging:
    """What putting the connection to rest would do; close it.

    `final`: also remove what everything else lies in, which cannot be undone. Raises Unavailable,
    CredentialsRefused, StateProblem.
    """
    async with run_session(connection, ledger, around, report) as session:
        report["resumed_batches"] = await resume(session, report["run"])
        staging = new_plan(ledger.path.parent)
        try:
            plan = _plan(session, staging, final=final)
        except BaseException:
            staging.close()
            raise
        staging.header = plan_header(plan, session, around.world.now(), limited=False)
        report["syncs"] = [sync_report(header, None) for header in plan.syncs]
        return staging


def _plan(session: Session, staging: Staging, *, final: bool) -> Plan:
    plan = Plan(staging)
    # What refers to others goes before them.
    for sync in reversed(list(session.connection.spec.syncs.values())):
        planner = planner_for(session, sync, staging)
        header = planner.header
        header.skipped, header.disabled, header.complete = "", False, False
        how = _how(session, sync, final=final)
        if how == "keep":
            header.skipped = "stays as it is" if header.live else "nothing is there"
        else:
            retire_all(planner, how, Reason.DEACTIVATED)
            header.requests = planned_requests(header, planner.resource)
        plan.syncs.append(header)
    return plan


def _how(session: Session, sync: Sync, *, final: bool) -> str:
    spec = session.connection.spec
    if final and removable(spec, sync):
        return "remove"
    return spec.target.resources[sync.resource].on_deactivate


def removable(spec: Spec, sync: Sync) -> bool:
    """Whether a final deactivation removes what the sync made: the thing everything lies in."""
    return sync.stream is None and "remove" in spec.target.resources[sync.resource].operations


async def deactivate(
    connection: Connection,
    ledger: Ledger,
    around: Surroundings,
    staging: Staging,
    report: Report,
    *,
    final: bool,
) -> None:
    """Put the connection to rest as planned; from now on nothing is synchronized.

    What could not be done is done when it is deactivated again. Raises as a run does.
    """
    ledger.consent.stand(DEACTIVATED)
    await apply_run(connection, ledger, around, staging, report)
    if final and report["state"] == "ok":
        ledger.forgetting.everything()
