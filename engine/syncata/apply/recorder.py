"""What one sync has in flight, and what became of it: written to the ledger, counted, told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from syncata.apply.counts import ApplyCounts, put_back
from syncata.ledger import Batch, Ledger
from syncata.model import Change, Outcome

Progress = Callable[[str, int], None]


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
        # What the target says of an item may echo what it was sent with.
        told = [replace(o, message=self.redact(o.message)) if o.message else o for o in outcomes]
        with self.ledger.at_once():
            self.ledger.settle(self.run, journal, told)
            if restored := put_back(outcomes):
                self.ledger.drifts.count(self.sync, restored, [])
        for outcome in outcomes:
            self.counts.add(outcome)
        self.progress(self.sync, len(outcomes))

    def tick(self) -> None:
        """Tell that it goes on."""
        self.progress(self.sync, 0)
