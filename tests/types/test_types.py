"""Types of expressions: what they are, that no value escapes them, and what is told as wrong."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.expressions.reference import answers
from tests.types.membership import holds, type_of

from syncata.document import Scalar, folder
from syncata.expressions import UNDEFINED, ExpressionError, Scope, compile_expression
from syncata.expressions.types import ANY, Type, Typed, infer, misfit, of_schema, short
from syncata.expressions.types.model import MOST_PARTS

HERE = Path(__file__).parent
NOW = datetime(2026, 3, 20, tzinfo=UTC)
ENDLESS = "tail-recursion/case006.json"


def rows(name: str) -> list[dict[str, str]]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@cache
def schema(name: str) -> dict[str, Any]:
    """A schema of these tests, or a packaged one."""
    own = HERE / "schemas" / f"{name}.schema.json"
    file = own if own.exists() else folder("schemas").joinpath(f"{name}.schema.json")
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def typed(text: str, context: Type) -> Typed:
    return infer(compile_expression(Scalar.of(text)).tree, text, context, {})


VALID = rows("valid.jsonl")
WRONG = rows("wrong.jsonl")


def test_there_are_many_valid_expressions() -> None:
    """The file is read, and did not silently become short."""
    assert len({row["expression"] for row in VALID}) >= 250


@pytest.mark.parametrize("name", sorted({row["schema"] for row in VALID}))
def test_right_expressions_have_their_type_and_no_mistake(name: str) -> None:
    """Nothing that works is complained about; adding a case is adding a row."""
    context = of_schema(schema(name), "the schema")
    for row in VALID:
        if row["schema"] == name:
            found = typed(row["expression"], context)
            assert (row["expression"], short(found.type)) == (row["expression"], row["type"])
            assert found.mistakes == (), row["expression"]


def records(of: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The examples of a schema, and each without one of its optional fields, or with null in it."""
    required = set(of["required"])
    for example in of.get("examples", []):
        yield example
        for name in example.keys() - required:
            yield {other: value for other, value in example.items() if other != name}
            if "null" in (of["properties"][name].get("type") or ()):
                yield {**example, name: None}


@pytest.mark.parametrize("name", ["order", "edflex/content", "stripe/product"])
def test_no_value_escapes_its_type(name: str) -> None:
    """What an expression yields on records that fit the schema is of the type it should have."""
    context = of_schema(schema(name), "the schema")
    every = [*records(schema(name))]
    scope = Scope(now=NOW)
    evaluated = 0
    assert len(every) > 5
    for row in VALID:
        expression = compile_expression(Scalar.of(row["expression"]))
        of = typed(row["expression"], context).type
        for record in every if row["schema"] == name else ():
            try:
                value = expression.evaluate(record, scope)
            except ExpressionError:
                continue  # null where a text is needed: the types say so, too
            evaluated += 1
            assert holds(of, value), (row["expression"], value, short(of))
    assert evaluated > 50


def escaped(text: str, value: Any, bindings: dict[str, Any]) -> str:
    """A value of an expression that its type does not have, with types as narrow as can be."""
    try:
        expression = compile_expression(Scalar.of(text))
        found = expression.evaluate(value, Scope(bindings, now=NOW))
    except ExpressionError:
        return ""
    outer = {name: type_of(bound) for name, bound in bindings.items()}
    of = infer(expression.tree, text, type_of(value), outer).type
    return "" if holds(of, found) else f"{text}: {found!r} is not of {short(of)}"


def test_no_value_of_the_official_suite_escapes_its_type() -> None:
    """Every function and operator of the language in every form, on data that is known exactly."""
    suite = answers("jsonata-suite.json")
    for case in suite["cases"]:
        name = case.get("dataset")
        value = suite["datasets"][name] if name else case.get("data", UNDEFINED)
        if case["id"] != ENDLESS:
            assert escaped(case["expr"], value, case.get("bindings") or {}) == ""


@pytest.mark.parametrize("step", [10, pytest.param(1, marks=pytest.mark.slow)])
def test_no_value_of_random_expressions_escapes_its_type(step: int) -> None:
    """Forms that nobody would write, but somebody will."""
    for case in answers("jsonata-differential.json")["cases"][::step]:
        assert escaped(case["expr"], case["data"], {}) == ""


@pytest.mark.parametrize("row", WRONG, ids=lambda row: row["expression"])
def test_wrong_expressions_are_told_at_the_part_that_is_wrong(row: dict[str, str]) -> None:
    """`«` and `»` stand around what must be underlined; adding a case is adding a row."""
    marked = row["expression"]
    text = re.sub("[«»]", "", marked)
    found = typed(text, of_schema(schema(row["schema"]), "the schema")).mistakes
    assert {mistake.code for mistake in found} == {row["code"]}
    parts = sorted((mistake.offset, mistake.length) for mistake in found)
    assert [text[start : start + length] for start, length in parts] == (
        re.findall("«(.*?)»", marked)
    )


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({}, "json"),
        ({"type": "integer"}, "number"),
        ({"type": ["string", "null"]}, "null | string"),
        ({"enum": ["a", None]}, 'null | "a"'),
        ({"type": "string", "enum": ["a", 1]}, '"a"'),
        ({"const": 3}, "3"),
        ({"type": "array", "items": {"type": "string"}}, "array<string>"),
        ({"oneOf": [{"type": "string"}, {"type": "number"}]}, "number | string"),
        ({"type": "number", "anyOf": [{"type": "string"}, {"type": "number"}]}, "number"),
        ({"$ref": "#/definitions/tree"}, "{name?: string, children?: array<json>, ...}"),
        ({"$ref": "#/definitions/none"}, "json"),
        ({"$ref": "other.json"}, "json"),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "{...}"),
        ({"type": "object", "properties": {"a": False}}, "{a?: never, ...}"),
        (
            {"type": "object", "properties": {"a": {}}, "required": ["a"],
             "additionalProperties": False},
            "{a: json}",
        ),
        ({"allOf": [{"type": ["string", "null"]}, {"enum": ["a", "b"]}]}, '"a" | "b"'),
        (
            {"type": "object", "properties": {"a": {"type": "string"}},
             "allOf": [{"required": ["a"]}, {"properties": {"a": {}, "b": {"type": "number"}}}]},
            "{a: string, b?: number, ...}",
        ),
        (
            {"allOf": [{"properties": {"a": {}}, "additionalProperties": False},
                       {"properties": {"b": {"type": "number"}}}], "type": "object"},
            "{a?: json, b?: never}",
        ),
        ({"allOf": [{"type": "string"}, {"type": "number"}]}, "never"),
        ({"type": "objekt"}, "json"),
        ({"properties": [], "required": 3, "type": {}}, "json"),
    ],
)  # fmt: skip
def test_a_schema_has_a_type(part: dict[str, Any], expected: str) -> None:
    """Of a part that cannot be followed, or is no schema, nothing is claimed."""
    tree = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "children": {"type": "array", "items": {"$ref": "#/definitions/tree"}},
        },
    }
    whole = {"definitions": {"tree": tree}, **part}
    assert short(of_schema(whole)) == expected


ITEM = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "size": {"type": "integer"}},
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("text", "wanted", "path"),
    [
        ("1", {"type": "string"}, ()),
        ('"c"', {"enum": ["a", "b"]}, ()),
        ("{}", ITEM, ("name",)),
        ('{"name": 1}', ITEM, ("name",)),
        ('{"name": "a", "colour": "b"}', ITEM, ("colour",)),
        ('[{"nam": "a"}]', {"type": "array", "items": ITEM}, ("[]", "nam")),
        ('[{"name": "a", "size": "b"}]', {"type": "array", "items": ITEM}, ("[]", "size")),
    ],
)
def test_what_never_fits_is_told_with_its_place(
    text: str, wanted: dict[str, Any], path: tuple[str, ...]
) -> None:
    """A member that is refused is named, however deep it stands."""
    found = misfit(typed(text, ANY).type, of_schema(wanted))
    assert found is not None
    assert found.path == path


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("unknown", {"type": "string"}),
        ('unknown ? 1 : "a"', {"type": "string"}),
        ('unknown ? {"name": 1}', {"type": ["object", "null"]}),
        ('{"name": unknown}', ITEM),
        ('{"name": "a", "colour": unknown}', ITEM),
        ("[]", {"type": "array", "items": ITEM}),
        ('[unknown.{"nam": "a"}]', {"type": "array", "items": ITEM}),
    ],
)
def test_what_may_fit_is_let_pass(text: str, wanted: dict[str, Any]) -> None:
    """Only what no record can make right is a mistake: each record is judged when it comes."""
    assert misfit(typed(text, ANY).type, of_schema(wanted)) is None


def test_the_work_of_an_analysis_is_bounded() -> None:
    """Defaults within defaults double the tree; then nothing is claimed rather than computed."""
    text = " ?? ".join(f"a{number}" for number in range(14))
    found = typed(text, ANY)
    assert "undefined" in found.type.kinds
    assert found.mistakes == ()


def test_the_size_of_a_type_is_bounded() -> None:
    """Each line doubles the value; of what has become too large only the kind is known."""
    lines = [f'$a{n} := {{"l": $a{n - 1}, "r": $a{n - 1}}}' for n in range(1, 40)]
    lines += [f'$b{n} := {{"l": $b{n - 1}, "r": $b{n - 1}}}' for n in range(1, 40)]
    text = f"($a0 := x; $b0 := y; {'; '.join(lines)}; x ? $a39 : $b39)"
    found = typed(text, ANY)
    assert found.type.kinds == {"object"}
    assert found.type.size <= MOST_PARTS
    assert found.mistakes == ()
