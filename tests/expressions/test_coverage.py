"""Coverage: which values, ways and entries of an expression an evaluation comes to."""

from datetime import UTC, datetime
from typing import Any

import pytest

from syncata.document import Scalar
from syncata.expressions import Scope, compile_expression
from syncata.expressions.coverage import Probe, table_of

TABLES = {"levels": '{"1": "easy", "2": "hard"}', "words": '["on", "soon"]'}
VALUES = {"levels": {"1": "easy", "2": "hard"}, "words": ["on", "soon"]}


def missing(text: str, *records: Any, condition: bool = False) -> list[tuple[int, str]]:
    """(column, what) of everything that these records do not come to."""
    found = {name: table_of(Scalar.of(source)) for name, source in TABLES.items()}
    tables = {name: table for name, table in found.items() if table is not None}
    probe = Probe(Scalar.of(text), tables, condition=condition)
    scope = Scope(VALUES, now=datetime(2026, 1, 1, tzinfo=UTC))
    for record in records:
        probe.watch(record, scope)
    parts = [*probe.parts, *(p for t in tables.values() if t.used for p in t.entries.values())]
    return [(part.position.column, part.what) for part in parts if not part.reached]


CASES: list[tuple[str, list[Any], list[tuple[int, str]]]] = [
    ("title", [{}], [(1, "a value")]),
    ("title", [{"title": "A"}], []),
    ("a ? b : c", [{"a": 1, "b": 2}], [(9, "the branch for false")]),
    ("a ? b : c", [{"a": 1, "b": 2}, {"c": 3}], []),
    ("a ? b", [{"a": 1, "b": 2}], [(3, "the branch for false")]),
    ("a ? b", [{"a": 1, "b": 2}, {"a": 0}], []),
    ("a ?? b", [{"a": 1}], [(6, "the right side")]),
    ("a ?? b", [{"b": 1}], [(1, "the left side")]),
    ("a and b", [{"a": 1, "b": 1}], [(1, "the left side of `and` being false")]),
    ("a and b", [{}], [(7, "the right side of `and`")]),
    ("a or b", [{}], [(1, "the left side of `or` being true")]),
    ("a or b", [{"a": 1}], [(6, "the right side of `or`")]),
    ("a in ['x', 'y']", [{"a": "x"}], [(12, 'the entry "y"')]),
    ("a in $words", [{"a": "on"}], [(8, 'the entry "soon"')]),
    ("$lookup($levels, a)", [{"a": "2"}], [(2, 'the entry "1"')]),
    ("$lookup({'k': 1}, a) ?? 0", [{}], [(8, "the left side"), (10, 'the entry "k"')]),
    ("list.($ > 1 ? 'many' : 'one')", [{"list": [1, 2]}], []),
    ("$map(list, function($i) { $i ? 1 : 2 })", [{"list": [1]}], [(36, "the branch for false")]),
    ("($f := function($n) { $n > 1 ? $f($n - 1) : 'end' }; $f(a))", [{"a": 3}], []),
    ("(a ? b : c) ?? d", [{"a": 1, "b": 2}, {"c": 1}, {}], []),
]


@pytest.mark.parametrize(("text", "records", "expected"), CASES, ids=lambda v: str(v)[:40])
def test_what_is_not_reached_is_told_with_its_place(
    text: str, records: list[Any], expected: list[tuple[int, str]]
) -> None:
    """Adding a case is adding a row."""
    assert missing(text, *records) == expected


def test_a_condition_must_come_out_both_ways() -> None:
    """One that is never false decides nothing; a constant cannot be."""
    assert missing("a = 1", {"a": 1}, condition=True) == [(1, "the result false")]
    assert missing("a = 1", {"a": 1}, {"a": 2}, condition=True) == []
    assert missing("true", {}, condition=True) == []


def test_watching_neither_raises_nor_counts_values_without_a_counterpart() -> None:
    """The evaluation proper tells what is wrong, and its counts stay what they are."""
    counted: list[Any] = []
    note = lambda label, value: counted.append((label, value))  # noqa: E731
    scope = Scope({}, now=datetime(2026, 1, 1, tzinfo=UTC), note=note)
    text = '$unmapped("level", level); $number("x")'
    Probe(Scalar.of(f"({text})"), {}).watch({"level": 3}, scope)
    assert counted == []
    compile_expression(Scalar.of('$unmapped("level", level)')).evaluate({"level": 3}, scope)
    assert counted == [("level", 3)]
