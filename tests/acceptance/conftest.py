"""A fresh world for every test that asks for one; what it sent is held against the contract."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.acceptance.shop import SECRETS as SHOP_SECRETS
from tests.acceptance.shop import Shop
from tests.acceptance.sides import Edflex, Target
from tests.acceptance.world import SECRETS, World
from tests.simulator import openapi

from syncata.checks import connections, load
from syncata.cli import operate
from syncata.document import Document
from syncata.simulator import Options, serve
from syncata.spec.model import Spec


@pytest.fixture(scope="session", autouse=True)
def packaged_spec_once() -> Iterator[None]:
    """Read the packaged spec once per session, not once per command: that is most of a run."""
    specs: dict[tuple[str, str], Spec] = {}

    def spec_of(document: Document) -> Spec:
        place = document.file, document.text
        if place not in specs:
            specs[place] = load.spec_of(document)
        return specs[place]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "spec_of", spec_of)
        yield


@pytest.fixture
def folder() -> Iterator[Path]:
    """A temporary folder, in memory where there is such a place: ledgers wait for their disk."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        yield Path(name)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """A clean environment with the credentials, and an empty project to stand in."""
    for name in os.environ:
        monkeypatch.delenv(name)
    for name, value in {"PATH": "/usr/bin", "TMPDIR": str(folder), "TZ": "UTC"}.items():
        monkeypatch.setenv(name, value)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("EDFLEX_ID", "edflex-demo")
    monkeypatch.setenv("TARGET_ID", "360-demo")
    root = folder / "project"
    root.mkdir()
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def world(
    environment: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[World]:
    """A source (empty, or of as many items as the parameter says), an empty target, `main`."""
    items = getattr(request, "param", 0)
    options = Options(items=items, learners=3, job_seconds=0, rate_limits=False, audit_bodies=True)
    with serve("edflex", options) as one, serve("360learning", options) as two:
        edflex, target = Edflex(one), Target(two)
        made = World(environment, edflex, target)
        monkeypatch.setattr(operate, "Surroundings", made.surroundings)
        yield made
        violations = target.violations() if openapi.available() else []
        leaking = made.leaking_files()
        edflex.close()
        target.close()
    assert violations == []
    assert leaking == []


@pytest.fixture
def shop(
    environment: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Shop]:
    """A Stripe account (empty, or as the parameter says), an empty table, the connection `main`."""
    for name, value in SHOP_SECRETS.items():
        monkeypatch.setenv(name, value)
    given = {"items": 0, "rate_limits": False} | getattr(request, "param", {})
    options = Options(audit_bodies=True, **given)
    with serve("stripe", options) as one, serve("airtable", options) as two:
        made = Shop(environment, one, two)
        monkeypatch.setattr(operate, "Surroundings", made.surroundings)
        yield made
        leaking = made.leaking_files()
        made.stripe.close()
        made.airtable.close()
    assert leaking == []
