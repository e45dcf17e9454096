"""The process that forks for each run; it starts when the first test asks for one."""

from collections.abc import Iterator

import pytest
from tests.guarantees.place import Zygote

pytest.register_assert_rewrite("tests.guarantees.machine")


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """Ready for every test of a session."""
    with Zygote() as process:
        yield process
