"""What somebody changed on the target by hand: seen, compared with what was confirmed, put back."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from syncata.api import CompiledRequest
from syncata.ledger import NOTHING, Confirmed, Seen, pages
from syncata.mapping.ordering import in_order
from syncata.model import Action, Change, Known, Reason, canonical, decoded
from syncata.plan import ARCHIVED, DELETED, keep_omitted
from syncata.planning import SyncPlanner
from syncata.session import Session
from syncata.spec.operations import Observe, Resource
from syncata.target.references import MadeAnew, ReferenceMissing
from syncata.target.watcher import Sight, Watcher
from syncata.transport import Endpoint


async def note_lost(session: Session, planners: Mapping[str, SyncPlanner]) -> None:
    """Note what the target does not hold any more of what payloads of others hold the ids of.

    It comes before records are judged: who refers to it must not be sent with the old id. Raises
    Unavailable, CredentialsRefused.
    """
    wanted = {name for planner in planners.values() for name in planner.compiled.refers_to}
    for name, planner in planners.items():
        if name in wanted and planner.header.live and not planner.header.skipped:
            missing = await _drift(session, planner).missing()
            session.planned.lost.update((name, known.key) for known in missing)


async def put_back(session: Session, planner: SyncPlanner) -> None:
    """Stage what brings the target back to what was confirmed. Raises Unavailable."""
    drift = _drift(session, planner)
    parents = {name for r in _requests(planner.resource) for name in r.lone_references}
    if any(planner.staging.makes_anew(name, None) for name in parents):
        drift.settle_all_gone()
    else:
        await drift.settle()
    lost = session.planned.lost  # from here on the plan says what becomes of it
    lost.difference_update([pair for pair in lost if pair[0] == planner.name])


def _drift(session: Session, planner: SyncPlanner) -> "Drift":
    scope = session.context.scope(session.planned.of_today())
    watcher = Watcher(planner.resource.observe or Observe(None, None), scope)
    return Drift(planner, watcher, session.target)


def _requests(resource: Resource) -> list[CompiledRequest]:
    """What brings a record to the target: a thing is gone if what these belong to is gone."""
    operations = (resource.operations.get(name) for name in ("create", "upsert"))
    return [CompiledRequest(operation.request) for operation in operations if operation]


LEFT_ALONE_AFTER = 2
"""How often a field is put back before it is left alone: the target rewrites it."""

_PAGE = 500
_AT_ONCE = 8
_CHECKED = 100  # things a list lacks that are looked at one by one before the list is believed
_OPEN = (None, Action.UNCHANGED, Action.UPDATE)


@dataclass(slots=True)
class Drift:
    """Compares the records of one sync with what the target holds, and stages what is put back."""

    planner: SyncPlanner
    watcher: Watcher
    endpoint: Endpoint

    async def settle(self) -> None:
        """Look at the target. Raises Unavailable, CredentialsRefused."""
        if self.watcher.reads_list:
            await self._settle_list()
        if self.watcher.share:
            await self._settle_share(self.watcher.share)

    def settle_all_gone(self) -> None:
        """Make everything again, because what it belonged to is not there any more."""
        for page in pages(self.planner.ledger.live(self.planner.name), _PAGE):
            self._judge_page([(known, Sight(gone=True)) for known in page], counting=False)

    async def missing(self) -> list[Known]:
        """The live records that the list does not hold; none where there is no list."""
        return await self._walk(lambda _: None) if self.watcher.reads_list else []

    async def _settle_list(self) -> None:
        await self._settle_missing(await self._walk(self._judge_page))

    async def _walk(self, take: Callable[[Sequence[tuple[Known, Sight]]], None]) -> list[Known]:
        """Have what is known of each page of the list; the live records that were on none."""
        listed, ledger, name = Seen(), self.planner.ledger, self.planner.name
        async for sights in self.watcher.listed(self.endpoint):
            held = ledger.by_target(name, list(sights))
            for known in held.values():
                listed.add(known.id)
            take([(known, sights[found]) for found, known in held.items()])
        return [known for known in ledger.live(name) if known.id not in listed]

    async def _settle_missing(self, missing: Sequence[Known]) -> None:
        """Live records that the list does not hold; single reads have the last word, if any."""
        deleted = [(known, Sight(gone=True)) for known in missing]
        if self.watcher.share:
            async for page in self._looked_at(missing[:_CHECKED]):
                self._judge_page(page)
                if not all(sight.gone for _, sight in page):
                    return  # there are things that the list does not tell of: it proves nothing
            deleted = deleted[_CHECKED:]
        for start in range(0, len(deleted), _PAGE):
            self._judge_page(deleted[start : start + _PAGE])

    async def _settle_share(self, share: int) -> None:
        turn = self.planner.ledger.drifts.turn() % share
        live = self.planner.ledger.live(self.planner.name)
        for chosen in pages((k for k in live if k.id % share == turn), _PAGE):
            staged = self._staged(chosen).values()
            written = {change.key for change in staged if change.action is not Action.UNCHANGED}
            due = [known for known in chosen if known.key not in written]
            self.planner.header.looked_at += len(due)
            async for page in self._looked_at(due):
                self._judge_page(page)

    def _staged(self, records: Sequence[Known]) -> dict[str, Change]:
        keys = [known.key for known in records]
        return self.planner.staging.changes_for(self.planner.name, keys)

    async def _looked_at(
        self, records: Sequence[Known]
    ) -> AsyncIterator[Sequence[tuple[Known, Sight]]]:
        confirmed = self.planner.ledger.confirmed([known.id for known in records])
        for start in range(0, len(records), _AT_ONCE):
            some = records[start : start + _AT_ONCE]
            looks = [self._look(k, confirmed.get(k.id, NOTHING)) for k in some]
            sights = await asyncio.gather(*looks)
            yield [(k, s) for k, s in zip(some, sights, strict=True) if s is not None]

    async def _look(self, known: Known, before: Confirmed) -> Sight | None:
        payload = decoded(before.payload) if before.payload else {}
        try:
            return await self.watcher.look(self.endpoint, known.key, before.target_id, payload)
        except MadeAnew:
            return Sight(gone=True)  # with what it belongs to
        except ReferenceMissing:
            return None  # what it belongs to is not there either, and is put back first

    def _judge_page(self, page: Sequence[tuple[Known, Sight]], *, counting: bool = True) -> None:
        """`counting`: what was put back too often is left alone."""
        ledger, records = self.planner.ledger, [known for known, _ in page]
        confirmed = ledger.confirmed([known.id for known in records])
        keys = [known.key for known in records] if counting else []
        times, staged = ledger.drifts.times(self.planner.name, keys), self._staged(records)
        for known, sight in page:
            before = confirmed.get(known.id, NOTHING)
            self._judge(known, before, sight, times, staged.get(known.key))

    def _judge(
        self,
        known: Known,
        before: Confirmed,
        sight: Sight,
        times: Mapping[tuple[str, str], int],
        staged: Change | None,
    ) -> None:
        if (staged.action if staged else None) not in _OPEN:
            return
        if sight.gone and self._is_left_out(known):
            return
        if known.archived is not None:
            if sight.archived is False and not sight.gone and staged is None:
                self._stage(known, before, staged, Action.ARCHIVE, sight)
            return
        desired = decoded(before.payload) if before.payload else {}
        kinds = self._differences(sight, desired)
        header = self.planner.header
        header.well += [
            (known.key, f)
            for f in [*sight.fields, DELETED, ARCHIVED]
            if f not in kinds and (known.key, f) in times
        ]
        for kind in kinds:
            if times.get((known.key, kind), 0) == LEFT_ALONE_AFTER:
                header.rewritten.append((known.key, kind))
        if any(times.get((known.key, kind), 0) < LEFT_ALONE_AFTER for kind in kinds):
            self._stage(known, before, staged, _ACTIONS.get(kinds[0], Action.UPDATE), sight)

    def _is_left_out(self, known: Known) -> bool:
        """Whether the source does not hold a record any more: it is not made again."""
        return self.planner.header.complete and known.id not in self.planner.seen

    def _differences(self, sight: Sight, desired: Mapping[str, Any]) -> list[str]:
        if sight.gone:
            return [DELETED]
        differing = [name for name in sight.fields if not self._is_same(name, sight, desired)]
        return [ARCHIVED, *differing] if sight.archived else differing

    def _is_same(self, name: str, sight: Sight, desired: Mapping[str, Any]) -> bool:
        """Whether a field is as it should be; one that is null or not there is empty."""
        if name not in desired and self.planner.resource.leaves_omitted:
            return True  # what is not sent is none of ours, and could not be taken away
        seen, wanted = sight.fields[name], desired.get(name)
        seen = None if seen is sight.nothing else seen
        if name in self.planner.compiled.unordered:
            seen, wanted = in_order(seen), in_order(wanted)
        if isinstance(seen, str) and isinstance(wanted, str):
            return seen == wanted
        return canonical(seen) == canonical(wanted)

    def _stage(
        self, known: Known, before: Confirmed, staged: Change | None, action: Action, sight: Sight
    ) -> None:
        """Stage what puts a record back, in the place of what its source asks for, if anything."""
        planner = self.planner
        if staged is not None and staged.action is Action.UPDATE:
            if action is Action.UPDATE:
                return  # what is sent anyway puts it back
            planner.header.tally.add(staged.action, staged.reason, -1)
        elif staged is not None or known.id in planner.kept:
            why = "" if known.id in planner.seen else "not seen"
            planner.header.tally.add(Action.UNCHANGED, why, -1)
        change = self._change(known, before, staged, action, sight)
        planner.header.tally.add(action, Reason.DRIFT)
        if staged is None:
            planner.staging.add([change])
        else:
            planner.staging.replace(staged, [change])

    def _change(
        self, known: Known, before: Confirmed, staged: Change | None, action: Action, sight: Sight
    ) -> Change:
        wanted = staged.desired if staged and staged.action is Action.UPDATE else before.payload
        change = Change(
            sync=self.planner.name,
            key=known.key,
            action=action,
            reason=Reason.DRIFT,
            stamp=staged.stamp if staged else known.stamp,
            desired=wanted,
            target_id=before.target_id,
            known_id=known.id,
            archived=known.archived,
            misses=staged.misses if staged else known.misses,  # it may be missing all the same
            order=staged.order if staged else "",
            record=staged.record if staged else None,
        )
        if action is Action.CREATE:
            return replace(change, target_id=None)
        if action is Action.ARCHIVE or not before.payload or not wanted:
            return replace(change, confirmed=before.payload)
        held = sight.over(decoded(before.payload))
        update = self.planner.resource.rewrite
        kept = keep_omitted(decoded(wanted), held, update.omitted if update else "replaced")
        texts = [canonical(value).decode() for value in (kept, held)]
        return replace(change, desired=texts[0], confirmed=texts[1])


_ACTIONS = {DELETED: Action.CREATE, ARCHIVED: Action.RESTORE}
