"""The tests of the packaged specs: all pass, reach everything, and find what is wrong."""

import asyncio
from collections.abc import Sequence
from functools import cache

import pytest

from syncata.checks import spec_names, spec_with_tests
from syncata.document import folder, load_bytes
from syncata.spec.model import Spec
from syncata.spec.tests import RecordTest, SpecTest
from syncata.testing import TestRun, run_tests

pytestmark = pytest.mark.slow

NAMES = spec_names()


def spec_of_text(text: str, name: str) -> Spec:
    return spec_with_tests(load_bytes(text.encode(), f"{name}.yaml"))


def text_of(name: str) -> str:
    return folder("mappings").joinpath(f"{name}.yaml").read_text(encoding="utf-8")


@cache
def packaged(name: str) -> Spec:
    return spec_of_text(text_of(name), name)


def run(spec: Spec, tests: Sequence[SpecTest], *, measure: bool = False) -> TestRun:
    return asyncio.run(run_tests(spec, tests, measure=measure))


@pytest.mark.parametrize(
    ("name", "test"), [(name, test.name) for name in NAMES for test in packaged(name).tests]
)
def test_each_test_of_a_packaged_spec_passes(name: str, test: str) -> None:
    """What a spec promises by example is what it does; adding a case is adding it there."""
    spec = packaged(name)
    (result,) = run(spec, [one for one in spec.tests if one.name == test]).results
    told = [(m.what, m.expected, m.actual) for m in result.mismatches]
    assert (result.problem, told) == ("", [])


@pytest.mark.parametrize(
    ("name", "least"), [("edflex-360learning", 100), ("starter", 10), ("stripe-airtable", 50)]
)
def test_the_packaged_tests_reach_every_part_of_the_mapping(name: str, least: int) -> None:
    """Tests of single records alone come to each field, branch and entry."""
    spec = packaged(name)
    records = [test for test in spec.tests if isinstance(test, RecordTest)]
    reports = run(spec, records, measure=True).coverage
    missing = [(r.name, word, part.what) for r in reports for word, part in r.missing]
    assert missing == []
    assert {report.name for report in reports} == {*spec.syncs, "definitions"}
    assert sum(report.parts for report in reports) > least


def test_every_packaged_spec_is_among_them() -> None:
    """A new one needs tests of its own."""
    assert set(NAMES) == {"edflex-360learning", "starter", "stripe-airtable"}


EDFLEX, STRIPE = "edflex-360learning", "stripe-airtable"
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
OF_STRIPE = [
    ('?? "yes"', '?? "no"', "without metadata"),
    ('"jpy": 0', '"jpy": 2', "JPY has no"),
    (") ?? 2;", ") ?? 0;", "a product becomes a row"),
    ("interval_count > 1", "interval_count > 3", "every three months"),
    ("on_excluded: remove", "on_excluded: keep", "kept out loses its row"),
    ("            Price: fields.Price\n", "", "put back"),
]


@pytest.mark.parametrize(
    ("name", "right", "wrong", "found_by"),
    [(EDFLEX, *row) for row in MISTAKES] + [(STRIPE, *row) for row in OF_STRIPE],
    ids=lambda text: text[:30],
)
def test_a_mistake_in_the_mapping_makes_a_test_fail(
    name: str, right: str, wrong: str, found_by: str
) -> None:
    """The tests look at what matters: each of these mistakes is found by the test that is named."""
    text = text_of(name)
    assert right in text
    spec = spec_of_text(text.replace(right, wrong, 1), name)
    chosen = [test for test in spec.tests if found_by in test.name]
    assert chosen
    assert [result.name for result in run(spec, chosen).results if not result.passed]
