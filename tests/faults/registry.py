"""The faults of faults.yaml, in the order of their numbers."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from syncata.document import load_file


@dataclass(frozen=True)
class Fault:
    """One fault: what the operator sees and does, the tests that prove it, what is still open."""

    number: int
    fault: str
    sees: str
    exit: str
    do: str
    tests: tuple[str, ...]
    open: str


@cache
def faults() -> tuple[Fault, ...]:
    """Every fault."""
    items: Any = load_file(Path(__file__).with_name("faults.yaml")).data
    return tuple(_fault(number, item) for number, item in enumerate(items, 1))


def _fault(number: int, item: dict[str, Any]) -> Fault:
    texts = {name: str(item[name]) for name in ("fault", "sees", "exit", "do")}
    return Fault(number, tests=tuple(item["tests"]), open=item.get("open", ""), **texts)
