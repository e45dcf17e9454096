"""The values that travel between rooms: records, changes, outcomes, counts.

All are frozen; those that every record of a run has one of are tuples, which are made in a third
of the time. A record itself is a plain JSON object (`dict[str, Any]`), as decoded.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, NamedTuple

import orjson

JsonObject = dict[str, Any]


class Action(StrEnum):
    """What a plan says about one record."""

    CREATE = "create"
    UPDATE = "update"
    ADOPT = "adopt"  # found on the target, not made by us: taken over once a human agrees
    RESTORE = "restore"
    ARCHIVE = "archive"
    REMOVE = "remove"
    UNCHANGED = "unchanged"
    IGNORED = "ignored"
    WAITING = "waiting"
    REJECTED = "rejected"


WRITES = (
    Action.ADOPT, Action.CREATE, Action.UPDATE, Action.RESTORE, Action.ARCHIVE, Action.REMOVE,
)  # fmt: skip


class Reason(StrEnum):
    """Why a plan says so; also why the ledger holds a record as archived."""

    SOURCE = "source"
    SPEC = "spec"
    SETTINGS = "settings"
    DRIFT = "drift"
    CLOSED = "closed"
    EXCLUDED = "excluded"
    MISSING = "missing"
    DISABLED = "disabled"
    DEACTIVATED = "deactivated"


class Stamp(NamedTuple):
    """What a decision about a record rests on; only an equal stamp is skipped.

    `source`: digest of the record (16 bytes). `spec`: digest of the compiled sync (8).
    `values`: digest of the settings, look-ups and references it reads (8).
    """

    source: bytes
    spec: bytes
    values: bytes

    def token(self) -> bytes:
        """The whole stamp in one value; equal tokens are equal stamps."""
        return self.source + self.spec + self.values


def refusal(stamp: Stamp, desired: str | None) -> bytes:
    """What the target refused: the same stamp and payload are not sent to it again."""
    return stamp.token() + hashlib.blake2b((desired or "").encode(), digest_size=8).digest()


IN_DOUBT = b"\xff" * 16
"""The `source` of a stamp whose record the target may hold otherwise than was confirmed."""

# A stamp that no record has: what carries it is looked at again.
NO_STAMP = Stamp(bytes(16), bytes(8), bytes(8))


class Known(NamedTuple):
    """What the ledger holds about one record: what the target last confirmed.

    `id` is dense and small (it indexes a bitmap of what a run has seen); `archived` is why the
    target holds it archived, None while it is live; `misses` counts complete reads without it.
    """

    id: int
    key: str
    stamp: Stamp
    archived: Reason | None
    misses: int


@dataclass(frozen=True, slots=True)
class Change:
    """One staged decision that alters the target or the ledger.

    `desired` and `confirmed` are JSON texts of payloads (None: there is none). `known_id` is the
    ledger's id of the record (None: not known yet). An UNCHANGED change only renews the stamp.
    `order` is what changes are sent by. `record` is the source's record as JSON text, kept only
    where the source may not give it again.
    """

    sync: str
    key: str
    action: Action
    reason: Reason
    stamp: Stamp
    desired: str | None = None
    confirmed: str | None = None
    target_id: str | None = None
    known_id: int | None = None
    archived: Reason | None = None
    misses: int = 0
    order: str = ""
    record: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A record that waits, and for what; `record` as in `Change`."""

    sync: str
    key: str
    what: str
    record: str | None = None


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that was set aside, and why. `stage` is `map` or `target`; `record` its JSON text.

    It is what `rejects show` shows and what `rejects retry` tries again. `ignored`: somebody wants
    to hear no more of exactly this.
    """

    sync: str
    key: str
    stage: str
    code: str
    message: str
    field: str = ""
    position: str = ""
    source: bytes = b""  # the token of the stamp it was refused with
    record: str | None = None
    ignored: bool = False


class Verdict(StrEnum):
    """What the target said about one item."""

    OK = "ok"
    REJECTED = "rejected"
    UNKNOWN = "unknown"  # no answer for it: neither confirmed nor refused
    SKIPPED = "skipped"  # left alone for now, by a rule of the spec
    WAITING = "waiting"  # not accepted yet: what it refers to is not there


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the target answered for one change."""

    change: Change
    verdict: Verdict
    target_id: str | None = None
    message: str = ""


@dataclass(slots=True)
class Tally:
    """Counts of one sync, by action and reason; `notes` counts (label, value) that fell through."""

    read: int = 0
    duplicates: int = 0
    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    notes: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, action: Action, reason: Reason | str = "", number: int = 1) -> None:
        """Count `number` records under an action and its reason."""
        pair = (str(action), str(reason))
        self.counts[pair] = self.counts.get(pair, 0) + number

    def of(self, action: Action, reasons: Iterable[str] | None = None) -> int:
        """How many records have this action (and one of these reasons)."""
        wanted = None if reasons is None else set(reasons)
        return sum(
            n
            for (a, r), n in self.counts.items()
            if a == action and (wanted is None or r in wanted)
        )


def canonical(value: Any) -> bytes:
    """Encode a JSON value so that equal values give equal bytes, whatever their key order.

    Integers of any size are exact. Raises ValueError for what JSON text cannot hold (a lone
    surrogate, NaN, another type).
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # an integer beyond 64 bits, or something that is no JSON
        pass
    try:
        text = json.dumps(
            value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
        return text.encode()
    except (TypeError, RecursionError) as error:
        raise ValueError(str(error)) from error


UNREAD: Final[Any] = object()
"""What a text yields that is not read quickly."""

# Digits, and what may stand before a number; fewer digits than these fit into 64 bits.
_NUMBERS = bytes.maketrans(b"123456789,[-\t\n\r ", b"0" * 9 + b":" * 7)
_LONG_NUMBER = b":" + b"0" * 19


def read_quickly(raw: bytes) -> Any:
    """The object or array of a JSON text, exactly as `json` reads it; UNREAD if that may differ.

    orjson makes floats of integers beyond 64 bits, and refuses half a surrogate pair.
    """
    if not raw.startswith((b"{", b"[")) or _LONG_NUMBER in raw.translate(_NUMBERS):
        return UNREAD
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return UNREAD


def decoded(text: str) -> Any:
    """The value of a text that `canonical` made."""
    value = read_quickly(text.encode())
    return json.loads(text) if value is UNREAD else value


def digest(value: Any, size: int = 16) -> bytes:
    """A digest of `size` bytes of a JSON value's canonical form."""
    return hashlib.blake2b(canonical(value), digest_size=size).digest()


def key_text(value: Any) -> str:
    """The text a key is kept under: a string is itself, anything else its canonical JSON."""
    return value if isinstance(value, str) else canonical(value).decode()


def provisional(mark: str, sync: str, key: str) -> str:
    """What stands for an id that the target will give to a record; `mark` is drawn for a plan."""
    return f"{mark}{sync}\ue001{key}\ue002"


def shown_provisional(text: str) -> str:
    """A text with provisional ids as people may read it: `(tags management)`."""
    return _PROVISIONAL.sub(r"(\1 \2)", text) if "\ue002" in text else text


_PROVISIONAL = re.compile("\ue000[^\ue001]*\ue001([^\ue001]*)\ue001([^\ue002]*)\ue002")


def clean(text: str) -> str:
    """Text that cannot steer a terminal: control and direction characters are shown escaped."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
