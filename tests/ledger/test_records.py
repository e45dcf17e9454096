"""What the ledger holds about records, and how outcomes change it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncata.ledger import Confirmed, Ledger, Seen
from syncata.model import Action, Known, Outcome, Reason, Verdict

from .making import PAYLOAD, change, create, ok, refused, stamp


def only(ledger: Ledger, key: str = "1") -> Known:
    """The one record of a key."""
    return ledger.known("courses", [key])[key]


def payload(ledger: Ledger, key: str = "1") -> Confirmed:
    """What was confirmed of a key."""
    number = only(ledger, key).id
    return ledger.confirmed([number])[number]


def test_a_created_record_is_known_with_payload_and_target_id(ledger: Ledger) -> None:
    """Create: everything the target confirmed can be read back."""
    ledger.settle("r1", None, [ok(change("1"), "T1")])
    assert ledger.known("courses", ["1", "2"]) == {"1": Known(1, "1", stamp(), None, 0)}
    assert payload(ledger) == Confirmed(PAYLOAD, "T1")
    assert ledger.target_id("courses", "1") == "T1"
    assert ledger.only_target_id("courses") == "T1"
    assert ledger.live_count("courses") == 1


def test_nothing_is_known_of_another_sync(ledger: Ledger) -> None:
    """Equal keys of two syncs are two records."""
    create(ledger, ["1"])
    assert ledger.known("tags", ["1"]) == {}
    assert ledger.target_id("tags", "1") is None
    create(ledger, ["1"], sync="tags")
    assert only(ledger).id != ledger.known("tags", ["1"])["1"].id


@pytest.mark.parametrize("action", [Action.UPDATE, Action.ADOPT, Action.CREATE])
def test_what_is_confirmed_again_replaces_what_was(ledger: Ledger, action: Action) -> None:
    """Create, update and adopt write payload, stamp and target id, and make the record live."""
    create(ledger, ["1"])
    ledger.settle("r1", None, [ok(change("1", Action.ARCHIVE, reason=Reason.CLOSED))])
    newer = change("1", action, desired='{"name":"B"}', stamp=stamp("b"), target_id="T9")
    ledger.settle("r2", None, [ok(newer)])
    assert only(ledger) == Known(1, "1", stamp("b"), None, 0)
    assert payload(ledger) == Confirmed('{"name":"B"}', "T9")


def test_a_target_id_stays_where_an_answer_names_none(ledger: Ledger) -> None:
    """An update whose answer has no id does not lose the id."""
    create(ledger, ["1"])
    ledger.settle("r2", None, [ok(change("1", Action.UPDATE))])
    assert ledger.target_id("courses", "1") == "t-1"


def test_an_archived_record_keeps_payload_and_says_why(ledger: Ledger) -> None:
    """Archive: reason and stamp change, what was confirmed does not."""
    create(ledger, ["1", "2"])
    gone = change("1", Action.ARCHIVE, reason=Reason.MISSING, desired=None, stamp=stamp("b"))
    ledger.settle("r2", None, [ok(gone)])
    assert only(ledger) == Known(1, "1", stamp("b"), Reason.MISSING, 0)
    assert payload(ledger).payload == PAYLOAD
    assert ledger.live_count("courses") == 1
    assert ledger.only_target_id("courses") == "t-2"


def test_a_restored_record_is_looked_at_again_until_its_update_is_confirmed(
    ledger: Ledger,
) -> None:
    """Restore with an update to follow must not look as if that update had happened."""
    create(ledger, ["1"])
    ledger.settle("r2", None, [ok(change("1", Action.ARCHIVE, reason=Reason.CLOSED))])
    ledger.settle("r3", None, [ok(change("1", Action.RESTORE, desired="{}", confirmed=PAYLOAD))])
    assert only(ledger).archived is None
    assert only(ledger).stamp != stamp()
    assert payload(ledger).payload == PAYLOAD


def test_a_restored_record_that_needs_no_update_is_done(ledger: Ledger) -> None:
    """Restore alone confirms the stamp and forgets misses."""
    create(ledger, ["1"])
    ledger.renew([change("1", Action.UNCHANGED, misses=2)])
    ledger.settle("r2", None, [ok(change("1", Action.ARCHIVE, reason=Reason.MISSING))])
    back = change("1", Action.RESTORE, confirmed=PAYLOAD, stamp=stamp("c"))
    ledger.settle("r3", None, [ok(back)])
    assert only(ledger) == Known(1, "1", stamp("c"), None, 0)


def test_a_removed_record_is_gone(ledger: Ledger) -> None:
    """Remove deletes the record and what was confirmed."""
    create(ledger, ["1", "2"])
    ledger.settle("r2", None, [ok(change("1", Action.REMOVE))])
    assert set(ledger.known("courses", ["1", "2"])) == {"2"}
    assert ledger.confirmed([1]) == {}
    assert ledger.verify() == []


def test_renewals_write_stamp_and_misses_only(ledger: Ledger) -> None:
    """Renewing does not touch the payload, nor make records."""
    create(ledger, ["1"])
    ledger.renew(
        [change(k, Action.UNCHANGED, desired=None, stamp=stamp("b"), misses=1) for k in "12"]
    )
    assert ledger.known("courses", ["1", "2"]) == {"1": Known(1, "1", stamp("b"), None, 1)}
    assert payload(ledger).payload == PAYLOAD


def test_unknown_and_refused_outcomes_leave_the_record_alone(ledger: Ledger) -> None:
    """Only what the target confirmed is written."""
    create(ledger, ["1"])
    update = change("1", Action.UPDATE, desired="{}", stamp=stamp("b"))
    ledger.settle("r2", None, [Outcome(update, Verdict.UNKNOWN), refused(change("2"))])
    assert only(ledger) == Known(1, "1", stamp(), None, 0)
    assert ledger.known("courses", ["2"]) == {}


def test_a_target_id_no_file_can_hold_does_not_stop_a_run(ledger: Ledger) -> None:
    """Half a surrogate pair in an answer is escaped."""
    ledger.settle("r1", None, [ok(change("1"), "T\ud800")])
    assert ledger.target_id("courses", "1") == "T\\ud800"


def test_the_syncs_that_hold_records_are_listed(ledger: Ledger) -> None:
    """A sync whose last record is removed holds none."""
    create(ledger, ["1"])
    create(ledger, ["1"], sync="tags")
    assert ledger.syncs() == ["courses", "tags"]
    ledger.settle("r2", None, [ok(change("1", Action.REMOVE))])
    assert ledger.syncs() == ["tags"]


def test_keys_keep_every_character(ledger: Ledger) -> None:
    """NUL, case, accents, emoji and length make different keys."""
    keys = ["a", "A", "a\0", "a\0b", "é", "e\u0301", "😀", "", "x" * 10_000, "%", "'"]
    create(ledger, keys)
    assert set(ledger.known("courses", keys)) == set(keys)
    assert [ledger.target_id("courses", key) for key in keys] == [f"t-{key}" for key in keys]
    assert ledger.verify() == []


def test_known_finds_any_page_whatever_the_order(ledger: Ledger) -> None:
    """In order, with gaps, strays, repeats and strangers, at any page size."""
    keys = [f"k{n}" for n in range(5000)]
    create(ledger, keys[:2000])
    create(ledger, keys[1000:3000], sync="tags")
    create(ledger, keys[2000:])
    ledger.settle("r2", None, [ok(change(key, Action.REMOVE)) for key in keys[100:150]])
    held = set(keys) - set(keys[100:150])
    orders = [keys, keys[::-1], keys[::7] + keys[3::7], ["new", *keys], keys + keys[:9]]
    for order in orders:
        for size in (1, 50, 700, 2500):
            for start in range(0, len(order), size * 7):
                for page in (order[start : start + size], order[start + size : start + 2 * size]):
                    found = ledger.known("courses", page)
                    assert found.keys() == held & set(page)
                    assert all(known.key == key for key, known in found.items())


def test_unseen_streams_live_records_that_were_not_seen(ledger: Ledger) -> None:
    """Seen, archived and foreign records do not come up; writing meanwhile does no harm."""
    create(ledger, [f"k{n}" for n in range(3000)])
    create(ledger, ["other"], sync="tags")
    ledger.settle("r2", None, [ok(change("k7", Action.ARCHIVE, reason=Reason.CLOSED))])
    seen = Seen()
    for known in ledger.known("courses", [f"k{n}" for n in range(5)]).values():
        seen.add(known.id)
    missing = []
    for known in ledger.unseen("courses", seen):
        missing.append(known.key)
        if len(missing) == 10:
            ledger.settle("r2", None, [ok(change("k2999", Action.REMOVE))])
    expected = [f"k{n}" for n in range(3000) if n not in (0, 1, 2, 3, 4, 7, 2999)]
    assert missing == expected


@given(st.sets(st.integers(0, 5000)))
def test_seen_is_a_set_of_ids(numbers: set[int]) -> None:
    """A bitmap holds what was added and nothing else."""
    seen = Seen()
    for number in numbers:
        seen.add(number)
    assert {number for number in range(5200) if number in seen} == numbers
    assert len(seen) == len(numbers)
