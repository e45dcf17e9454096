"""Writes whose answer was never read: looked for at the target before anything is sent again."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from syncata.errors import Unavailable
from syncata.expressions import Scope
from syncata.ledger import Ledger, claimed
from syncata.model import Change, Verdict
from syncata.spec.operations import Resource
from syncata.target.finder import Finder, Found, observed_part
from syncata.target.jobs import LOST_AFTER, JobLost
from syncata.target.references import ReferenceMissing
from syncata.target.watcher import Watcher
from syncata.target.writer import Writer
from syncata.transport import Endpoint, World

SETTLED_AFTER = 10.0
"""Seconds after sending from which on it is believed that the target shows nothing of it."""

Batched = Mapping[str, Change]


@dataclass(slots=True)
class Doubt:
    """Finds out what became of what was sent to one resource."""

    resource: Resource
    ledger: Ledger
    endpoint: Endpoint
    scope: Scope
    world: World
    tick: Callable[[], None]

    def now(self) -> datetime:
        """This instant by the target's clock, where it has told it."""
        return self.world.now() + timedelta(seconds=self.endpoint.clock_ahead or 0.0)

    async def job(self, writer: Writer, batch: Batched, sent: datetime) -> str | None:
        """The URL of the job that a batch became; None: it was not accepted, for certain.

        `batch` holds its changes by their match, `sent` is an instant of the target's clock.
        Raises Unavailable where it cannot be told yet, CredentialsRefused.
        """
        found = await self._job(writer, batch, sent)
        if found is None and await self._settle(sent):
            found = await self._job(writer, batch, sent)
        return found

    async def made(self, change: Change, sent: datetime) -> Found | None:
        """What a create made, if it says what we sent; None: nothing, or something else.

        Raises Unavailable, CredentialsRefused, SpecFailed.
        """
        if self.resource.find is None:
            return None
        found = await self._found(change)
        if found is None and await self._settle(sent):
            found = await self._found(change)
        desired = json.loads(change.desired or "{}")
        ours = found is not None and observed_part(found.observed, desired) == desired
        return found if ours else None

    async def _settle(self, sent: datetime) -> bool:
        """Wait until the target must have shown what was sent; whether that took any time."""
        left = SETTLED_AFTER - (self.now() - sent).total_seconds()
        if left <= 0:
            return False
        await self.world.sleep(min(left, SETTLED_AFTER))
        return True

    async def _found(self, change: Change) -> Found | None:
        assert self.resource.find is not None
        finder = Finder(self.resource.find)  # anew: what it reads once is older than the write
        return await finder.find(self.endpoint, self.scope, change.key, change.desired)

    async def _job(self, writer: Writer, batch: Batched, sent: datetime) -> str | None:
        assert writer.search is not None
        since = sent - timedelta(seconds=writer.search.window)
        jobs = await writer.search.jobs(self.endpoint, self.scope, since)
        others = claimed(self.ledger, jobs)
        for location in jobs:
            if location not in others and await self._is_ours(writer, batch, location, sent):
                return location
        return None

    async def _is_ours(self, writer: Writer, batch: Batched, location: str, sent: datetime) -> bool:
        """Whether a job is what a batch became. One that has not ended is waited for."""
        assert writer.follower is not None
        endpoint, scope, age = self.endpoint, self.scope, (self.now() - sent).total_seconds()
        try:
            await writer.follower.ended(
                endpoint, scope, location, world=self.world, tick=self.tick, age=age
            )
            return await writer.is_echoed(
                endpoint, scope, location, batch
            ) and await self._wrote_ours(writer, batch, location)
        except JobLost as lost:
            if age > LOST_AFTER:
                return False
            raise Unavailable(
                f"{lost}; it may be the one that a batch became whose answer was lost",
                hint="nothing is sent beside it: the next run looks again",
            ) from lost

    async def _wrote_ours(self, writer: Writer, batch: Batched, location: str) -> bool:
        """Whether what the job wrote is ours: another connection may send the very same."""
        outcomes = await writer.job_outcomes(self.endpoint, self.scope, location, batch)
        made = None
        for outcome in outcomes:
            known = outcome.change.target_id
            if outcome.verdict is Verdict.OK and known not in (None, outcome.target_id):
                return False
            if outcome.verdict is Verdict.OK and known is None:
                made = outcome.change, outcome.target_id
        return made is None or await self._is_there(*made)

    async def _is_there(self, change: Change, target_id: str | None) -> bool:
        """Whether a thing is where ours are, as far as the spec lets one thing be looked at."""
        if self.resource.observe is None or self.resource.observe.one is None:
            return True
        watcher = Watcher(self.resource.observe, self.scope)
        desired = json.loads(change.desired or "{}")
        try:
            return not (await watcher.look(self.endpoint, change.key, target_id, desired)).gone
        except ReferenceMissing:
            return False
