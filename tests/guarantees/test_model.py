"""A stateful property test of the real engine: random days, faults and kills, against a model."""

import os
import random
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.guarantees.machine import Machine, write_variant
from tests.guarantees.place import Zygote


def check(zygote: Zygote, folder: Path, *, examples: int, steps: int, chosen: int) -> int:
    """Run so many examples of so many steps; whoever gives the same seed gets the same ones.

    How many runs of the engine were judged. Raises whatever did not hold in one.
    """
    before = Machine.runs
    Machine.zygote, Machine.variant = zygote, folder / "shouting.yaml"
    write_variant(Machine.variant)
    seeded: Any = seed(chosen)(type("Seeded", (Machine,), {}))
    run_state_machine_as_test(
        seeded,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )
    return Machine.runs - before


USUAL = (2_979_070_915, 3_278_911_179)
"""The lives that every commit is held against; `python -m tests.guarantees` looks for new ones."""


def _seed(usual: int) -> int:
    wanted = os.environ.get("SYNCATA_SEED", str(usual))
    chosen = random.SystemRandom().randrange(2**32) if wanted == "random" else int(wanted)
    sys.stdout.write(f"SYNCATA_SEED={chosen}\n")  # shown if it fails
    return chosen


def test_a_few_random_lives(zygote: Zygote, tmp_path: Path) -> None:
    """A sample for every commit; `SYNCATA_SEED` names another one, or is `random`."""
    assert check(zygote, tmp_path, examples=3, steps=4, chosen=_seed(USUAL[0])) >= 3


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("usual", USUAL)
def test_many_random_lives(zygote: Zygote, tmp_path: Path, usual: int) -> None:
    """More of them, and longer; `SYNCATA_EXAMPLES` asks for another number."""
    examples = int(os.environ.get("SYNCATA_EXAMPLES", "20"))
    runs = check(zygote, tmp_path, examples=examples, steps=12, chosen=_seed(usual))
    assert runs >= examples, "each life has a run, and what must hold held after every one"
