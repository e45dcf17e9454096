"""A connector spec as frozen values. Texts that hold expressions keep their place (`Scalar`).

Words are those of the language (`docs/spec-language.md`). An *expression* field is JSONata; a
*template* field is literal text with `{…}` parts; `body` is JSON data whose strings are templates.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from syncata.document import Scalar
from syncata.spec.operations import Resource
from syncata.spec.requests import Api, Pagination, Request
from syncata.spec.tests import SpecTest


@dataclass(frozen=True, slots=True)
class Setting:
    """A value that each connection gives. `rules` is the JSON Schema fragment it must satisfy.

    `default` is a template where it is text, else plain JSON; `has_default` tells None from none.
    `required_without`: it is required where that other setting has no value.
    """

    name: str
    rules: Mapping[str, Any]
    title: str
    description: str
    default: Any
    has_default: bool
    secret: bool
    identity: bool
    required: bool
    examples: tuple[Any, ...] = ()
    required_without: str | None = None


@dataclass(frozen=True, slots=True)
class Absent:
    """The look-up that proves a record gone: asks for `$keys`, yields those that exist."""

    request: Request
    batch: int
    records: Scalar


@dataclass(frozen=True, slots=True)
class Incremental:
    """Reading only what changed: `param` gets `value` (a template over `$since`).

    `cursor` yields when a record changed. `overlap` and `full_every` are seconds.
    """

    param: str
    value: Scalar
    cursor: Scalar
    overlap: float
    full_every: float


@dataclass(frozen=True, slots=True)
class Stream:
    """One list of records of the source. `count` yields the number the API says there is."""

    name: str
    request: Request
    pagination: Pagination | None
    records: Scalar
    count: Scalar | None
    cap: int | None
    schema: str | None
    schema_at: Scalar | None
    key: Scalar
    absent: Absent | None
    incremental: Incremental | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A REST API that is read."""

    api: Api
    streams: Mapping[str, Stream]


@dataclass(frozen=True, slots=True)
class Lookup:
    """A value read from the target: once per run as `$lookups.<name>`, or for single keys.

    `one`: exactly one result is expected; none or several end the run with `message`. With `by`,
    `$find` asks for keys: `batch` in one request, compared as `fold` (none, case) says; `missing`
    (wait, reject, nothing) is what becomes of a record whose key is not found.
    """

    name: str
    when: Scalar | None
    request: Request
    pagination: Pagination | None
    result: Scalar
    one: bool
    message: Scalar | None
    by: Scalar | None = None
    fold: str = "none"
    batch: int = 1
    missing: str = "wait"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing `doctor` looks at: `ok` judges the answer; `scopes` are what it proves."""

    title: str
    when: Scalar | None
    scopes: tuple[str, ...]
    request: Request
    pagination: Pagination | None
    ok: Scalar
    found: Scalar | None
    advice: Scalar


@dataclass(frozen=True, slots=True)
class Target:
    """A REST API that is written."""

    api: Api
    lookups: Mapping[str, Lookup]
    resources: Mapping[str, Resource]
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class Sync:
    """Stream to mapping to resource. `stream` is None for `from: settings`, one record.

    `each` makes several records out of one. `on_excluded`, `on_missing` and `on_disabled` are
    archive, remove or keep; `duplicates` is reject or any. `person`: who a record is about.
    `order`: what changes are sent by. `final`: a known record that is left alone. `volatile`: may
    use `$now`.
    """

    name: str
    stream: str | None
    resource: str
    key: Scalar
    when: Scalar | None
    where: Scalar | None
    live: Scalar | None
    on_excluded: str
    on_missing: str
    require: tuple[str, ...]
    map: Mapping[str, Scalar]
    volatile: bool
    each: Scalar | None = None
    on_disabled: str = "keep"
    duplicates: str = "reject"
    person: Scalar | None = None
    order: Scalar | None = None
    final: Scalar | None = None


@dataclass(frozen=True, slots=True)
class ScheduleEntry:
    """When syncs run: a cron expression in a time zone (IANA name or fixed offset)."""

    syncs: tuple[str, ...]
    cron: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Guards:
    """Shares (0…1) from which a run waits for a human. `above`: they act from this many records
    on. `misses`: complete reads without a record before it counts as gone. `give_up_after`:
    seconds that a record may wait."""

    max_spec_updates: float = 0.3
    max_archives: float = 0.3
    max_drift: float = 0.3
    max_rejects: float = 0.01
    above: int = 10
    empty_source: Literal["hold", "allow"] = "hold"
    misses: int = 2
    give_up_after: float = 90 * 86_400.0


@dataclass(frozen=True, slots=True)
class Spec:
    """One connector spec. `digest` is of what the file says, without its tests and samples;
    `syncs` stand in an order in which each comes after those it refers to."""

    name: str
    title: str
    description: str
    file: str
    digest: str
    settings: Mapping[str, Setting]
    definitions: Mapping[str, Scalar]
    source: Source
    target: Target
    syncs: Mapping[str, Sync]
    schedule: tuple[ScheduleEntry, ...]
    guards: Guards
    tests: tuple[SpecTest, ...] = field(default=(), repr=False)
