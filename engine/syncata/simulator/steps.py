"""Steps of a scenario, and how one is done at a simulator's control endpoints over HTTP."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import orjson

from syncata.simulator.clock import written

Side = Literal["edflex", "360learning", "stripe", "airtable"]
Words = dict[str, str]

DAY = 24 * 3600
PAGE = 1000
TIMEOUT = 60


@dataclass(frozen=True, slots=True)
class Pick:
    """One live item of the source, or one published course of the target, by its type."""

    type: str
    place: int
    """Where it stands among those of its type in the order of their ids."""

    status: str = ""
    """This status at the source instead of a live one."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a control endpoint; `{id}` and `{title}` stand for what is picked."""

    side: Side
    told: str
    method: str
    path: str
    body: Mapping[str, Any]
    pick: Pick | None = None
    later: Mapping[str, int] = field(default_factory=dict)
    """Fields of the body that hold an instant: so many seconds after the call."""


@dataclass(frozen=True, slots=True)
class Day:
    """What happens on one day."""

    title: str
    steps: Sequence[Step]


def do(step: Step, url: str) -> str:
    """Do a step at the simulator of its side; returns what happened, or why it could not.

    Raises OSError where the simulator does not answer.
    """
    if step.pick is None:
        return _done(step, url, {})
    words = _picked(step.pick, step.side, url)
    if words is None:
        told = _filled(step.told, {"title": f"some {step.pick.type}"})
        return f"{told}: not done, there is none"
    return _done(step, url, words)


def _done(step: Step, url: str, words: Words) -> str:
    body = _filled(step.body, words)
    if step.later:
        now = datetime.fromisoformat(_call(url, "GET", "clock")["now"])
        body |= {name: written(now + timedelta(seconds=s)) for name, s in step.later.items()}
    answer = _call(url, step.method, _filled(step.path, words), body)
    told = str(_filled(step.told, words))
    return f"{told}: not done, {answer['error']}" if "error" in answer else told


def a_day_ahead(url: str) -> None:
    """Set a simulator's clock a day ahead of where it is."""
    ahead = _call(url, "GET", "clock")["ahead"]
    _call(url, "POST", "clock", {"ahead": ahead + DAY})


def _picked(pick: Pick, side: Side, url: str) -> Words | None:
    """Return the id and the title of what is picked, or None if there is nothing."""
    found = sorted(_items(pick, url) if side == "edflex" else _courses(pick, url))
    if not -len(found) <= pick.place < len(found):
        return None
    item_id, title = found[pick.place]
    return {"id": item_id, "title": title}


def _items(pick: Pick, url: str) -> Iterator[tuple[str, str]]:
    narrowed = f"status={quote(pick.status)}" if pick.status else "live=true"
    for item in _listed(url, f"items?type={quote(pick.type)}&{narrowed}", "items"):
        yield item["id"], str(item["attributes"]["title"]).strip()


def _courses(pick: Pick, url: str) -> Iterator[tuple[str, str]]:
    for course in _listed(url, "courses?status=published", "courses"):
        if course.get("contentType") == pick.type:
            yield course["externalId"], course["name"]


def _listed(url: str, path: str, name: str) -> Iterator[dict[str, Any]]:
    start, total = 0, 1
    while start < total:
        answer = _call(url, "GET", f"{path}&from={start}&limit={PAGE}")
        yield from answer[name]
        start, total = start + PAGE, answer["total"]


def _filled(value: Any, words: Words) -> Any:
    """Return a value with the words put in wherever it has a text."""
    if isinstance(value, str):
        for name, word in words.items():
            value = value.replace(f"{{{name}}}", word)
        return value
    if isinstance(value, Mapping):
        return {name: _filled(part, words) for name, part in value.items()}
    return value


def _call(url: str, method: str, path: str, body: object = None) -> dict[str, Any]:
    data = None if body is None else orjson.dumps(body)
    request = Request(f"{url}/_simulator/{path}", data, method=method)  # noqa: S310  loopback
    try:
        with urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            said = answer.read()
    except HTTPError as refused:
        with refused:
            said = refused.read()
    found: dict[str, Any] = orjson.loads(said)
    return found
