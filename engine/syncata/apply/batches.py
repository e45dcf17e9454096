"""Which changes share a request."""

from collections.abc import Iterator

from syncata.expressions import Scope
from syncata.model import Change
from syncata.target.writer import Writer

_ITEM_OVERHEAD = 1  # the comma between two items


def batches(writer: Writer, scope: Scope, changes: Iterator[Change]) -> Iterator[dict[str, Change]]:
    """Batches within the operation's limits: changes by their match, which no two share."""
    limits = writer.operation.batch
    assert limits is not None
    batch: dict[str, Change] = {}
    size = 0
    for change in changes:
        match = writer.match(scope, change)
        length = len((change.desired or change.key).encode()) + _ITEM_OVERHEAD
        full = len(batch) >= limits.max or size + length > limits.max_bytes
        if batch and (full or match in batch):
            yield batch
            batch, size = {}, 0
        batch[match] = change
        size += length
    if batch:
        yield batch
