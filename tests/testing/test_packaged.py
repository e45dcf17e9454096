"""The tests of the packaged spec: all pass, reach everything, and find what is wrong."""

import asyncio
from collections.abc import Sequence
from functools import cache

import pytest

from syncata.checks import spec_with_tests
from syncata.document import folder, load_bytes
from syncata.spec.model import Spec
from syncata.spec.tests import RecordTest, SpecTest
from syncata.testing import TestRun, run_tests

pytestmark = pytest.mark.slow

FILE = folder("mappings").joinpath("edflex-360learning.yaml")
TEXT = FILE.read_text(encoding="utf-8")


def spec_of_text(text: str) -> Spec:
    return spec_with_tests(load_bytes(text.encode(), str(FILE)))


@cache
def packaged() -> Spec:
    return spec_of_text(TEXT)


def run(spec: Spec, tests: Sequence[SpecTest], *, measure: bool = False) -> TestRun:
    return asyncio.run(run_tests(spec, tests, measure=measure))


@pytest.mark.parametrize("name", [test.name for test in packaged().tests])
def test_each_test_of_the_packaged_spec_passes(name: str) -> None:
    """What the spec promises by example is what it does; adding a case is adding it there."""
    (result,) = run(packaged(), [test for test in packaged().tests if test.name == name]).results
    told = [(m.what, m.expected, m.actual) for m in result.mismatches]
    assert (result.problem, told) == ("", [])


def test_the_packaged_tests_reach_every_part_of_the_mapping() -> None:
    """Tests of single records alone come to each field, branch and entry."""
    records = [test for test in packaged().tests if isinstance(test, RecordTest)]
    reports = run(packaged(), records, measure=True).coverage
    missing = [(r.name, word, part.what) for r in reports for word, part in r.missing]
    assert missing == []
    assert {report.name for report in reports} == {*packaged().syncs, "definitions"}
    assert sum(report.parts for report in reports) > 100


MISTAKES = [
    ("'title ? $trim(title)'", "title", "blanks around a title go"),
    ("mediumUrl ? mediumUrl : smallUrl", "smallUrl", "medium one"),
    ('"2": "intermediate"', '"2": "advanced"', "2 is intermediate"),
    ("$ceil($duration(", "$floor($duration(", "minutes are rounded up"),
    ("$minutes >= 1 ?", "$minutes >= 0 ?", "no time is no duration"),
    ("[$minutes, 100000]", "[$minutes, 200000]", "100000 minutes are the most"),
    ('$rich ? "<br><br>" : "\\n\\n"', '"\\n"', "description, blank line, syllabus"),
    ('$unmapped("language", language);', "", "a language without a counterpart"),
    ("creator.name,\n            platform.name,", "platform.name,\n            creator.name,",
     "two sources in this order"),
    ("noGroupPropagation: $not(include_subgroups)", "noGroupPropagation: include_subgroups",
     "settings make the integration"),
    ("$first + 1000", "$first", "at least a second after"),
    ("$min([$said, $span])", "$said", "no more than passed"),
    ("$place = 1 ? ", "$place > 0 ? ", "later attempts send the least"),
    ("final: $known.progress = 100", "final: 'false'", "a completed attempt is left alone"),
    ("fold: case", "fold: none", "in whatever case their e-mail"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "found_by"), MISTAKES, ids=lambda text: text[:30])
def test_a_mistake_in_the_mapping_makes_a_test_fail(right: str, wrong: str, found_by: str) -> None:
    """The tests look at what matters: each of these mistakes is found by the test that is named."""
    assert right in TEXT
    spec = spec_of_text(TEXT.replace(right, wrong, 1))
    chosen = [test for test in spec.tests if found_by in test.name]
    assert chosen
    assert [result.name for result in run(spec, chosen).results if not result.passed]
