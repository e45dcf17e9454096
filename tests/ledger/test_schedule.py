"""The schedule's file: what is put is kept, one process holds it, and damage is told."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syncata.errors import Locked, StateProblem
from syncata.ledger import Entry, open_ledger, open_schedule
from syncata.ledger.database import Database
from syncata.spec.model import ScheduleEntry

EIGHT = datetime(2026, 7, 1, 7, tzinfo=UTC)
CONTENTS = Entry("acme", ScheduleEntry(("integration", "courses"), "0 8 * * *", "+01:00"), EIGHT)
STATISTICS = Entry(
    "acme",
    ScheduleEntry(("statistics",), "20 8 * * *", "Europe/Paris"),
    EIGHT,
    last_due=datetime(2026, 6, 30, 6, 20, tzinfo=UTC),
    last_run="r1",
    state="ended",
    exit_code=6,
)
OTHER = replace(CONTENTS, connection="globex")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the schedule of a test lies; its directory is not there yet."""
    return tmp_path / "state" / "schedule.db"


def test_what_was_put_is_there_when_opened_again(path: Path) -> None:
    """Every column survives, in the order of the spec, per connection or for all."""
    with open_schedule(path) as schedule:
        schedule.put("acme", [STATISTICS, CONTENTS])
        schedule.put("globex", [OTHER])
    with open_schedule(path, read_only=True) as schedule:
        assert schedule.entries("acme") == [STATISTICS, CONTENTS]
        assert schedule.entries() == [STATISTICS, CONTENTS, OTHER]
        assert not schedule.is_in_use()


def test_put_replaces_one_connection_and_save_one_time_table(path: Path) -> None:
    """The others stay as they are."""
    later = replace(STATISTICS, state="running", exit_code=None, last_run="r2")
    with open_schedule(path) as schedule:
        schedule.put("acme", [CONTENTS])
        schedule.put("globex", [OTHER])
        schedule.put("acme", [CONTENTS, STATISTICS])
        schedule.save(later)
        assert schedule.entries("acme") == [CONTENTS, later]
        assert schedule.entries("globex") == [OTHER]
        schedule.keep_only(["acme", "initech"])
        assert schedule.entries() == [CONTENTS, later]


def test_only_the_owner_can_read_it(path: Path) -> None:
    """Directory 0700, file and lock 0600, whatever the umask."""
    old = os.umask(0)
    try:
        with open_schedule(path) as schedule:
            schedule.put("acme", [CONTENTS])
    finally:
        os.umask(old)
    modes = {each.name: each.stat().st_mode & 0o777 for each in path.parent.iterdir()}
    assert modes == {"schedule.db": 0o600, "schedule.db.lock": 0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_power_cut_loses_nothing(path: Path) -> None:
    """Rollback journal and synchronous EXTRA, as for a ledger."""
    with open_schedule(path) as schedule:
        values = [schedule._database.rows(f"PRAGMA {name}")[0][0] for name in
                  ("journal_mode", "synchronous")]  # fmt: skip
    assert values == ["delete", 3]


def test_one_process_holds_it_and_others_read_it(path: Path) -> None:
    """A second one is told who it is and what to do; it is free again afterwards."""
    with open_schedule(path) as schedule:
        with pytest.raises(Locked) as caught:
            open_schedule(path)
        schedule.put("acme", [CONTENTS])
        with open_schedule(path, read_only=True) as reader:
            assert reader.is_in_use()
            assert reader.entries() == [CONTENTS]
            with pytest.raises(StateProblem, match="cannot be written"):
                reader.save(CONTENTS)
    assert f"{path}: in use by" in caught.value.message
    assert f"process {os.getpid()} on" in caught.value.message
    assert "stop that one first" in caught.value.hint
    schedule.close()  # a second time
    open_schedule(path).close()


def test_another_file_is_refused(path: Path) -> None:
    """A ledger is no schedule and a schedule no ledger; one that is missing is not made to read."""
    with pytest.raises(StateProblem, match="there is no schedule"):
        open_schedule(path, read_only=True)
    assert not path.exists()
    open_ledger(path).close()
    with pytest.raises(StateProblem, match="this is no schedule"):
        open_schedule(path)
    path.unlink()
    open_schedule(path).close()
    with pytest.raises(StateProblem, match="this is no ledger"):
        open_ledger(path)


@pytest.mark.parametrize(
    ("column", "value"), [("next_due", "soon"), ("syncs", "["), ("last_due", "2026-07-01T08:00")]
)
def test_a_damaged_row_is_told(path: Path, column: str, value: str) -> None:
    """The message says what may be done: unlike a ledger it can be made anew."""
    with open_schedule(path) as schedule:
        schedule.put("acme", [CONTENTS])
    database = Database(path)
    database.rows(f"UPDATE entry SET {column} = ?", (value,))
    database.close()
    with open_schedule(path) as schedule, pytest.raises(StateProblem) as caught:
        schedule.entries()
    assert str(path) in caught.value.message
    assert "remove the file" in caught.value.hint
