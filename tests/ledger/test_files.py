"""The file itself: permissions, locks, crashes, full disks, damage."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from syncata.errors import Locked, StateProblem
from syncata.ledger import Ledger, Seen, open_ledger
from syncata.model import Action

from .making import change, create, ok

ENGINE = Path(__file__).parents[2] / "engine"
PREFIX = """
import os, sys, pathlib
from syncata.ledger import *
from syncata.model import *
path = pathlib.Path(sys.argv[1])
def ok(n, sync="courses"):
    stamp = Stamp(b"a" * 16, b"a" * 8, b"a" * 8)
    return Outcome(Change(sync, str(n), Action.CREATE, Reason.SOURCE, stamp, '"' + "x" * 500 + '"'),
                   Verdict.OK, "T")
"""


def started(path: Path, code: str) -> subprocess.Popen[str]:
    """Another process that has our names and the path."""
    return subprocess.Popen(
        [sys.executable, "-c", PREFIX + code, str(path)],
        env=os.environ | {"PYTHONPATH": str(ENGINE)},
        stdout=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> str:
    """The next line it printed."""
    assert process.stdout
    return process.stdout.readline().strip()


def mode(path: Path) -> int:
    """Permission bits."""
    return path.stat().st_mode & 0o777


def test_only_the_owner_can_read_what_is_made(path: Path) -> None:
    """Directory 0700; ledger, lock and journal 0600, whatever the umask."""
    old = os.umask(0)
    try:
        with open_ledger(path) as ledger:
            assert ledger.created
            with ledger._writing():
                create_one = "INSERT INTO sync (name) VALUES ('x')"
                ledger._database.rows(create_one)
                names = {entry.name: mode(entry) for entry in path.parent.iterdir()}
    finally:
        os.umask(old)
    assert names == {"shop.db": 0o600, "shop.db.lock": 0o600, "shop.db-journal": 0o600}
    assert mode(path.parent) == 0o700


def test_what_was_written_is_there_when_opened_again(path: Path) -> None:
    """A ledger outlives its process; opening it again makes nothing new."""
    with open_ledger(path) as ledger:
        create(ledger, ["1"])
    with open_ledger(path) as ledger:
        assert not ledger.created
        assert "1" in ledger.known("courses", ["1"])
        assert ledger.verify() == []


def test_it_writes_so_that_a_power_cut_loses_nothing(ledger: Ledger) -> None:
    """Rollback journal, synchronous EXTRA, bounded cache, no memory map."""
    values = [ledger._database.rows(f"PRAGMA {name}")[0][0] for name in
              ("journal_mode", "synchronous", "cache_size", "mmap_size")]  # fmt: skip
    assert values == ["delete", 3, -16000, 0]


def test_a_second_run_is_told_who_holds_the_ledger(path: Path) -> None:
    """Locked names user, process, host and since when; kill -9 frees it at once."""
    other = started(path, "ledger = open_ledger(path); print('held', flush=True); sys.stdin.read()")
    with other:
        assert said(other) == "held"
        with pytest.raises(Locked) as caught:
            open_ledger(path)
        other.kill()
    assert f"process {other.pid} on {socket.gethostname()}, since 20" in caught.value.message
    assert str(path) in caught.value.message
    open_ledger(path).close()


def test_a_ledger_is_locked_within_a_process_too(path: Path, ledger: Ledger) -> None:
    """Two runs in one service exclude each other; closing twice is no error."""
    with pytest.raises(Locked):
        open_ledger(path)
    ledger.close()
    ledger.close()
    open_ledger(path).close()


def test_reading_needs_no_lock_and_sees_what_was_committed(path: Path, ledger: Ledger) -> None:
    """While a run writes, a reader sees the state before its transaction, and cannot write."""
    create(ledger, ["1"])
    with open_ledger(path, read_only=True) as reader:
        with ledger._writing():
            ledger._records.apply("r2", [ok(change("2"))])
            assert reader.known("courses", ["1", "2"]).keys() == {"1"}
        assert reader.known("courses", ["1", "2"]).keys() == {"1", "2"}
        iterating = reader.unseen("courses", Seen())
        next(iterating)
        create(ledger, ["3"])
        with pytest.raises(StateProblem, match="cannot be written"):
            reader.set_identity({})


CRASHES = ["INSERT INTO payload", "INSERT INTO record", "DELETE FROM reject", "UPDATE batch"]


@pytest.mark.parametrize("statement", [*CRASHES, "UPDATE meta", "COMMIT"])
def test_a_crash_leaves_all_of_a_batch_or_nothing(path: Path, statement: str) -> None:
    """Killed at any statement of settling, with pages already on disk, nothing is half there."""
    code = f"""
ledger = open_ledger(path)
ledger.settle("r1", None, [ok(n) for n in range(100)])
stamp = Stamp(b"a" * 16, b"a" * 8, b"a" * 8)
ledger.set_rejects("courses", [Reject("courses", "500", "map", "X", "x")], "r1", complete=True)
number = ledger.intend(Batch("r1", "courses", "upsert", "t", [ok(1).change]))
ledger._database.pragmas("cache_size=5")
def watch(sql):
    if sql.startswith({statement!r}) and ("'1999'" in sql or "record" not in sql):
        os.kill(os.getpid(), {int(signal.SIGKILL)})
ledger._database._connection.set_trace_callback(watch)
ledger.settle("r2", number, [ok(n) for n in range(100, 2000)])
"""
    with started(path, code) as process:
        process.wait()
    assert process.returncode == -signal.SIGKILL
    with open_ledger(path, read_only=True) as reader:
        assert reader.live_count("courses") == 100
    with open_ledger(path) as ledger:
        assert ledger.verify() == []
        assert len(ledger.open_batches()) == 1
        assert ledger.live_count("courses") == 100
        create(ledger, ["new"])


def test_a_crash_while_it_is_made_leaves_nothing_in_the_way(path: Path) -> None:
    """A draft left behind by a run that died is replaced."""
    path.parent.mkdir()
    path.with_name(".shop.db.new").write_bytes(b"half")
    open_ledger(path).close()
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["shop.db", "shop.db.lock"]


def test_a_full_disk_commits_nothing_and_is_told(ledger: Ledger) -> None:
    """The batch that did not fit is not half there, and works once there is space."""
    create(ledger, ["1"])
    pages = ledger._database.number("page_count")
    ledger._database.pragmas(f"max_page_count={pages + 5}")
    with pytest.raises(StateProblem, match="the disk is full"):
        create(ledger, [f"k{n}" for n in range(5000)], sync="tags")
    assert ledger.live_count("tags") == 0
    assert ledger.live_count("courses") == 1
    ledger._database.pragmas("max_page_count=100000")
    create(ledger, [f"k{n}" for n in range(5000)], sync="tags")
    assert ledger.live_count("tags") == 5000
    assert ledger.verify() == []


def create_in(ledger: Ledger, table: str) -> None:
    """Write a record, then fail, both in the transaction that is open."""
    ledger._records.apply("r1", [ok(change("1"))])
    ledger._database.rows(f"DELETE FROM '{table}'")


def test_an_error_within_a_transaction_leaves_nothing(ledger: Ledger) -> None:
    """Also the number of a sync that was new in it."""
    with pytest.raises(StateProblem), ledger._writing():
        create_in(ledger, "no such table")
    assert ledger.known("courses", ["1"]) == {}
    create(ledger, ["1"], sync="tags")
    assert ledger.known("courses", ["1"]) == {}
    assert ledger.serial == 1


def test_a_missing_ledger_is_not_made_by_reading(path: Path) -> None:
    """Reading what is not there is a state problem and leaves no trace."""
    with pytest.raises(StateProblem, match="there is no ledger"):
        open_ledger(path, read_only=True)
    assert not path.parent.exists()


def foreign(path: Path) -> None:
    """Somebody else's database."""
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()


def newer(path: Path) -> None:
    """A ledger of a later version."""
    open_ledger(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version=99")
    connection.close()


def truncated(path: Path) -> None:
    """A ledger cut in the middle."""
    with open_ledger(path) as ledger:
        create(ledger, [str(n) for n in range(1000)])
    os.truncate(path, path.stat().st_size // 2)


def orphaned(path: Path) -> None:
    """The journal of a ledger that is gone."""
    path.with_name("shop.db-journal").write_bytes(b"journal")


SPOILT: list[tuple[Callable[[Path], object], str]] = [
    (lambda path: path.write_bytes(b""), "is empty"),
    (lambda path: path.write_bytes(b"text, no database" * 99), "no database"),
    (lambda path: path.mkdir(), "cannot be opened"),
    (foreign, "no ledger"),
    (newer, "newer"),
    (truncated, "damaged"),
    (orphaned, "its journal is there"),
]


@pytest.mark.parametrize(("spoil", "message"), SPOILT)
def test_what_is_not_our_sound_ledger_is_refused_and_left_alone(
    path: Path, spoil: Callable[[Path], object], message: str
) -> None:
    """Empty, foreign, newer, damaged: StateProblem with path and advice; no byte changes."""
    path.parent.mkdir()
    spoil(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(StateProblem, match=message) as caught:
        open_ledger(path)
    assert str(path) in caught.value.message
    assert caught.value.hint
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A file where the directory should be is a state problem."""
    (tmp_path / "state").write_text("")
    with pytest.raises(StateProblem, match="state"):
        open_ledger(tmp_path / "state" / "shop.db")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_directory_is_told(tmp_path: Path) -> None:
    """Nothing can be locked where nothing can be written."""
    tmp_path.chmod(0o500)
    with pytest.raises(StateProblem, match="ermission"):
        open_ledger(tmp_path / "shop.db")


def test_verify_finds_damaged_pages_and_rows(path: Path) -> None:
    """A changed letter in a payload is found, which the database itself cannot see."""
    with open_ledger(path) as ledger:
        create(ledger, ["1", "2"])
        spoil = 'UPDATE payload SET payload = \'{"name":"B"}\' WHERE id = 1'
        ledger._database.rows(spoil)
        ledger._database.rows("UPDATE record SET source = x'00' WHERE id = 2")
        found = ledger.verify()
        assert found == [
            "record '1': its payload is not what was confirmed",
            "record '2': a digest has the wrong length",
        ]
        ledger._database.rows("DELETE FROM payload WHERE id = 1")
        assert "2 records and 1 payloads: 1 belong together" in ledger.verify()


def judged(path: Path) -> list[str]:
    """What opening or verifying says about a ledger."""
    try:
        with open_ledger(path) as ledger:
            return ledger.verify()
    except StateProblem as problem:
        return [problem.message]


def test_verify_survives_any_damaged_page(path: Path) -> None:
    """Whatever page is overwritten, the answer is a finding or StateProblem, never a crash."""
    with open_ledger(path) as ledger:
        create(ledger, [str(n) for n in range(400)])
        ledger.settle("r", None, [ok(change("1", Action.ARCHIVE))])
    sound = path.read_bytes()
    for start in range(0, len(sound), 4096):
        path.write_bytes(sound[:start] + b"\xa5" * 4096 + sound[start + 4096 :])
        assert judged(path), f"page at {start} is damaged"
