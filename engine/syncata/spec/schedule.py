"""Cron expressions in time zones. The only module that imports cronsim.

Zones are IANA names, right on days when clocks change, or fixed offsets such as `+01:00`.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from syncata.spec.model import ScheduleEntry

_SECOND = timedelta(seconds=1)
_HOUR = timedelta(hours=1)
_OFFSET = re.compile(r"([+-])(\d{2}):([0-5]\d)")
_FIELDS = ("minute", "hour", "day of month", "month", "day of week")


def cron_problem(cron: str) -> str:
    """What is wrong with a cron expression; empty if nothing is."""
    fields = cron.split()
    if len(fields) != len(_FIELDS):
        return f"has {len(fields)} fields; five are needed: {', '.join(_FIELDS)}"
    try:
        next(CronSim(cron, datetime(2024, 1, 1, tzinfo=UTC)))
    except CronSimError as error:
        return f"is not understood: {str(error).lower()}"
    except StopIteration:
        return "never comes: there is no such day"
    return ""


def zone(name: str) -> tzinfo:
    """The zone of an IANA name or a fixed offset. Raises ValueError where there is none."""
    offset = _OFFSET.fullmatch(name)
    if offset:
        sign = -1 if offset[1] == "-" else 1
        return timezone(sign * timedelta(hours=int(offset[2]), minutes=int(offset[3])))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError) as error:
        raise ValueError(f'there is no time zone "{name}"') from error


def next_due(entry: ScheduleEntry, after: datetime) -> datetime:
    """The first moment later than `after` (which knows its zone) at which an entry is due, UTC."""
    where = zone(entry.timezone)
    found = _next(entry.cron, after.astimezone(where))
    before = (after.astimezone(UTC) - _HOUR).astimezone(where)
    if (_offset(found) - _offset(before)) % _HOUR:
        starts = (max(after, start).astimezone(where) for start in _around_change(before, found))
        found = min(found, *(_next(entry.cron, start) for start in starts))
    return found.astimezone(UTC)


def _next(cron: str, after: datetime) -> datetime:
    # In an hour that comes twice, cronsim names its first coming even after that has passed.
    # Moments of one zone are compared by what clocks show; in UTC they are compared as moments.
    passed = after.astimezone(UTC)
    return next(moment for moment in CronSim(cron, after) if moment.astimezone(UTC) > passed)


def _around_change(before: datetime, after: datetime) -> tuple[datetime, datetime]:
    """Where to look again when clocks change by half an hour (Lord Howe Island).

    cronsim steps by whole hours, so it steps over minutes just after such a change: look from the
    change itself, and from the first full hour after it. Each is given less a second, for a
    moment that is due there is later than the start.
    """
    low, high = before.astimezone(UTC), after.astimezone(UTC)
    while high - low > _SECOND:
        middle = low + (high - low) / 2
        same = _offset(middle.astimezone(before.tzinfo)) == _offset(before)
        low, high = (middle, high) if same else (low, middle)
    change = high.replace(microsecond=0)
    full_hour = change + timedelta(minutes=60 - change.astimezone(before.tzinfo).minute)
    return change - _SECOND, full_hour - _SECOND


def _offset(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta()


def clock_change(entry: ScheduleEntry, moment: datetime) -> tuple[str, str] | None:
    """The offsets before and after, if an entry's clocks change on the day of a moment."""
    local = moment.astimezone(zone(entry.timezone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    first, last = (day.isoformat()[-6:] for day in (midnight, midnight + timedelta(days=1)))
    return None if first == last else (first, last)
