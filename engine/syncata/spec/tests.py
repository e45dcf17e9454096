"""The tests of a spec as values: one record judged, or whole runs day after day.

Everything in them is data, no expression. `node` is where a test, or a day, stands in the file:
what is expected is read there, so that each value of it knows its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syncata.spec.node import Node

Data = Mapping[str, Any]

ARCHIVED, LIVE, DELETED = "archived", "live", "deleted"  # what somebody made of a thing by hand


@dataclass(frozen=True, slots=True)
class RecordTest:
    """One record, judged by one sync.

    `given` is the record, or with `parent` the part that `each` made of one; None: the settings.
    `found`, `refs` and `rank` are what `$find`, `$ref` and `$rank` yield.
    """

    name: str
    node: Node
    sync: str
    given: Any
    parent: Data | None
    known: Data | None
    lookups: Data
    found: Mapping[str, Data]
    refs: Mapping[str, Mapping[str, str]]
    rank: int
    now: datetime


@dataclass(frozen=True, slots=True)
class TargetAnswers:
    """How the target answers, by name of a look-up (`lookups`, `found`) or of a sync.

    `holds` are the things that `find` finds, `current` is what `read` finds by key; `fail` tells
    what the target says of single records, `refuse` the answer to every write, `ids` which ids it
    gives; `answer` is added to every result. `by_hand` is what somebody changed, by key: fields, or
    one of the words above.
    """

    lookups: Data
    found: Mapping[str, Data]
    holds: Mapping[str, list[Any]]
    current: Mapping[str, Data]
    ids: Mapping[str, Mapping[str, str]]
    fail: Mapping[str, Data]
    refuse: Mapping[str, Data]
    answer: Mapping[str, Data]
    by_hand: Mapping[str, Data]


@dataclass(frozen=True, slots=True)
class Day:
    """One run. `streams` are the records of each stream, None: the source is away.

    `at` is when it is, `settings` are those given until then; `syncs` empty: all of them. `exists`
    are keys that `absent` finds although no page holds them.
    """

    node: Node
    at: datetime
    streams: Mapping[str, list[Data] | None]
    exists: Mapping[str, list[str]]
    settings: Data
    syncs: tuple[str, ...]
    target: TargetAnswers


@dataclass(frozen=True, slots=True)
class Scenario:
    """Whole runs, day after day."""

    name: str
    node: Node
    days: tuple[Day, ...]


SpecTest = RecordTest | Scenario
