"""A simulator of each kind, fresh for every test that asks for one."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Test modules are imported by path: what they share is found from the root of the repository.
ROOT = str(Path(__file__).parents[2])
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

import httpx  # noqa: E402
from tests.simulator.clients import edflex_client, target_client  # noqa: E402

from syncata.simulator import Options, Running, serve  # noqa: E402


@pytest.fixture
def edflex() -> Iterator[Running]:
    """A source of 400 items."""
    with serve("edflex", Options(items=400)) as running:
        yield running


@pytest.fixture
def source(edflex: Running) -> Iterator[httpx.Client]:
    """A client of that source."""
    with edflex_client(edflex) as client:
        yield client


@pytest.fixture
def target() -> Iterator[Running]:
    """A target whose jobs end at once, without rate limits."""
    options = Options(job_seconds=0, rate_limits=False, audit_bodies=True)
    with serve("360learning", options) as running:
        yield running


@pytest.fixture
def client(target: Running) -> Iterator[httpx.Client]:
    """A client of that target."""
    with target_client(target) as opened:
        yield opened
