"""Compiled expressions: what is written, names and functions in it, limits."""

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.expressions.reference import answers, interpreted, same

from syncata.checks.load import load_spec, spec_names
from syncata.document import Scalar
from syncata.expressions import ExpressionError, Scope, compile_expression, expression, values
from syncata.expressions.compiler.values import NotCovered
from syncata.expressions.expression import generated
from syncata.expressions.lower import lower
from syncata.expressions.parser import parse
from syncata.expressions.runtime import limits
from syncata.expressions.tree import Literal, Name, Variable, children, walk

NOW = datetime(2026, 1, 2, tzinfo=UTC)
SCOPE = Scope(now=NOW)


def value_of(text: str, value: Any = None, scope: Scope = SCOPE) -> Any:
    """Compile and evaluate; the expression must be covered."""
    made = compile_expression(Scalar.of(text))
    assert made.compiled
    return made.evaluate({} if value is None else value, scope)


def test_what_merge_makes_of_plain_json_is_plain_and_not_copied() -> None:
    """A record keeps its parts; what was a sequence leaves as a list, a function not at all."""
    data = {"data": [{"at": {"b": [1, None]}, "c": [{"d": 1}, {"d": 2}]}, {"at": {}}]}
    first, second = value_of('data.$merge([at, {"all": c.d, "n": nothing}])', data)
    assert (first, second) == ({"b": [1, None], "all": [1, 2]}, {})
    assert first["b"] is data["data"][0]["at"]["b"]  # type: ignore[index]
    assert type(first["all"]) is list
    assert value_of('$merge([{"a": 1}, {"a": 2, "b": 3}])') == {"a": 2, "b": 3}
    for text in ('data.$merge([at, {"f": $sum}])', 'data.$merge([at, "x"])'):
        with pytest.raises(ExpressionError):
            value_of(text, data)
    own = "($merge := function($x) {$x[0]}; data.$merge([at, 1]))"
    assert value_of(own, data) == [{"b": [1, None]}, {}]


def test_generated_code_can_be_read() -> None:
    """The source of the function says in order what the expression does."""
    assert generated(compile_expression(Scalar.of("$trim(title) & image.big"))) == (
        "def expression(root, scope):\n"
        "    if scope.hides and not scope.hides.isdisjoint(BUILT_IN): return hiding(root, scope)\n"
        "    if type(root) is dict: read1 = read4 = root\n"
        "    else: read1, read4 = Reader([root], walk), Reader([root], walk_on)\n"
        "    t2 = read1['title'] if 'title' in read1 else UNDEFINED\n"
        "    t3 = d_trim(t2) if type(t2) is str else UNDEFINED if t2 is UNDEFINED"
        " else f_trim.call((t2, ), root)\n"
        "    t5 = read4['image'] if 'image' in read4 else UNDEFINED\n"
        "    t6 = (t5['big'] if 'big' in t5 else UNDEFINED) if type(t5) is dict"
        " else walk(t5, ('big',))\n"
        "    t7 = (t3 if type(t3) is str else concatenated(t3))"
        " + (t6 if type(t6) is str else concatenated(t6))\n"
        "    return t7\n"
    )


@pytest.mark.parametrize("name", spec_names())
def test_packaged_specs_are_compiled(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every expression of every packaged spec runs as Python code."""
    seen = []

    def compiled(tree: Any) -> Any:
        seen.append(tree)
        return original(tree)

    original = expression._compiled
    monkeypatch.setattr(expression, "_compiled", compiled)
    expression._understood.cache_clear()
    load_spec(name)
    assert seen
    assert all(original(tree) is not None for tree in seen)


def test_what_is_nested_too_deeply_is_interpreted() -> None:
    """An expression that the compiler has no code for yields its value all the same."""
    text = "a ? " * 70 + "1" + " : 2" * 70
    made = compile_expression(Scalar.of(text))
    assert not made.compiled
    with pytest.raises(NotCovered):
        generated(made)
    assert made.evaluate({"a": True}, SCOPE) == 1
    assert made.evaluate({}, SCOPE) == 2


EVEN_AND_ODD = """(
  $even := function($n) { $n = 0 ? true : $odd($n - 1) };
  $odd := function($n) { $n = 0 ? false : $even($n - 1) };
  $odd(9999)
)"""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("($x := 1; $y := $string($x); $x := 2; $y & $string($x))", "12"),
        ("($x := 1; ($x := 2); $x)", 1),
        ("($x := 1; ($y := $x; $x := 2; [$y, $x]))", [1, 2]),
        ("($f := function() { $x }; $x := 5; $f())", 5),
        ("(a ? ($x := 1); $x)", None),
        ("(a and ($x := 3; true); $exists($x))", False),
        ("(a ? $x := 1 : $x := 2; $x)", 1),
        ("($exists($x) ? 1 : $x := 2; $x)", 2),
        ("[1..3].($v := $; function() { $v }) ~> $map(function($f) { $f() })", [1, 2, 3]),
        (EVEN_AND_ODD, True),
        ("function($x, $y) { $exists($y) }(1)", False),
        ("($x := 1; function($x) { ($x := $x + 1; $x) }(5) + $x)", 7),
        ("items@$i.($i.tags)@$t[$t = $i.best].{'of': $i.name, 'is': $t}", {"of": "n", "is": "q"}),
        ("items.tags.%.name", ["n", "n"]),
        ("$map(['b', 'a'], $uppercase)", ["B", "A"]),
        ("$reduce([1, 2, 3], function($a, $b, $i) { $a + $b * $i })", 9),
        ("('a' ~> $uppercase ~> $length) + 1", 2),
        ("($first := $substring(?, 0, 1); $first('xyz'))", "x"),
        ("items ~> |tags|{}| ~> $count", 1),
        ("items[0] ~> |$|{'name': 'm'}, ['tags', 'best']|", {"name": "m"}),
    ],
)  # fmt: skip
def test_names_and_functions(text: str, value: Any) -> None:
    """Names live in the block, function or path that binds them, also in functions made there."""
    record = {"a": True, "items": [{"name": "n", "best": "q", "tags": ["p", "q"]}]}
    found = value_of(f"[{text}]" if value is None else text, record)
    assert found == ([] if value is None else value)


def test_a_scope_may_hide_built_in_functions() -> None:
    """A name of the scope comes before the built-in function of that name, for each scope anew."""
    made = compile_expression(Scalar.of("$exists($sum) ? $sum([1, 2])"))
    assert made.evaluate({}, SCOPE) == 3
    assert made.evaluate({}, Scope(functions={"sum": lambda _: "mine"}, now=NOW)) == "mine"
    assert value_of("$keys[0]", {}, SCOPE.child({"keys": ["k", "l"]})) == "k"
    with pytest.raises(ExpressionError) as raised:
        made.evaluate({}, SCOPE.child({"sum": 5}))
    assert (raised.value.code, raised.value.position.column) == ("T1006", 17)
    assert made.evaluate({}, SCOPE) == 3


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("$map(a, function($v) { 1 & ($v + 'x') })", "T2002", 32),
        ("a[$ > 'x']", "T2009", 5),
        ("a^($ = 1 ? 'x' : $)", "T2007", 2),
        ("{'c': 2, $string(a[0]): 3, '1': 4}", "D1009", 1),
        ("foo(1)", "T1006", 1),
        ("string(1)", "T1005", 1),
        ("string(?, 1)", "T1007", 1),
        ("b ~> 5", "T2006", 3),
        ("b ~> |$|5|", "T2011", 9),
        ("b ~> |$|{}, 5|", "T2012", 13),
        ("($clone := 5; b ~> |$|{}|)", "T2013", 20),
        ("-'x'", "D1002", 1),
        ("[1..'x']", "T2004", 3),
        ("function($x)<n>{ $x }('a')", "T0410", 9),
        ("$lowercase(b)", "T0410", 1),
        ("a.$lowercase()", "T0411", 3),
        ("$sum(['x'])", "T0412", 1),
        ("$reduce(a, function($x) { $x })", "D3050", 1),
        ("$single(a)", "D3138", 1),
        ("$match('a', /x?/)", "D1004", 1),
        ("$replace('a', '', 'x')", "D3010", 1),
    ],
)
def test_errors_name_the_node_at_fault(text: str, code: str, column: int) -> None:
    """An error has the reference's code and stands where the node at fault stands."""
    with pytest.raises(ExpressionError) as raised:
        value_of(text, {"a": [1, 2], "b": {"c": 1}})
    assert (raised.value.code, raised.value.position.column) == (code, column)


DOUBLING = "($f := function($s, $n) { $n = 0 ? $s : $f(%s, $n - 1) }; $f(%s, 60))"
ENDLESS = [
    ("($f := function() { $f() }; $f())", "D1012"),
    ("($f := function($n) { 1 + $f($n + 1) }; $f(0))", "D1011"),
    ("($f := function() { [$f()] }; $f())", "D1011"),
    ("($f := function($n) { $n < 2 ? $n : $f($n - 1) + $f($n - 2) }; $f(40))", "D1012"),
    ("[1..1e7].[1..1e7]", "SYN222"),
    ("[1..300].($x := $; [1..300].($y := $; [1..300].($x * $y * $)))", "D1012"),
    ("a@$x.a@$y.a@$z.(1)", "D1012"),
    (DOUBLING % ("$s & $s", "'xxxx'"), "SYN222"),
    (DOUBLING % ("$append($s, $s)", "[1]"), "SYN222"),
    (DOUBLING % ("[[$s], [$s]]", "1"), "SYN222"),
    ("$join([1..1e6].('xxxxxxxxxxxxxxxxxxxxxxxxxx'), 'yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy')", "SYN222"),
    ("$pad('x', -2e9)", "SYN222"),
]


@pytest.mark.parametrize(("text", "code"), ENDLESS)
def test_nothing_runs_for_ever(text: str, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Endless and exploding expressions are refused; limits a hundredth of the real ones show it
    as well and sooner."""
    for name in ("MAX_CALLS", "MAX_ITEMS", "MAX_STEPS"):
        monkeypatch.setattr(limits, name, getattr(limits, name) // 100)
    monkeypatch.setattr(values, "LARGEST_RESULT", values.LARGEST_RESULT // 100)
    with pytest.raises(ExpressionError) as raised:
        value_of(text, {"a": list(range(500))})
    assert raised.value.code == code


def test_deep_records_do_no_harm() -> None:
    """`**` and comparisons take a record that is nested thousands of levels deep."""
    deep: Any = 1
    for _ in range(3000):
        deep = {"a": deep}
    assert value_of("$count(**)", deep) == 3001


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("big", 9_007_199_254_740_993),
        ("[big, float]", [9_007_199_254_740_993, 1.5]),
        ("$string(big)", "9007199254740993"),
        ("big + 0", 9_007_199_254_740_992),
        ("big * 1", 9_007_199_254_740_992),
        ("0.1 + 0.2", 0.1 + 0.2),
        ("6 / 4", 1.5),
        ("6 / 3", 2),
        ("-5 % 3", -2),
        ("1e200 * 10", 9.999999999999999e200),
        ("-0", 0),
        ("$string(-0)", "0"),
        ("$round(2.5) & $round(3.5) & $round(-2.5) & $round(1.005, 2) & $round(1250, -2)",
         "24-211200"),
        ("$string([1e21, 1e-7, 1e20, 123456789.125, 1.5e300])",
         "[1e+21,1e-7,100000000000000000000,123456789.125,1.5e+300]"),
        ("1 = 1.0 and big != 9007199254740992", True),
        ("true in [1, 'true']", False),
        ("$distinct([1, true, 1.0, {'a': 1}, {'a': 1.0}])", [1, True, {"a": 1}]),
    ],
)  # fmt: skip
def test_numbers(text: str, value: Any) -> None:
    """Integers pass unchanged; arithmetic is that of doubles; integral results are integers."""
    found = value_of(text, {"big": 9_007_199_254_740_993, "float": 1.5})
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'😀' < '\uffff'", True),
        ("$sort(['\uffff', '😀', 'a'])", ["a", "😀", "\uffff"]),
        ("['\uffff', '😀'].{'t': $}^(>t).t", ["\uffff", "😀"]),
        ("$length('a😀') & $substring('a😀b', 1, 1)", "2😀"),
        ("$match('😀b', /b/).index", 2),
        ("$split('a😀b', /😀/)", ["a", "b"]),
        ("$replace('a😀b', /b/, '[$0]')", "a😀[b]"),
        ("$contains('٣', /\\d/)", False),
        ("$contains('é', /\\w/)", False),
        ("$contains('a\n', /a$/)", False),
        ("$contains('a\nb', /^b/m)", True),
        ("$replace('2026-05', /(?<y>\\d+)-(\\d+)/, '$2/$1')", "05/2026"),
        ("$contains('a\u2028b', /a.b/)", False),
        ("$trim(' a\t\n b ')", "a b"),
        ("$formatNumber(-1234.5, '#,##0.00;(#,##0.00)')", "(1,234.50)"),
        ("$toMillis('2026-05')", 1_777_593_600_000),
    ],
)
def test_texts(text: str, value: Any) -> None:
    """Texts are ordered and matched as the reference does it."""
    assert value_of(text) == value


def test_spans() -> None:
    """Every name, literal and variable of the suite knows its part of the source, and every node
    stands inside the one above it."""
    for case in answers("jsonata-suite.json")["cases"]:
        text = case["expr"]
        try:
            root = lower(parse(text))
        except Exception:  # noqa: BLE001  what is no expression has no spans
            continue
        for node in walk(root):
            part = text[slice(*node.span)]
            if isinstance(node, Variable) and node.name != "exists":
                assert part == f"${node.name}", text
            elif isinstance(node, Name):
                assert part.strip("`\"'").replace("\\", "") in {node.name, ""} or "\\" in part, text
            elif isinstance(node, Literal) and isinstance(node.value, int):
                assert part, text
            for child in children(node):
                inside = node.span[0] <= child.span[0] <= child.span[1] <= node.span[1]
                assert inside or child.span[0] == child.span[1], (text, part)


def test_threads_share_compiled_expressions() -> None:
    """One expression evaluated in several threads at once mixes nothing up."""
    made = compile_expression(
        Scalar.of("($x := id; $map([1..20], function($v) { $x * $v + $$.id }))")
    )
    wrong: list[int] = []

    def work(number: int) -> None:
        wanted = [number * v + number for v in range(1, 21)]
        found = [made.evaluate({"id": number}, SCOPE) for _ in range(50)]
        wrong.extend(number for value in found if value != wanted)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_dicts_of_other_types_are_objects_too() -> None:
    """A record whose objects are a subclass of dict is read like any other."""

    class Special(dict[str, Any]):
        """An object."""

    record = {"a": Special({"b": Special({"c": 1})}), "l": [Special({"x": 2})]}
    assert value_of("[a.b.c, l.x, l[x = 2].x, a.*.c]", record) == [1, 2, 2, 1]
    assert value_of("a.b.c", Special(record)) == 1


def test_the_interpreter_agrees_on_ordinary_mappings() -> None:
    """Both ways yield the same for expressions as mappings have them."""
    record = {"title": " A  b ", "n": None, "tags": ["x", "", "x"], "who": {"first": "F"}, "h": 90}
    for text in (
        "$trim(title) & who.first",
        "$distinct(tags[$ != ''])",
        "h ? $round(h / 60)",
        "{'t': title, 'n': n, 'none': nope, 'l': [tags]}",
        "$lookup({'90': 'x'}, $string(h))",
        "tags.{'name': $}",
        "who.(first ? first : last)",
    ):
        made = compile_expression(Scalar.of(text))
        assert same(made.evaluate(record, SCOPE), interpreted(made, record, SCOPE)), text
