"""Plans: where changes wait, and the file a plan is saved in."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from syncata.errors import StateProblem
from syncata.ledger import Staging, load_plan, new_plan, open_ledger
from syncata.model import Action, Change, Reason, Reject

from .making import change, stamp
from .test_files import ENGINE, mode


def filled(directory: Path, number: int = 2500) -> Staging:
    """A plan with changes of two syncs."""
    plan = new_plan(directory)
    plan.add(change(f"k{n}", Action.UPDATE if n % 5 else Action.CREATE) for n in range(number))
    plan.add([change("t", Action.ARCHIVE, sync="tags", reason=Reason.MISSING)])
    plan.add_rejects([Reject("courses", "bad", "map", "X", "no \ud800", source=b"1")])
    plan.header = {"serial": 7, "title": "é"}
    return plan


def test_changes_come_back_in_order_and_by_sync_and_action(tmp_path: Path) -> None:
    """Every field survives; a filter keeps the order."""
    with filled(tmp_path) as plan:
        expected = [change(f"k{n}", Action.UPDATE if n % 5 else Action.CREATE) for n in range(2500)]
        assert list(plan.changes("courses")) == expected
        assert [one.sync for one in plan.changes()] == ["courses"] * 2500 + ["tags"]
        created = [one for one in expected if one.action is Action.CREATE]
        assert list(plan.changes("courses", [Action.CREATE])) == created
        assert [one.key for one in plan.changes(None, [Action.ARCHIVE])] == ["t"]
        assert list(plan.changes("none")) == list(plan.changes("tags", [])) == []


def test_every_field_of_a_change_is_kept(tmp_path: Path) -> None:
    """A change with everything in it comes back equal, words as enums."""
    full = Change(
        "s", "k\0", Action.RESTORE, Reason.DRIFT, stamp("z"), "{}", "[]", "T", 9, Reason.CLOSED, 3
    )
    with new_plan(tmp_path) as plan:
        plan.add([full])
        (back,) = plan.changes()
    assert back == full
    assert isinstance(back.action, Action)
    assert isinstance(back.archived, Reason)


def test_counts_and_samples(tmp_path: Path) -> None:
    """Counts by sync, action and reason; samples are the first of their kind."""
    with filled(tmp_path) as plan:
        assert plan.counts() == {
            ("courses", Action.CREATE, Reason.SOURCE): 500,
            ("courses", Action.UPDATE, Reason.SOURCE): 2000,
            ("tags", Action.ARCHIVE, Reason.MISSING): 1,
        }
        assert plan.reject_counts() == {"courses": 1}
        assert [one.key for one in plan.sample("courses", Action.CREATE, 3)] == ["k0", "k5", "k10"]
        assert plan.sample("courses", Action.REMOVE) == []


def test_a_plan_may_grow_while_it_is_read(tmp_path: Path) -> None:
    """What is added while iterating comes up once, at the end."""
    with new_plan(tmp_path) as plan:
        plan.add([change(str(n)) for n in range(3)])
        keys = []
        for one in plan.changes("courses"):
            keys.append(one.key)
            if len(keys) < 6:
                plan.add([change(f"more{len(keys)}")])
        assert keys == ["0", "1", "2", *(f"more{n}" for n in range(1, 6))]


def test_a_change_can_be_replaced(tmp_path: Path) -> None:
    """Old ones go, new ones come at the end; counts and samples follow, also once saved."""
    with new_plan(tmp_path) as plan:
        plan.add([change("1"), change("2"), change("3")])
        adopted = [change(key, Action.ADOPT) for key in "321"]
        for one in adopted:
            plan.replace(one, [one])
        plan.replace(change("1"), [])
        plan.add([change("4")])
        plan.save(tmp_path / "plan")
        with load_plan(tmp_path / "plan") as loaded:
            for each in (plan, loaded):
                assert list(each.changes("courses")) == [*adopted[:2], change("4")]
                assert each.sample("courses", Action.ADOPT) == adopted[:2]
                assert each.sample("courses", Action.CREATE) == [change("4")]
                assert each.counts() == {
                    ("courses", Action.ADOPT, Reason.SOURCE): 2,
                    ("courses", Action.CREATE, Reason.SOURCE): 1,
                }


def test_changes_of_one_key_are_found_together(tmp_path: Path) -> None:
    """Duplicates come as groups, in the order they were added, of one sync only."""
    with new_plan(tmp_path) as plan:
        plan.add([change("1"), change("2"), change("2", sync="tags")])
        assert list(plan.duplicates("courses")) == []
        plan.add([change("1", Action.UPDATE)])
        assert list(plan.duplicates("courses")) == [[change("1"), change("1", Action.UPDATE)]]


def test_what_is_staged_for_records_is_found_by_their_keys(tmp_path: Path) -> None:
    """Of one sync only, for those that have a change; of several changes of a key the first."""
    with new_plan(tmp_path) as plan:
        first, again = change("1"), change("1", Action.UPDATE)
        plan.add([first, again, change("2", sync="tags"), change("3")])
        assert plan.changes_for("courses", ["1", "2", "3"]) == {"1": first, "3": change("3")}
        assert plan.change("courses", "1") == first
        assert plan.change("courses", "2") is None


def test_a_plan_leaves_no_file_behind(tmp_path: Path) -> None:
    """The file has no name, so neither closing nor a crash leaves anything."""
    with filled(tmp_path / "state"):
        assert list((tmp_path / "state").iterdir()) == []
    assert mode(tmp_path / "state") == 0o700


def test_planning_does_not_write_the_ledger(tmp_path: Path) -> None:
    """A plan beside a ledger leaves every byte of it alone."""
    with open_ledger(tmp_path / "shop.db"):
        before = (tmp_path / "shop.db").read_bytes()
        filled(tmp_path).close()
        assert (tmp_path / "shop.db").read_bytes() == before


def test_a_saved_plan_is_the_plan(tmp_path: Path) -> None:
    """Changes, rejects, counts, samples and header survive; the file is its owner's."""
    with filled(tmp_path) as plan:
        plan.save(tmp_path / "plan")
        assert mode(tmp_path / "plan") == 0o600
        with load_plan(tmp_path / "plan") as loaded:
            assert list(loaded.changes()) == list(plan.changes())
            assert list(loaded.rejects("courses")) == list(plan.rejects())
            assert loaded.counts() == plan.counts()
            assert loaded.reject_counts() == plan.reject_counts()
            assert loaded.header == {"serial": 7, "title": "é"}
            assert loaded.sample("tags", Action.ARCHIVE) == plan.sample("tags", Action.ARCHIVE)
        with pytest.raises(StateProblem, match="file already"):
            plan.save(tmp_path / "plan")
        plan.save(tmp_path / "plan", overwrite=True)
        assert [entry.name for entry in tmp_path.iterdir()] == ["plan"]


TAMPERED = [
    "UPDATE change SET desired = '{}' WHERE seq = 2000",
    "UPDATE change SET misses = 1 WHERE seq = 1",
    "DELETE FROM change WHERE seq = 2501",
    "UPDATE reject SET message = 'fine'",
    "UPDATE meta SET value = '{\"serial\": 8}' WHERE key = 'header'",
    "DELETE FROM meta",
]


@pytest.mark.parametrize("sql", TAMPERED)
def test_a_plan_that_was_touched_is_refused(tmp_path: Path, sql: str) -> None:
    """A change of any row or of the header is found when the plan is loaded."""
    saved = tmp_path / "plan"
    with filled(tmp_path) as plan:
        plan.save(saved)
    connection = sqlite3.connect(saved)
    connection.execute(sql)
    connection.commit()
    connection.close()
    with pytest.raises(StateProblem, match="the plan is damaged"):
        load_plan(saved)


def test_any_damaged_page_of_a_plan_is_found(tmp_path: Path) -> None:
    """Whatever used page is overwritten, loading raises StateProblem."""
    saved = tmp_path / "plan"
    with filled(tmp_path, 100) as plan:
        plan.save(saved)
    sound = saved.read_bytes()
    for start in range(0, len(sound), 4096):
        saved.write_bytes(sound[:start] + b"\x5a" * 4096 + sound[start + 4096 :])
        with pytest.raises(StateProblem, match="plan"):
            load_plan(saved)


def test_a_ledger_is_no_plan(tmp_path: Path) -> None:
    """Foreign, missing and empty files are refused with advice."""
    open_ledger(tmp_path / "shop.db").close()
    (tmp_path / "empty").touch()
    for name, message in [("shop.db", "no plan"), ("none", "no plan"), ("empty", "empty")]:
        with pytest.raises(StateProblem, match=message) as caught:
            load_plan(tmp_path / name)
        assert caught.value.hint


def test_a_full_disk_stops_a_plan(tmp_path: Path) -> None:
    """A plan that does not fit is a state problem, naming the file."""
    with new_plan(tmp_path) as plan:
        plan._database.pragmas("max_page_count=20")
        with pytest.raises(StateProblem, match="the disk is full"):
            plan.add(change(str(n), desired="x" * 1000) for n in range(1000))


def test_a_plan_that_cannot_be_saved_leaves_nothing(tmp_path: Path) -> None:
    """Saving into a directory that is not there is told and leaves no draft."""
    with filled(tmp_path) as plan, pytest.raises(StateProblem):
        plan.save(tmp_path / "none" / "plan")
    assert list(tmp_path.iterdir()) == []


MEASURE = """
import resource, sys, pathlib
from syncata.ledger import new_plan
from syncata.model import *
stamp = Stamp(b"a" * 16, b"a" * 8, b"a" * 8)
def changes(start, end):
    for n in range(start, end):
        yield Change("courses", str(n), Action.CREATE, Reason.SOURCE, stamp, f"{n:01000}")
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with new_plan(pathlib.Path(sys.argv[1])) as plan:
    plan.add(changes(0, 20_000))
    assert sum(1 for _ in plan.changes()) == 20_000
    before = peak()
    plan.add(changes(20_000, 200_000))
    assert sum(1 for _ in plan.changes("courses", [Action.CREATE])) == 200_000
    print(peak() - before)
"""


@pytest.mark.slow
def test_memory_stays_flat_whatever_the_size_of_a_plan(tmp_path: Path) -> None:
    """200,000 changes of a kilobyte take no more memory than 20,000 do."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(ENGINE)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) < 6_000, "kilobytes more at the peak"
