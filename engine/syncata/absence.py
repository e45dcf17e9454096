"""What a complete reading did not hold: counted, looked up, and retired once that is proven."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from syncata.ledger import NOTHING, Confirmed, pages
from syncata.model import Action, Change, Known, Reason
from syncata.planning import SyncPlanner

# Which of some keys the source still holds.
Existing = Callable[[Sequence[str]], Awaitable[set[str]]]

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Absences:
    """The live records of one sync that a complete reading did not hold.

    One that was missed `misses` times, and that the look-up does not find either, is retired.
    """

    planner: SyncPlanner
    existing: Existing
    misses: int

    async def settle(self) -> None:
        """Stage a miss or the retirement of each. Raises Unavailable, CredentialsRefused."""
        planner = self.planner
        for chunk in pages(planner.ledger.unseen(planner.name, planner.seen), _CHUNK):
            due = [known.key for known in chunk if self._is_due(known)]
            found = await self.existing(due) if due else set()
            confirmed = planner.ledger.confirmed([known.id for known in chunk])
            changes = [self._change(k, confirmed.get(k.id, NOTHING), found) for k in chunk]
            planner.staging.add(changes)

    def _is_due(self, known: Known) -> bool:
        return known.misses + 1 >= self.misses

    def _change(self, known: Known, before: Confirmed, found: set[str]) -> Change:
        gone = self._is_due(known) and known.key not in found
        action = Action.UNCHANGED
        if gone:
            remove = self.planner.compiled.sync.on_missing == "remove"
            action = Action.REMOVE if remove else Action.ARCHIVE
        self.planner.header.tally.add(action, Reason.MISSING if gone else "not seen")
        return Change(
            sync=self.planner.name,
            key=known.key,
            action=action,
            reason=Reason.MISSING,
            stamp=known.stamp,
            confirmed=before.payload,
            target_id=before.target_id,
            known_id=known.id,
            archived=Reason.MISSING if gone else None,
            misses=0 if known.key in found else known.misses + 1,
        )
