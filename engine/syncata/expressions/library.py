"""Functions that JSONata lacks, or that the interpreter gets wrong."""

import re
from fractions import Fraction
from functools import lru_cache
from typing import Any

from syncata.expressions.faults import Refusal
from syncata.expressions.values import LARGEST_PLAIN_INTEGER, UNDEFINED, json_text, text_of

SECONDS = {"years": 31_536_000, "months": 2_592_000, "weeks": 604_800, "days": 86_400}
UNITS = {
    "milliseconds": Fraction(1, 1000),
    "seconds": Fraction(1),
    "minutes": Fraction(60),
    "hours": Fraction(3600),
    "days": Fraction(86_400),
}

_NUMBER = r"\d{1,15}(?:[.,]\d{1,15})?"
_ISO = re.compile(
    rf"([+-]?)P(?:({_NUMBER})Y)?(?:({_NUMBER})M)?(?:({_NUMBER})W)?(?:({_NUMBER})D)?"
    rf"(?:T(?:({_NUMBER})H)?(?:({_NUMBER})M)?(?:({_NUMBER})S)?)?",
    re.IGNORECASE | re.ASCII,
)
_FACTORS = (*SECONDS.values(), 3600, 60, 1)
_PLAIN_NUMBER = re.compile(rf"[+-]?{_NUMBER}", re.ASCII)
_JSON_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[Ee][-+]?\d+)?", re.ASCII)
_BASED = re.compile(r"0(?:[xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)")


def wrong_argument(number: int, function: str, wanted: str) -> Refusal:
    """The refusal of an argument of the wrong type."""
    return Refusal("T0410", f"argument {number} of ${function} must be {wanted}")


def missing(value: Any) -> bool:
    """Whether a value is undefined or null."""
    return value is UNDEFINED or value is None


def duration(text: Any, unit: Any) -> Any:
    """`$duration(text, unit)`: an ISO 8601 duration, or a number of seconds, in a unit.

    Years count 365 days, months 30. Undefined for nothing, null and what is no duration.
    """
    if unit not in UNITS:
        raise wrong_argument(2, "duration", "one of " + ", ".join(UNITS))
    if missing(text):
        return UNDEFINED
    if isinstance(text, bool) or not isinstance(text, (str, int, float)):
        raise wrong_argument(1, "duration", "a text or a number")
    return _in_unit(text, unit)


@lru_cache(maxsize=4096)
def _in_unit(text: str | float, unit: str) -> Any:
    seconds = _seconds(text.strip()) if isinstance(text, str) else Fraction(text)
    return UNDEFINED if seconds is None else _as_number(seconds / UNITS[unit])


def _seconds(text: str) -> Fraction | None:
    if _PLAIN_NUMBER.fullmatch(text):
        return Fraction(text.replace(",", "."))
    match = _ISO.fullmatch(text)
    if match is None or text[-1] in "PTpt":
        return None
    sign, *parts = match.groups()
    total = sum(
        (
            Fraction(part.replace(",", ".")) * factor
            for part, factor in zip(parts, _FACTORS, strict=True)
            if part
        ),
        Fraction(0),
    )
    return -total if sign == "-" else total


def _as_number(value: Fraction) -> int | float:
    return value.numerator if value.denominator == 1 else float(value)


def number(value: Any) -> Any:
    """`$number(value)`: as the reference casts; `1_000`, ` 1 ` and `nan` are no numbers."""
    if value is UNDEFINED:
        return UNDEFINED
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, float)):
        return value
    if not isinstance(value, str):
        raise wrong_argument(1, "number", "a text, a number or a boolean")
    if _BASED.fullmatch(value):
        return int(value, 0)
    if not _JSON_NUMBER.fullmatch(value):
        raise Refusal("D3030", f"{json_text(value)[:80]} is not a number")
    if value.lstrip("-").isdigit():
        return int(value) if len(value) <= 21 else _as_integer(float(value))
    found = float(value)
    if found in (float("inf"), float("-inf")):
        raise Refusal("D3030", f"{value[:80]} is out of range")
    return _as_integer(found)


def _as_integer(found: float) -> int | float:
    return int(found) if found.is_integer() and abs(found) < LARGEST_PLAIN_INTEGER else found


def string(value: Any, prettify: Any = False) -> Any:
    """`$string(value, prettify)`: a value as text, JSON for what is no text."""
    if not (prettify is UNDEFINED or isinstance(prettify, bool)):
        raise wrong_argument(2, "string", "true or false")
    if value is UNDEFINED:
        return UNDEFINED
    if prettify and isinstance(value, (dict, list)):
        return json_text(value, indent=2)
    return text_of(value)


_LINK = re.compile(
    r"\s*<([^>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:\"(?:[^\"\\]|\\.)*\"|[^\s;,]*))?)*)\s*(?:,|$)"
)
_PARAMETER = re.compile(r";\s*([^\s=;,]+)\s*(?:=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s;,]*)))?")


def link(header: Any, rel: Any) -> Any:
    """`$link(header, rel)`: the URL of that relation in a Link header (RFC 8288)."""
    if not isinstance(rel, str):
        raise wrong_argument(2, "link", "a text")
    if missing(header):
        return UNDEFINED
    if not isinstance(header, str):
        raise wrong_argument(1, "link", "a text")
    at = 0
    while (match := _LINK.match(header, at)) is not None:
        if rel.lower() in _relations(match[2]):
            return match[1].strip()
        at = match.end()
        if at >= len(header):
            break
    return UNDEFINED


def _relations(parameters: str) -> list[str]:
    """The relations a link has; only the first `rel` counts."""
    for name, quoted, token in _PARAMETER.findall(parameters):
        if name.lower() == "rel":
            text = re.sub(r"\\(.)", r"\1", quoted) if quoted else token
            return str(text).lower().split()
    return []
