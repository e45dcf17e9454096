"""The ledgers beside one: connections of the same account see each other's jobs."""

from collections.abc import Iterable
from contextlib import closing

from syncata.errors import StateProblem
from syncata.ledger.opening import open_ledger
from syncata.ledger.store import Ledger


def claimed(ledger: Ledger, locations: Iterable[str]) -> set[str]:
    """Which of these jobs of the target are in the journal, or in that of a ledger beside it.

    What cannot be read there (another version, no ledger at all) claims nothing.
    """
    wanted = list(locations)
    found = ledger.ours(wanted)
    for path in sorted(ledger.path.parent.glob("*.db")):
        if not wanted or path == ledger.path:
            continue
        try:
            with closing(open_ledger(path, read_only=True)) as neighbour:
                found |= neighbour.ours(wanted)
        except StateProblem:
            continue
    return found
