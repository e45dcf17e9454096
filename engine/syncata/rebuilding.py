"""A ledger made anew: from today's keys of the source, and what the target answers for them."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from syncata.api import CompiledRequest
from syncata.expressions import UNDEFINED, Scope
from syncata.identity import remember_identity
from syncata.ledger import Ledger, Staging, new_plan, pages
from syncata.model import IN_DOUBT, Action, Change, JsonObject, Outcome, Verdict, canonical
from syncata.report.run import Report
from syncata.run import run_session
from syncata.session import Session, Surroundings
from syncata.spec.connection import Connection
from syncata.spec.model import Sync
from syncata.spec.operations import Observe, Resource
from syncata.sync import make_plan
from syncata.target.jobs import ResultReader
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
    nameless: int = 0
    absent: int = 0
    unasked: int = 0
    orphans: list[str] | None = None


async def rebuild(
    connection: Connection, draft: Ledger, around: Surroundings, report: Report
) -> dict[str, Rebuilt]:
    """Fill a new ledger; nothing is written to either API. What it says, by sync.

    Every record stays in doubt: the next run sends it once more. Raises Unavailable,
    CredentialsRefused, SpecFailed, StateProblem.
    """
    found: dict[str, Rebuilt] = {}
    report["limited"] = True  # a run like no other: it read everything and proves nothing
    draft.doubts.note(connection.spec.syncs, report["started"])
    async with run_session(connection, draft, around, report) as session:
        # One after the other: what refers to a record is looked for once that is held.
        for name, sync in connection.spec.syncs.items():
            with new_plan(draft.path.parent) as staging:
                plan = await make_plan(session, [sync], staging)
                references = session.references(mark=plan.mark)
                one = _Sync(session, sync, staging, references, report["run"])
                found[name] = await one.rebuild()
        remember_identity(connection, draft)
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
        """Hold what is there; the counts."""
        looker = _Looker(self.session, self._resource)
        planned = self.staging.changes(self.sync.name, [Action.CREATE, Action.ADOPT])
        for page in pages(planned, _PAGE):
            outcomes: list[Outcome | None] = []
            for some in pages(page, _AT_ONCE):
                outcomes += await asyncio.gather(*(self._outcome(looker, c) for c in some))
            held = [outcome for outcome in outcomes if outcome is not None]
            self.session.ledger.settle(self.run, None, held)
            self.found.held += len(held)
        return self.found

    @property
    def _resource(self) -> Resource:
        return self.session.connection.spec.target.resources[self.sync.resource]

    async def _outcome(self, looker: "_Looker", change: Change) -> Outcome | None:
        """What is to be held of a record; None if nothing."""
        if change.action is Action.ADOPT:
            return _held(change, change.confirmed, change.target_id)
        try:
            desired = dict(self.references.resolved(json.loads(change.desired or "{}")))
            sight = await looker.look(change.key, desired)
        except ReferenceMissing:  # what it belongs to is not there, so neither is it
            sight = Sight(gone=True)
        if sight is None:
            self.found.unasked += 1
            return None
        if sight.gone:
            self.found.absent += 1
            return None
        self.found.nameless += sight.id is None
        seen = {n: v for n, v in sight.fields.items() if n in desired and v is not UNDEFINED}
        return _held(change, canonical(seen).decode(), sight.id)


def _held(change: Change, payload: str | None, target_id: str | None) -> Outcome:
    stamp = change.stamp._replace(source=IN_DOUBT)
    kept = replace(change, action=Action.ADOPT, stamp=stamp, desired=payload)
    return Outcome(kept, Verdict.OK, target_id)


class _Looker:
    """Looks records up that are known by key and payload alone.

    A thing of the target's list is a record's where both have the same `match`, by which results
    are paired; where the list does not tell, single reads do that need no id.
    """

    def __init__(self, session: Session, resource: Resource) -> None:
        self._target = session.target
        self._scope: Scope = session.context.scope(session.functions)
        observe = resource.observe or Observe(None, None)
        one = observe.one
        by_key = one is not None and "id" not in CompiledRequest(one.request).variables
        self._one = Watcher(Observe(None, one), self._scope) if by_key else None
        listed = self._one is None and observe.list is not None and observe.list.fields
        self._list = Watcher(Observe(observe.list, None), self._scope) if listed else None
        self._results = _results(resource)
        self._by_match: dict[str, Sight] | None = None
        self._reading = asyncio.Lock()

    async def look(self, key: str, desired: JsonObject) -> Sight | None:
        """What there is of a record; None if nothing can tell. Raises Unavailable."""
        if self._one is not None:
            return await self._one.look(self._target, key, None, desired)
        if self._list is None or self._results is None:
            return None
        async with self._reading:
            if self._by_match is None:
                self._by_match = await self._read(self._list, self._results)
        if not self._by_match:
            return None
        return self._by_match.get(self._results.match(desired, self._scope), Sight(gone=True))

    async def _read(self, watcher: Watcher, results: ResultReader) -> dict[str, Sight]:
        found: dict[str, Sight] = {}
        async for sights in watcher.listed(self._target):
            for name, sight in sights.items():
                match = results.match(_fields(sight.fields), self._scope)
                if match and not sight.gone:
                    found[match] = replace(sight, id=name)
        return found


def _fields(fields: Mapping[str, Any]) -> JsonObject:
    return {name: value for name, value in fields.items() if value is not UNDEFINED}


def _results(resource: Resource) -> ResultReader | None:
    upsert = resource.operations.get("upsert")
    spec = upsert.item_results if upsert else None
    return None if spec is None else ResultReader(spec)


async def _list_orphans(session: Session, sync: Sync, found: dict[str, Rebuilt]) -> None:
    """What is live in the target's list and is none of the records of the resource."""
    target, ledger = session.connection.spec.target, session.ledger
    observe = target.resources[sync.resource].observe
    syncs = session.connection.spec.syncs.values()
    members = [other.name for other in syncs if other.resource == sync.resource]
    if observe is None or observe.list is None or any(found[name].nameless for name in members):
        return
    orphans = found[sync.name].orphans = []
    watcher = Watcher(observe, session.context.scope(session.functions))
    async for sights in watcher.listed(session.target):
        live = [name for name, sight in sights.items() if not (sight.gone or sight.archived)]
        known = {name for member in members for name in ledger.by_target(member, live)}
        orphans += [name for name in live if name not in known]
