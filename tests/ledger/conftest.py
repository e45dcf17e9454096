"""What the tests of the ledger share."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syncata.ledger import Ledger, open_ledger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the ledger of a test lies; its directory is not there yet."""
    return tmp_path / "state" / "shop.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    """A new ledger whose clock ticks once at each look."""
    with open_ledger(path, clock=ticking()) as opened:
        yield opened


def ticking() -> Callable[[], str]:
    """A clock: t1, t2, t3 …"""
    ticks = itertools.count(1)
    return lambda: f"t{next(ticks)}"
