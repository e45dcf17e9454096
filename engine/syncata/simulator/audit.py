"""The audit log: what was asked, what was answered, what it changed. Only ever appended."""

from collections import deque
from pathlib import Path
from typing import IO, Any

import orjson

from syncata.simulator.clock import Clock

KEPT = 20_000
"""Entries kept in memory; older ones are only in the file. Ids in them share the records' text."""

Entry = dict[str, Any]


class Audit:
    """Numbered entries, in memory and, where a path is given, in a file of JSON lines."""

    def __init__(self, path: Path | None, clock: Clock) -> None:
        """Append to `path`, or only remember; entries carry the time of `clock`."""
        self.clock = clock
        self.last = 0
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        # Unbuffered: whoever reads the file after a crash sees every answer that was given.
        self._file: IO[bytes] | None = path.open("ab", buffering=0) if path else None

    def append(self, kind: str, **facts: object) -> None:
        """Record what happened; facts that are None are left out."""
        self.last += 1
        entry: Entry = {"sequence": self.last, "time": self.clock.now(), "kind": kind}
        entry |= {name: fact for name, fact in facts.items() if fact is not None}
        self._entries.append(entry)
        if self._file:
            self._file.write(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE))

    def since(self, sequence: int) -> list[Entry]:
        """Entries after `sequence` that are still in memory."""
        return [entry for entry in self._entries if entry["sequence"] > sequence]

    def close(self) -> None:
        """Close the file."""
        if self._file:
            self._file.close()
