"""The parts of an expression: cut out where they stand, evaluated as within the whole."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from syncata.checks import load_spec
from syncata.cli.init import sample
from syncata.document import Scalar, folder
from syncata.expressions import ExpressionError, Scope, compile_expression
from syncata.expressions.parts import Part, parts
from syncata.inspection import Step, trace

SPECS = ("edflex-360learning", "stripe-airtable", "starter")
NOW = datetime(2026, 3, 14, tzinfo=UTC)
RECORD = {"a": 1, "b": {"c": "x"}, "list": [{"n": 1}, {"n": 2}], "text": "a)b"}


def _scope(**names: Any) -> Scope:
    functions = {"ref": lambda *_: "1", "has": lambda *_: True, "find": lambda *_: {"_id": "u"}}
    return Scope(names, functions, now=NOW)


def _texts(text: str) -> list[str]:
    found: list[str] = []

    def visit(part: Part | None) -> None:
        if part is not None:
            found.append(text[part.start : part.end])
            for child in part.children:
                visit(child)

    visit(parts(text))
    return found


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("a + b.c", ["a + b.c", "a", "b.c"]),
        ("$sum(list.n) * (a)", ["$sum(list.n) * (a)", "$sum(list.n)", "list.n", "(a)", "a"]),
        ("list[n = 1].n & b . c", ["list[n = 1].n & b . c", "list[n = 1].n", "b . c"]),
        ("a[] & b[ ]", ["a[] & b[ ]", "a[]", "b[ ]"]),
        ("missing ?? a", ["missing ?? a", "missing", "a"]),
        ('{"k": a, "l": [b]}', ['{"k": a, "l": [b]}', "a", "[b]", "b"]),
        ('$replace(text, /\\)/, ")") & a', [
            '$replace(text, /\\)/, ")") & a', '$replace(text, /\\)/, ")")', "text", "a",
        ]),
        ("$map(list, function($v){$v.n}) ~> $sum", [
            "$map(list, function($v){$v.n}) ~> $sum", "$map(list, function($v){$v.n})", "list",
        ]),
        ("-a /* ( */ + 1.5", ["-a /* ( */ + 1.5", "-a", "a"]),
        ("list[[0..1]].n", ["list[[0..1]].n"]),
        ("1", []),
    ],
)  # fmt: skip
def test_parts_are_cut_where_they_begin_and_end(text: str, cut: list[str]) -> None:
    """Brackets, quotes, comments and regular expressions do not mislead; literals are no part."""
    assert _texts(text) == cut


def _steps(text: str, **names: Any) -> list[Step]:
    return trace(Scalar.of(text), RECORD, _scope(**names))


def test_each_step_has_the_value_it_has_within_the_whole() -> None:
    """Variables are known where they were bound, and only the branch taken is evaluated."""
    steps = _steps('($x := a + 1; $f := function($n){$n * $x}; $x > 1 ? $f(a) : $error("no"))')
    assert [(s.text, s.name, s.value) for s in steps[1:]] == [
        ("a + 1", "$x", 2),
        ("a", "", 1),
        ('$x > 1 ? $f(a) : $error("no")', "", 2),
        ("$x > 1", "", True),
        ("$f(a)", "", 2),
        ("a", "", 1),
    ]
    assert steps[0].value == 2


def test_a_step_that_fails_says_why_and_the_others_have_values() -> None:
    """The error of a part stands where the part stands."""
    steps = {step.text: step for step in _steps("$number(b.c) + a")}
    assert steps["b.c"].value == "x"
    assert steps["a"].value == 1
    assert "is not a number" in steps["$number(b.c)"].problem
    assert steps["a"].position.column == len("$number(b.c) + ") + 1


def _expressions() -> list[Any]:
    found = []
    for name in SPECS:
        spec = load_spec(name)
        for sync in spec.syncs.values():
            stream = spec.source.streams.get(sync.stream or "")
            schema = folder("schemas").joinpath(stream.schema) if stream and stream.schema else None
            record = sample(json.loads(schema.read_text("utf-8"))) if schema else {}
            texts = {**sync.map, "key": sync.key, "where": sync.where, "live": sync.live}
            found += [
                pytest.param(text, record, id=f"{name}-{sync.name}-{field}")
                for field, text in texts.items()
                if text is not None
            ]
    return found


def _outcome(text: Scalar, record: Any, scope: Scope) -> Any:
    try:
        return compile_expression(text).evaluate(record, scope)
    except ExpressionError as error:
        return f"{error.code}: {error.message}"


@pytest.mark.parametrize(("text", "record"), _expressions())
def test_every_packaged_expression_is_traced_to_its_value(text: Scalar, record: Any) -> None:
    """The first step is the whole; every part stands in the text; positions are the spec's own."""
    scope = _scope(settings={}, lookups={}, author={"_id": "1", "lang": "fr"}, languages=["en"])
    steps = trace(text, record, scope)
    if not steps:
        assert parts(text.text) is None
        return
    assert (steps[0].problem or steps[0].value) == _outcome(text, record, scope)
    for step in steps:
        assert step.text in " ".join(text.text.split())
        assert step.position.file == text.position.file
        assert step.position.line >= text.position.line
