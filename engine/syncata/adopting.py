"""What the target holds already: found before it would be made a second time."""

from collections.abc import Mapping, Sequence

from syncata.errors import RecordRejected
from syncata.model import Action, Change
from syncata.plan import adoption
from syncata.planning import SyncPlanner
from syncata.session import Session
from syncata.spec.operations import Find
from syncata.target.finder import Finder, Found
from syncata.target.references import ReferenceMissing


async def find_existing(session: Session, planner: SyncPlanner) -> list[tuple[str, str]]:
    """Turn creates of what the target holds already into adoptions, or refuse them.

    The (sync, key) of those that a human must agree to. Raises SpecFailed, Unavailable.
    """
    find = planner.resource.find
    if find is None or not (actions := _looked_for(session, planner, find)):
        return []
    finder, adopted = Finder(find), dict[str, list[str]]()
    for change in planner.staging.changes(planner.name, actions):
        try:
            found = await _find(session, finder, change)
        except ReferenceMissing as missing:
            planner.wait(change, missing.what)  # not to be looked for yet, so not to be made either
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
        taken_over = adoption(planner.compiled, change, found.target_id, found.observed)
        planner.staging.replace(change, [taken_over])
        planner.header.tally.add(change.action, change.reason, -1)
        planner.header.tally.add(Action.ADOPT, change.reason)
        adopted.setdefault(found.target_id, []).append(change.key)
    alone = _alone(planner, adopted)
    return [(planner.name, key) for key in alone] if finder.adopt == "confirm" else []


def _looked_for(session: Session, planner: SyncPlanner, find: Find) -> list[Action]:
    """What may be there already. Of what is in doubt, also what is known from before."""
    if not find.only_in_doubt:
        return [Action.CREATE]
    in_doubt = planner.name in session.ledger.doubts.syncs()
    return [Action.CREATE, Action.UPDATE] if in_doubt else []


def _alone(planner: SyncPlanner, adopted: Mapping[str, Sequence[str]]) -> list[str]:
    """The keys whose thing nobody else is; what several records would be is refused to all."""
    alone: list[str] = []
    for target_id, keys in adopted.items():
        held = planner.ledger.by_target(planner.name, [target_id])
        if len(keys) == 1 and all(known.key in keys for known in held.values()):
            alone += keys
            continue
        for key in keys:
            others = sorted({*keys, *(known.key for known in held.values())} - {key})
            message = (
                f"the thing found for it ({target_id}) is that of {', '.join(others[:5])}, too"
            )
            change = planner.staging.change(planner.name, key)
            assert change is not None, "it was staged as an adoption"
            planner.refuse([change], RecordRejected("SYN614", message))
    return alone


async def _find(session: Session, finder: Finder, change: Change) -> Found | None:
    scope = session.context.scope(session.functions)
    return await finder.find(session.target, scope, change.key, change.desired)
