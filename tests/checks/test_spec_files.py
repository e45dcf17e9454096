"""Whole spec files: every file of `specs/valid` is valid, every one of `specs/invalid` is not.

An invalid file begins with a line `# expect: LINE:COLUMN CODE` for each of its findings.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncata.checks import check_spec, spec_of
from syncata.document import load_bytes, load_file
from syncata.errors import Severity, SpecInvalid

SPECS = Path(__file__).parents[1] / "specs"
EXPECTED = re.compile(r"# expect: (\d+):(\d+) (\w+)")


def files(folder: str) -> list[Path]:
    return sorted((SPECS / folder).glob("*.yaml"))


def found(path: Path) -> list[str]:
    try:
        findings = check_spec(load_file(path))
    except SpecInvalid as error:
        findings = error.findings
    return [f"{f.position.line}:{f.position.column} {f.code}" for f in findings]


@pytest.mark.parametrize("path", files("invalid"), ids=lambda path: path.stem)
def test_each_mistake_is_found_at_its_place_with_its_code(path: Path) -> None:
    """Adding a case is adding a file."""
    expected = [f"{m[1]}:{m[2]} {m[3]}" for m in EXPECTED.finditer(path.read_text())]
    assert expected, "the first line says what to expect"
    assert found(path) == expected


@pytest.mark.parametrize("path", files("valid"), ids=lambda path: path.stem)
def test_valid_specs_have_no_findings_and_can_be_built(path: Path) -> None:
    """Nothing that is right is complained about."""
    assert found(path) == []
    assert spec_of(load_file(path)).name == path.stem


def test_there_are_many_invalid_files() -> None:
    """The folder is collected, and did not silently become empty."""
    assert len(files("invalid")) >= 40


ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, 3, "x y", [], {}, True, [{}], {"type": {}}, {"a": ["b"]}]
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every path of a document but its root."""
    if path:
        yield path
    if not isinstance(value, dict | list):
        return
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for name, member in members:
        yield from paths(member, (*path, name))


VALID = {path.stem: load_file(path).data for path in files("valid")}
PLACES = [(name, path) for name, data in VALID.items() for path in paths(data)]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.sampled_from(PLACES), ODD)
def test_nothing_that_stands_in_a_spec_makes_the_checks_fail(
    place: tuple[str, tuple[Any, ...]], odd: Any
) -> None:
    """Any value anywhere is judged; a traceback is a bug."""
    data = json.loads(json.dumps(VALID[place[0]]))
    around = data
    for part in place[1][:-1]:
        around = around[part]
    around[place[1][-1]] = odd
    name = str(SPECS / "valid" / "odd.yaml")
    found = check_spec(load_bytes(json.dumps(data).encode(), name))
    assert {finding.position.file for finding in found} <= {name}


@pytest.mark.parametrize("name", ["field_near_schema", "personal_key"])
def test_a_warning_refuses_no_spec(name: str) -> None:
    """A field unknown to an open schema stops nobody, nor does a key that names people."""
    warned = SPECS / "invalid" / f"{name}.yaml"
    (finding,) = check_spec(load_file(warned))
    assert finding.severity is Severity.WARNING
    assert spec_of(load_file(warned)).name == "minimal"


def test_an_error_refuses_a_spec() -> None:
    """Nothing is built of a spec that is wrong."""
    with pytest.raises(SpecInvalid):
        spec_of(load_file(SPECS / "invalid" / "several.yaml"))
