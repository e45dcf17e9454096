"""What goes into an endpoint and what comes out of it."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from syncata.errors import Unavailable
from syncata.spec.requests import Then
from syncata.transport.auth import Credentials, NoCredentials
from syncata.transport.in_process import Respond

Kind = Literal["read", "write"]


class InDoubt(Unavailable):
    """A write that failed in a way that leaves open whether the other side carried it out."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `url` is absolute, or a path that continues the base URL; its query is kept.

    `body` is encoded JSON. `kind` says which limit it takes; it is the effect that counts, not the
    method: a search by POST reads. `idempotent`: a write that may be sent again although an
    earlier attempt may have arrived; a read always may.
    """

    method: str
    url: str
    params: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)
    kind: Kind = "read"
    idempotent: bool = False

    @property
    def may_repeat(self) -> bool:
        """Whether sending it twice does no harm."""
        return self.kind == "read" or self.idempotent


@dataclass(frozen=True, slots=True)
class Ruling:
    """How a whole answer is treated; `wait` in seconds, None where the rule names none."""

    then: Then
    wait: float | None = None
    message: str = ""


OK = Ruling("ok")


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer, with how it was ruled.

    `body` is the decoded JSON, `raw` the bytes it was decoded from; `is_json` tells a JSON null
    from no JSON. `excerpt` holds the first 200 redacted characters where the ruling is not `ok`.
    `url` has no credentials in it. `attempts` above 1: an earlier one failed or was put off.
    """

    status: int
    headers: Mapping[str, str]
    body: Any
    raw: bytes = field(repr=False)
    is_json: bool
    url: str
    elapsed: float
    attempts: int = 1
    ruling: Ruling = OK
    excerpt: str = ""

    @property
    def date(self) -> datetime | None:
        """The other side's clock when it answered, if it told."""
        return parse_date(self.headers.get("date", ""))


@dataclass(frozen=True, slots=True)
class Event:
    """One attempt, for progress and logs. `status` is 0 where no complete answer came."""

    side: str
    method: str
    path: str
    status: int
    seconds: float
    attempt: int


Classify = Callable[[Answer], Ruling | None]
Resolve = Callable[[str, int], Awaitable[list[str]]]
NextPage = Callable[[Answer, int], Mapping[str, str] | str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where one API is and how it is reached; `name` is `source` or `target` in every message.

    `origins`: others than the base URL's that requests may go to; they are sent no credentials.
    `timeout`: seconds for one attempt from connecting to the last byte; `stream_timeout`: for
    waiting for the bytes of one streamed answer. `ca_file` adds to the trusted certificates.
    `max_body` and `max_stream` count inflated bytes.
    """

    name: str
    base_url: str
    credentials: Credentials = field(default_factory=NoCredentials)
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 30.0
    stream_timeout: float = 600.0
    origins: tuple[str, ...] = ()
    allow_private: bool = False
    proxy: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    user_agent: str = "syncata"
    max_body: int = 20_000_000
    max_stream: int = 1_000_000_000
    max_attempts: int = 5


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class World:
    """Clocks, waiting, chance, name look-up and the network, as arguments: a test's waits take no
    time. `respond`: both APIs live in this process, and nothing goes over the network."""

    now: Callable[[], datetime] = _utc_now
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Callable[[], float] = random.random
    resolve: Resolve | None = None  # None: the system's
    respond: Respond | None = None  # None: the network


def parse_date(text: str) -> datetime | None:
    """Read an HTTP date; None where it is none."""
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
