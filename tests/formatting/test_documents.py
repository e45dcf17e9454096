"""Whole files in their usual form: what changes, and that nothing else does.

A case is two files in `cases`: NAME.before.yaml and NAME.after.yaml.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from syncata.checks import check_spec
from syncata.checks.places import texts
from syncata.checks.schema_files import packaged
from syncata.document import Document, load_bytes, load_file
from syncata.errors import SpecInvalid
from syncata.expressions.parser import parser
from syncata.formatting import format_document
from syncata.spec.node import Node

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
CASES = Path(__file__).parent / "cases"
SPECS = ROOT / "tests" / "specs"
VALID = [*sorted((SPECS / "valid").glob("*.yaml")), *sorted((ROOT / "mappings").glob("*.yaml"))]
INVALID = sorted((SPECS / "invalid").glob("*.yaml"))


def formatted(document: Document) -> Document:
    result = format_document(document)
    assert (result.findings, result.kept) == ((), "")
    return load_bytes(result.text.encode(), document.file)


def tree(text: str) -> Any:
    """What the parser makes of an expression, without the places of its nodes."""
    return _plain(parser().parse(text))


def _plain(node: Any) -> Any:
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not hasattr(node, "nud"):
        return node if isinstance(node, str | int | float | None) else type(node).__name__
    return {
        name: _plain(part)
        for name, part in vars(node).items()
        if name not in ("position", "label", "environment", "prefix", "span", "inner")
        and not name.startswith("_outer")
    }


def meaning(document: Document) -> Any:
    """Everything that a spec says: its data, with the trees of expressions in their places."""
    kinds = {n.path: kind for n, kind in texts(packaged("connector"), Node.root(document))}

    def said(value: Any, path: tuple[Any, ...]) -> Any:
        if isinstance(value, dict):
            return [(name, said(member, (*path, name))) for name, member in value.items()]
        if isinstance(value, list):
            return [said(member, (*path, place)) for place, member in enumerate(value)]
        return tree(value) if kinds.get(path) == "expression" else value

    return said(document.data, ())


def findings(document: Document) -> list[tuple[str, str]]:
    return sorted((finding.code, finding.message) for finding in check_spec(document))


@pytest.mark.parametrize("before", sorted(CASES.glob("*.before.yaml")), ids=lambda p: p.stem)
def test_a_file_takes_its_usual_form(before: Path) -> None:
    """The file beside it is what comes out, and comes out of itself."""
    after = before.with_name(before.name.replace(".before.", ".after.")).read_text("utf-8")
    assert formatted(load_file(before)).text == after
    assert formatted(load_bytes(after.encode(), "after.yaml")).text == after


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_spec_keeps_its_meaning_and_its_findings(path: Path) -> None:
    """Data, order of keys, expressions and what `validate` says stay; once more changes nothing."""
    old = load_file(path)
    new = formatted(old)
    assert meaning(new) == meaning(old)
    assert findings(new) == findings(old)
    assert formatted(new).text == new.text


def test_what_says_something_else_would_be_found() -> None:
    """The comparison above knows an expression from another, a text from another, an order."""
    old = load_file(SPECS / "valid" / "minimal.yaml")
    for part, other in [("name: title", "name: titles"), ("name: title", "name: title & ''")]:
        assert part in old.text
        assert meaning(load_bytes(old.text.replace(part, other).encode(), old.file)) != meaning(old)


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_a_wrong_spec_keeps_its_findings(path: Path) -> None:
    """Formatting neither mends nor breaks; what does not parse is left alone with its finding."""
    try:
        document = load_file(path)
    except SpecInvalid:
        return
    result = format_document(document)
    again = load_bytes(result.text.encode(), document.file)
    assert findings(again) == findings(document)
    if result.findings:
        assert result.text == document.text
        assert set(result.findings) <= set(check_spec(document))


@pytest.mark.parametrize("path", sorted((ROOT / "mappings").glob("*.yaml")), ids=lambda p: p.stem)
def test_the_packaged_specs_have_their_usual_form(path: Path) -> None:
    """They are the example that people copy."""
    assert formatted(load_file(path)).text == load_file(path).text


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_another_indentation_comes_back(path: Path) -> None:
    """Lines that stand further to the right and end with blanks look the same afterwards."""
    text = formatted(load_file(path)).text
    moved = "".join(
        f"{' ' * (2 * indent_of(line))}{re.sub('^- ', '-   ', line.strip())}  \n"
        for line in text.splitlines()
    )
    assert squeezed(formatted(load_bytes(moved.encode(), str(path))).text) == squeezed(text)


def indent_of(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def squeezed(text: str) -> list[str]:
    """Lines without their indentation, which comments inside expressions keep; the column of other
    comments may move, too."""
    return [" ".join(line.split()) for line in text.splitlines()]


def test_what_is_no_spec_is_left_alone() -> None:
    """Other YAML files may lie in the same directories."""
    result = format_document(load_bytes(b"services: {a:   1}\n", "compose.yaml"))
    assert result.text == "services: {a:   1}\n"
    assert result.kept == "it is no spec and no connection"


@pytest.mark.parametrize(
    "text",
    ["spec: a\n? &k x\n: *k\n", "spec: a\n? 'a\n  b'\n: 1\n", "spec: a\nx: 'a\u0085b'\n"],
)
def test_what_cannot_be_written_anew_is_left_alone(text: str) -> None:
    """Odd YAML stays as it is, or means the same."""
    document = load_bytes(text.encode(), "odd.yaml")
    result = format_document(document)
    assert load_bytes(result.text.encode(), "odd.yaml").data == document.data
