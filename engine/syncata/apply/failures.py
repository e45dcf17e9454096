"""Which of several failures at the same time is told."""

from syncata.errors import SyncataError
from syncata.target.references import ReferenceMissing


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
