"""Built-in functions that read and write numbers and times by pictures."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from jsonata.functions import Functions

from syncata.expressions.faults import Refusal, meaning
from syncata.expressions.values import LARGEST_PLAIN_INTEGER, UNDEFINED

_ISO = re.compile(
    r"(\d{4})(?:-([01]\d))?(?:-([0-3]\d))?(?:T([0-2]\d):([0-5]\d):([0-5]\d))?(?:\.(\d+))?"
    r"(?:([+-])([0-2]\d):?([0-5]\d)|Z)?",
    re.ASCII,
)
_DIGITS = re.compile(r"\s*[+-]?[0-9]+")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _NoNumber(Exception):
    """A text is no number as its picture says."""


def _fault(name: str, error: Exception) -> Exception:
    """What an exception of the library means."""
    if name == "parseInteger" and isinstance(error, (KeyError, ValueError)):
        return _NoNumber()
    if isinstance(error, KeyError):
        return Refusal("D3132", f"a picture knows no component {error}")
    return Refusal(*meaning(error, name))


def _through(name: str, implementation: Callable[..., Any]) -> Callable[..., Any]:
    """A function of the interpreter's library on our values: undefined stays undefined."""

    def function(value: Any, *rest: Any) -> Any:
        if value is UNDEFINED:
            return UNDEFINED
        try:
            found = implementation(value, *(None if arg is UNDEFINED else arg for arg in rest))
        except Exception as error:  # noqa: BLE001  the library raises whatever Python raises
            raise _fault(name, error) from None
        return UNDEFINED if found is None else found

    return function


_format_integer = _through("formatInteger", Functions.format_integer)
_parse_integer = _through("parseInteger", Functions.parse_integer)
_read_time = _through("toMillis", Functions.datetime_to_millis)
_write_time = _through("fromMillis", Functions.datetime_from_millis)


def format_integer(number: Any, picture: Any) -> Any:
    """`$formatInteger`, rounded down."""
    return _format_integer(math.floor(number) if type(number) is float else number, picture)


def parse_integer(text: Any, picture: Any) -> Any:
    """`$parseInteger`; what does not start with a number is not a number."""
    try:
        found = _parse_integer(text, picture)
    except _NoNumber:
        start = _DIGITS.match(text.replace(",", ""))
        digital = any(character.isdigit() for character in picture)
        return int(start[0]) if start and digital else math.nan
    return found if found is UNDEFINED or abs(found) < LARGEST_PLAIN_INTEGER else float(found)


def from_millis(millis: Any, picture: Any = UNDEFINED, zone: Any = UNDEFINED) -> Any:
    """`$fromMillis`: ISO 8601 in UTC, or as a picture says."""
    return _write_time(millis, picture, zone)


def to_millis(text: Any, picture: Any = UNDEFINED) -> Any:
    """`$toMillis`: of ISO 8601 (without a zone: UTC), or as a picture says."""
    if text is UNDEFINED or picture is not UNDEFINED:
        return _read_time(text, picture)
    found = _ISO.fullmatch(text)
    if found is None:
        raise Refusal("D3110", "the text is not a date and time in ISO 8601")
    try:
        return _millis(found)
    except (ValueError, OverflowError):
        raise Refusal("D3110", "there is no such date and time") from None


def _millis(found: re.Match[str]) -> int:
    year, month, day, hour, minute, second, fraction, sign, *offset = found.groups()
    distance = timedelta(hours=int(offset[0] or 0), minutes=int(offset[1] or 0))
    zone = timezone(-distance if sign == "-" else distance)
    instant = datetime(
        int(year), int(month or 1), int(day or 1),
        int(hour or 0), int(minute or 0), int(second or 0), tzinfo=zone,
    )  # fmt: skip
    span = instant - _EPOCH
    return (span.days * 86_400 + span.seconds) * 1000 + int((fraction or "0").ljust(3, "0")[:3])
