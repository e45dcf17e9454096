"""Changes and rejects as rows and as text."""

from collections.abc import Iterable
from typing import Any

import orjson

from syncata.errors import StateProblem
from syncata.ledger.database import Row
from syncata.model import Action, Change, Reason, Reject, Stamp

CHANGE = (
    "sync, key, action, reason, source, spec, vals, "
    "desired, confirmed, target_id, known_id, archived, misses, sort, record"
)
"""The columns of a change, in the order of its row."""

REJECT = "sync, key, stage, code, message, field, position, source, record"
"""The columns of a reject, in the order of its row."""

STAGED_REJECT = f"{REJECT}, ignored"
"""The columns of a reject in a plan."""

# Calling an enum costs ten times what a look-up does, and each row needs two or three.
ACTIONS = {str(action): action for action in Action}
REASONS: dict[str | None, Reason | None] = {None: None} | {str(r): r for r in Reason}
_BEFORE_ORDER = 6
_SURE_REASONS = {str(reason): reason for reason in Reason}


def change_row(change: Change) -> Row:
    """A change as a row of `CHANGE`."""
    stamp = change.stamp
    return (
        change.sync, change.key, change.action, change.reason,
        stamp.source, stamp.spec, stamp.values,
        change.desired, change.confirmed, change.target_id, change.known_id, change.archived,
        change.misses, change.order, change.record,
    )  # fmt: skip


def change_of(row: Row) -> Change:
    """The change a row of `CHANGE` stands for. Raises KeyError for an unknown word."""
    (sync, key, action, reason, source, spec, values,
     desired, confirmed, target_id, known_id, archived, misses, order, record) = row  # fmt: skip
    return Change(
        sync, key, ACTIONS[action], _SURE_REASONS[reason], Stamp(source, spec, values),
        desired, confirmed, target_id, known_id, REASONS[archived], misses, order, record,
    )  # fmt: skip


def encode_changes(changes: Iterable[Change]) -> bytes:
    """Changes as one JSON text. Raises ValueError for what JSON cannot hold."""
    rows = [_plain(change_row(change)) for change in changes]
    try:
        return orjson.dumps(rows)
    except TypeError as error:
        raise ValueError(str(error)) from error


def decode_changes(text: bytes) -> tuple[Change, ...]:
    """The changes `encode_changes` wrote. Raises StateProblem for anything else."""
    try:
        return tuple(change_of(_packed(row)) for row in orjson.loads(text))
    except (ValueError, KeyError, TypeError) as error:
        hint = "restore the ledger from a backup"
        raise StateProblem(f"a batch in the journal is damaged: {error}", hint=hint) from error


def _plain(row: Row) -> list[Any]:
    """Digests as hex, words as strings."""
    return [
        item.hex() if isinstance(item, bytes) else str(item) if isinstance(item, str) else item
        for item in row
    ]


def _packed(row: list[Any]) -> Row:
    rest = row[7:]
    if len(rest) == _BEFORE_ORDER:  # written by the first version, whose changes had no order
        rest = [*rest, "", None]
    return (*row[:4], *map(bytes.fromhex, row[4:7]), *rest)


def reject_row(reject: Reject) -> Row:
    """A reject as a row of `REJECT`; text that no file can hold is escaped, not refused."""
    texts = (reject.sync, reject.key, reject.stage, reject.code)
    more = (reject.message, reject.field, reject.position)
    record = reject.record and storable(reject.record)
    return (*map(storable, texts), *map(storable, more), reject.source, record)


def staged_reject_row(reject: Reject) -> Row:
    """A reject as a row of `STAGED_REJECT`."""
    return (*reject_row(reject), int(reject.ignored))


def storable(text: str) -> str:
    """The text itself; half a surrogate pair, which an API may send, becomes an escape."""
    return text.encode(errors="backslashreplace").decode()
