"""What ledger, schedule and plan share as open files: how they are used and let go."""

from types import TracebackType
from typing import Self

from syncata.ledger.database import Database
from syncata.ledger.locking import Lock


class OpenFile:
    """An open file and its lock, if it has one. Close it, or use it as a context manager."""

    def __init__(self, database: Database, lock: Lock | None = None) -> None:
        self.path = database.path
        self._database = database
        self._lock = lock

    @property
    def version(self) -> int:
        """The version of its tables."""
        return self._database.number("user_version")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and let go of the lock; a second call does nothing."""
        self._database.close()
        if self._lock:
            self._lock.release()
            self._lock = None
