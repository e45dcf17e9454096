"""Ledgers that older versions wrote: `golden` holds one of each, as its version left it."""

import os
import re
import resource
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from syncata.errors import StateProblem
from syncata.ledger import Ceiling, Cursor, Ledger, open_ledger
from syncata.ledger.database import Database
from syncata.ledger.schema import LEDGER_VERSION
from syncata.model import Reason

GOLDEN = Path(__file__).parent / "golden"
OLDER = range(1, LEDGER_VERSION)
RUN = "20260101T080000Z-aaaa"


def golden(path: Path, version: int) -> bytes:
    """Put the ledger of a version at `path`; its bytes."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((GOLDEN / f"v{version}.sql").read_text())
    return path.read_bytes()


def shape(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every table with its columns, in whatever order they were added, and every index."""
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master ORDER BY name").fetchall()
        return {
            name: sorted(row[1:] for row in connection.execute(f"PRAGMA table_info('{name}')"))
            for (name,) in names
        }


def test_there_is_a_golden_ledger_of_each_version() -> None:
    """Whoever changes the tables leaves a ledger as it was before."""
    assert sorted(file.stem for file in GOLDEN.iterdir()) == [f"v{n}" for n in OLDER]


@pytest.mark.parametrize("version", OLDER)
def test_an_older_ledger_is_brought_to_this_version(path: Path, version: int) -> None:
    """Nothing of it is lost, its tables are those of a new one, and a copy as it was is kept."""
    before = golden(path, version)
    with open_ledger(path) as ledger:
        assert ledger.verify() == []
        _holds_what_it_held(ledger)
        if version > 1:
            _holds_what_the_second_added(ledger)
    copy = path.with_name(f"shop.db.v{version}")
    assert copy.stat().st_mode & 0o777 == 0o600
    assert _content(copy) == _content_of(before, path.with_name("again.db"))
    new = path.with_name("new.db")
    open_ledger(new).close()
    assert shape(path) == shape(new)


def _holds_what_it_held(ledger: Ledger) -> None:
    known = ledger.known("courses", ["one", "two", "three", "four"])
    assert {key: (one.archived, one.misses) for key, one in known.items()} == {
        "one": (None, 0),
        "two": (known["two"].archived, 0),
        "three": (None, 1),
    }
    assert known["two"].archived in (Reason.CLOSED, Reason.SOURCE)
    assert ledger.confirmed([known["one"].id])[known["one"].id].payload == '{"name":"one"}'
    assert ledger.target_id("parts", "part") == "t-part"
    kept = {(one.reject.key, one.reject.stage): one for one in ledger.rejects("courses")}
    assert kept.keys() == {("five", "map"), ("four", "target")}
    assert {one.ignored for one in kept.values()} == {None}
    (batch,) = ledger.open_batches()
    assert (batch.location, batch.state, batch.changes[0].key) == ("/jobs/7", "accepted", "one")
    assert [run.id for run in ledger.runs()] == [RUN]
    assert ledger.identity() == {"shop": "acme", "key of courses": "id"}
    assert ledger.health.condition().state in ("ok", "paused")


def _holds_what_the_second_added(ledger: Ledger) -> None:
    assert ledger.waiting_since("parts").keys() == {"late"}
    assert ledger.cursors.get("parts") == Cursor("2026-01-01", "basis", "2026-01-01")
    assert ledger.drifts.times("courses", ["one"]) == {("one", "name"): 1}
    (decision,) = ledger.consent.decisions()
    assert decision.ceilings == (Ceiling("courses", "max_archives", 3),)
    assert ledger.consent.standing == "paused"
    assert len(ledger.consent.salt) == 16


def _content(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()
        return [*connection.iterdump(), str(version)]


def _content_of(raw: bytes, place: Path) -> list[str]:
    place.write_bytes(raw)
    return _content(place)


@pytest.mark.parametrize("version", OLDER)
def test_reading_does_not_bring_a_ledger_to_this_version(path: Path, version: int) -> None:
    """What only looks refuses an older ledger, says what helps, and changes no byte."""
    before = golden(path, version)
    with pytest.raises(StateProblem, match="an older syncata wrote") as caught:
        open_ledger(path, read_only=True)
    assert "next `syncata run`" in caught.value.hint
    assert path.read_bytes() == before


def in_a_child(work: Callable[[], object]) -> int:
    """Do it in a process of its own that dies without a farewell; its exit status."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except StateProblem:
            os._exit(9)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("version", OLDER)
def test_an_upgrade_that_is_killed_anywhere_is_made_by_the_next_run(
    path: Path, version: int
) -> None:
    """At each statement: the ledger is the old one or the new one, never something between."""
    before = golden(path, version)
    old, statements, status = _content(path), 0, -1
    copy = path.with_name(f"shop.db.v{version}")
    while status != 0:
        statements += 1
        path.write_bytes(before)
        copy.unlink(missing_ok=True)
        status = in_a_child(partial(_upgrade_killed_at, path, statements))
        with closing(sqlite3.connect(path)) as connection:
            found = connection.execute("PRAGMA user_version").fetchone()[0]
        assert found in (version, LEDGER_VERSION)
        if found == version:
            assert _content(path) == old
        if copy.exists():
            assert _content(copy) == old
        with open_ledger(path) as ledger:
            assert ledger.verify() == []
            _holds_what_it_held(ledger)
    assert statements > 10


def _upgrade_killed_at(path: Path, statement: int) -> None:
    rows, done = Database.rows, 0

    def counted(self: Database, sql: str, *values: tuple[object, ...]) -> list[tuple[object, ...]]:
        nonlocal done
        done += not re.match("PRAGMA [a-z_]+$", sql)
        if done == statement:
            os.kill(os.getpid(), signal.SIGKILL)
        return rows(self, sql, *values)

    Database.rows = counted  # type: ignore[method-assign,assignment]
    open_ledger(path).close()


@pytest.mark.parametrize("version", OLDER)
def test_a_disk_too_full_for_an_upgrade_leaves_the_old_ledger(path: Path, version: int) -> None:
    """A state problem, not a byte changed; with space again the same command upgrades."""
    before = golden(path, version)
    old = _content(path)

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before), len(before)))
        open_ledger(path).close()

    assert in_a_child(limited) == 9
    assert _content(path) == old
    with open_ledger(path) as ledger:
        assert ledger.verify() == []
