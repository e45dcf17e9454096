"""Staged changes carried out: batches, requests, jobs, and what the target said about each item.

Nothing is confirmed but by the target's answer. What is in flight is journalled in the ledger
first, so that a run that dies is taken up by the next one.
"""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain

from syncata.apply.batches import batches
from syncata.apply.counts import ApplyCounts, put_back
from syncata.apply.failures import first_of, told
from syncata.errors import RecordRejected, SpecFailed, SyncataError
from syncata.expressions import Scope
from syncata.ledger import Batch, Ledger, Staging
from syncata.mapping.compiled import CompiledSync
from syncata.model import NO_STAMP, Action, Change, Outcome, Verdict, canonical
from syncata.plan import adoption
from syncata.spec.operations import Resource
from syncata.target.finder import Finder, Found
from syncata.target.jobs import JobLost
from syncata.target.references import ReferenceMissing, References
from syncata.target.writer import CONFLICT, GONE, Accepted, Divided, Writer
from syncata.transport import Endpoint, InDoubt, World

Progress = Callable[[str, int], None]

_PENDING = "the next run sends it again"


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

    def __post_init__(self) -> None:
        self._writers = {n: Writer(op) for n, op in self.resource.operations.items()}

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
            self._settle(None, [Outcome(change, Verdict.WAITING, None, missing.what)])
            return None
        except RecordRejected as why:
            self._settle(None, [Outcome(change, Verdict.REJECTED, None, why.message)])
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
            self._settle(None, [Outcome(held, Verdict.OK, change.target_id)])
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
            return await self._in_parallel(writer, changes, keep=keep)
        outcomes = []
        for change in changes:
            outcome = await self._send_one(writer, change)
            if keep:
                outcomes.append(outcome)
        return outcomes

    async def _send_one(self, writer: Writer, change: Change) -> Outcome:
        # A create that is sent twice makes two: the next run must know that one was under way.
        journal = None if writer.is_safe else self._intend(writer, [change])
        try:
            outcome = await writer.write_one(self.endpoint, self.scope, change)
        except InDoubt:
            raise
        except ReferenceMissing as missing:
            if missing.key is None:  # every request of the sync needs it
                if journal is not None:
                    self.ledger.settle(self.run, journal, [])
                raise
            outcome = Outcome(change, Verdict.WAITING, None, missing.what)
        except SyncataError:
            if journal is not None:  # it was not carried out, for certain
                self.ledger.settle(self.run, journal, [])
            raise
        if outcome.verdict is Verdict.OK and writer.gives_ids and outcome.target_id is None:
            # It stays in the journal: once the spec is right, the next run finds it.
            raise SpecFailed(
                f"{self.sync}: {change.key} was written, but `id` of {writer.name} finds no id in "
                "the target's answer; without one it could never be changed again",
                hint=f"correct `{writer.name}.id` in the spec",
            )
        if outcome.message == CONFLICT and (found := await self._found(change)) is not None:
            self._settle(journal, [])
            adopted = adoption(self.compiled, change, found.target_id, found.observed)
            self._taken_over += self._adopt(iter([adopted]))
            return outcome
        if outcome.message != GONE:
            self._settle(journal, [outcome])
        return outcome

    async def _found(self, change: Change) -> Found | None:
        """What a create collided with, if the spec says that such things are always ours."""
        find = self.resource.find
        if find is None or find.adopt != "always":
            return None
        return await Finder(find).find(self.endpoint, self.scope, change.key, change.desired)

    async def _in_parallel(
        self, writer: Writer, changes: Iterator[Change], *, keep: bool
    ) -> list[Outcome]:
        some = batches(writer, self.scope, changes)
        kept: list[Outcome] = []

        async def work() -> None:
            for batch in some:
                async with self.endpoint.account.job():
                    outcomes = await self._send_batch(writer, batch)
                if keep:
                    kept.extend(outcomes)

        try:
            # What has an order is not sent beside what comes before it.
            jobs = 1 if self.compiled.sync.order else self.jobs
            async with asyncio.TaskGroup() as group:
                for _ in range(jobs):
                    group.create_task(work())
        except ExceptionGroup as failures:
            raise first_of(failures) from failures
        return kept

    async def _send_batch(self, writer: Writer, batch: Mapping[str, Change]) -> list[Outcome]:
        journal = self._intend(writer, list(batch.values()))
        try:
            answer = await writer.write_many(self.endpoint, self.scope, batch)
        except ReferenceMissing:
            self.ledger.settle(self.run, journal, [])
            raise
        if isinstance(answer, Divided):
            self.ledger.settle(self.run, journal, [])
            return [o for half in answer.halves for o in await self._send_batch(writer, half)]
        if isinstance(answer, Accepted):
            self.ledger.accepted(journal, answer.location)
            return await self.follow(writer, journal, answer.location, batch)
        self._settle(journal, answer)
        return answer

    async def follow(
        self,
        writer: Writer,
        journal: int | None,
        location: str,
        batch: Mapping[str, Change],
        age: float = 0.0,
    ) -> list[Outcome]:
        """Wait for a job and take its results in. Raises Unavailable, CredentialsRefused.

        `batch` holds its changes by their match, `age` are seconds since it was submitted.
        """
        assert writer.follower is not None
        try:
            await writer.follower.ended(
                self.endpoint,
                self.scope,
                location,
                world=self.world,
                tick=lambda: self.progress(self.sync, 0),
                age=age,
            )
            outcomes = await writer.job_outcomes(self.endpoint, self.scope, location, batch)
        except JobLost as lost:
            why = f"{lost}; {_PENDING}"
            outcomes = [Outcome(c, Verdict.UNKNOWN, None, why) for c in batch.values()]
        self._settle(journal, outcomes)
        return outcomes

    async def resume(self, open_batch: Batch) -> None:
        """Take up a batch that a run left behind.

        A job the target accepted is followed; one that may never have been sent is forgotten, and
        its records are planned anew: the ledger does not hold them as confirmed.
        """
        writer = self._writers.get(open_batch.operation)
        if open_batch.location is None or writer is None or writer.follower is None:
            self.ledger.settle(self.run, open_batch.id, [])
            return
        batch = {writer.match(self.scope, change): change for change in open_batch.changes}
        since = self.world.now() - datetime.fromisoformat(open_batch.submitted_at)
        age = since.total_seconds()
        await self.follow(writer, open_batch.id, open_batch.location, batch, age)

    def _intend(self, writer: Writer, changes: Sequence[Change]) -> int:
        now = self.world.now().isoformat(timespec="milliseconds")
        return self.ledger.intend(Batch(self.run, self.sync, writer.name, now, changes))

    def _settle(self, journal: int | None, outcomes: Sequence[Outcome]) -> None:
        self.ledger.settle(self.run, journal, [told(o, self.redact) for o in outcomes])
        if restored := put_back(outcomes):
            self.ledger.drifts.count(self.sync, restored, [])
        for outcome in outcomes:
            self.counts.add(outcome)
        self.progress(self.sync, len(outcomes))
