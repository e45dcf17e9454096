"""Every fault has its number, and tests that exist."""

from tests.faults.registry import faults
from tests.proofs import TESTS, exists, proofs_of

OPEN = {26, 27, 28}
"""The faults of which something is not proved yet; each says what."""


def test_all_32_faults_are_proved_by_tests_that_exist() -> None:
    """A test that was renamed or taken away leaves a fault without its proof."""
    assert len(faults()) == 32
    missing = [
        f"{fault.number}: {test}" for fault in faults() for test in fault.tests if not exists(test)
    ]
    assert missing == []
    assert all(fault.tests for fault in faults())


def test_what_is_open_is_counted() -> None:
    """What is not proved is said, and cannot become more unnoticed."""
    assert {fault.number for fault in faults() if fault.open} == OPEN


def test_every_test_of_this_folder_belongs_to_a_fault() -> None:
    """No test of a fault stands beside the list."""
    listed = {test for fault in faults() for test in fault.tests}
    here = {
        f"faults/{path.name}::{name}"
        for path in (TESTS / "faults").glob("test_*.py")
        if path.name != "test_registry.py"
        for name in proofs_of(f"faults/{path.name}")
    }
    assert here - listed == set()
