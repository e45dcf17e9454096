"""A ledger made anew: from today's keys of the source, and what the target answers for them."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from syncata.api import CompiledRequest
from syncata.expressions import UNDEFINED
from syncata.identity import remember_identity
from syncata.ledger import Ledger, Staging, new_plan, pages
from syncata.model import IN_DOUBT, Action, Change, Outcome, Verdict, canonical
from syncata.report.run import Report
from syncata.run import run_session
from syncata.session import Session, Surroundings
from syncata.spec.connection import Connection
from syncata.spec.model import Sync
from syncata.spec.operations import Observe
from syncata.sync import make_plan
from syncata.target.references import ReferenceMissing, References
from syncata.target.watcher import Sight, Watcher

_PAGE = 200
_AT_ONCE = 8


@dataclass(slots=True)
class Rebuilt:
    """What became of the records of one sync.

    `held`: the target has them; of these `nameless`: it did not tell its id. `absent`: it says that
    it has not. `unasked`: it cannot be asked, so the next run sends them. `orphans` are ids of live
    things in the target's list that no record of today is; None: there is no list, or it cannot be
    held against the records.
    """

    held: int = 0
    absent: int = 0
    unasked: int = 0
    orphans: list[str] | None = None
    nameless: int = 0


async def rebuild(
    connection: Connection, draft: Ledger, around: Surroundings, report: Report
) -> dict[str, Rebuilt]:
    """Fill a new ledger; nothing is written to either API. What it says, by sync.

    Every record stays in doubt: the next run sends it once more. Raises Unavailable,
    CredentialsRefused, SpecFailed, StateProblem.
    """
    found: dict[str, Rebuilt] = {}
    # A run like no other: it read everything and proves nothing.
    report["limited"] = True
    draft.doubts.note(connection.spec.syncs, report["started"])
    async with run_session(connection, draft, around, report) as session:
        with new_plan(draft.path.parent) as staging:
            plan = await make_plan(session, list(connection.spec.syncs.values()), staging)
            remember_identity(connection, draft)
            for sync in connection.spec.syncs.values():
                references = session.references(mark=plan.mark)
                one = _Sync(session, sync, staging, references, report["run"])
                found[sync.name] = await one.rebuild()
        for sync in connection.spec.syncs.values():
            await _list_orphans(session, sync, found)
    draft.doubts.note(connection.spec.syncs, report["started"])
    report |= {"state": "ok", "exit_code": 0}
    return found


@dataclass(slots=True)
class _Sync:
    """Asks the target for the records of one sync, and holds what it answers."""

    session: Session
    sync: Sync
    staging: Staging
    references: References
    run: str
    found: Rebuilt = field(default_factory=Rebuilt)

    async def rebuild(self) -> Rebuilt:
        for page in pages(self._planned(), _PAGE):
            outcomes: list[Outcome | None] = []
            for some in pages(page, _AT_ONCE):
                outcomes += await asyncio.gather(*map(self._outcome, some))
            held = [outcome for outcome in outcomes if outcome is not None]
            self.session.ledger.settle(self.run, None, held)
            self.found.held += len(held)
        return self.found

    def _planned(self) -> Iterator[Change]:
        return self.staging.changes(self.sync.name, [Action.CREATE, Action.ADOPT])

    async def _outcome(self, change: Change) -> Outcome | None:
        """What is to be held of a record; None if nothing."""
        if change.action is Action.ADOPT:
            return _held(change, change.confirmed, change.target_id)
        watcher = self._watcher()
        if watcher is None:
            self.found.unasked += 1
            return None
        try:
            desired = dict(self.references.resolved(json.loads(change.desired or "{}")))
            sight = await watcher.look(self.session.target, change.key, None, desired)
        except ReferenceMissing:  # what it belongs to is not there, so neither is it
            sight = Sight(gone=True)
        if sight.gone:
            self.found.absent += 1
            return None
        self.found.nameless += sight.id is None
        seen = {n: v for n, v in sight.fields.items() if n in desired and v is not UNDEFINED}
        return _held(change, canonical(seen).decode(), sight.id)

    def _watcher(self) -> Watcher | None:
        """Single reads, if they need no id that is not known."""
        resource = self.session.connection.spec.target.resources[self.sync.resource]
        one = resource.observe.one if resource.observe else None
        if one is None or "id" in CompiledRequest(one.request).variables:
            return None
        return Watcher(Observe(None, one), self.session.context.scope(self.session.functions))


def _held(change: Change, payload: str | None, target_id: str | None) -> Outcome:
    stamp = replace(change.stamp, source=IN_DOUBT)
    kept = replace(change, action=Action.ADOPT, stamp=stamp, desired=payload)
    return Outcome(kept, Verdict.OK, target_id)


async def _list_orphans(session: Session, sync: Sync, found: dict[str, Rebuilt]) -> None:
    """What is live in the target's list and is none of the records of the resource."""
    target, ledger = session.connection.spec.target, session.ledger
    observe = target.resources[sync.resource].observe
    syncs = session.connection.spec.syncs.values()
    members = [other.name for other in syncs if other.resource == sync.resource]
    here = found[sync.name]
    if observe is None or observe.list is None or any(found[name].nameless for name in members):
        return
    here.orphans = []
    watcher = Watcher(observe, session.context.scope(session.functions))
    async for sights in watcher.listed(session.target):
        live = [name for name, sight in sights.items() if not (sight.gone or sight.archived)]
        known = {name for member in members for name in ledger.by_target(member, live)}
        here.orphans += [name for name in live if name not in known]
