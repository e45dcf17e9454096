"""Records that were set aside."""

from syncata.ledger import Ledger
from syncata.model import Action, Reject, refusal

from .making import change, create, ok, refused, stamp


def mapped(key: str, message: str = "no title") -> Reject:
    """A record the mapping set aside."""
    return Reject("courses", key, "map", "MAP001", message, "name", "spec.yaml:3:4", b"s" * 16)


def test_what_the_target_refused_is_known_by_its_stamp(ledger: Ledger) -> None:
    """A refused record can be skipped until it, the spec, the settings or its payload change."""
    one, two = change("1"), change("2", stamp=stamp("b"))
    ledger.settle("r1", None, [refused(one), refused(two)])
    first, second = refusal(one.stamp, one.desired), refusal(two.stamp, two.desired)
    assert ledger.refused("courses") == {"1": first, "2": second}
    assert ledger.refused("courses", ["2", "3"]) == {"2": second}
    assert first != refusal(one.stamp, '{"other": "payload"}')
    assert ledger.refused("tags") == {}


def test_a_repeated_refusal_counts_and_keeps_when_it_was_first_seen(ledger: Ledger) -> None:
    """first_* stays, last_* moves on, attempts grow."""
    ledger.settle("r1", None, [refused(change("1"), "old")])
    ledger.settle("r2", None, [refused(change("1"), "new")])
    (kept,) = ledger.rejects()
    assert kept.reject.message == "new"
    assert (kept.first_run, kept.last_run, kept.attempts) == ("r1", "r2", 2)
    assert kept.first_seen < kept.last_seen


def test_success_and_renewal_clear_a_reject(ledger: Ledger) -> None:
    """An ok outcome deletes the record's reject, and so does finding nothing to do."""
    create(ledger, ["1", "2"])
    ledger.settle("r1", None, [refused(change(key, Action.UPDATE)) for key in "123"])
    ledger.settle("r2", None, [ok(change("1", Action.UPDATE))])
    ledger.renew([change("2", Action.UNCHANGED)])
    assert [kept.reject.key for kept in ledger.rejects()] == ["3"]


def test_a_complete_read_forgets_what_is_mapped_again(ledger: Ledger) -> None:
    """Map rejects of a run replace older ones; an incomplete read only adds."""
    ledger.set_rejects("courses", [mapped("1"), mapped("2")], "r1", complete=True)
    ledger.settle("r1", None, [refused(change("9"))])
    ledger.set_rejects("courses", [mapped("2")], "r2", complete=False)
    assert ledger.reject_counts() == {("courses", "map"): 2, ("courses", "target"): 1}
    ledger.set_rejects("courses", [mapped("2")], "r3", complete=True)
    kept = list(ledger.rejects("courses"))
    assert [(one.reject.key, one.reject.stage) for one in kept] == [("2", "map"), ("9", "target")]
    assert kept[0].reject == mapped("2")
    assert (kept[0].first_run, kept[0].last_run, kept[0].attempts) == ("r1", "r3", 3)


def test_rejects_are_listed_by_sync_with_a_limit(ledger: Ledger) -> None:
    """Listing streams over pages, of one sync or all, and stops at the limit."""
    ledger.set_rejects("courses", [mapped(f"{n:05}") for n in range(2500)], "r1", complete=True)
    other = Reject("tags", "t", "map", "MAP002", "bad")
    ledger.set_rejects("tags", [other], "r1", complete=True)
    assert sum(1 for _ in ledger.rejects()) == 2501
    assert [one.reject for one in ledger.rejects("tags")] == [other]
    keys = [one.reject.key for one in ledger.rejects("courses", 1200)]
    assert keys == [f"{n:05}" for n in range(1200)]
    assert list(ledger.rejects("none")) == list(ledger.rejects("courses", 0)) == []


def test_half_a_surrogate_pair_does_not_stop_a_run(ledger: Ledger) -> None:
    """Text no file can hold is escaped: the reject is shown, the other records go on."""
    ledger.set_rejects("courses", [mapped("k\ud800", "bad \udfff")], "r1", complete=True)
    ledger.settle("r1", None, [refused(change("1"), "answer \ud800"), ok(change("2"))])
    messages = [kept.reject.message for kept in ledger.rejects()]
    assert messages == ["answer \\ud800", "bad \\udfff"]
    assert "2" in ledger.known("courses", ["2"])
