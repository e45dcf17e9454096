"""Documents: every value knows its place, and hostile YAML is refused with one."""

from typing import Any

import pytest

from syncata.document import DataPath, Document, load_bytes, rewritten
from syncata.errors import SpecInvalid

TEXT = """\
plain: image.bigUrl
single: 'it''s + b'
double: "a & \\"q\\" & \\u0062c"
literal: |
  {
    "a": id
  }
multi: one
  two
folded: >-
  a
  b
deep: {list: [1, 2.5, true, null, ~, 2024-01-01, yes]}
"""


def document() -> Document:
    return load_bytes(TEXT.encode(), "x.yaml")


@pytest.mark.parametrize(
    ("key", "needle", "line", "column"),
    [
        ("plain", "bigUrl", 1, 14),
        ("single", "b", 2, 18),
        ("double", "bc", 3, 22),
        ("literal", "id", 6, 10),
        ("multi", "two", 9, 3),
        ("folded", "b", 10, 9),
    ],
)
def test_every_character_of_a_scalar_has_its_line_and_column(
    key: str, needle: str, line: int, column: int
) -> None:
    """Offsets map exactly for plain, quoted and literal scalars; folded ones give their start."""
    scalar = document().scalars[(key,)]
    place = scalar.at(scalar.text.index(needle))
    assert (place.line, place.column) == (line, column)


def test_data_is_plain_json() -> None:
    """Dates and YAML 1.1 booleans stay text; numbers, booleans and nulls are JSON's."""
    assert document().data["deep"]["list"] == [1, 2.5, True, None, None, "2024-01-01", "yes"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", "3:1 SYN013"),
        ("a: !!python/object x\n", "1:4 SYN014"),
        ("? [1]\n: 2\n", "1:3 SYN011"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "3:3 SYN012"),
        ("a: .inf\n", "1:4 SYN015"),
        ("a: 'x\n", "2:1 SYN010"),
        ("a: {b: [}\n", "1:9 SYN010"),
        ("a: %x\n", "1:4 SYN010"),
        ("[" * 60 + "]" * 60, "1:1 SYN002"),
        ("a: &a [x]\nb: [" + ", ".join(["*a"] * 51) + "]\n", "1:1 SYN002"),
        ("a: " + "x" * 300_000, "1:1 SYN002"),
    ],
)
def test_what_is_not_the_language_is_refused_at_its_place(text: str, expected: str) -> None:
    """Each kind of broken or hostile YAML gives one finding with a code and a position."""
    with pytest.raises(SpecInvalid) as caught:
        load_bytes(text.encode(), "x.yaml")
    finding = caught.value.findings[0]
    assert f"{finding.position.line}:{finding.position.column} {finding.code}" == expected


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    """Nested aliases that would expand to millions of values stop at the limit."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 6)}]" for n in range(1, 9)]
    with pytest.raises(SpecInvalid) as caught:
        load_bytes("\n".join(lines).encode(), "x.yaml")
    assert "100,000" in caught.value.findings[0].message


def test_bytes_that_are_no_text_are_refused_with_their_line() -> None:
    """A file that is not UTF-8 says so, with the line of the first bad byte."""
    with pytest.raises(SpecInvalid) as caught:
        load_bytes(b"a: 1\nb: \xff\n", "x.yaml")
    assert caught.value.findings[0].position.line == 2


def test_a_value_that_was_not_written_stands_at_its_key() -> None:
    """An empty value is reported where its key is, not where the next one begins."""
    place = load_bytes(b"a:\n  b:\n  c: 1\n", "x.yaml").position(("a", "b"))
    assert (place.line, place.column) == (2, 3)


REWRITTEN = [
    ("a: 1  # one\nb: 2\n", {("a",): "x"}, 'a: "x"  # one\nb: 2\n'),
    ("a: {b: c, d: e}\n", {("a", "b"): None, ("a", "d"): [1, "2"]}, 'a: {b: null, d: [1, "2"]}\n'),
    ("a:\n  b: 1\n  # in\n  c: 2\n\n# end\n", {("a",): {"b": 1}}, "a:\n  {b: 1}\n\n# end\n"),
    ("- a\n- - b\n  - c # c\n- d\n", {(1,): True, (2,): 1.5}, "- a\n- true # c\n- 1.5\n"),
    ("a: |\n  text\n  more\nb: 1\n", {("a",): "x: y"}, 'a: "x: y"\nb: 1\n'),
    ("a: {b: 1}\n", {("a",): {"yes": 3, "x y": 4}}, 'a: {"yes": 3, "x y": 4}\n'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "values", "expected"), REWRITTEN)
def test_values_are_rewritten_where_they_stand(
    text: str, values: dict[DataPath, Any], expected: str
) -> None:
    """Comments, order and the rest of the file stay; the result reads as the values."""
    document = load_bytes(text.encode(), "x.yaml")
    found = rewritten(document, values)
    assert found == expected
    again = load_bytes(found.encode(), "x.yaml")
    assert {path: at(again.data, path) for path in values} == values


def test_a_value_inside_another_that_is_rewritten_goes_with_it() -> None:
    """The outer one holds."""
    document = load_bytes(b"a: {b: {c: 1}}\n", "x.yaml")
    assert rewritten(document, {("a", "b", "c"): 2, ("a",): 3}) == "a: 3\n"


def at(data: Any, path: DataPath) -> Any:
    for part in path:
        data = data[part]
    return data
