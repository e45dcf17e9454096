"""How answers are judged where the spec says nothing, and how long to wait after them."""

import re
from collections.abc import Callable
from datetime import datetime

from syncata.transport.values import OK, Answer, Ruling, parse_date

_RETRY = frozenset({408, 425})
_SECONDS = re.compile(r"\d{1,15}(?:\.\d{1,9})?")
_LOGIN = re.compile(
    rb"type=[\"']?password|log[ -]?in|sign[ -]?in|single sign|\bsso\b|\bsaml|/oauth|/authorize",
    re.IGNORECASE,
)
_FIRST_WAIT = 0.5
_LONGEST_WAIT = 30.0


def default_ruling(answer: Answer) -> Ruling:
    """Judge an answer by its status; a 2xx is data only if it is JSON or rightly empty."""
    status = answer.status
    if 200 <= status < 300:
        return OK if answer.is_json or not answer.raw else _not_data(answer)
    if status in (401, 403):
        return Ruling("auth")
    if status in (404, 410):
        return Ruling("gone")
    if status == 429:
        return Ruling("rate_limit")
    if status >= 500 or status in _RETRY:
        return Ruling("retry")
    return Ruling("stop" if status < 400 else "reject")


def _not_data(answer: Answer) -> Ruling:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip() or "no content type"
    if _LOGIN.search(answer.raw[:20_000]):
        return Ruling("auth", message=f"with a login page ({kind[:60]})")
    return Ruling("retry", message=f"with {kind[:60]} instead of JSON")


def asked_wait(
    answer: Answer, now: Callable[[], datetime], header: str = "retry-after"
) -> float | None:
    """Return the seconds that a header asks for; None where it is missing or senseless.

    A date is measured by the other side's own clock, if it shows it: ours may be wrong.
    """
    text = answer.headers.get(header.lower(), "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    date = parse_date(text) if text else None
    if date is None:
        return None
    return max(0.0, (date - (answer.date or now())).total_seconds())


def back_off(failures: int, random: Callable[[], float]) -> float:
    """Return a wait that doubles with each failure, by chance between half and all of it."""
    longest = min(_LONGEST_WAIT, _FIRST_WAIT * (1 << min(failures - 1, 10)))
    return longest * (0.5 + random() / 2)


def is_unclear(answer: Answer, ruling: Ruling) -> bool:
    """Whether a write that got this answer may have been carried out all the same.

    A server that fails, or a gateway before it, does not say. One that names when to come back,
    or a rule that calls it a rate limit, does: the request was turned away.
    """
    if ruling.then != "retry" or "retry-after" in answer.headers:
        return False
    return answer.status >= 500 or (200 <= answer.status < 300 and not answer.is_json)


def forbids(answer: Answer) -> bool:
    """Whether an answer ruled `auth` comes to a credential that is known, but does not suffice.

    401 says that it is not known, and a login page says nothing about it.
    """
    return answer.status == 403 or (answer.status != 401 and answer.is_json)
