"""Evaluation: values in and out, scopes, defects of the interpreter that must not show."""

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from syncata.document import Scalar
from syncata.errors import Position
from syncata.expressions import UNDEFINED, Expression, ExpressionError, Scope, compile_expression
from syncata.expressions.interpreter import interpreter
from syncata.expressions.values import outward

NOW = datetime(2026, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC)
SCOPE = Scope({"settings": {"a": 1, "n": None, "list": [{"x": 1}]}, "none": None}, now=NOW)


def value_of(text: str, value: Any = None, scope: Scope = SCOPE) -> Any:
    """Compile and evaluate."""
    return compile_expression(Scalar.of(text)).evaluate({} if value is None else value, scope)


def code_of(text: str, value: Any = None) -> tuple[str, int]:
    """Code and column of the error an expression ends with."""
    with pytest.raises(ExpressionError) as raised:
        value_of(text, value)
    return raised.value.code, raised.value.position.column


def interpreted(expression: Expression, value: Any) -> Any:
    """The value as the interpreter has it."""
    return outward(interpreter().run(expression._tree, value, SCOPE.frame))


def test_undefined_is_not_null() -> None:
    """Nothing yields UNDEFINED, JSON null yields None, nested as well."""
    assert value_of("a") is UNDEFINED
    assert value_of("a", {"a": None}) is None
    assert value_of('{"x": a, "y": b}', {"a": None}) == {"x": None}
    assert value_of("[a, b]", {"a": None}) == [None]
    assert value_of("$", None, SCOPE) == {}
    assert compile_expression(Scalar.of("$")).evaluate(None, SCOPE) is None
    assert compile_expression(Scalar.of("$exists($)")).evaluate(UNDEFINED, SCOPE) is False
    assert not UNDEFINED
    assert repr(UNDEFINED) == "undefined"
    assert copy.deepcopy(UNDEFINED) is UNDEFINED


def test_null_in_lists_counts() -> None:
    """Null in a list of the record is an item like any other."""
    assert value_of("$count(a)", {"a": [None, 1]}) == 2
    assert value_of("a[$ = null]", {"a": [None, 1]}) is None
    assert value_of("$map(a, $string)", {"a": [None, 1]}) == ["null", "1"]


def test_results_are_plain_and_the_record_is_left_alone() -> None:
    """Results are lists and dicts of Python; grouping an empty list writes nothing into it."""
    record: dict[str, Any] = {"items": [], "tags": ["x", "y"]}
    assert value_of("items{id: x}", record) == {}
    assert record["items"] == []
    result = value_of("tags[$ != 'z']", record)
    assert type(result) is list
    assert type(value_of("[1..3]")) is list
    assert value_of("[1..3]") == [1, 2, 3]


SHORT = [
    "1",
    "'x'",
    "true",
    "null",
    "-5",
    "$",
    "$$",
    "a",
    "a.b",
    "a.b.c",
    "$.a",
    "$$.a.b",
    '"a"."b"',
    "`a`",
    "$settings",
    "$settings.a",
    "$settings.n",
    "$settings.n.x",
    "$settings.list",
    "$none",
    "$settings.list.x",
    "$nothing",
    "$nothing.a",
    "$none.a",
    "a[]",
    "a.b[]",
    "$settings.list[0]",
]
RECORDS: list[Any] = [
    {},
    {"a": 1},
    {"a": None},
    {"a": {"b": 2}},
    {"a": {"b": None}},
    {"a": {"b": []}},
    {"a": {"b": [None, 1]}},
    {"a": [{"b": 1}, {"b": [2, 3]}]},
    {"a": [{"b": 1}]},
    [{"a": 1}],
    [],
    None,
    UNDEFINED,
    "x",
    5,
    {"a": {"b": {"c": [[1]]}}},
    {"a": []},
    {"a": {"b": {"c": False}}},
]


@pytest.mark.parametrize("text", SHORT)
def test_plain_expressions_equal_the_interpreter(text: str) -> None:
    """A constant, path or variable yields what the interpreter yields, for every kind of record."""
    expression = compile_expression(Scalar.of(text))
    for record in RECORDS:
        found, wanted = expression.evaluate(record, SCOPE), interpreted(expression, record)
        assert (found, type(found)) == (wanted, type(wanted)), record


def test_evaluations_share_nothing() -> None:
    """A name bound at the top of an expression is gone at the next evaluation."""
    counter = compile_expression(Scalar.of("$x := $exists($x) ? $x + 1 : 1"))
    assert [counter.evaluate({}, SCOPE) for _ in range(3)] == [1, 1, 1]


def test_scope_children_hide_and_unbind() -> None:
    """A child adds names, hides equal ones, and UNDEFINED unbinds one."""
    child = SCOPE.child({"key": "k", "settings": UNDEFINED})
    assert value_of("$key", {}, child) == "k"
    assert value_of("$settings", {}, child) is UNDEFINED
    assert value_of("$exists($settings)", {}, child) is False
    assert value_of("$settings.a") == 1


def test_time_is_the_runs() -> None:
    """`$now` and `$millis` yield the scope's instant, in milliseconds."""
    assert value_of("$now()") == "2026-01-02T03:04:05.678Z"
    assert value_of("$millis()") == 1_767_323_045_678
    assert value_of("$now('[Y]')") == "2026"


def test_host_functions() -> None:
    """Host functions get and yield plain values; what they raise comes out unchanged."""
    seen: list[Any] = []
    missing = KeyError("not there yet")

    def ref(sync: Any, key: Any = UNDEFINED) -> Any:
        seen.append((sync, key))
        if key == "raise":
            raise missing
        return {"id": None} if key == "null" else UNDEFINED

    scope = Scope(functions={"ref": ref}, now=NOW)
    assert value_of("$ref('s', a)", {}, scope) is UNDEFINED
    assert value_of("$ref('s', a)", {"a": None}, scope) is UNDEFINED
    assert value_of("$ref('s', 'null').id", {}, scope) is None
    assert seen[:2] == [("s", UNDEFINED), ("s", None)]
    for text in ("$ref('s', 'raise')", "true and $ref('s', 'raise')", "['raise'].$ref('s', $)"):
        with pytest.raises(KeyError) as raised:
            value_of(text, {}, scope)
        assert raised.value is missing


def test_host_function_may_evaluate() -> None:
    """An expression evaluated inside a host function does not disturb the outer one."""
    inner = compile_expression(Scalar.of("$$.x & 'inner'"))
    scope = Scope(functions={"has": lambda: inner.evaluate({"x": "i-"}, SCOPE)}, now=NOW)
    text = "$map([1, 2], function($i) { $has() & $$.x & $i })"
    assert value_of(text, {"x": "o"}, scope) == ["i-innero1", "i-innero2"]


def test_unmapped_notes_and_yields_nothing() -> None:
    """`$unmapped` tells the scope, but for undefined and null."""
    notes: list[tuple[str, Any]] = []
    scope = Scope(now=NOW, note=lambda label, value: notes.append((label, value)))
    text = "$lookup({'1': 'x'}, $string(level)) ?? $unmapped('level', level)"
    for record in ({"level": 1}, {"level": 7}, {"level": None}, {}):
        value_of(text, record, scope)
    assert notes == [("level", 7)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a[-1] ?? 0", 3),
        ("nope ?? -1", -1),
        ("nope ?: -5", -5),
        ("(a)[-1] ?: 0", 3),
        ("'id-' & 5890840712243076", "id-5890840712243076"),
        ("5.5 % 2", 1.5),
        ("1 in [true]", False),
        ("9007199254740993 = 9007199254740992", False),
        ('$string({"x": "é"})', '{"x":"é"}'),
        ("$number('0x1f')", 31),
        ("$string(0.1 + 0.2)", "0.3"),
        ("$sort([3, 1, 2], function($l, $r) { $l > $r })", [1, 2, 3]),
        ("$string(1e21)", "1e+21"),
        ("$replace('68F', /(\\d+)F/, function($m) { $m.groups[0] })", "68"),
        ("$duration(?, 'minutes')('PT1H')", 60),
        ("$string(1e-7)", "1e-7"),
        ("$map(['a'], $uppercase)", "A"),
        ("$string(0.00001)", "0.00001"),
    ],
)
def test_defects_do_not_show(text: str, value: Any) -> None:
    """What the interpreter alone gets wrong is right."""
    if text.startswith("9007"):
        record = {"x": 9007199254740993, "y": 9007199254740992}
        assert value_of("x = y", record) is value
    else:
        assert value_of(text, {"a": [1, 2, 3]}) == value


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("a +", "S0207", 4),
        ("a b", "S0201", 3),
        ('x & "abc', "S0101", 5),
        ("a.(b", "S0203", 5),
        ("'a\\q'", "S0103", 3),
        ("a /* x", "S0106", 3),
        ("a ! b", "S0204", 3),
        ("", "S0207", 1),
        ("x ~> /(?</", "S0302", 6),
        ("'' & /*/", "S0106", 6),
        ("$f(/*c*/ `x", "S0105", 10),
        ("a & $eval('1')", "SYN220", 5),
        ("a + $__x", "SYN220", 5),
        ("f($__evaluate := 1)", "SYN220", 3),
        ("(" * 200 + "1" + ")" * 200, "SYN222", 101),
        ("1" + "+1" * 9000, "SYN222", 1),
        ("1" * 20_001, "SYN222", 1),
        ("(" * 9 + "a" + " ?? b)" * 9, "SYN222", 60),
    ],
)
def test_refused_at_the_exact_character(text: str, code: str, column: int) -> None:
    """Texts that are no expression, or not an allowed one, are refused where they go wrong."""
    with pytest.raises(ExpressionError) as raised:
        compile_expression(Scalar.of(text))
    assert (raised.value.code, raised.value.position.column) == (code, column)


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("b + 1 / 0", "D1001", 3),
        ("b & 1 / 0", "D3001", 3),
        ("1 / 0", "D1001", 3),
        ("1 + a", "T2002", 3),
        ("b & $number(a)", "D3030", 5),
        ("b & $nope(1)", "T1006", 5),
        ("[1, $uppercase(1)]", "T0410", 5),
        ("$now", "SYN223", 1),
        ("b.$duration(1)", "T0410", 3),
        ("{'x': $sum}", "SYN223", 7),
        ("$pad('x', 1e9)", "SYN222", 1),
        ("($f := function($n) { 1 + $f($n) }; $f(1))", "D1011", None),
        ("($f := 5; $f())", "T1006", 11),
        ("$toMillis('nope')", "D3110", 1),
        ("$error('stop')", "D3137", 1),
        ("[1..1e9]", "D2014", 3),
        ("$sort([{}, {}])", "D3070", 1),
        ("a < null", "T2010", 3),
        ("{b: 1}", "T1003", 1),
    ],
)
def test_run_time_errors_have_code_and_place(text: str, code: str, column: int | None) -> None:
    """Whatever the interpreter raises becomes an ExpressionError at the node at fault."""
    found = code_of(text, {"a": "x", "b": 7})
    assert found[0] == code
    assert column is None or found[1] == column


def test_messages_are_readable(capsys: pytest.CaptureFixture[str]) -> None:
    """No repr of Python in a message, nothing on stdout."""
    for text in (
        "$number('x')",
        "$nope()",
        "$uppercase({})",
        "$sort([{},{}])",
        "a < {}",
        "$x[1](2)",
    ):
        with pytest.raises(ExpressionError) as raised:
            value_of(text, {"a": 1}, Scope({"x": [1, 2]}, now=NOW))
        for ugly in ("Error", "Object", "<class", "NoneType", "NULL", "jsonata"):
            assert ugly not in raised.value.message
    assert capsys.readouterr().out == ""


def test_positions_are_the_scalars() -> None:
    """An error stands where the scalar stands."""
    with pytest.raises(ExpressionError) as raised:
        compile_expression(Scalar.of("a b", Position("x.yaml", 7, 11)))
    assert raised.value.position == Position("x.yaml", 7, 13)
