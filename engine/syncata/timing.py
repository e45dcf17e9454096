"""What the APIs say of time: what their clocks show, and when they want to be asked again."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from syncata.errors import SyncataError, Unavailable
from syncata.report.run import Report
from syncata.transport import Endpoint

MAX_SKEW = 300.0
"""Seconds between two clocks before they count as apart."""

LONGEST = timedelta(days=7)
"""How long an API is believed: a wrong header must not stop a connection for ever."""


def not_before(error: SyncataError, now: datetime) -> str | None:
    """The instant before which no run need ask again, in ISO 8601; None: any time will do."""
    wait = error.retry_after if isinstance(error, Unavailable) else None
    if wait is None:
        return None
    return (now + min(timedelta(seconds=min(wait, 1e9)), LONGEST)).isoformat(timespec="seconds")


def raise_if_too_early(before: Report | None, now: datetime) -> None:
    """Raise Unavailable while the time has not come that the run `before` was told."""
    told = before.get("not_before") if before else None
    if before is None or not isinstance(told, str):
        return
    left = (datetime.fromisoformat(told) - now).total_seconds()
    # A clock that was set back must not make the wait longer than anybody could have asked.
    if 0 < left <= LONGEST.total_seconds():
        raise Unavailable(
            f"an API asked in run {before['run']} not to be asked again before {told}, "
            f"which is in {left:.0f} s; nothing was sent",
            hint="run again after that; a schedule does so by itself",
            retry_after=left,
        )


def clock_warnings(*endpoints: Endpoint) -> Iterator[str]:
    """A line for each API whose clock is apart from ours; nothing that is decided goes by ours."""
    for endpoint in endpoints:
        ahead = endpoint.clock_ahead
        if ahead is not None and abs(ahead) > MAX_SKEW:
            way = "ahead of" if ahead > 0 else "behind"
            yield (
                f"the clock of the {endpoint.site.name} is {abs(ahead):.0f} s {way} this "
                "machine's; set this machine's by NTP"
            )
