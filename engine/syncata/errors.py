"""Every error a user can meet, and the exit code each one ends a command with.

SyncataError                     1  a bug, unless a branch below says better
├── UsageError                   2  the command cannot be carried out as it was called
├── SpecInvalid                  3  findings in a spec, a connection or a setting
├── SpecFailed                   3  what the spec says does not work with what an API answered
├── CredentialsRefused           4  a credential is missing, wrong, or lacks a scope
├── Unavailable                  5  source or target is away; the next run continues
├── Held                         7  a guard stopped the run; a human decides
├── Locked                       8  another run holds the ledger, another scheduler the schedule
└── StateProblem                 9  ledger or plan file cannot be read or written

RecordRejected is no SyncataError: it sets one record aside and the others go on (exit 6).
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Exit(IntEnum):
    """Exit codes, stable: scripts and monitoring rely on them."""

    OK = 0
    BUG = 1
    USAGE = 2
    INVALID = 3
    CREDENTIALS = 4
    UNAVAILABLE = 5
    REJECTS = 6
    HELD = 7
    LOCKED = 8
    STATE = 9
    CHANGES = 10


# When several connections run at once, the most urgent of their codes is the command's.
URGENCY = (
    Exit.BUG,
    Exit.STATE,
    Exit.CREDENTIALS,
    Exit.INVALID,
    Exit.USAGE,
    Exit.UNAVAILABLE,
    Exit.HELD,
    Exit.LOCKED,
    Exit.REJECTS,
    Exit.CHANGES,
    Exit.OK,
)


class Severity(StrEnum):
    """How much a finding matters: an error refuses the spec, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake in a file a user wrote: where, what, and what to do about it.

    `length` is the number of characters the caret underlines. `hidden` is where something
    begins that may be a secret, and its length: whoever quotes that line leaves it out.
    """

    position: Position
    code: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    length: int = 1
    hidden: tuple[Position, int] | None = None


class SyncataError(Exception):
    """An error that ends a command; `hint` says what to do next."""

    exit_code = Exit.BUG

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(SyncataError):
    """The command cannot be carried out as it was called."""

    exit_code = Exit.USAGE


class SpecInvalid(SyncataError):
    """A spec, a connection or its settings are wrong; `findings` holds every mistake."""

    exit_code = Exit.INVALID

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(f"{len(findings)} finding(s)")
        self.findings = findings


class SpecFailed(SyncataError):
    """What a spec or a setting says does not work with what an API answered."""

    exit_code = Exit.INVALID


class CredentialsRefused(SyncataError):
    """A credential is missing or was refused.

    `lacks_scope`: it is known to the API, but does not permit this request.
    """

    exit_code = Exit.CREDENTIALS

    def __init__(self, message: str, *, hint: str = "", lacks_scope: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.lacks_scope = lacks_scope


class Unavailable(SyncataError):
    """Source or target did not give a usable answer within the limits.

    `retry_after` is the number of seconds the other side asked for, if it did.
    """

    exit_code = Exit.UNAVAILABLE

    def __init__(self, message: str, *, hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class Held(SyncataError):
    """A guard stopped the run before anything was sent."""

    exit_code = Exit.HELD


class Locked(SyncataError):
    """Another run holds the ledger of this connection, or another scheduler the schedule."""

    exit_code = Exit.LOCKED


class StateProblem(SyncataError):
    """The ledger or a plan file is missing, foreign, damaged, newer or not writable."""

    exit_code = Exit.STATE


class RecordRejected(Exception):
    """One record cannot be synchronized; it is set aside, counted and shown.

    `field` names the mapped field, `position` the expression at fault, where there is one.
    """

    def __init__(
        self, code: str, message: str, *, field: str = "", position: Position | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.position = position
