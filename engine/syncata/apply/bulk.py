"""Batches sent, and the jobs they become followed: also those of a run that died."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from syncata.apply.batches import batches
from syncata.apply.doubt import Doubt
from syncata.apply.failures import first_of
from syncata.apply.recorder import Recorder
from syncata.expressions import Scope
from syncata.ledger import Batch
from syncata.model import Change, Outcome, Verdict
from syncata.target.jobs import JobLost
from syncata.target.references import ReferenceMissing
from syncata.target.writer import Accepted, Divided, Writer
from syncata.transport import Endpoint, InDoubt, World

_PENDING = "the next run sends it again"


@dataclass(frozen=True, slots=True)
class BulkSender:
    """Sends the batches of one sync. `jobs`: how many of them at a time."""

    recorder: Recorder
    doubt: Doubt
    endpoint: Endpoint
    scope: Scope
    world: World
    jobs: int

    async def send(self, writer: Writer, changes: Iterator[Change], *, keep: bool) -> list[Outcome]:
        """Send changes in batches; the outcomes, where they are to be kept.

        Raises Unavailable, CredentialsRefused, ReferenceMissing, StateProblem.
        """
        some = batches(writer, self.scope, changes)
        kept: list[Outcome] = []

        async def work() -> None:
            for batch in some:
                async with self.endpoint.account.job():
                    outcomes = await self._send(writer, batch)
                if keep:
                    kept.extend(outcomes)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self.jobs):
                    group.create_task(work())
        except ExceptionGroup as failures:
            raise first_of(failures) from failures
        return kept

    async def _send(
        self, writer: Writer, batch: Mapping[str, Change], attempt: int = 1
    ) -> list[Outcome]:
        sent = self.doubt.now()
        journal = self.recorder.intend(writer.name, list(batch.values()), sent)
        answer: Accepted | Divided | list[Outcome]
        try:
            answer = await writer.write_many(self.endpoint, self.scope, batch)
        except ReferenceMissing:
            self.recorder.forget(journal)
            raise
        except InDoubt:
            if writer.search is None:
                raise
            location = await self.doubt.job(writer, batch, sent)
            if location is None:
                if attempt >= self.endpoint.site.max_attempts:
                    raise
                self.recorder.forget(journal)
                return await self._send(writer, batch, attempt + 1)
            answer = Accepted(location)
        if isinstance(answer, Divided):
            self.recorder.forget(journal)
            return [o for half in answer.halves for o in await self._send(writer, half)]
        if isinstance(answer, Accepted):
            self.recorder.ledger.accepted(journal, answer.location)
            return await self._follow(writer, journal, answer.location, batch)
        self.recorder.settle(journal, answer)
        return answer

    async def resume(self, writer: Writer, open_batch: Batch) -> None:
        """Take up a batch that a run left behind: follow its job, look for it, or forget it."""
        assert open_batch.id is not None
        batch = {writer.match(self.scope, change): change for change in open_batch.changes}
        sent, location = datetime.fromisoformat(open_batch.submitted_at), open_batch.location
        if location is None and writer.search is not None:
            location = await self.doubt.job(writer, batch, sent)
            if location is not None:
                self.recorder.ledger.accepted(open_batch.id, location)
        if location is None or writer.follower is None:
            self.recorder.forget(open_batch.id)
            return
        age = (self.doubt.now() - sent).total_seconds()
        await self._follow(writer, open_batch.id, location, batch, age)

    async def _follow(
        self,
        writer: Writer,
        journal: int,
        location: str,
        batch: Mapping[str, Change],
        age: float = 0.0,
    ) -> list[Outcome]:
        """Wait for a job and take its results in. `age`: seconds since it was submitted."""
        assert writer.follower is not None
        try:
            await writer.follower.ended(
                self.endpoint,
                self.scope,
                location,
                world=self.world,
                tick=self.recorder.tick,
                age=age,
            )
            outcomes = await writer.job_outcomes(self.endpoint, self.scope, location, batch)
        except JobLost as lost:
            why = f"{lost}; {_PENDING}"
            outcomes = [Outcome(c, Verdict.UNKNOWN, None, why) for c in batch.values()]
        self.recorder.settle(journal, outcomes)
        return outcomes
