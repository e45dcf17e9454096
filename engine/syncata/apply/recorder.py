"""What one sync has in flight, and what became of it: written to the ledger, counted, told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from syncata.apply.counts import ApplyCounts, fields_put_back
from syncata.ledger import Batch, Ledger
from syncata.model import Change, Outcome

Progress = Callable[[str, int], None]

MAX_MESSAGE = 500


@dataclass(frozen=True, slots=True)
class Recorder:
    """Writes down what the applying of one sync is about to do and what came of it."""

    sync: str
    run: str
    ledger: Ledger
    counts: ApplyCounts
    redact: Callable[[str], str]
    progress: Progress

    def intend(self, operation: str, changes: Sequence[Change], sent: datetime) -> int:
        """Write changes down before they are sent; the journal's number of them."""
        at = sent.isoformat(timespec="milliseconds")
        return self.ledger.intend(Batch(self.run, self.sync, operation, at, changes))

    def forget(self, journal: int | None) -> None:
        """Nothing came of what was written down: it was not carried out, for certain."""
        if journal is not None:
            self.ledger.settle(self.run, journal, [])

    def settle(self, journal: int | None, outcomes: Sequence[Outcome]) -> None:
        """Write what the target answered, together with the end of what was written down."""
        kept = [told(outcome, self.redact) for outcome in outcomes]
        with self.ledger.at_once():
            self.ledger.settle(self.run, journal, kept)
            if restored := fields_put_back(outcomes):
                self.ledger.drifts.count(self.sync, restored, [])
        for outcome in outcomes:
            self.counts.add(outcome)
        self.progress(self.sync, len(outcomes))

    def tick(self) -> None:
        """Tell that it goes on."""
        self.progress(self.sync, 0)


def told(outcome: Outcome, redact: Callable[[str], str]) -> Outcome:
    """An outcome as it is kept: what the target says of an item may echo what it was sent with.

    It is cut after it was cleaned: half a secret would not be found any more.
    """
    if not outcome.message:
        return outcome
    return replace(outcome, message=redact(outcome.message)[:MAX_MESSAGE])
