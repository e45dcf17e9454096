"""Plans: what one record needs, which fields are kept, and when a guard holds a run."""

import pytest

from syncata.mapping.compiled import Standing
from syncata.model import Action, Known, Reason, Stamp
from syncata.plan import (
    MISSING,
    SyncPlan,
    decide,
    field_changes,
    guard_stops,
    is_settled,
    keep_omitted,
)
from syncata.spec.model import Guards

LIVE, CLOSED, EXCLUDED = Standing.LIVE, Standing.CLOSED, Standing.EXCLUDED
NOW = Stamp(b"s" * 16, b"p" * 8, b"v" * 8)
OTHER_SOURCE = Stamp(b"S" * 16, b"p" * 8, b"v" * 8)
OTHER_SPEC = Stamp(b"s" * 16, b"P" * 8, b"v" * 8)
OTHER_VALUES = Stamp(b"s" * 16, b"p" * 8, b"V" * 8)


def known(stamp: Stamp = NOW, archived: Reason | None = None, misses: int = 0) -> Known:
    return Known(1, "k", stamp, archived, misses)


@pytest.mark.parametrize(
    ("standing", "held", "same", "on_excluded", "action", "reason"),
    [
        (LIVE, None, False, "archive", Action.CREATE, Reason.SOURCE),
        (CLOSED, None, False, "archive", Action.IGNORED, Reason.CLOSED),
        (EXCLUDED, None, False, "archive", Action.IGNORED, Reason.EXCLUDED),
        (LIVE, known(OTHER_SOURCE), False, "archive", Action.UPDATE, Reason.SOURCE),
        (LIVE, known(OTHER_SOURCE), True, "archive", Action.UNCHANGED, Reason.SOURCE),
        (LIVE, known(OTHER_SPEC), False, "archive", Action.UPDATE, Reason.SPEC),
        (LIVE, known(OTHER_VALUES), False, "archive", Action.UPDATE, Reason.SETTINGS),
        (CLOSED, known(), False, "archive", Action.ARCHIVE, Reason.CLOSED),
        (EXCLUDED, known(), False, "archive", Action.ARCHIVE, Reason.EXCLUDED),
        (EXCLUDED, known(), False, "remove", Action.REMOVE, Reason.EXCLUDED),
        (EXCLUDED, known(), False, "keep", Action.UNCHANGED, Reason.EXCLUDED),
        (LIVE, known(archived=Reason.CLOSED), True, "archive", Action.RESTORE, Reason.SOURCE),
        (CLOSED, known(archived=Reason.CLOSED), False, "archive", Action.UNCHANGED, Reason.CLOSED),
    ],
)
def test_what_a_record_needs(
    standing: Standing,
    held: Known | None,
    same: bool,
    on_excluded: str,
    action: Action,
    reason: Reason,
) -> None:
    """Each combination of standing and knowledge has one decision with its reason."""
    decision = decide(standing, held, NOW, same=same, on_excluded=on_excluded)
    assert (decision.action, decision.reason) == (action, reason)


@pytest.mark.parametrize(
    ("held", "settled"),
    [
        (known(), True),
        (known(archived=Reason.CLOSED), True),
        (known(archived=Reason.EXCLUDED), True),
        (known(archived=Reason.MISSING), False),
        (known(archived=Reason.DEACTIVATED), False),
        (known(misses=1), False),
        (known(OTHER_SOURCE), False),
        (known(OTHER_SPEC), False),
        (known(OTHER_VALUES), False),
    ],
)
def test_only_an_equal_stamp_is_skipped(held: Known, settled: bool) -> None:
    """Whatever moved, or a record that was missing and is back, is looked at again."""
    assert is_settled(held, NOW) is settled


@pytest.mark.parametrize(
    ("omitted", "sent"),
    [
        ("replaced", {"a": 1}),
        ("null", {"a": 1, "b": None}),
        ("empty", {"a": 1, "b": ""}),
        ("leave", {"a": 1, "b": 2}),
    ],
)
def test_a_field_we_send_no_longer_becomes_what_the_spec_says(
    omitted: str, sent: dict[str, object]
) -> None:
    """Nothing stays on the target by accident: each word of `omitted` has its payload."""
    assert keep_omitted({"a": 1}, {"a": 0, "b": 2}, omitted) == sent


def test_fields_are_compared_with_null_as_a_value() -> None:
    """A field that is null differs from one that is not there."""
    assert field_changes({"a": None, "b": 1, "c": 2}, {"b": 1, "c": 3, "d": None}) == [
        ("c", 2, 3),
        ("d", MISSING, None),
        ("a", None, MISSING),
    ]


def plan(live: int = 100, read: int = 100, **counts: int) -> SyncPlan:
    made = SyncPlan("things", live=live)
    made.tally.read = read
    for name, number in counts.items():
        action, _, reason = name.partition("_")
        made.tally.add(Action(action), reason, number)
    return made


@pytest.mark.parametrize(
    ("planned", "held_by"),
    [
        (plan(archive_missing=30), []),
        (plan(archive_missing=31), ["max_archives"]),
        (plan(archive_closed=20, remove_excluded=11), ["max_archives"]),
        (plan(live=9, archive_closed=9), []),
        (plan(live=10, archive_closed=4), ["max_archives"]),
        (plan(update_source=100), []),
        (plan(update_spec=30), []),
        (plan(update_spec=16, update_settings=15), ["max_spec_updates"]),
        (plan(read=1000, rejected_SYN604=10), []),
        (plan(read=1000, rejected_SYN604=11), ["max_rejects"]),
        (plan(read=20, rejected_SYN604=9), []),
        (plan(create_source=1000, live=0), []),
        (plan(update_drift=30), []),
        (plan(update_drift=15, create_drift=15, archive_drift=1), ["max_drift"]),
        (plan(live=11, archive_closed=3), []),
        (plan(live=10, archive_closed=3), []),
        (plan(read=900, rejected_SYN604=10), ["max_rejects"]),
        (plan(read=1, rejected_SYN604=9), []),
        (plan(ignored_rejected=100), []),
    ],
)
def test_guards_hold_what_looks_like_an_accident(planned: SyncPlan, held_by: list[str]) -> None:
    """Each share is measured against what is live or read, just above its limit and from ten on."""
    assert [stop.guard for stop in guard_stops(planned, Guards(), source_empty=False)] == held_by


@pytest.mark.parametrize("percent", range(1, 100))
def test_a_share_that_is_just_reached_passes(percent: int) -> None:
    """Of 100, as many as the limit says pass and one more is held, whatever binary fractions do."""
    limits = Guards(max_archives=float(percent) / 100)
    assert guard_stops(plan(archive_missing=percent), limits, source_empty=False) == []
    (stop,) = guard_stops(plan(archive_missing=percent + 1), limits, source_empty=False)
    assert stop.number == percent + 1


def test_a_guard_says_the_number_the_limit_and_the_key() -> None:
    """A refusal tells what was measured, what is allowed, and what changes it."""
    (stop,) = guard_stops(plan(archive_missing=40), Guards(), source_empty=False)
    assert str(stop) == (
        "things: 40 archives and removals of 100 live records (40.0%); "
        "the limit is 30% (guards.max_archives)"
    )
    assert "guards.max_archives" in stop.advice


def test_an_empty_source_is_held_only_where_something_is_live() -> None:
    """The first run of an empty catalogue is fine; an emptied one waits."""
    assert not guard_stops(plan(live=0, read=0), Guards(), source_empty=True)
    (stop,) = guard_stops(plan(live=3, read=0), Guards(), source_empty=True)
    assert stop.guard == "empty_source"
    assert not guard_stops(plan(live=3), Guards(empty_source="allow"), source_empty=True)
