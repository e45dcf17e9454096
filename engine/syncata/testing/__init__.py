"""The tests that live in a spec: records judged, whole runs day after day, offline.

`run_tests` is the door. Nothing here opens a connection or touches a project's state.
"""

from syncata.testing.coverage import Coverage, CoverageReport
from syncata.testing.running import TestRun, run_tests
from syncata.testing.sampling import Sampled, sampled
from syncata.testing.verdicts import Mismatch, TestResult

__all__ = [
    "Coverage",
    "CoverageReport",
    "Mismatch",
    "Sampled",
    "TestResult",
    "TestRun",
    "run_tests",
    "sampled",
]
