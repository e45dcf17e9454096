"""`$rank()`: the place of a record among those whose keys differ in the last part only."""

import json
from collections.abc import Callable

from syncata.errors import RecordRejected
from syncata.mapping.ordering import sortable
from syncata.model import canonical

# From a key and another one to every key between them, of this plan and of the ledger.
KeysBetween = Callable[[str, str], list[str]]


class Deferred(Exception):
    """A record cannot be judged before everything has been read."""


class Ranking:
    """The function. `key` is the record's; `keys_between` is None until everything was read."""

    def __init__(self) -> None:
        self.key = ""
        self.keys_between: KeysBetween | None = None

    def __call__(self) -> int:
        """1 for the first. Raises Deferred, RecordRejected for a key that is no list."""
        if self.keys_between is None:
            raise Deferred
        start = self._start()
        # A comma follows the parts that are the same; the next character bounds them above.
        found = {*self.keys_between(f"{start},", f"{start}-"), self.key}
        lasts = sorted({sortable(json.loads(key)[-1]) for key in found})
        return lasts.index(sortable(json.loads(self.key)[-1])) + 1

    def _start(self) -> str:
        parts = json.loads(self.key) if self.key.startswith("[") else None
        if not isinstance(parts, list) or len(parts) < 2:
            message = "$rank needs a key that is a list: the last part ranks the records"
            raise RecordRejected("SYN603", message)
        return canonical(parts[:-1]).decode()[:-1]
