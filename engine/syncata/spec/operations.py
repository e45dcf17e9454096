"""How a target is written: resources and their operations, single or in bulk, with jobs."""

from collections.abc import Mapping
from dataclasses import dataclass

from syncata.document import Scalar
from syncata.spec.requests import Pagination, Request


@dataclass(frozen=True, slots=True)
class Poll:
    """When a job has ended: `status` (expression) yields one of `done`. Seconds between polls
    grow from `every_from` to `every_to`; after `timeout` seconds the run stops waiting."""

    status: Scalar
    done: tuple[str, ...]
    every_from: float
    every_to: float
    timeout: float


@dataclass(frozen=True, slots=True)
class ItemError:
    """A class of refusals of single items: where `when` holds, `then` is wait, retry, reject or
    gone."""

    when: Scalar
    then: str


@dataclass(frozen=True, slots=True)
class Results:
    """How the answer for each item is read. `path` is a template (`$location`), None: the answer
    to the request itself holds them. `records` yields the list, `echo` the item we sent."""

    path: Scalar | None
    records: Scalar | None
    echo: Scalar | None
    match: Scalar
    ok: Scalar
    id: Scalar | None
    error: Scalar | None
    item_errors: tuple[ItemError, ...] = ()


@dataclass(frozen=True, slots=True)
class InDoubt:
    """How a job is found whose acceptance was never read: among those of `list` (`$since`) that
    were `created` (expression) at most `window` seconds before we sent, and for which `where`
    holds. `location` is a template, the job's URL."""

    list: Request
    pagination: Pagination | None
    records: Scalar
    where: Scalar | None
    created: Scalar
    location: Scalar
    window: float


@dataclass(frozen=True, slots=True)
class Job:
    """An asynchronous bulk write: accepted with `status`, followed at header `location`."""

    accepted_status: int
    location: str
    poll: Poll
    results: Results
    in_doubt: InDoubt | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """How many records and bytes one request may carry; `atomic`: all are taken, or none."""

    max: int
    max_bytes: int
    atomic: bool = False


WITHOUT_RECORD = ("archive", "restore", "remove")
"""Operations that see no record: only `$key`, `$id` and `$known`."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A refusal of a create that means "it is there already": it is looked for again."""

    when: Scalar


@dataclass(frozen=True, slots=True)
class Read:
    """A fresh look at one thing before it is written: `result` becomes `$current`."""

    when: Scalar | None
    request: Request
    pagination: Pagination | None
    result: Scalar


@dataclass(frozen=True, slots=True)
class Operation:
    """One way of writing. With `batch` it sends many records, else one per request.

    `omitted` says what a field we no longer send becomes: replaced (the target drops it), null,
    empty (we send that value), leave (its confirmed value is sent again). `repeatable`: a create
    that may be sent twice. `undone_by_write`: upsert or update brings back what this archived.
    """

    name: str
    request: Request
    batch: Batch | None
    job: Job | None
    results: Results | None
    id: Scalar | None
    conflict: Conflict | None
    omitted: str
    repeatable: bool = False
    undone_by_write: bool = False
    read: Read | None = None

    @property
    def item_results(self) -> Results | None:
        """Where it stands what became of each item: in the job's results, or in the answer."""
        return self.job.results if self.job else self.results


@dataclass(frozen=True, slots=True)
class Find:
    """Looks for a resource that may exist already: the record (of `records`) for which `where`
    holds, or whose `by` yields the key. `adopt`: confirm (a human agrees), always, or never.
    `several`: stop, or first (by id) where more than one is found. `only_in_doubt`: it is looked
    for only while a ledger that was restored or rebuilt may not know of it."""

    request: Request
    pagination: Pagination | None
    records: Scalar | None
    where: Scalar | None
    by: Scalar | None
    id: Scalar
    adopt: str
    several: str = "stop"
    only_in_doubt: bool = False


@dataclass(frozen=True, slots=True)
class ObserveList:
    """One list of what the target holds; `fields` yield what is compared, by payload field."""

    request: Request
    pagination: Pagination | None
    records: Scalar | None
    id: Scalar
    archived: Scalar | None
    gone: Scalar | None
    fields: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class ObserveOne:
    """Single reads: one of `share` records in a run. `fields` None: every field of the payload.

    `id` yields the target's id of the thing, for a ledger that is rebuilt.
    """

    request: Request
    pagination: Pagination | None
    archived: Scalar | None
    gone: Scalar | None
    fields: Mapping[str, Scalar] | None
    share: int
    id: Scalar | None = None


@dataclass(frozen=True, slots=True)
class Observe:
    """How it is seen what the target holds."""

    list: ObserveList | None
    one: ObserveOne | None


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of thing in the target. Either `upsert`, or `create` and `update`."""

    name: str
    schema: str | None
    schema_at: Scalar | None
    needs: tuple[str, ...]
    find: Find | None
    operations: Mapping[str, Operation]  # create, update, upsert, archive, restore, remove
    on_deactivate: str
    observe: Observe | None = None

    @property
    def leaves_omitted(self) -> bool:
        """Whether a field that is not sent stays as it is."""
        return self.rewrite is not None and self.rewrite.omitted == "leave"

    @property
    def rewrite(self) -> Operation | None:
        """What changes a thing that is there; None where nothing does."""
        return self.operations.get("update") or self.operations.get("upsert")
