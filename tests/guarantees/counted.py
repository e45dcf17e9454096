"""What tests of their own inject: faults of connections, inputs that are malformed."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parents[2]
STORMS = ("faults/test_storm.py",)
MALFORMED = (
    "checks/test_spec_files.py",
    "ledger/test_damage.py",
    "security/test_hostile_files.py",
    "transport/test_bodies.py",
    "transport/test_stream.py",
)


class Case(NamedTuple):
    """A test that was run: how much it injected, by its own word or as one, and whether it held."""

    name: str
    injected: int
    held: bool


def run_cases(files: Sequence[str], word: str, chosen: str = "") -> list[Case]:
    """Run these files of tests; `word` is the property in which a test notes what it injected.

    `chosen` is a pytest expression of which tests are meant. Raises RuntimeError if none was run.
    """
    with TemporaryDirectory() as folder:
        report = Path(folder, "junit.xml")
        paths = [str(ROOT / "tests" / file) for file in files]
        options = ["-q", "-n", "2", "-p", "no:cacheprovider", f"--junitxml={report}", "-k", chosen]
        command = [sys.executable, "-m", "pytest", *options, *paths]
        subprocess.run(
            command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL
        )  # its report tells
        if not report.is_file():
            raise RuntimeError(f"pytest wrote no report of {', '.join(files)}")
        cases = list(_cases(report, word))
    if not cases:
        raise RuntimeError(f"no test was run of {', '.join(files)}")
    return cases


def _cases(report: Path, word: str) -> Iterator[Case]:
    for case in ET.parse(report).iter("testcase"):
        if case.find("skipped") is not None:
            continue
        noted = [p.get("value", "") for p in case.iter("property") if p.get("name") == word]
        held = case.find("failure") is None and case.find("error") is None
        yield Case(case.get("name", ""), int(noted[0]) if noted else 1, held)
