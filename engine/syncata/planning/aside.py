"""Records that nothing is sent for, for now: rejected with a reason, or waiting for something."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from syncata.errors import RecordRejected
from syncata.ledger import Ledger, Staging
from syncata.mapping.compiled import Item
from syncata.model import Action, Reject, Tally, Waiting, canonical

GivesUp = Callable[[str], bool]

GIVEN_UP = "SYN612"


def never(_since: str) -> bool:
    """Records wait as long as it takes."""
    return False


@dataclass(slots=True)
class Aside:
    """Keeps what one sync sets aside, and counts it.

    `since` says since when records wait, by key; `gives_up` whether an instant is too long ago;
    `given_up` are the keys of records that have waited too long before; `ignored` says, by stage
    and key, of what (token and code) nobody wants to hear any more. Where the source may not give a
    record again, `keeps_records` keeps those that wait.
    """

    sync: str
    staging: Staging
    tally: Tally
    since: Mapping[str, str]
    gives_up: GivesUp
    keeps_records: bool
    given_up: Collection[str] = ()
    ignored: Mapping[tuple[str, str], tuple[bytes, str]] = field(default_factory=dict)
    nameless: int = 0

    @classmethod
    def of(
        cls,
        ledger: Ledger,
        sync: str,
        staging: Staging,
        tally: Tally,
        gives_up: GivesUp,
        *,
        keeps_records: bool,
    ) -> "Aside":
        """What the ledger tells of the records a sync has set aside before."""
        since, given_up = ledger.waiting_since(sync), ledger.rejected_with(sync, GIVEN_UP)
        ignored = ledger.ignored(sync)
        return cls(sync, staging, tally, since, gives_up, keeps_records, given_up, ignored)

    def reject(
        self, key: str, why: RecordRejected, token: bytes = b"", record: str | None = None
    ) -> None:
        """Set a record aside; it waits no longer."""
        self.waits_no_longer(key)
        ignored = bool(token) and self.ignored.get(("map", key)) == (token, why.code)
        self._count(why.code, ignored=ignored)
        place = str(why.position or "")
        reject = Reject(
            self.sync, key, "map", why.code, why.message, why.field, place, token, record, ignored
        )
        self.staging.add_rejects([reject])

    def still_refused(self, key: str) -> None:
        """Count a record that the target refused as it is now; it is not asked again."""
        self._count("target", ignored=("target", key) in self.ignored)

    def _count(self, why: str, *, ignored: bool) -> None:
        if ignored:
            self.tally.add(Action.IGNORED, "rejected")
        else:
            self.tally.add(Action.REJECTED, why)

    def reject_nameless(self, why: RecordRejected) -> None:
        """Set a record without a key aside."""
        self.nameless += 1
        self.reject(f"(record without a key, {self.nameless:,})", why)

    def too_long(self, key: str, what: str) -> RecordRejected | None:
        """Why a record is not to wait any longer, if so."""
        if key in self.given_up:
            return RecordRejected(GIVEN_UP, f"it has waited for {what}, and was given up")
        since = self.since.get(key)
        if since is None or not self.gives_up(since):
            return None
        return RecordRejected(GIVEN_UP, f"it has waited for {what} since {since}")

    def wait(self, key: str, what: str, record: str | None) -> None:
        """Let a record wait."""
        self.tally.add(Action.WAITING, what)
        kept = record if self.keeps_records else None
        self.staging.parked.wait([Waiting(self.sync, key, what, kept)])

    def waits_no_longer(self, key: str) -> None:
        """Nothing will be sent for a record; if it waited before, that is over."""
        if key in self.since:
            self.staging.parked.wait([Waiting(self.sync, key, "")])


def record_text(item: Item) -> str | None:
    """The stream's record as JSON text; None where it is none."""
    try:
        return canonical(item.value if item.parent is None else item.parent).decode()
    except ValueError:
        return None
