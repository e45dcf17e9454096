"""How a connection stands: what runs show of its syncs, and one event for each change of that."""

import os
import signal
from pathlib import Path

import pytest

from syncata.ledger import (
    DEGRADED,
    HELD,
    OK,
    PAUSED,
    WHOLE,
    Condition,
    Ledger,
    Shown,
    open_ledger,
)

from .test_upgrading import in_a_child

SYNCS = ["courses", "statistics"]


def ended(ledger: Ledger, run: str, state: str, reason: str = "", *only: str) -> None:
    """Let a run of all syncs, or of some, end so that they stand like that."""
    ledger.begin_run(run, "run")
    shown = Shown(only or SYNCS, SYNCS, Condition(state, reason, run))
    ledger.finish_run(run, state, 0, None, shown)


def told(ledger: Ledger) -> list[tuple[str, str, str]]:
    """Every event, oldest first: before, state, reason."""
    return [(e.before, e.state, e.reason) for e in reversed(ledger.health.events())]


def test_a_new_connection_is_well_and_nothing_is_told(ledger: Ledger) -> None:
    """Good runs are no news."""
    ended(ledger, "r1", OK)
    ended(ledger, "r2", OK)
    assert ledger.health.condition().state == OK
    assert told(ledger) == []


def test_there_is_one_event_for_each_change(ledger: Ledger) -> None:
    """However many runs fail for the same reason; another reason is another matter."""
    for run, (state, reason) in enumerate(
        [
            (OK, ""), (DEGRADED, "unavailable"), (DEGRADED, "unavailable"),
            (DEGRADED, "credentials"), (HELD, "guard"), (HELD, "guard"), (OK, ""), (OK, ""),
        ]
    ):  # fmt: skip
        ended(ledger, f"r{run}", state, reason)
    assert told(ledger) == [
        (OK, DEGRADED, "unavailable"),
        (DEGRADED, DEGRADED, "credentials"),
        (DEGRADED, HELD, "guard"),
        (HELD, OK, ""),
    ]
    assert [event.run for event in ledger.health.events()] == ["r6", "r4", "r3", "r1"]


def test_a_sync_that_goes_well_does_not_hide_one_that_does_not(ledger: Ledger) -> None:
    """Time tables of their own: the connection stands as its worst sync does, and says so once."""
    ended(ledger, "r1", DEGRADED, "unavailable", "courses")
    for run in ("r2", "r3"):
        ended(ledger, run, OK, "", "statistics")
        ended(ledger, f"{run}c", DEGRADED, "unavailable", "courses")
    assert ledger.health.condition().run == "r1"
    ended(ledger, "r4", HELD, "guard", "statistics")
    assert ledger.health.condition().state == HELD
    ended(ledger, "r5", OK, "", "statistics")
    ended(ledger, "r6", OK, "", "courses")
    assert told(ledger) == [
        (OK, DEGRADED, "unavailable"),
        (DEGRADED, HELD, "guard"),
        (HELD, DEGRADED, "unavailable"),
        (DEGRADED, OK, ""),
    ]


def test_a_sync_that_is_no_more_does_not_weigh(ledger: Ledger) -> None:
    """What the spec has lost is dropped with the next run."""
    ended(ledger, "r1", DEGRADED, "unavailable", "courses")
    ledger.begin_run("r2", "run")
    ledger.finish_run(
        "r2", "ok", 0, None, Shown(["statistics"], ["statistics"], Condition(OK, "", "r2"))
    )
    assert ledger.health.condition().state == OK


def test_a_rest_is_told_and_what_was_before_comes_back(ledger: Ledger) -> None:
    """Paused while held: resumed, it is held again."""
    ended(ledger, "r1", HELD, "guard")
    ledger.consent.stand(PAUSED)
    assert ledger.health.condition() == Condition(PAUSED)
    ledger.consent.stand("active")
    assert told(ledger)[1:] == [(HELD, PAUSED, ""), (PAUSED, HELD, "guard")]


def test_a_connection_that_cannot_be_read_is_degraded_until_a_run_ends(ledger: Ledger) -> None:
    """Told once, whatever its syncs were; a run that comes to its end shows how they are."""
    ended(ledger, "r1", OK)
    ledger.unreadable("invalid")
    ledger.unreadable("invalid")
    assert ledger.health.condition().reason == "invalid"
    ended(ledger, "r2", OK)
    assert told(ledger) == [(OK, DEGRADED, "invalid"), (DEGRADED, OK, "")]
    assert WHOLE not in ledger.health.syncs()


def test_a_run_that_died_is_told_by_the_next_one(ledger: Ledger) -> None:
    """It never said how it ended: that is no good sign, and the next good run ends it."""
    ledger.begin_run("r1", "run")
    ended(ledger, "r2", OK)
    assert told(ledger) == [(OK, DEGRADED, "died"), (DEGRADED, OK, "")]


def test_whoever_tells_finds_what_nobody_was_told_of(ledger: Ledger) -> None:
    """Oldest first, each until it is noted as told."""
    ended(ledger, "r1", DEGRADED, "unavailable")
    ended(ledger, "r2", OK)
    first, second = ledger.health.untold()
    assert first.id < second.id
    ledger.health.tell(first.id, "t99")
    assert ledger.health.untold() == [second]
    assert ledger.health.events()[1].told == "t99"


@pytest.mark.parametrize("statement", ["INSERT INTO health", "INSERT INTO event", "UPDATE run"])
def test_a_crash_at_the_end_of_a_run_tells_nothing_twice(path: Path, statement: str) -> None:
    """Killed while it is written: neither the end nor the event is there; run again, each once."""
    with open_ledger(path) as ledger:
        ended(ledger, "r1", OK)

    def dies() -> None:
        ledger = open_ledger(path)
        ledger.begin_run("r2", "run")

        def watch(sql: str) -> None:
            if sql.startswith(statement):
                os.kill(os.getpid(), signal.SIGKILL)

        ledger._database._connection.set_trace_callback(watch)
        shown = Shown(SYNCS, SYNCS, Condition(HELD, "guard", "r2"))
        ledger.finish_run("r2", "held", 7, None, shown)

    assert in_a_child(dies) == -signal.SIGKILL
    with open_ledger(path) as ledger:
        assert told(ledger) == []
        assert ledger.runs(1)[0].state == "running"
        ended(ledger, "r3", HELD, "guard")
        assert told(ledger) == [(OK, DEGRADED, "died"), (DEGRADED, HELD, "guard")]
