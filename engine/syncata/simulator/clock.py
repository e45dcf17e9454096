"""The clock of a simulator: the real one, and so many seconds ahead of it."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock:
    """Every instant a simulator shows or judges by; `ahead` can be changed while it serves."""

    def __init__(self, ahead: float = 0) -> None:
        """Go `ahead` of the real clock by so many seconds, behind it where negative."""
        self.ahead = ahead

    def instant(self) -> datetime:
        """This instant."""
        return datetime.now(UTC) + timedelta(seconds=self.ahead)

    def now(self) -> str:
        """This instant as both APIs write it."""
        return written(self.instant())

    def milliseconds(self) -> int:
        """This instant in milliseconds since 1970."""
        return _milliseconds(self.instant())

    def http_date(self, later: float = 0) -> str:
        """This instant, or so many seconds later, as HTTP writes it."""
        return format_datetime(self.instant() + timedelta(seconds=later), usegmt=True)


def written(instant: datetime) -> str:
    """Write an instant in UTC as both APIs do: milliseconds and `Z`."""
    return instant.isoformat(timespec="milliseconds")[:23] + "Z"


def written_milliseconds(milliseconds: int) -> str:
    """Write an instant given in milliseconds since 1970."""
    return written(datetime.fromtimestamp(milliseconds / 1000, UTC))


def read_milliseconds(text: object) -> int | None:
    """Read an ISO 8601 instant as milliseconds since 1970; None where it is none."""
    try:
        instant = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    if instant is None or instant.tzinfo is None:
        return None
    return _milliseconds(instant)


def _milliseconds(instant: datetime) -> int:
    return (instant - EPOCH) // timedelta(milliseconds=1)
