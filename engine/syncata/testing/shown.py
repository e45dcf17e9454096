"""What tests found, as text and as data."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from syncata.checks import render_text, to_json
from syncata.checks.subject import at_value, finding
from syncata.document import Document
from syncata.errors import Finding, Severity
from syncata.model import clean
from syncata.plan import MISSING
from syncata.report.values import Paint, shown_change
from syncata.testing.coverage import CoverageReport, percentage
from syncata.testing.running import TestRun
from syncata.testing.verdicts import Mismatch, TestResult

MAX_MISSING = 20
WIDTH = 80


def result_lines(run: TestRun, document: Document, paint: Paint) -> Iterator[str]:
    """The tests of one spec that failed, each with its place, and how many passed."""
    for result in run.results:
        sides: list[Mismatch | None] = [*result.mismatches] or [None]
        for found, mismatch in zip(findings_of(result), sides, strict=False):
            yield from render_text([found], {document.file: document.text}).split("\n")
            if mismatch is not None:
                yield from _sides(mismatch, paint)
            yield ""
    passed = sum(result.passed for result in run.results)
    failed = len(run.results) - passed
    counts = f"{passed:,} passed" if run.results else "no tests"
    counts += f", {failed:,} failed" if failed else ""
    yield f"{document.file}: {paint(counts, 'red' if failed else 'green')}"


def findings_of(result: TestResult) -> list[Finding]:
    """What a failed test says, each at the expectation that does not hold."""
    if result.problem:
        message = clean(f"{result.name}: {result.problem}")
        return [at_value(result.node["name"], "SYN702", message)]
    return [_finding(result, mismatch) for mismatch in result.mismatches]


def _finding(result: TestResult, mismatch: Mismatch) -> Finding:
    return at_value(mismatch.node, "SYN701", clean(f"{result.name}: {mismatch.what}"))


def _sides(mismatch: Mismatch, paint: Paint) -> Iterator[str]:
    expected, actual = shown_change(mismatch.expected, mismatch.actual, WIDTH)
    yield f"    expected  {paint(expected, 'green')}"
    yield f"    actual    {paint(actual, 'red')}"


def coverage_lines(
    reports: Sequence[CoverageReport], document: Document, *, by: str = "test"
) -> Iterator[str]:
    """How much is reached, sync by sync, and what is not; `by` is what reaches it."""
    width = max(len(report.name) for report in reports)
    for report in reports:
        share = 100.0 * report.reached / report.parts if report.parts else 100.0
        yield f"  {report.name:<{width}}  {report.reached:>4,} of {report.parts:,}  {share:.0f} %"
    yield f"  mapping coverage {percentage(reports):.1f} %"
    missing = list(_missing(reports, by))
    if missing:
        yield render_text(missing, {document.file: document.text}, limit=MAX_MISSING)


def _missing(reports: Sequence[CoverageReport], by: str) -> Iterator[Finding]:
    for report in reports:
        for word, part in report.missing:
            message = f"{report.name}.{word}: no {by} reaches {part.what}"
            yield finding(part.position, "SYN703", message, severity=Severity.WARNING)


def missing_data(reports: Sequence[CoverageReport], *, by: str = "test") -> list[dict[str, Any]]:
    """What is not reached, as JSON data."""
    return to_json(list(_missing(reports, by)))


def run_document(run: TestRun, document: Document) -> dict[str, Any]:
    """The tests of one spec as JSON data."""
    data: dict[str, Any] = {
        "file": document.file,
        "tests": [_as_data(result) for result in run.results],
    }
    if run.coverage:
        data["coverage"] = {
            "percent": round(percentage(run.coverage), 1),
            "syncs": [
                {"name": r.name, "parts": r.parts, "reached": r.reached} for r in run.coverage
            ],
            "missing": missing_data(run.coverage),
        }
    return data


def _as_data(result: TestResult) -> Mapping[str, Any]:
    places = to_json(findings_of(result))
    sides = [_values(mismatch) for mismatch in result.mismatches] or [{}] * len(places)
    return {
        "name": result.name,
        "line": result.position.line,
        "passed": result.passed,
        "seconds": round(result.seconds, 3),
        "failures": [{**place, **side} for place, side in zip(places, sides, strict=True)],
    }


def _values(mismatch: Mismatch) -> dict[str, Any]:
    values = {"what": mismatch.what, "expected": mismatch.expected, "actual": mismatch.actual}
    return {name: value for name, value in values.items() if value is not MISSING}
