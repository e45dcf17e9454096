"""What a simulator can be told when it starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of one simulator; each has a default that suits a first try.

    `items`, `activities`, `page_size_max` and `record_bytes` concern sources, `job_seconds` and
    `scopes` targets; the rest concerns both. A simulator takes no notice of what it does not have.
    """

    items: int = 1000
    """Size of the source catalogue."""

    ahead: float = 0
    """Seconds that the simulator's clock is ahead of the real one."""

    activities: int = 0
    """How many statistics of learners the source holds from the months before now."""

    seed: int = 1
    """Two simulators with the same seed and size hold the same catalogue."""

    job_seconds: float = 0.2
    """How long a bulk job stays pending, queued and running, all together."""

    rate_limits: bool = True
    """Refuse what is beyond the rates that the simulated API publishes."""

    page_size_max: int = 1000
    """Biggest `page[size]` that is honoured; a bigger one is cut to it."""

    record_bytes: int = 0
    """Pad descriptions until a record has about this many bytes of JSON; 0: natural size."""

    learners: int = 600
    """How many learners the company has, and how many of them the source knows."""

    scenario: str | None = None
    """Scenario whose next day `POST /_simulator/day` plays; None: a day of random changes."""

    credentials: Mapping[str, str] = field(default_factory=dict)
    """Client id to secret, or name to key; empty: the documented pair of the simulator."""

    scopes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Client id to its OAuth scopes; a client that is not named has all of them."""

    faults: Mapping[str, str] = field(default_factory=dict)
    """Fault switches that are on from the start; `describe` lists them."""

    audit: Path | None = None
    """File that receives the audit log as JSON lines, appended."""

    audit_bodies: bool = False
    """Keep request bodies in the audit log, except those of token requests."""
