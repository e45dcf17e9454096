"""Bulk operations: accepted at once, done later, told item by item.

Nothing runs in the background. A job's state follows from its age, and a job that has come of
age is settled before the next request is handled: the order of effects is the order of due times.
"""

import random
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from syncata.simulator.audit import Audit
from syncata.simulator.clock import written
from syncata.simulator.faults import Faults
from syncata.simulator.learning360.courses import Integration
from syncata.simulator.learning360.work import Work
from syncata.simulator.learning360.world import object_id

SLOTS = 3
STATES = ("pending", "queued", "running")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one item: the id of what it changed, or what was wrong."""

    sent: bytes
    resource: str = ""
    problem: str = ""

    def encoded(self) -> bytes:
        """Return it as the results endpoint shows it."""
        if self.problem:
            rest = b',"status":"error","errorMessage":' + orjson.dumps(self.problem)
        else:
            rest = b',"status":"success","resourceId":"' + self.resource.encode() + b'"'
        return b'{"input":' + self.sent + rest + b"}"


@dataclass(slots=True, eq=False)
class Job:
    """One bulk operation."""

    id: str
    kind: str
    target: Integration
    client: str | None
    seconds: float
    items: list[Any]
    count: int
    created: datetime
    began: float = field(default_factory=time.monotonic)
    results: list[Result] | None = None
    error: str = ""

    def state(self) -> str:
        """Return the status the API shows now."""
        if self.results is not None:
            return "error" if self.error else "completed"
        share = (time.monotonic() - self.began) / self.seconds if self.seconds else 1
        return STATES[min(2, int(share * 3))]

    def shown(self) -> dict[str, Any]:
        """Return the operation as the API shows it."""
        state = self.state()
        shown: dict[str, Any] = {"_id": self.id, "type": self.kind, "status": state}
        shown["createdAt"] = self._at(0)
        if state != "pending":
            shown["queuedAt"] = self._at(1 / 3)
        if state not in {"pending", "queued"}:
            done = len(self.results) if self.results is not None else self.count // 2
            shown["startedAt"] = self._at(2 / 3)
            shown["progress"] = {"index": done, "updatedAt": self._at(1)}
        if self.results is not None:
            shown["endedAt"] = self._at(1)
        return shown | ({"errorMessage": self.error} if self.error else {})

    def _at(self, share: float) -> str:
        return written(self.created + timedelta(seconds=self.seconds * share))


class Jobs:
    """The bulk operations of the company."""

    def __init__(self, work: Work, faults: Faults, audit: Audit, seconds: float) -> None:
        """Start with none; `work` does what they ask for."""
        self.all: dict[str, Job] = {}
        self._open: list[Job] = []
        self._work = work
        self._faults = faults
        self._audit = audit
        self._seconds = seconds

    def full(self) -> bool:
        """Whether every slot of the company is taken, by us or by someone else."""
        return len(self._open) + self._faults.number("slots_taken", 0) >= SLOTS

    def submit(self, kind: str, target: Integration, items: list[Any], client: str | None) -> Job:
        """Accept a job."""
        seconds = self._faults.number("job_seconds", self._seconds)
        job_id = object_id(0x66, len(self.all) + 1)
        job = Job(
            job_id, kind, target, client, seconds, items, len(items), self._audit.clock.instant()
        )
        self.all[job_id] = job
        self._open.append(job)
        return job

    def settle(self) -> None:
        """Finish every job that is due."""
        if not self._open or self._faults.on("job_stuck"):
            return
        instant = time.monotonic()
        for job in sorted(self._open, key=lambda job: job.began + job.seconds):
            if job.began + job.seconds <= instant:
                self._open.remove(job)
                self._finish(job)

    def results(self, job: Job) -> Iterator[bytes]:
        """Yield the encoded results of a job, spoilt as the switches say."""
        results = list(job.results or ())
        missing = int(self._faults.number("missing_results", 0))
        if missing:
            results = results[:-missing]
        if self._faults.on("shuffle_results"):
            random.Random(job.id).shuffle(results)  # noqa: S311
        return (result.encoded() for result in results)

    def _finish(self, job: Job) -> None:
        items = job.items
        if self._faults.strike("job_error", job.kind):
            job.error = "Simulated: the operation stopped half-way"
            items = items[: len(items) // 2]
        effect: dict[str, list[Any]] = defaultdict(list)
        job.results = [self._one(job, item, effect) for item in items]
        job.items = []
        self._audit.append(
            "job", client=job.client, job=job.id, items=job.count, status=job.state(), effect=effect
        )

    def _one(self, job: Job, item: Any, effect: dict[str, list[Any]]) -> Result:
        """Do one item, note its effect, and return its result."""
        # A copy: what orjson returns sits in a far bigger block, and 10^6 of them are kept.
        sent = bytes(memoryview(orjson.dumps(item)))
        outcome = self._work.do(job.kind, job.target, item, sent)
        effect[outcome.effect].append(outcome.subject)
        if outcome.effect == "rejected":
            return Result(sent if isinstance(item, dict) else b"{}", problem=outcome.said)
        return Result(sent, resource=outcome.said)
