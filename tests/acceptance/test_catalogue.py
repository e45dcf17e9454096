"""A generated catalogue with all its oddities, against a count of our own."""

from typing import Any

import pytest
from tests.acceptance.world import World
from tests.simulator.clients import edflex_client

TYPES = {"article", "mooc", "podcast", "video"}
LIVE = {"coming soon", "open all year", "opened"}


def _items(world: World) -> dict[str, dict[str, Any]]:
    """Everything the source lists now."""
    path = "/connect/v1/resources?page[size]=1000"
    with edflex_client(world.edflex.running) as client:
        records = client.get(path).json()["data"]
    return {record["id"]: record["attributes"] for record in records}


def _wanted(items: dict[str, dict[str, Any]]) -> tuple[set[str], set[str]]:
    """Which ids should be courses, and which should be but lack a required property."""
    live = {
        key: item
        for key, item in items.items()
        if item["type"] in TYPES and item["status"].strip().lower() in LIVE
    }
    poor = {
        key
        for key, item in live.items()
        if not (item["title"] or "").strip() or not item["url"] or not any(item["image"].values())
    }
    return live.keys() - poor, poor


@pytest.mark.parametrize("world", [400], indirect=True)
def test_a_generated_catalogue_over_some_days(world: World) -> None:
    """Three days of edits, closings, openings, losses and news: the target holds what it should."""
    world.connect(guards={"max_rejects": "10%"}, edflex_page_size=70)
    gone: set[str] = set()
    wanted, poor = _wanted(_items(world))
    run = world.run(exit=6 if poor else 0)
    assert run.planned()["create"] == len(wanted)
    assert {reject["key"] for reject in world.rejects(run)} == poor
    assert world.target.courses() == wanted
    for _ in range(3):
        day = world.edflex.control("POST", "day")
        missed_before, gone = gone, set(day["gone"]) & world.target.courses()
        mark = world.target.mark()
        wanted, poor = _wanted(_items(world))
        run = world.run(exit=6 if poor else 0)
        # What vanished today has missed once; what vanished yesterday is archived.
        assert world.target.courses() == wanted | gone
        effects = world.target.effects(mark)
        assert set(effects.get("updated", ())) <= set(day["edited"]) | set(day["reopened"])
        assert set(effects["archived"]) == missed_before | (set(day["closed"]) - poor)
        assert set(day["new"]) <= set(effects["created"])
    mark = world.target.mark()
    world.run(exit=6 if poor else 0)
    assert world.target.courses() == wanted
    assert set(world.target.effects(mark)) <= {"archived"}
    mark = world.target.mark()
    world.run(exit=6 if poor else 0)
    assert world.target.writes(mark) == []
