"""A ledger in doubt: what it held is looked at anew, what was under way and agreed to is over."""

from syncata.ledger import Batch, Ceiling, Condition, Cursor, Ledger, Shown
from syncata.model import IN_DOUBT, Action, Reason

from .making import change, create, refused


def test_what_may_have_happened_since_is_doubted(ledger: Ledger) -> None:
    """Every record, none of its payloads: misses, cursors, approvals, jobs and untold events are
    over; a single create without an answer stays, and so does what the target refused."""
    create(ledger, ["1", "2"])
    ledger.renew([change("2", Action.UNCHANGED, reason=Reason.MISSING, misses=1)])
    ledger.settle("r1", None, [refused(change("3"))])
    ledger.cursors.put("courses", Cursor("2026-01-01", "b", "2026-01-01"))
    ledger.consent.decide("r1", "approved", [Ceiling("courses", "max_archives", 3)])
    for operation, location in (("upsert", "/jobs/1"), ("upsert", ""), ("create", "")):
        number = ledger.intend(Batch("r1", "courses", operation, "t", [change("1")]))
        if location:
            ledger.accepted(number, location)
    ledger.begin_run("r1", "run")
    shown = Shown(["courses"], ["courses"], Condition("held", "guard", "r1"))
    ledger.finish_run("r1", "held", 7, None, shown)

    ledger.doubts.note(["courses", "tags"], "t9")

    known = ledger.known("courses", ["1", "2"])
    assert {one.stamp.source for one in known.values()} == {IN_DOUBT}
    assert {(one.stamp.spec, one.misses) for one in known.values()} == {(b"a" * 8, 0)}
    assert ledger.confirmed([known["1"].id])[known["1"].id].payload == '{"name":"A"}'
    assert ledger.cursors.get("courses") is None
    assert ledger.consent.decisions() == []
    assert [batch.operation for batch in ledger.open_batches()] == ["create"]
    assert ledger.ours(["/jobs/1"]) == {"/jobs/1"}
    assert ledger.health.untold() == []
    assert ledger.refused("courses").keys() == {"3"}
    assert ledger.doubts.syncs() == {"courses": "t9", "tags": "t9"}
    assert ledger.verify() == []
    ledger.doubts.settle("courses")
    assert ledger.doubts.syncs().keys() == {"tags"}
