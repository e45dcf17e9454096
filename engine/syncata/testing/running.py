"""All tests of one spec, one after the other."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from syncata.errors import SyncataError
from syncata.spec.model import Spec
from syncata.spec.tests import RecordTest, SpecTest
from syncata.testing.coverage import Coverage, CoverageReport
from syncata.testing.records import RecordBench
from syncata.testing.scenarios import scenario_mismatches
from syncata.testing.verdicts import Mismatch, TestResult


@dataclass(frozen=True, slots=True)
class TestRun:
    """What the tests of one spec found; `coverage` is empty where it was not asked for."""

    __test__ = False  # pytest would take the name for a class of tests

    spec: Spec
    results: tuple[TestResult, ...]
    coverage: tuple[CoverageReport, ...]


async def run_tests(
    spec: Spec,
    tests: Sequence[SpecTest],
    *,
    measure: bool = False,
    clock: Callable[[], float] = time.perf_counter,
) -> TestRun:
    """Run these tests of a spec; `measure`: see what of its mapping they reach."""
    coverage = Coverage(spec) if measure else None
    bench = RecordBench(spec, coverage.watch if coverage else None)
    results = []
    for test in tests:
        started, problem = clock(), ""
        mismatches: list[Mismatch] = []
        try:
            mismatches = await _mismatches(spec, test, bench, coverage)
        except SyncataError as error:
            problem = f"{error.message} {f'({error.hint})' if error.hint else ''}".rstrip()
        seconds = clock() - started
        results.append(TestResult(test.name, test.node, tuple(mismatches), problem, seconds))
    return TestRun(spec, tuple(results), tuple(coverage.reports()) if coverage else ())


async def _mismatches(
    spec: Spec, test: SpecTest, bench: RecordBench, coverage: Coverage | None
) -> list[Mismatch]:
    if isinstance(test, RecordTest):
        return list(bench.mismatches(test))
    watch = coverage.watch if coverage else None
    return [mismatch async for mismatch in scenario_mismatches(spec, test, watch)]
