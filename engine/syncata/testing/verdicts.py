"""What a test found: nothing, or values that are not as they were expected."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncata.errors import Position
from syncata.mapping.ordering import in_order
from syncata.mapping.rare_keywords import same
from syncata.plan import MISSING
from syncata.spec.node import Node


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One expectation that does not hold. `node` is where it stands, `what` it is about.

    `mending` is a place and the value that makes the expectation hold, where there is one.
    """

    node: Node
    what: str
    expected: Any
    actual: Any
    mending: tuple[Node, Any] | None = None


@dataclass(frozen=True, slots=True)
class TestResult:
    """How one test ended. `problem` says why it could not be run, if it could not."""

    __test__ = False  # pytest would take the name for a class of tests

    name: str
    node: Node
    mismatches: tuple[Mismatch, ...] = ()
    problem: str = ""
    seconds: float = field(default=0.0, compare=False)

    @property
    def passed(self) -> bool:
        """Whether everything is as expected."""
        return not self.mismatches and not self.problem

    @property
    def position(self) -> Position:
        """Where the test stands."""
        return self.node["name"].position


def compared(
    expected: Node, actual: Mapping[str, Any], unordered: frozenset[str] = frozenset()
) -> Iterator[Mismatch]:
    """The fields of an object that are not as expected; those not named may be anything."""
    for name, part in expected.items():
        found = actual.get(name, MISSING)
        wanted = in_order(part.value) if name in unordered else part.value
        if found is MISSING or not same(wanted, found):
            mending = None if found is MISSING else (part, found)
            yield Mismatch(part, name, part.value, found, mending)
