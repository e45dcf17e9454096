"""A whole life of a catalogue, and every request of it held against the vendor's documents."""

from typing import Any

import pytest
from tests.acceptance.world import World
from tests.simulator import openapi


@pytest.mark.skipif(not openapi.available(), reason=openapi.MISSING)
def test_every_request_of_a_full_scenario_satisfies_the_contract(world: World) -> None:
    """Create, update, close, reopen, vanish, change settings, fail: all is well formed."""
    logo = "https://cdn.example.com/logo.png"
    world.connect(platform_logo_url=logo, edflex_page_size=3, guards={"max_rejects": "50%"})
    world.edflex.fill(8, authors=[{"fullName": "Ada"}])
    world.edflex.put("i3", language="us", difficulty=2, duration=61, syllabus="<p>Plan</p>")
    world.edflex.put("bad", url=None)
    world.run(exit=6)
    for place in (1, 2):
        world.edflex.patch(f"i{place}", status="closed")
    world.edflex.patch("i4", title="Another")
    world.run(exit=6)
    world.edflex.patch("i1", status="opened")
    world.edflex.remove("i5", "bad")
    world.run()
    world.target.fault(fail_items="i6", missing_results=1)
    world.edflex.patch("i6", title="Refused")
    world.edflex.patch("i7", title="No result")
    world.run(exit=5)
    world.target.fault(fail_items=None, missing_results=None)
    settings: dict[str, Any] = {
        "summary_format": "html",
        "authors_in": "sources",
        "launch_completes": False,
    }
    world.connect(**settings, author_email=None, author_id="610000000000000000000001")
    world.run()
    assert {entry["method"] for entry in world.target.requests()} == {
        "GET", "POST", "PUT", "PATCH", "DELETE",
    }  # fmt: skip
    assert world.target.violations() == []
    assert world.target.courses() == {"i1", "i3", "i4", "i6", "i7", "i8"}
    assert world.target.courses("archived") == {"i2", "i5"}
    assert world.run().planned() == {"unchanged": 7}
