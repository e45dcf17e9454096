"""Which of several failures at the same time is told, and how."""

from collections.abc import Callable
from dataclasses import replace

from syncata.errors import SyncataError
from syncata.model import Outcome
from syncata.target.references import ReferenceMissing

MAX_MESSAGE = 500


def first_of(failures: ExceptionGroup[Exception]) -> Exception:
    """The failure a person should see: one of ours before any other."""
    flat: list[Exception] = []

    def flatten(group: ExceptionGroup[Exception]) -> None:
        for failure in group.exceptions:
            if isinstance(failure, ExceptionGroup):
                flatten(failure)
            else:
                flat.append(failure)

    flatten(failures)
    ours = [f for f in flat if isinstance(f, SyncataError | ReferenceMissing)]
    return (ours or flat)[0]


def told(outcome: Outcome, redact: Callable[[str], str]) -> Outcome:
    """An outcome as it is kept: what the target says of an item may echo what it was sent with.

    It is cut after it was cleaned: half a secret would not be found any more.
    """
    if not outcome.message:
        return outcome
    return replace(outcome, message=redact(outcome.message)[:MAX_MESSAGE])
