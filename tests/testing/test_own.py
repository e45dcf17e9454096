"""`tests/specs/valid/tested.yaml` uses every word that tests know; its tests pass, and can fail."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syncata.checks import spec_with_tests
from syncata.document import folder, load_bytes, load_file
from syncata.errors import SpecInvalid
from syncata.spec.model import Spec
from syncata.testing import Mismatch, TestResult, run_tests

SPECS = Path(__file__).parents[1] / "specs"
TESTED = load_file(SPECS / "valid" / "tested.yaml")
SPEC = spec_with_tests(TESTED)


def results(spec: Spec) -> list[TestResult]:
    return list(asyncio.run(run_tests(spec, spec.tests)).results)


def told(mismatch: Mismatch) -> tuple[str, Any, Any]:
    return mismatch.what, mismatch.expected, mismatch.actual


def one_test(test: dict[str, Any], **spec: Any) -> TestResult:
    """The result of one test in the place of those that the file has."""
    data = {**json.loads(json.dumps(TESTED.data)), **spec, "tests": [{"name": "t", **test}]}
    (result,) = results(spec_with_tests(load_bytes(json.dumps(data).encode(), TESTED.file)))
    return result


@pytest.mark.parametrize("name", [test.name for test in SPEC.tests])
def test_each_passes(name: str) -> None:
    """Whatever tests can say has an example that holds."""
    chosen = [test for test in SPEC.tests if test.name == name]
    (result,) = asyncio.run(run_tests(SPEC, chosen)).results
    assert (result.problem, list(map(told, result.mismatches))) == ("", [])


def words(schema: dict[str, Any], name: str) -> Iterator[str]:
    yield from schema["definitions"][name]["properties"]


def keys(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        yield from data
    for value in (
        data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    ):
        yield from keys(value)


def test_the_file_has_every_word_of_tests() -> None:
    """A new word needs an example."""
    schema = json.loads(folder("schemas").joinpath("connector.schema.json").read_text("utf-8"))
    parts = ("test", "test_day", "test_target", "test_day_expect", "test_counts", "test_refusal")
    known = {word for part in parts for word in words(schema, part)}
    assert known - set(keys(TESTED.data["tests"])) == set()


LIVE = [
    ({"expect": {"name": "B", "level": "easy"}}, [("name", "B", "A")]),
    ({"expect": {"number": 1}}, [("number", 1, "1")]),
    ({"exactly": {"number": "1", "name": "A"}}, [("level", "(none)", "easy")]),
    ({"absent": ["level"]}, [("level", "(none)", "easy")]),
    ({"closed": True}, [("verdict", "closed", "live")]),
    ({"given": {"kind": "tool"}, "expect": {}}, [("verdict", "live", "excluded")]),
    ({"given": {"state": "off"}, "excluded": True}, [("verdict", "excluded", "closed")]),
    ({"expect": {}, "key": "2"}, [("key", "2", "1")]),
    ({"expect": {}, "unmapped": {"level": "3"}}, [("unmapped level", "3", [])]),
]  # fmt: skip


@pytest.mark.parametrize(("test", "expected"), LIVE)
def test_what_is_not_as_expected_is_told(test: dict[str, Any], expected: Any) -> None:
    """Each word is looked at: what is expected and what it is."""
    found = [
        (w, *map(_shown, sides))
        for w, *sides in map(told, one_test({"sync": "items", **test}).mismatches)
    ]
    assert found == [(w, *sides) for w, *sides in expected]


def _shown(value: Any) -> Any:
    return str(value) if repr(value) == "(none)" else value


def test_a_reject_is_told_with_its_reason() -> None:
    """Another code, or another field, is no success."""
    test = {"sync": "items", "given": {"title": ""}, "reject": {"code": "SYN606", "field": "level"}}
    code, field = one_test(test).mismatches
    assert code.expected == "SYN606"
    assert code.actual == "reject SYN604 (the required property name is missing)"
    assert (field.expected, field.actual) == ("level", "name")


def test_a_list_must_have_as_many_records_as_each_makes() -> None:
    """One record too few is a failure, not a shorter comparison."""
    test = {"sync": "tags", "given": {"tags": ["a", "b"]}, "expect": [{"name": "a"}]}
    (mismatch,) = one_test(test).mismatches
    assert told(mismatch) == ("records", 1, 2)


def test_a_run_that_fails_is_told_with_its_reason() -> None:
    """The source is away, and nobody said so."""
    test = {"days": [{"products": "unread", "syncs": ["items"]}]}
    (mismatch,) = one_test(test).mismatches
    assert (mismatch.what, mismatch.expected) == ("day 1: exit code", 0)
    assert mismatch.actual.startswith("5 source answered 503 to GET /streams/products")


def test_records_that_are_set_aside_must_be_expected() -> None:
    """A day that says nothing of rejects has none."""
    day = {"products": [{"title": ""}], "syncs": ["items"], "expect": {"items": {"rejected": 1}}}
    assert one_test({"days": [day]}).passed
    (mismatch,) = one_test({"days": [{**day, "expect": {}}]}).mismatches
    assert told(mismatch)[:2] == ("day 1: exit code", 0)


DAYS = [
    ({"items": {"create": 2}}, ("day 1: items", {"create": 2}, {"create": 1})),
    ({"requests": {"items": {"archive": 1}}},
     ("day 1: requests of items", {"archive": 1}, {"upsert": 1})),
    ({"sent": {"items": {"upsert": []}}},
     ("day 1: upsert of items", [], [{"items": [{"number": "1", "name": "A", "level": "easy"}]}])),
    ({"rejects": {"items": {"1": "SYN604"}}},
     ("day 1: rejects of items", {"1": "SYN604"}, {})),
    ({"payloads": {"items": {"1": {"name": "B"}}}},
     ("day 1: payload of items 1: name", "B", "A")),
]  # fmt: skip


@pytest.mark.parametrize(("expect", "expected"), DAYS)
def test_what_a_day_expects_is_looked_at(expect: dict[str, Any], expected: Any) -> None:
    """Counts, requests, rejects and payloads."""
    day = {"products": [{}], "syncs": ["shelf", "items"], "expect": expect}
    result = one_test({"target": {"lookups": {"owner": {"id": "o"}}}, "days": [day]})
    assert list(map(told, result.mismatches)) == [expected]


def test_an_answer_that_cannot_be_worked_out_is_asked_for() -> None:
    """The test is told which expression it is, and what to write."""
    data = json.loads(json.dumps(TESTED.data))
    results_of = data["target"]["resources"]["item"]["upsert"]["job"]["results"]
    results_of["ok"] = "$count(problems) = 0 and done"
    days = [{"products": [{}], "syncs": ["shelf", "items"]}]
    target: dict[str, Any] = {"lookups": {"owner": {"id": "o"}}}
    result = one_test({"target": target, "days": days}, target=data["target"])
    assert "it cannot be told from `$count(problems) = 0 and done` what a success" in result.problem
    assert "`target: {answer: {items: …}}`" in result.problem
    target["answer"] = {"items": {"problems": [], "done": True}}
    assert one_test({"target": target, "days": days}, target=data["target"]).passed


def test_a_setting_without_value_or_example_is_asked_for() -> None:
    """A run needs every setting; which one is missing is told."""
    settings = {**TESTED.data["settings"], "color": {"type": "string"}}
    result = one_test({"days": [{"products": [{}]}]}, settings=settings)
    assert result.problem.startswith("the setting color is missing")
    assert not result.passed


@pytest.mark.parametrize(
    "path", sorted((SPECS / "invalid").glob("test_*.yaml")), ids=lambda p: p.stem
)
def test_what_is_wrong_with_a_test_is_refused_before_it_runs(path: Path) -> None:
    """Also where it is only a warning for runs."""
    with pytest.raises(SpecInvalid) as refused:
        spec_with_tests(load_file(path))
    assert refused.value.findings
