"""Every threat has its tests, and each of them exists; the document says the same."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.proofs import exists

ROOT = Path(__file__).parents[2]
THREATS: dict[str, dict[str, Any]] = json.loads(
    (ROOT / "tests" / "security" / "threats.json").read_text(encoding="utf-8")
)
ENGINE = ROOT / "engine" / "syncata"


def test_every_threat_is_there() -> None:
    """S1 to S25, with what is done about each."""
    assert list(THREATS) == [f"S{number}" for number in range(1, 26)]
    for row in THREATS.values():
        assert row["threat"]
        assert row["mitigation"]


@pytest.mark.parametrize("number", THREATS)
def test_each_test_of_a_threat_exists(number: str) -> None:
    """A threat without a test of its own has a reason, which says what to do once it has one."""
    row = THREATS[number]
    assert row["tests"]
    for test in row["tests"]:
        assert exists(test.removeprefix("tests/")), test


def test_a_reason_is_given_only_where_there_is_no_surface() -> None:
    """Today there is no web interface."""
    assert [number for number, row in THREATS.items() if "reason" in row] == ["S18"]


def test_every_acceptance_test_is_searched_for_canaries() -> None:
    """The world of these tests looks at each output, its fixtures at each file left behind."""
    world = (ROOT / "tests/acceptance/world.py").read_text(encoding="utf-8")
    fixtures = (ROOT / "tests/acceptance/conftest.py").read_text(encoding="utf-8")
    assert "assert leaks(shown" in world
    assert fixtures.count("assert leaking == []") == fixtures.count("-> Iterator[World]") + (
        fixtures.count("-> Iterator[Shop]")
    )


def sources(*without: str) -> str:
    """The engine's code, without some rooms."""
    paths = [p for p in ENGINE.rglob("*.py") if p.relative_to(ENGINE).parts[0] not in without]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def test_only_simulators_listen() -> None:
    """Nothing else opens a port."""
    assert not re.search(
        r"uvicorn|starlette|start_server|http\.server|\.listen\(", sources("simulator")
    )
    simulators = "".join(p.read_text("utf-8") for p in (ENGINE / "simulator").rglob("*.py"))
    assert "127.0.0.1" in simulators
    assert "0.0.0.0" not in simulators


def test_nothing_writes_a_spreadsheet_or_a_page() -> None:
    """Then there are no cells that could be formulas, and no page that could hold a script."""
    assert not re.search(r"(?m)^\s*(import|from) (csv|jinja2)\b|HTMLResponse", sources("simulator"))
