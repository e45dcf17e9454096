"""Killed at any write to the ledger's file, a run leaves a sound file and is taken up."""

import pytest
from tests.guarantees.place import Zygote
from tests.guarantees.writes import CALLS, kills, why_not

CHUNKS = 4
FEWEST = {"pwrite64": 100, "fdatasync": 20, "unlink": 5}


def _needs_strace() -> None:
    if reason := why_not():
        pytest.skip(f"faults cannot be injected into system calls: {reason}")


def test_a_kill_at_some_writes(zygote: Zygote) -> None:
    """A sample, spread over a run."""
    _needs_strace()
    killed = list(kills(zygote, "pwrite64", start=10, step=80))
    assert [crash.findings for crash in killed if crash.findings] == []
    assert len(killed) >= 2


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("chunk", range(CHUNKS))
@pytest.mark.parametrize("call", CALLS)
def test_a_kill_at_every_write(zygote: Zygote, call: str, chunk: int) -> None:
    """At each call that writes a page, makes it durable, or removes the rollback journal."""
    _needs_strace()
    killed = list(kills(zygote, call, start=1 + chunk, step=CHUNKS))
    assert [crash.findings for crash in killed if crash.findings] == []
    assert len(killed) >= FEWEST[call] // CHUNKS
