"""What became of the changes of one sync."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from syncata.model import Outcome, Reason, Verdict
from syncata.plan import drifted


@dataclass(slots=True)
class ApplyCounts:
    """How many changes of one sync were confirmed, by action, and what became of the others.

    `waiting`: not sent, since what they refer to is not there; `held_back`: the target said so.
    """

    confirmed: dict[str, int] = field(default_factory=dict)
    rejected: int = 0
    unknown: int = 0
    waiting: int = 0
    held_back: int = 0

    @property
    def settled(self) -> int:
        """How many changes are accounted for."""
        others = self.rejected + self.unknown + self.waiting + self.held_back
        return sum(self.confirmed.values()) + others

    def add(self, outcome: Outcome) -> None:
        """Count one outcome."""
        if outcome.verdict is Verdict.OK:
            action = str(outcome.change.action)
            self.confirmed[action] = self.confirmed.get(action, 0) + 1
        elif outcome.verdict is Verdict.REJECTED:
            self.rejected += 1
        elif outcome.verdict is Verdict.SKIPPED:
            self.waiting += 1
        elif outcome.verdict is Verdict.WAITING:
            self.held_back += 1
        else:
            self.unknown += 1


def fields_put_back(outcomes: Iterable[Outcome]) -> list[tuple[str, str]]:
    """The (key, field) of everything that was changed by hand and now is as it was confirmed."""
    return [
        (outcome.change.key, kind)
        for outcome in outcomes
        if outcome.verdict is Verdict.OK and outcome.change.reason is Reason.DRIFT
        for kind in drifted(outcome.change)
    ]
