"""Both APIs behind proxies that break connections by chance: runs fail, and what is true stays.

`pytest tests/faults/test_storm.py --junitxml FILE` notes how many faults each seed injected.
"""

from collections.abc import Callable

import pytest
from tests.acceptance.world import World
from tests.faults.proxy import proxied

FAULTS = 8
LONGEST = 4_000
RUNS = 12
QUICK = range(3)


@pytest.mark.parametrize(
    "seed",
    [*QUICK, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 40))],
)
def test_whatever_breaks_runs_converge_and_nothing_happens_twice(
    world: World, seed: int, record_property: Callable[[str, object], None]
) -> None:
    """Connections refused, ended and reset anywhere: every effect is there once, none is false."""
    wanted = {f"i{place}" for place in range(1, 6)}
    with proxied(world.edflex.url) as source, proxied(world.target.url) as target:
        world.connect(edflex_url=source.url, target_url=target.url, edflex_page_size=2)
        world.edflex.fill(5)
        source.scatter(seed, FAULTS, LONGEST)
        target.scatter(seed + 1_000, FAULTS, LONGEST)
        for _ in range(RUNS):
            code = world.cli("run", "main", "--json").exit
            assert code in (0, 5)
            assert world.live() <= len(world.target.courses()), f"seed {seed}"
            if not source.plan and not target.plan and code == 0:
                break
            world.edflex.patch("i1", title=f"Title {len(source.plan)} {len(target.plan)}")
        assert source.struck
        assert target.struck
        source.plan, target.plan = [], []
        world.edflex.patch("i1", title="Title 1")
        world.run()
        effects = world.target.effects()
        assert sorted(effects["created"]) == sorted(wanted), f"seed {seed}"
        assert len(effects["integrations_created"]) == 1
        assert set(effects.get("updated", ())) <= {"i1"}
        assert "archived" not in effects
        mark = world.target.mark()
        assert world.run().planned() == {"unchanged": 5}
        assert world.target.writes(mark) == []
        record_property("faults", len(source.struck) + len(target.struck))
