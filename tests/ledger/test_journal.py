"""Writes in flight, runs, identity, serial."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncata.errors import StateProblem
from syncata.ledger import Batch, Ledger
from syncata.ledger.codec import change_of, change_row, decode_changes, encode_changes
from syncata.ledger.database import Database
from syncata.ledger.journal import KEPT, Journal
from syncata.model import Action, Change, Reason, Stamp

from .making import change, ok, refused

TEXT = st.text(st.characters(exclude_categories=["Cs"])) | st.just("x\0y") | st.just("é" * 5000)
CHANGES = st.builds(
    Change,
    sync=TEXT,
    key=TEXT,
    action=st.sampled_from(Action),
    reason=st.sampled_from(Reason),
    stamp=st.builds(Stamp, st.binary(), st.binary(), st.binary()),
    desired=st.none() | TEXT,
    confirmed=st.none() | TEXT,
    target_id=st.none() | TEXT,
    known_id=st.none() | st.integers(0, 2**53),
    archived=st.none() | st.sampled_from(Reason),
    misses=st.integers(0, 1000),
)


@given(st.lists(CHANGES, max_size=3))
def test_changes_survive_the_journal(changes: list[Change]) -> None:
    """What is written down is what comes back, whatever the text."""
    assert decode_changes(encode_changes(changes)) == tuple(changes)
    assert [change_of(change_row(one)) for one in changes] == changes


@pytest.mark.parametrize("text", [b"", b"{}x", b"[[1]]", b"[5]", b"\xff"])
def test_a_damaged_batch_is_named(text: bytes) -> None:
    """A batch that is no list of changes is a state problem, not a bug."""
    with pytest.raises(StateProblem, match="journal is damaged"):
        decode_changes(text)


def test_what_no_json_can_hold_is_refused_before_it_is_sent(ledger: Ledger) -> None:
    """A batch that could not be written down is an error, and nothing is left of it."""
    with pytest.raises(ValueError, match="surrogate"):
        ledger.intend(Batch("r1", "courses", "upsert", "t0", [change("\ud800")]))
    assert ledger.open_batches() == []


def test_a_batch_is_intended_accepted_and_settled(ledger: Ledger) -> None:
    """A batch is open until its outcomes are in the ledger, and its location stays known."""
    changes = (change("1"), change("2"))
    number = ledger.intend(Batch("r1", "courses", "upsert", "t0", changes))
    (intended,) = ledger.open_batches()
    assert intended == Batch("r1", "courses", "upsert", "t0", changes, number)
    ledger.accepted(number, "/jobs/1")
    (accepted,) = ledger.open_batches()
    assert (accepted.state, accepted.location) == ("accepted", "/jobs/1")
    renewal = change("3", Action.UNCHANGED)
    ledger.settle("r1", number, [ok(changes[0]), refused(changes[1])], [renewal])
    assert ledger.open_batches() == []
    assert ledger.known("courses", ["1", "2"]).keys() == {"1"}
    assert ledger.refused("courses").keys() == {"2"}
    assert ledger.ours(["/jobs/1", "/jobs/2"]) == {"/jobs/1"}


def test_a_done_batch_without_a_job_is_forgotten(ledger: Ledger, path: Path) -> None:
    """Nothing could be asked of it; one that is open stays."""
    done, still = (
        ledger.intend(Batch("r1", "courses", "create", "t0", [change(key)])) for key in "ab"
    )
    ledger.settle("r1", done, [])
    database = Database(path)
    assert database.rows("SELECT id FROM batch") == [(still,)]
    database.close()


def test_only_the_last_done_jobs_stay_known(ledger: Ledger, path: Path) -> None:
    """The journal does not grow for ever; open batches are never dropped."""
    ledger.intend(Batch("r1", "courses", "upsert", "t0", [change("1")]))
    database = Database(path)
    journal = Journal(database)
    with database.transaction():
        for number in range(KEPT + 2):
            batch = journal.intend(Batch("r1", "courses", "upsert", "t0", []))
            journal.accept(batch, f"/jobs/{number}")
            journal.close(batch)
    database.close()
    names = [f"/jobs/{number}" for number in range(KEPT + 2)]
    assert ledger.ours(names) == set(names[2:])
    assert len(ledger.open_batches()) == 1


def test_open_batches_come_oldest_first(ledger: Ledger) -> None:
    """Resuming goes in the order of sending."""
    ids = [
        ledger.intend(Batch("r1", "courses", "upsert", f"t{n}", [change(str(n))])) for n in range(3)
    ]
    ledger.settle("r1", ids[1], [])
    assert [batch.id for batch in ledger.open_batches()] == [ids[0], ids[2]]


def test_runs_are_kept_with_how_they_ended(ledger: Ledger) -> None:
    """Newest first, with header and exit code; one that died is called interrupted."""
    ledger.begin_run("a", "run", {"syncs": ["courses"]})
    ledger.begin_run("b", "apply")
    ledger.finish_run("b", "done", 6, {"create": 2})
    first, last = ledger.run("a"), ledger.last_run()
    assert first is not None
    assert (first.state, first.header) == ("interrupted", {"syncs": ["courses"]})
    assert last is not None
    assert (last.id, last.state, last.exit_code, last.header) == ("b", "done", 6, {"create": 2})
    assert [run.id for run in ledger.runs(5)] == ["b", "a"]
    assert ledger.last_run(lambda run: run.command == "run") == first
    assert ledger.last_run(lambda run: run.state == "held") is None
    assert ledger.run("c") is None


def test_the_newest_run_is_the_one_that_began_last(ledger: Ledger) -> None:
    """Many runs within one second are still in order, however far back the one looked for is."""
    ids = [f"r{number}" for number in range(50, 0, -1)]
    for run in ids:
        ledger.begin_run(run, "run")
    assert [run.id for run in ledger.runs(45)] == ids[:4:-1]
    found = ledger.last_run(lambda run: run.id in ("r49", "r48"))
    assert found is not None
    assert found.id == "r48"
    assert ledger.last_run(lambda run: run.id == "r0") is None


def test_a_report_with_half_a_surrogate_pair_is_kept(ledger: Ledger) -> None:
    """What an API said never keeps a run from ending."""
    ledger.begin_run("a", "run", {"syncs": ["x\ud800"]})
    ledger.finish_run("a", "failed", 5, {"error": {"message": "x\udc00"}, "of": ("\ud800", 1)})
    run = ledger.run("a")
    assert run is not None
    assert (run.state, run.exit_code) == ("failed", 5)
    assert run.header == {"error": {"message": "x\\udc00"}, "of": ["\\ud800", 1]}


def test_a_run_that_died_goes_on_under_its_id(ledger: Ledger) -> None:
    """Beginning a run again does not make a second one."""
    ledger.begin_run("a", "run")
    ledger.begin_run("a", "run", {"again": True})
    (run,) = ledger.runs()
    assert (run.state, run.ended, run.header) == ("running", None, {"again": True})


@pytest.mark.parametrize("state", ["interrupted", "ok", "failed", "held"])
def test_an_id_whose_run_has_ended_is_not_begun_again(ledger: Ledger, state: str) -> None:
    """Only a run that was interrupted goes on; the report of one that has ended stays."""
    ledger.begin_run("a", "run")
    ledger.finish_run("a", state, 5, {"kept": True})
    if state == "interrupted":
        ledger.begin_run("a", "run", {"again": True})
    else:
        with pytest.raises(StateProblem, match="the run a has ended already"):
            ledger.begin_run("a", "run", {"again": True})
    (run,) = ledger.runs()
    assert run.header == ({"again": True} if state == "interrupted" else {"kept": True})


def test_the_serial_moves_with_everything_a_plan_rests_on(ledger: Ledger) -> None:
    """Each writing transaction moves it; beginning a run and reading do not."""
    assert ledger.serial == 0
    ledger.begin_run("a", "plan")
    ledger.known("courses", ["1"])
    assert ledger.serial == 0
    number = ledger.intend(Batch("a", "courses", "upsert", "t0", [change("1")]))
    ledger.settle("a", number, [ok(change("1"))])
    ledger.renew([change("1", Action.UNCHANGED)])
    assert ledger.serial == 3


def test_identity_settings_are_remembered(ledger: Ledger) -> None:
    """What a connection must never change is kept as it was first used."""
    assert ledger.identity() == {}
    ledger.set_identity({"group_id": "é1"})
    assert ledger.identity() == {"group_id": "é1"}
