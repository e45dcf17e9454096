"""Keys that one reading gave several times: set aside, or one of the copies is taken."""

from collections.abc import Sequence

from syncata.ledger import Seen, Staging
from syncata.model import Action, Change, Tally
from syncata.planning.staged import shown_reason


def settle_duplicates(
    sync: str, policy: str, staging: Staging, tally: Tally, doubtful: Seen, kept: Seen
) -> list[Sequence[Change]]:
    """Take copies that say the same, or `any` of them, as one; the others are contradictions.

    `doubtful` are known records of which another copy may say something else, `kept` those of
    which a copy is as the ledger knows it. Each contradiction is the copies of one key.
    """
    contradictions: list[Sequence[Change]] = []
    for copies in staging.duplicates(sync):
        if policy == "any" or len({copy.stamp.source for copy in copies}) == 1:
            chosen = min(copies, key=_preference)
            drop(staging, tally, copies, keep=chosen)
            if policy == "reject":  # elsewhere they are no news
                tally.duplicates += len(copies) - 1
        else:
            contradictions.append(copies)
    if doubtful and policy == "reject":
        # Another copy was as the ledger knows the record, or was set aside.
        contradictions += [[change] for change in staging.changes(sync) if _is_in(change, doubtful)]
    if kept and policy == "any":
        for change in [change for change in staging.changes(sync) if _is_in(change, kept)]:
            if change.action is Action.UPDATE:  # what the target holds is as good
                drop(staging, tally, [change])
    return contradictions


def _is_in(change: Change, known: Seen) -> bool:
    return change.known_id is not None and change.known_id in known


def _preference(change: Change) -> tuple[bool, str]:
    """Nothing to do first; else the same one in whatever order they came."""
    return change.action is not Action.UNCHANGED, change.desired or ""


def drop(
    staging: Staging, tally: Tally, copies: Sequence[Change], *, keep: Change | None = None
) -> None:
    """Take the staged changes of one key out again, but for one."""
    staging.replace(copies[0], [keep] if keep else [])
    for copy in copies:
        if copy is not keep:
            tally.add(copy.action, shown_reason(copy.action, copy.reason), -1)
