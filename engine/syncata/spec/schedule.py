"""Cron expressions in time zones. The only module that imports cronsim.

Zones are IANA names, right on days when clocks change, or fixed offsets such as `+01:00`.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from syncata.spec.model import ScheduleEntry

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
    local = after.astimezone(zone(entry.timezone))
    return next(CronSim(entry.cron, local)).astimezone(UTC)
