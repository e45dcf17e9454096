"""`syncata test`: what it shows, writes and ends with, also where it is called wrongly."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from syncata.cli import main

SPEC = """\
spec: 1
name: shop
source:
  base_url: https://shop.example.com
  streams:
    products: {request: {path: /products}, key: id}
target:
  base_url: https://crm.example.com
  resources:
    item: {upsert: {request: {method: PUT, path: "/items/{$key}", body: "{$}"}}}
syncs:
  products:
    from: products
    to: item
    map:
      name: $trim(title)
      level: 'level = 1 ? "easy" : "hard"'
samples:
  products: {id: "1", title: A, level: 1}
tests:
  # Titles
  - name: a title is trimmed
    sync: products
    given: {title: " B "}
    expect: {name: B, level: easy}  # both
  - name: it comes, and stays
    days:
      - products: [{}]
        expect: {products: {create: 1}}
      - expect: {products: {unchanged: 1}}
"""


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A spec with two tests that pass, in an empty directory."""
    monkeypatch.chdir(tmp_path)
    path = Path("shop.yaml")
    path.write_text(SPEC, encoding="utf-8")
    return path


@pytest.fixture
def wrong(spec: Path) -> Path:
    """The same, with expectations that do not hold."""
    text = SPEC.replace("{name: B, level: easy}", "{name: C, level: easy}")
    spec.write_text(text.replace("create: 1", "create: 2"), encoding="utf-8")
    return spec


def ended(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        main(["test", *arguments])
    shown = capsys.readouterr()
    assert isinstance(stop.value.code, int)
    return stop.value.code, shown.out, shown.err


def test_tests_that_pass_are_counted(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing else is shown."""
    assert ended(capsys, "shop.yaml") == (0, "shop.yaml: 2 passed\n", "")


def test_a_failing_test_shows_the_place_and_both_values(
    wrong: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """File, line and column of the expectation, what was expected and what it is."""
    code, out, err = ended(capsys, "shop.yaml")
    assert code == 3
    assert (
        out
        == """\
shop.yaml:25:20: error[SYN701]: a title is trimmed: name
   |
25 |     expect: {name: C, level: easy}  # both
   |                    ^
    expected  "C"
    actual    "B"

shop.yaml:29:28: error[SYN701]: it comes, and stays: day 1: products
   |
29 |         expect: {products: {create: 2}}
   |                            ^
    expected  {"create": 2}
    actual    {"create": 1}

shop.yaml: 0 passed, 2 failed
"""
    )
    assert err == "Next: syncata test shop.yaml --update\n"


def test_update_rewrites_expectations_and_nothing_else(
    wrong: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Comments, quotes and the order of everything stay; afterwards the tests pass."""
    code, _, err = ended(capsys, "shop.yaml", "--update")
    assert (code, err) == (0, "shop.yaml: 2 tests expect what was found now\n")
    assert wrong.read_text(encoding="utf-8") == SPEC.replace("name: B,", 'name: "B",')
    assert ended(capsys, "shop.yaml")[0] == 0


def test_update_leaves_another_verdict_to_people(
    spec: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """That a record is rejected, or a field not there, is nothing to agree to in passing."""
    text = SPEC.replace("expect: {name: B, level: easy}", "reject: SYN604")
    spec.write_text(text, encoding="utf-8")
    code, out, err = ended(capsys, "shop.yaml", "--update")
    assert (code, spec.read_text(encoding="utf-8")) == (3, text)
    assert 'expected  "reject"' in out
    assert "by hand" in err


def test_line_ends_of_a_file_stay_as_they_are(
    wrong: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file from Windows is one afterwards."""
    text = wrong.read_text(encoding="utf-8").replace("\n", "\r\n")
    wrong.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert ended(capsys, "shop.yaml", "--update")[0] == 0
    expected = SPEC.replace("name: B,", 'name: "B",').replace("\n", "\r\n")
    assert wrong.read_bytes() == b"\xef\xbb\xbf" + expected.encode()


def test_results_are_written_as_junit_does(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What CI servers read: one suite for a spec, one case for a test."""
    ended(capsys, "shop.yaml", "--junit", "results.xml")
    (suite,) = ET.parse("results.xml").getroot()
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("shop", "2", "2")
    first, second = suite
    assert (first.get("name"), first.get("line")) == ("a title is trimmed", "22")
    assert (first[0].text or "").splitlines() == [
        "shop.yaml:25:20: a title is trimmed: name", '  expected "C"', '  actual   "B"',
    ]  # fmt: skip
    assert second[0].tag == "failure"


def test_results_are_one_json_document(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For programs: every test, with the values of each expectation that does not hold."""
    code, out, _ = ended(capsys, "shop.yaml", "--json", "--coverage")
    (found,) = json.loads(out)["specs"]
    assert (code, [test["passed"] for test in found["tests"]]) == (3, [False, False])
    (failure,) = found["tests"][0]["failures"]
    assert (failure["line"], failure["column"], failure["code"]) == (25, 20, "SYN701")
    assert (failure["what"], failure["expected"], failure["actual"]) == ("name", "C", "B")
    assert [missing["line"] for missing in found["coverage"]["missing"]] == [17]


def test_coverage_shows_what_no_test_reaches(
    spec: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The share of each sync, and the place of what is missing."""
    code, out, _ = ended(capsys, "shop.yaml", "--coverage")
    assert code == 0
    assert (
        out
        == """\
shop.yaml: 2 passed
  products     4 of 5  80 %
  mapping coverage 80.0 %
shop.yaml:17:36: warning[SYN703]: products.level: no test reaches the branch for false
   |
17 |       level: 'level = 1 ? "easy" : "hard"'
   |                                    ^
"""
    )


@pytest.mark.parametrize(("least", "code"), [("80", 0), ("80.1", 3)])
def test_too_little_coverage_is_a_failure(
    spec: Path, capsys: pytest.CaptureFixture[str], least: str, code: int
) -> None:
    """The refusal gives the measured number, the limit and the option that changes it."""
    found, _, err = ended(capsys, "shop.yaml", "--min-coverage", least)
    assert found == code
    assert ("Mapping coverage is 80.0 %, the least is 80.1 % (--min-coverage)" in err) == bool(code)


def test_tests_are_chosen_by_a_part_of_their_name(
    spec: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In whatever case."""
    assert ended(capsys, "shop.yaml", "-k", "TITLE")[:2] == (0, "shop.yaml: 1 passed\n")


def test_a_directory_is_searched_for_specs(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Connections in it are none."""
    Path("connections").mkdir()
    Path("connections/main.yaml").write_text("spec: shop\n", encoding="utf-8")
    assert ended(capsys, ".")[:2] == (0, "shop.yaml: 2 passed\n")


def test_a_packaged_spec_is_tested_by_its_name(
    spec: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As `init --from` knows it."""
    code, out, _ = ended(capsys, "edflex-360learning", "-k", "blanks around a title")
    assert (code, out.partition(": ")[2]) == (0, "1 passed\n")


CALLED_WRONGLY: list[tuple[list[str], str]] = [
    ([], "Missing argument 'PATH...'"),
    (["nothing.yaml"], "there is no file nothing.yaml"),
    (["shop.yaml", "-k", "no such test"], 'there is no test with "no such test" in its name'),
    (["bare.yaml"], "there is no test in bare.yaml"),
    (["edflex-360learning", "--update"], "--update rewrites files, so PATH must be one"),
    (["shop.yaml", "--min-coverage", "101"], "101.0 is not in the range 0<=x<=100"),
    (["shop.yaml", "--junit", "no/such/folder.xml"], "cannot be written: No such file"),
]


@pytest.mark.parametrize(("arguments", "told"), CALLED_WRONGLY, ids=lambda v: str(v)[:40])
def test_a_wrong_call_is_told_and_never_green(
    spec: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    """Exit 2; a typo does not look like success."""
    Path("bare.yaml").write_text(SPEC.partition("samples:")[0], encoding="utf-8")
    code, _, err = ended(capsys, *arguments)
    assert code == 2
    assert told in err


WRONG: list[tuple[str, str, str]] = [
    ("expect: {name: B,", "expect: {nmae: B,", 'did you mean "name"?'),
    ("sync: products", "sync: product", 'did you mean "products"?'),
    ("name: it comes, and stays", "name: a title is trimmed", "another test is called so, too"),
    ("days:", "dais:", 'did you mean "days"?'),
    ("$trim(title)", "$trim(title", "Expected ) before end"),
    ("tests:", "tests: [", "not YAML"),
]


@pytest.mark.parametrize(("right", "wrong", "told"), WRONG, ids=lambda text: text[:20])
def test_a_wrong_spec_is_refused_with_the_place(
    spec: Path, capsys: pytest.CaptureFixture[str], right: str, wrong: str, told: str
) -> None:
    """Exit 3, every finding with its line, and no test is run."""
    spec.write_text(SPEC.replace(right, wrong, 1), encoding="utf-8")
    code, out, err = ended(capsys, "shop.yaml")
    assert (code, out) == (3, "")
    assert told in err


def test_what_a_spec_says_cannot_steer_the_terminal(
    spec: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Control characters in names and values are shown, not sent; XML stays XML."""
    text = SPEC.replace("name: a title is trimmed", 'name: "a \\e[31m title \\0"')
    spec.write_text(text.replace("{name: B,", '{name: "\\e[2J",'), encoding="utf-8")
    code, out, _ = ended(capsys, "shop.yaml", "--junit", "results.xml")
    assert code == 3
    assert "\x1b" not in out
    ET.parse("results.xml")


def test_a_test_that_cannot_be_run_is_an_error_with_advice(
    spec: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told apart from one that fails."""
    text = SPEC.replace("source:\n", "settings:\n  color: {type: string}\nsource:\n", 1)
    spec.write_text(text, encoding="utf-8")
    code, out, _ = ended(capsys, "shop.yaml", "--json")
    tests: list[Any] = json.loads(out)["specs"][0]["tests"]
    assert (code, [test["passed"] for test in tests]) == (3, [True, False])
    (failure,) = tests[1]["failures"]
    assert failure["code"] == "SYN702"
    assert "the setting color is missing" in failure["message"]


def _sampled(name: str = "products.json") -> None:
    records = [{"id": str(n), "title": "A", "level": level} for n, level in enumerate([1, 2, 2, 3])]
    Path(name).write_text(json.dumps([*records, {"id": "9", "title": 5}]), encoding="utf-8")


def test_a_sample_shows_what_becomes_of_it_and_what_falls_through(
    spec: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each value that a branch for all else takes, with how often; and what is set aside."""
    _sampled()
    code, out, err = ended(capsys, "shop.yaml", "--sample", "products.json")
    assert code == 0
    assert (
        out
        == """\
products: 5 records of products.json: 4 live, 1 reject SYN603 name
  level (17:25)  3 × the branch for false: 2 (2), 3 (1)

"""
    )
    assert err == "Next: syncata test shop.yaml --coverage\n"


def test_a_sample_is_told_to_programs(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With `--coverage` also what no record of it reaches."""
    _sampled()
    spec.write_text(SPEC.replace("level = 1", "level in [1, 4]"), encoding="utf-8")
    _, out, _ = ended(capsys, "shop.yaml", "--sample", "products.json", "--coverage", "--json")
    (found,) = json.loads(out)["syncs"]
    assert found["became"] == {"live": 4, "reject SYN603 name": 1}
    values = [{"value": "2", "times": 2}, {"value": "3", "times": 1}]
    assert [(fall["what"], fall["times"], fall["values"]) for fall in found["falls"]] == [
        ("not in the list", 3, values),
        ("the branch for false", 3, values),
    ]
    (missing,) = found["missing"]
    assert missing["message"] == "products.level: no record reaches the entry 4"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("items=products.json", "the spec shop has no stream items"),
        ("products=nothing.json", "nothing.json cannot be read"),
        ("shop.yaml", "shop.yaml is not JSON"),
    ],
)
def test_a_sample_that_is_none_is_refused(
    spec: Path, capsys: pytest.CaptureFixture[str], given: str, words: str
) -> None:
    """Which file, or which stream there is none of."""
    _sampled()
    code, _, err = ended(capsys, "shop.yaml", "--sample", given)
    assert code == 2
    assert words in err


def test_a_sample_of_the_packaged_spec_needs_no_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ids and things that are looked up are those of its tests: nothing is set aside for them."""
    monkeypatch.chdir(tmp_path)
    record = {
        "id": "c1", "type": "video", "status": "opened", "title": "A", "url": "https://a.example",
        "image": {"bigUrl": "https://a.example/b.png"}, "categories": [{"name": "IT"}],
        "difficulty": "expert", "language": "xx",
    }  # fmt: skip
    Path("contents.json").write_text(json.dumps([record]), encoding="utf-8")
    code, out, _ = ended(capsys, "edflex-360learning", "--sample", "contents.json", "--json")
    syncs = json.loads(out)["syncs"]
    assert code == 0
    assert {one["sync"]: one["became"] for one in syncs} == {
        "courses": {"live": 1}, "tags": {"live": 1}, "course_tags": {"live": 1},
    }  # fmt: skip
    assert {(u["label"], u["value"]) for u in syncs[0]["unmapped"]} == {
        ("difficulty", "expert"), ("language", "xx"),
    }  # fmt: skip
