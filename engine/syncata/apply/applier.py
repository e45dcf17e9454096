"""Staged changes carried out: batches, requests, jobs, and what the target said about each item.

Nothing is confirmed but by the target's answer. What is in flight is journalled in the ledger
first, so that a run that dies is taken up by the next one.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain

from syncata.apply.bulk import BulkSender
from syncata.apply.counts import ApplyCounts
from syncata.apply.doubt import Doubt
from syncata.apply.recorder import Progress, Recorder
from syncata.errors import RecordRejected, SpecFailed, SyncataError
from syncata.expressions import Scope
from syncata.ledger import Batch, Ledger, Staging
from syncata.mapping.compiled import CompiledSync
from syncata.model import NO_STAMP, Action, Change, Outcome, Verdict, canonical
from syncata.plan import adoption
from syncata.spec.operations import Resource
from syncata.target.finder import Finder, Found
from syncata.target.references import ReferenceMissing, References
from syncata.target.writer import CONFLICT, GONE, Writer
from syncata.transport import Endpoint, InDoubt, World


@dataclass(slots=True)
class Applier:
    """Applies the changes of one sync to one resource of the target."""

    sync: str
    compiled: CompiledSync
    resource: Resource
    ledger: Ledger
    endpoint: Endpoint
    scope: Scope
    references: References
    run: str
    jobs: int
    world: World
    progress: Progress
    redact: Callable[[str], str] = str
    counts: ApplyCounts = field(default_factory=ApplyCounts)
    _writers: dict[str, Writer] = field(default_factory=dict)
    _taken_over: list[Change] = field(default_factory=list)
    _recorder: Recorder = field(init=False)
    _doubt: Doubt = field(init=False)
    _bulk: BulkSender = field(init=False)

    def __post_init__(self) -> None:
        self._writers = {n: Writer(op) for n, op in self.resource.operations.items()}
        self._recorder = Recorder(
            self.sync, self.run, self.ledger, self.counts, self.redact, self.progress
        )
        self._doubt = Doubt(
            self.resource, self.ledger, self.endpoint, self.scope, self.world, self._recorder.tick
        )
        # What has an order is not sent beside what comes before it.
        jobs = 1 if self.compiled.sync.order else self.jobs
        self._bulk = BulkSender(
            self._recorder, self._doubt, self.endpoint, self.scope, self.world, jobs
        )

    async def apply(self, staging: Staging) -> ApplyCounts:
        """Carry out everything staged for the sync, in the order that is safe.

        Raises Unavailable, CredentialsRefused, StateProblem; what was done until then is kept.
        """
        try:
            await self._apply(staging)
        except ReferenceMissing:
            # The address of every request depends on a record that is not there: all of it waits.
            self.counts.waiting += max(0, staging.writes(self.sync) - self.counts.settled)
        self.ledger.renew(staging.changes(self.sync, [Action.UNCHANGED]))
        return self.counts

    async def _apply(self, staging: Staging) -> None:
        adopted = self._adopt(self._staged(staging, Action.ADOPT))
        restored = await self._restore(self._staged(staging, Action.RESTORE))
        await self._write([*adopted, *restored], staging)
        await self._send("archive", staging.changes(self.sync, [Action.ARCHIVE]))
        await self._send("remove", staging.changes(self.sync, [Action.REMOVE]))

    def _staged(self, staging: Staging, *actions: Action) -> Iterator[Change]:
        """Changes in the order they are to be sent in, the ids in them being the target's."""
        if self.compiled.sync.order:
            changes = staging.in_order(self.sync, actions)
        else:
            changes = staging.changes(self.sync, actions)
        for change in changes:
            if self.references.mark not in (change.desired or ""):
                yield change
            elif (resolved := self._resolved(change)) is not None:
                yield resolved

    def _resolved(self, change: Change) -> Change | None:
        """The change with the ids that other records have got meanwhile; None: it is settled."""
        try:
            payload = self.compiled.fitting(
                self.references.resolved(json.loads(change.desired or "null"))
            )
        except ReferenceMissing as missing:
            self._recorder.settle(None, [Outcome(change, Verdict.WAITING, None, missing.what)])
            return None
        except RecordRejected as why:
            self._recorder.settle(None, [Outcome(change, Verdict.REJECTED, None, why.message)])
            return None
        resolved = replace(change, desired=canonical(payload).decode())
        if change.action is Action.UPDATE and resolved.desired == change.confirmed:
            self.ledger.renew([resolved])
            return None
        return resolved

    def _adopt(self, changes: Iterator[Change]) -> list[Change]:
        """Take over what the target holds; what differs from the mapping is then updated."""
        updates = []
        for change in changes:
            differs = change.desired != change.confirmed
            held = replace(
                change, desired=change.confirmed, stamp=NO_STAMP if differs else change.stamp
            )
            self._recorder.settle(None, [Outcome(held, Verdict.OK, change.target_id)])
            if differs:
                updates.append(replace(change, action=Action.UPDATE))
        return updates

    async def _restore(self, changes: Iterator[Change]) -> list[Change]:
        """Restore; what differs from what was confirmed before is then updated."""
        if "restore" not in self._writers:  # a target whose upsert restores by itself
            return [replace(change, action=Action.UPDATE) for change in changes]
        writes = []
        for outcome in await self._send("restore", changes):
            change = outcome.change
            if outcome.message == GONE:  # deleted while it was archived: it is made again
                writes.append(replace(change, action=Action.CREATE, target_id=None))
            elif outcome.verdict is Verdict.OK and change.desired != change.confirmed:
                writes.append(replace(change, action=Action.UPDATE))
        return writes

    async def _write(self, first: Sequence[Change], staging: Staging) -> None:
        if "upsert" in self._writers:
            staged = self._staged(staging, Action.CREATE, Action.UPDATE)
            await self._send("upsert", chain(first, staged), keep=False)
            return
        made = [change for change in first if change.action is Action.CREATE]
        creates = chain(made, self._staged(staging, Action.CREATE))
        await self._send("create", creates, keep=False)
        rest = [change for change in first if change.action is Action.UPDATE]
        updates = chain(rest, self._taken_over, self._staged(staging, Action.UPDATE))
        await self._send("update", updates, keep=False)

    async def _send(
        self, operation: str, changes: Iterator[Change], *, keep: bool = True
    ) -> list[Outcome]:
        """Send changes by one operation; the outcomes, where they are to be kept."""
        writer = self._writers.get(operation)
        if writer is None:
            assert next(changes, None) is None, f"checked: the resource has {operation}"
            return []
        if writer.is_bulk:
            return await self._bulk.send(writer, changes, keep=keep)
        outcomes = []
        for change in changes:
            outcome = await self._send_one(writer, change)
            if keep:
                outcomes.append(outcome)
        return outcomes

    async def _send_one(self, writer: Writer, change: Change) -> Outcome:
        # A create that is sent twice makes two: the next run must know that one was under way.
        sent = self._doubt.now()
        journal = None if writer.is_safe else self._recorder.intend(writer.name, [change], sent)
        try:
            outcome = await self._written(writer, change, sent)
        except InDoubt:
            raise  # it stays in the journal: the next run looks for it
        except (SyncataError, ReferenceMissing):
            self._recorder.forget(journal)
            raise
        if outcome.verdict is Verdict.OK and writer.gives_ids and outcome.target_id is None:
            # It stays in the journal: once the spec is right, the next run finds it.
            raise SpecFailed(
                f"{self.sync}: {change.key} was written, but `id` of {writer.name} finds no id in "
                "the target's answer; without one it could never be changed again",
                hint=f"correct `{writer.name}.id` in the spec",
            )
        if outcome.message == CONFLICT and (found := await self._found(change)) is not None:
            self._recorder.settle(journal, [])
            adopted = adoption(self.compiled, change, found.target_id, found.observed)
            self._taken_over += self._adopt(iter([adopted]))
            return outcome
        if outcome.message != GONE:
            self._recorder.settle(journal, [outcome])
        return outcome

    async def _written(self, writer: Writer, change: Change, sent: datetime) -> Outcome:
        try:
            return await writer.write_one(self.endpoint, self.scope, change)
        except InDoubt as doubt:
            made = None if writer.is_safe else await self._made(change, sent, doubt)
            if made is None:
                raise
            return Outcome(change, Verdict.OK, made.target_id)
        except ReferenceMissing as missing:
            if missing.key is None:  # every request of the sync needs it
                raise
            return Outcome(change, Verdict.WAITING, None, missing.what)

    async def _made(self, change: Change, sent: datetime, doubt: InDoubt) -> Found | None:
        try:
            return await self._doubt.made(change, sent)
        except SyncataError as why:  # looking failed, too: it stays in doubt
            raise doubt from why

    async def _found(self, change: Change) -> Found | None:
        """What a create collided with, if the spec says that such things are always ours."""
        find = self.resource.find
        if find is None or find.adopt != "always":
            return None
        return await Finder(find).find(self.endpoint, self.scope, change.key, change.desired)

    async def resume(self, open_batch: Batch) -> None:
        """Take up a batch that a run left behind.

        A job the target accepted is followed, and looked for where its answer was never read.
        What was not carried out is forgotten, and its records are planned anew: the ledger does
        not hold them as confirmed. Raises Unavailable where it cannot be told yet.
        """
        writer = self._writers.get(open_batch.operation)
        if writer is None:
            self._recorder.forget(open_batch.id)
        elif writer.is_bulk:
            await self._bulk.resume(writer, open_batch)
        else:
            await self._resume_create(open_batch)

    async def _resume_create(self, open_batch: Batch) -> None:
        """What the target holds now may be what was made; anything else is planned anew."""
        sent, outcomes = datetime.fromisoformat(open_batch.submitted_at), list[Outcome]()
        for change in open_batch.changes:
            made = await self._doubt.made(change, sent)
            if made is not None:
                outcomes.append(Outcome(change, Verdict.OK, made.target_id))
        self._recorder.settle(open_batch.id, outcomes)
