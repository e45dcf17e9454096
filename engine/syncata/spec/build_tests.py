"""The tests of a spec from its document."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from syncata.spec.build_requests import span_seconds
from syncata.spec.node import Node
from syncata.spec.tests import Data, Day, RecordTest, Scenario, SpecTest, TargetAnswers

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
UNREAD = "unread"
DAY_WORDS = frozenset({"after", "settings", "syncs", "without", "exists", "target", "expect"})

_ONE_DAY = 86_400.0
_ANSWERS = ("lookups", "found", "holds", "current", "ids", "fail", "refuse", "answer", "by_hand")


def build_tests(root: Node) -> tuple[SpecTest, ...]:
    """Every test of a spec found valid; its samples are filled in."""
    samples = root["samples"].mapping
    return tuple(
        _scenario(node, samples) if node["days"] else _record_test(node, root, samples)
        for node in root["tests"].elements()
    )


def _record_test(node: Node, root: Node, samples: Mapping[str, Data]) -> RecordTest:
    sync = root["syncs"][node["sync"].text()]
    sample = samples.get(sync["from"].text())
    parent = node["parent"]
    given = node["given"].value
    if not parent and isinstance(given, dict | None):
        given = _without(_like(sample, given), node["without"])
    return RecordTest(
        name=node["name"].text(),
        node=node,
        sync=node["sync"].text(),
        given=given,
        parent=_like(sample, parent.value) if parent else None,
        known=node["known"].value,
        lookups=node["lookups"].mapping,
        found=node["found"].mapping,
        refs=node["refs"].mapping,
        rank=node["rank"].value or 1,
        now=instant(node["now"].text()) or START,
    )


def _like(sample: Data | None, given: Data | None) -> Data | None:
    """A record like the sample, but for what is said."""
    return None if sample is None and given is None else {**(sample or {}), **(given or {})}


def _without(record: Data | None, names: Node) -> Data | None:
    if record is None or not names:
        return record
    return {name: value for name, value in record.items() if name not in names.value}


def _scenario(node: Node, samples: Mapping[str, Data]) -> Scenario:
    return Scenario(node["name"].text(), node, tuple(_days(node, samples)))


def _days(node: Node, samples: Mapping[str, Data]) -> Iterator[Day]:
    at = instant(node["start"].text()) or START
    streams: dict[str, list[Data] | None] = {}
    settings = node["settings"].mapping
    for number, day in enumerate(node["days"].elements()):
        if number:
            at += timedelta(seconds=span_seconds(day["after"].text(), _ONE_DAY))
        settings = {**settings, **day["settings"].mapping}
        streams = streams | {
            name: _records(part, samples.get(name)) for name, part in streams_of(day)
        }
        yield Day(
            node=day,
            at=at,
            streams={n: _all_without(r, day["without"][n]) for n, r in streams.items()},
            exists=day["exists"].mapping,
            settings=settings,
            syncs=tuple(day["syncs"].value or ()),
            target=_answers(node["target"], day["target"]),
        )


def streams_of(day: Node) -> Iterator[tuple[str, Node]]:
    """The streams that a day names: every key of it that is no word of the language."""
    return ((name, part) for name, part in day.items() if name not in DAY_WORDS)


def _records(node: Node, sample: Data | None) -> list[Data] | None:
    if node.value == UNREAD:
        return None
    return [_like(sample, record.value) or {} for record in node.elements()]


def _all_without(records: list[Data] | None, names: Node) -> list[Data] | None:
    return records and [_without(record, names) or {} for record in records]


def _answers(always: Node, today: Node) -> TargetAnswers:
    parts: dict[str, Any] = {w: {**always[w].mapping, **today[w].mapping} for w in _ANSWERS}
    return TargetAnswers(**parts)


def instant(text: str) -> datetime | None:
    """The instant that a text in ISO 8601 names; UTC where it names no zone. None: none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
