"""What a day of a test expects, held against what the run did."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from syncata.errors import Exit
from syncata.ledger import Ledger
from syncata.mapping.rare_keywords import same
from syncata.plan import MISSING
from syncata.report.run import Report
from syncata.spec.node import Node
from syncata.spec.tests import Day
from syncata.testing.verdicts import Mismatch, compared
from syncata.testing.writings import Writings

_OF_A_RUN = ("rejects", "requests", "sent", "payloads", "exit")


@dataclass(frozen=True, slots=True)
class DayRun:
    """What a day's run did. `sent` are the bodies of writes by sync and operation; `writings` gives
    the keys under which the ledger may hold a record that the test names."""

    report: Report
    sent: Mapping[str, Mapping[str, list[Any]]]
    writings: Writings


def ended_well(day: Day, run: DayRun) -> bool:
    """Whether the run ended as the day expects."""
    return run.report["exit_code"] in _expected_codes(day.node["expect"])


def _expected_codes(expect: Node) -> list[int]:
    if expect["exit"]:
        return [expect["exit"].value]
    rejected = any(part["rejected"].value for part in expect.values())
    return [Exit.OK, Exit.REJECTS] if rejected or expect["rejects"] else [Exit.OK]


def day_mismatches(number: int, day: Day, run: DayRun, ledger: Ledger) -> Iterator[Mismatch]:
    """Everything that is not as a day expects."""
    expect = day.node["expect"]
    if not ended_well(day, run):
        place = expect["exit"] or expect or day.node
        wanted = _expected_codes(expect)[0]
        yield Mismatch(place, f"day {number}: exit code", wanted, _told(run.report))
    found = [
        *_counts(expect, run.report),
        *_requests(expect["requests"], run.sent),
        *_sent(expect["sent"], run.sent),
        *_rejects(expect["rejects"], ledger, run),
        *_payloads(expect["payloads"], ledger, run),
    ]
    for mismatch in found:
        yield Mismatch(
            mismatch.node,
            f"day {number}: {mismatch.what}",
            mismatch.expected,
            mismatch.actual,
            mismatch.mending,
        )


def _told(report: Report) -> str:
    """How a run ended, and why."""
    reasons = [f"{stop['sync']}: {stop['measured']}" for stop in report["stops"]]
    error = report["error"]
    if error and not reasons:
        reasons = [error["message"], error["hint"]]
    for sync in report["syncs"]:
        if sync["applied"] and sync["applied"]["unknown"]:
            reasons.append(f"{sync['sync']}: {sync['applied']['unknown']:,} without a result")
    return f"{report['exit_code']} {' '.join(filter(None, reasons))}".strip()


def _counts(expect: Node, report: Report) -> Iterator[Mismatch]:
    """The actions of each sync that the day names."""
    for name, part in expect.items():
        if name in _OF_A_RUN:
            continue
        planned: dict[str, dict[str, int]] = next(
            (s["planned"] for s in report["syncs"] if s["sync"] == name), {}
        )
        actual = {action: sum(reasons.values()) for action, reasons in planned.items()}
        if {action: n for action, n in part.mapping.items() if n} != actual:
            yield Mismatch(part, name, part.value, actual, (part, actual))


def _sent(node: Node, sent: Mapping[str, Mapping[str, list[Any]]]) -> Iterator[Mismatch]:
    for name, operations in node.items():
        for operation, part in operations.items():
            actual = sent.get(name, {}).get(operation, [])
            if not same(part.value, actual):
                yield Mismatch(part, f"{operation} of {name}", part.value, actual, (part, actual))


def _requests(node: Node, sent: Mapping[str, Mapping[str, list[Any]]]) -> Iterator[Mismatch]:
    for name, part in node.items():
        actual = {operation: len(bodies) for operation, bodies in sent.get(name, {}).items()}
        if {operation: n for operation, n in part.mapping.items() if n} != actual:
            yield Mismatch(part, f"requests of {name}", part.value, actual, (part, actual))


def _rejects(node: Node, ledger: Ledger, run: DayRun) -> Iterator[Mismatch]:
    for name, part in node.items():
        kept = {one.reject.key: one.reject for one in ledger.rejects(name)}
        found = {_as_written(k, part.mapping, run): reject for k, reject in kept.items()}
        actual = {key: f"{reject.code}: {reject.message}" for key, reject in found.items()}
        same = actual.keys() == part.mapping.keys() and all(
            wanted in actual[key] for key, wanted in part.mapping.items()
        )
        if not same:
            mending = (part, {key: reject.code for key, reject in found.items()})
            yield Mismatch(part, f"rejects of {name}", part.value, actual, mending)


def _as_written(key: str, names: Collection[str], run: DayRun) -> str:
    """A ledger's key as the test writes it, if it does."""
    return next((name for name in names if key in run.writings(name)), key)


def _payloads(node: Node, ledger: Ledger, run: DayRun) -> Iterator[Mismatch]:
    for name, payloads in node.items():
        for key, part in payloads.items():
            held = _confirmed(ledger, name, run.writings(key))
            if held is None:
                yield Mismatch(part, f"payload of {name} {key}", part.value, MISSING)
                continue
            for mismatch in compared(part, held):
                yield Mismatch(
                    mismatch.node,
                    f"payload of {name} {key}: {mismatch.what}",
                    mismatch.expected,
                    mismatch.actual,
                    mismatch.mending,
                )


def _confirmed(ledger: Ledger, sync: str, keys: Collection[str]) -> dict[str, Any] | None:
    known = list(ledger.known(sync, list(keys)).values())
    held = ledger.confirmed([known[0].id]) if known else {}
    payload = held[known[0].id].payload if held else None
    return None if payload is None else json.loads(payload)
