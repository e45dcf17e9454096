"""Two hundred ways to spoil a ledger, a disk that fills up, a place that cannot be written."""

import os
import random
import resource
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from syncata.errors import StateProblem
from syncata.ledger import Batch, Ceiling, Condition, Ledger, Shown, open_ledger
from syncata.model import Action, Waiting

from .making import change, create, ok, refused
from .test_upgrading import in_a_child

PAGE = 4096
KEYS = [f"k{n:03}" for n in range(200)]
SEED = 20260314

Content = list[tuple[str, str | None, str | None, str | None]]


def filled(path: Path) -> None:
    """A ledger with something in every table that a run writes."""
    with open_ledger(path, clock=lambda: "2026-03-14T08:00:00+00:00") as ledger:
        ledger.begin_run("r1", "run", {"connection": "shop", "only": []})
        create(ledger, KEYS)
        ledger.settle("r1", None, [ok(change("k001", Action.ARCHIVE)), refused(change("bad"))])
        ledger.set_waiting("parts", [Waiting("parts", "p", "x", '{"id":1}')], "r1", complete=True)
        ledger.intend(Batch("r1", "courses", "upsert", "t", [change("k002", Action.UPDATE)]))
        ledger.consent.decide("r1", "approved", [Ceiling("courses", "max_archives", 2)])
        ledger.set_identity({"shop": "acme"})
        shown = Shown(["courses"], ["courses"], Condition("held", "guard", "r1"))
        ledger.finish_run("r1", "held", 7, {"connection": "shop"}, shown)


def content(ledger: Ledger) -> Content:
    """What the target confirmed, by key: all that a run would build on."""
    known = ledger.known("courses", KEYS)
    held = ledger.confirmed([one.id for one in known.values()])
    return sorted(
        (key, one.archived, held[one.id].payload, held[one.id].target_id)
        for key, one in known.items()
    )


def cut(raw: bytes, chance: random.Random) -> bytes:
    """Cut off anywhere."""
    return raw[: chance.randrange(len(raw))]


def page(raw: bytes, chance: random.Random) -> bytes:
    """One page is another's, or noise."""
    at = chance.randrange(len(raw) // PAGE) * PAGE
    other = chance.randrange(len(raw) // PAGE) * PAGE
    new = chance.choice([chance.randbytes(PAGE), bytes(PAGE), raw[other : other + PAGE]])
    return raw[:at] + new + raw[at + PAGE :]


def letters(raw: bytes, chance: random.Random) -> bytes:
    """Some bytes in a row are others."""
    length = chance.choice([1, 2, 16, 200])
    at = chance.randrange(len(raw) - length)
    return raw[:at] + chance.randbytes(length) + raw[at + length :]


def bit(raw: bytes, chance: random.Random) -> bytes:
    """One bit has flipped."""
    at = chance.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ 1 << chance.randrange(8)]) + raw[at + 1 :]


def test_no_damage_goes_unnoticed_or_starts_afresh(path: Path) -> None:
    """200 corruptions: each is refused, or found by `verify`, or touches nothing that was
    confirmed; none ends in a crash, or in a new, empty ledger."""
    filled(path)
    sound = path.read_bytes()
    with open_ledger(path, read_only=True) as ledger:
        before = content(ledger)
    counts = dict.fromkeys(("refused", "found", "harmless"), 0)
    for number in range(200):
        chance = random.Random(SEED + number)
        spoil = (cut, page, letters, bit)[number % 4]
        path.with_name("shop.db-journal").unlink(missing_ok=True)
        path.write_bytes(spoil(sound, chance))
        counts[outcome(path, before, f"{spoil.__name__}, seed {SEED + number}")] += 1
    assert counts["refused"] > 30
    assert counts["found"] > 30


def outcome(path: Path, before: Content, what: str) -> str:
    """How a spoilt ledger is dealt with."""
    try:
        with open_ledger(path) as ledger:
            assert not ledger.created, what
            if ledger.verify():
                return "found"
            assert content(ledger) == before, what
    except StateProblem as problem:
        return "refused" if problem.hint else "refused without advice"
    return "harmless"


def limited(size: int, work: Callable[[], object]) -> int:
    """Do it in a process that may write no file larger than `size`; its exit status."""

    def child() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        work()

    return in_a_child(child)


@pytest.mark.parametrize("room", range(0, 40, 4))
def test_a_full_disk_keeps_what_was_there(path: Path, room: int) -> None:
    """However little room there is: exit 9, nothing that was confirmed is lost, and the same again
    works once there is space."""
    filled(path)
    with open_ledger(path, read_only=True) as ledger:
        before = content(ledger)
    more = [f"n{number}" for number in range(3000)]

    def write() -> None:
        with open_ledger(path) as ledger:
            create(ledger, more)

    assert limited(path.stat().st_size + room * 1024, write) == 9
    with open_ledger(path) as ledger:
        assert ledger.verify() == []
        assert content(ledger) == before
        assert ledger.known("courses", more[:1]) == {}
        create(ledger, more)
        assert ledger.live_count("courses") == len(KEYS) - 1 + len(more)


@pytest.mark.parametrize("size", [0, 1000, 5000, 20_000])
def test_a_disk_that_is_full_from_the_start_leaves_no_half_ledger(path: Path, size: int) -> None:
    """Nothing that looks like a ledger is there afterwards, so the next run makes a whole one."""
    assert limited(size, lambda: open_ledger(path).close()) == 9
    assert not path.exists()
    with open_ledger(path) as ledger:
        assert ledger.created
        assert ledger.verify() == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("spoil", [0o400, 0o000])
def test_a_ledger_that_cannot_be_written_is_refused_before_anything_is_sent(
    path: Path, spoil: int
) -> None:
    """Opening it says so, to whoever is not its owner or lost the right; it stays as it is."""
    filled(path)
    before = path.read_bytes()
    for place in (path.parent.parent, path.parent, path.with_name("shop.db.lock")):
        os.chown(place, 65534, 65534)
    path.chmod(spoil)

    def as_nobody() -> None:
        os.setgid(65534)
        os.setuid(65534)
        open_ledger(path).close()

    for place in path.parents[1:4]:
        place.chmod(0o755)
    assert in_a_child(as_nobody) == 9
    assert path.read_bytes() == before


def test_verify_looks_at_everything_that_a_run_goes_by(path: Path) -> None:
    """Batches, reports, decisions, settings: what cannot be read any more is named."""
    filled(path)
    with open_ledger(path) as ledger:
        for statement in (
            "UPDATE batch SET changes = x'00'",
            "UPDATE run SET header = 'half {'",
            "UPDATE approval SET ceilings = '['",
            "UPDATE waiting SET record = '{'",
            "UPDATE health SET state = 'fine'",
            "UPDATE meta SET value = 'many' WHERE key = 'serial'",
        ):
            ledger._database.rows(statement)
        found = "\n".join(ledger.verify())
    for said in ("batch 1", "run 'r1'", "approval 'r1'", "waiting 'p'", "health 'courses'"):
        assert said in found
    assert "its own settings are not whole" in found
