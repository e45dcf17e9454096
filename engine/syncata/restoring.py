"""A backup in the place of a ledger: whose it is, what it does not know, what must not be lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from syncata.errors import Held, StateProblem
from syncata.identity import check_identity
from syncata.ledger import Ledger, Replacing, Run
from syncata.spec.connection import Connection

_LOOKED_AT = 10_000  # runs that are compared


@dataclass(frozen=True, slots=True)
class Restoration:
    """A backup that is ready to take the place of a ledger.

    `last` is the last run it knows of, `since` the runs it knows nothing of (newest first; None:
    the ledger that is there now cannot tell), `live` how many records of each sync it holds.
    `forgotten`: whether people who were forgotten since are erased from it, too.
    """

    last: Run | None
    since: Sequence[Run] | None
    live: dict[str, int]
    forgotten: bool


def prepare(connection: Connection, place: Replacing, backup: Path, now: str) -> Restoration:
    """Make the draft out of a backup. Raises StateProblem if it is unsound, or not this one's.

    From then on every record is in doubt: the next run looks at all of it and sends what may have
    changed since once more, misses count anew, and nothing that was agreed to holds any longer.
    """
    with place.current() as current, place.copy_of(backup) as draft:
        _require_own(connection, draft, current, backup)
        since = None if current is None else _unknown_runs(draft, current)
        if current is not None:
            carry_over(current, draft, now)
        draft.doubts.note(connection.spec.syncs, now)
        live = {sync: draft.live_count(sync) for sync in draft.syncs()}
        return Restoration(draft.last_run(), since, live, current is not None)


def carry_over(current: Ledger, draft: Ledger, now: str) -> None:
    """What people decided holds for the ledger that comes, too: rest, and whom to forget."""
    consent = current.consent
    draft.consent.take_over(consent.salt, consent.standing)
    draft.forgetting.person(sorted(consent.forgotten()), now)


def _require_own(
    connection: Connection, draft: Ledger, current: Ledger | None, backup: Path
) -> None:
    if current is not None and current.syncs():
        # What a ledger is hashed with is drawn when it is made, and stays in all its backups.
        if current.consent.salt != draft.consent.salt:
            raise StateProblem(
                f"{backup}: it is a backup of another ledger than {current.path}",
                hint="name a backup of this one; to use it all the same, move that ledger away",
            )
    elif (name := _name_in(draft)) not in (None, connection.name):
        raise StateProblem(
            f"{backup}: it is a backup of the connection {name}, not of {connection.name}",
            hint=f"name a backup of {connection.name}",
        )
    try:
        check_identity(connection, draft)
    except Held as held:
        raise StateProblem(f"{backup}: {held.message}", hint=held.hint) from held


def _name_in(ledger: Ledger) -> str | None:
    last = ledger.last_run(lambda run: "connection" in run.header)
    return None if last is None else str(last.header["connection"])


def _unknown_runs(draft: Ledger, current: Ledger) -> list[Run]:
    last = draft.last_run()
    known = {run.id for run in draft.runs(_LOOKED_AT)}
    after = "" if last is None else last.started
    return [r for r in current.runs(_LOOKED_AT) if r.id not in known and r.started >= after]
