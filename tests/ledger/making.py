"""Changes and outcomes for tests, in few words."""

from collections.abc import Iterable
from dataclasses import replace

from syncata.ledger import Ledger
from syncata.model import Action, Change, Outcome, Reason, Stamp, Verdict

PAYLOAD = '{"name":"A"}'


def stamp(letter: str = "a") -> Stamp:
    """A stamp made of one letter."""
    one = letter.encode()
    return Stamp(one * 16, one * 8, one * 8)


def change(key: str, action: Action = Action.CREATE, **more: object) -> Change:
    """A change of `courses` with a payload."""
    plain = Change("courses", key, action, Reason.SOURCE, stamp(), PAYLOAD)
    return replace(plain, **more)  # type: ignore[arg-type]


def ok(changed: Change, target_id: str | None = None) -> Outcome:
    """The target did it."""
    return Outcome(changed, Verdict.OK, target_id)


def refused(changed: Change, message: str = "too long") -> Outcome:
    """The target refused it."""
    return Outcome(changed, Verdict.REJECTED, None, message)


def create(ledger: Ledger, keys: Iterable[str], sync: str = "courses") -> None:
    """Settle these records as created; the target's id is `t-` and the key."""
    done = [ok(change(key, sync=sync), f"t-{key}") for key in keys]
    ledger.settle("r1", None, done)
