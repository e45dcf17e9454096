"""How values look in a line of text: short, on one line, without control characters."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from syncata.model import Action, clean
from syncata.plan import MISSING
from syncata.spec.schedule import zone

# paint(text, colour) gives the text in a colour where the output can show one.
Paint = Callable[[str, str], str]

WIDTH = 60

SYMBOLS: dict[str, tuple[str, str]] = {
    Action.ADOPT: ("&", "cyan"),
    Action.CREATE: ("+", "green"),
    Action.UPDATE: ("~", "yellow"),
    Action.RESTORE: ("^", "green"),
    Action.ARCHIVE: ("-", "red"),
    Action.REMOVE: ("x", "red"),
    Action.UNCHANGED: ("=", "bright_black"),
    Action.IGNORED: (".", "bright_black"),
    Action.WAITING: ("?", "blue"),
    Action.REJECTED: ("!", "magenta"),
}


def text_lines(text: str) -> list[str]:
    """The lines of a text that may come from outside, none of which can steer a terminal."""
    return [clean(line) for line in text.splitlines() if line]


def shown(value: Any, width: int = WIDTH) -> str:
    """A JSON value on one line of at most `width` characters."""
    if value is MISSING:
        return "(none)"
    text = clean(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= width else text[: width - 1] + "…"


def shown_change(before: Any, after: Any, width: int = WIDTH) -> tuple[str, str]:
    """Two values on one line each, cut so that the first difference is seen."""
    one, two = shown(before, 1 << 30), shown(after, 1 << 30)
    if len(one) <= width and len(two) <= width:
        return one, two
    same = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), 0)
    start = max(0, same - width // 3)
    return _window(one, start, width), _window(two, start, width)


def _window(text: str, start: int, width: int) -> str:
    head = "…" if start else ""
    tail = "…" if len(text) > start + width else ""
    return head + text[start : start + width] + tail


def number(count: int, noun: str) -> str:
    """`1 record`, `2,000 records`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds < 9.95:  # what rounds to 10 is told as `10 s`
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    if whole < 7200:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def local_time(moment: datetime, timezone: str) -> str:
    """`2026-03-14 08:00 +01:00`: what clocks show in a zone, and how far they are from UTC."""
    text = moment.astimezone(zone(timezone)).isoformat(" ", timespec="minutes")
    return f"{text[:-6]} {text[-6:]}"


def place(position: str) -> str:
    """Where an expression stands, for people: a packaged spec without the way to it."""
    _, inside, rest = position.rpartition("/mappings/")
    return f"mappings/{rest}" if inside and position.startswith("/") else position
