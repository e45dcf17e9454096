"""Expressions in their usual form."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncata.checks.places import texts
from syncata.checks.schema_files import packaged
from syncata.document import load_file
from syncata.expressions import print_expression, print_template, same_expression
from syncata.expressions.syntax import note
from syncata.spec.node import Node

ROOT = Path(__file__).parents[2]
SUITE = ROOT.parent / "shared" / "conformance" / "jsonata-suite.json"

CASES = [
    # operators
    ("a+b * -c", 40, "a + b * -c"),
    ("a&b&c", 5, "a\n  & b\n  & c"),
    ("a=b and c!=d or e in f", 12, "a = b\n  and c != d\n  or e in f"),
    ("a ~> $f~>$g", 40, "a ~> $f ~> $g"),
    ("a??b?:c", 40, "a ?? b ?: c"),
    # paths, filters, sorting, grouping, names
    ("a . b [ c=1 ] [0] . *.**", 40, "a.b[c = 1][0].*.**"),
    ("a.b^( >c,<d ).e.%.f@$l#$i", 60, "a.b^(>c, <d).e.%.f@$l#$i"),
    ("`a b`.and.or{ k : $sum( v ) }", 40, "`a b`.and.or{k: $sum(v)}"),
    ("a[ ]", 40, "a[]"),
    ("[ 1 .. 9 ]", 40, "[1..9]"),
    ("long_name.other_name.third_name", 20, "long_name\n  .other_name\n  .third_name"),
    ("a.b.{'x':long_name,'y':1}", 16, "a.b.{\n  'x': long_name,\n  'y': 1\n}"),
    # conditions
    ("a?b:c", 40, "a ? b : c"),
    ("long_test?first:other", 15, "long_test\n  ? first\n  : other"),
    ("a=1?x:a=2?y:z", 14, "a = 1 ? x\n  : a = 2 ? y\n  : z"),
    ("$e(a)?a:(\n$b();c)", 40, "$e(a) ? a : (\n  $b();\n  c\n)"),
    # blocks stay on one line if they are written on one, and fit
    ("( $x:=1;$x+1 )", 40, "($x := 1; $x + 1)"),
    ("( $x:=1;$x+1 )", 10, "(\n  $x := 1;\n  $x + 1\n)"),
    ("($x:=1;\n\n\n$x;)", 40, "(\n  $x := 1;\n\n  $x;\n)"),
    ("()", 40, "()"),
    # functions
    ("$f( a,? )", 40, "$f(a, ?)"),
    ("function( $a,$b )<nn:n>{ $a+$b }", 40, "function($a, $b)<nn:n> {$a + $b}"),
    ("$map(a,function($v){$v.price})", 24, "$map(a, function($v) {\n  $v.price\n})"),
    ("|a|{'b':1},['c']|", 40, "|a|{'b': 1}, ['c']|"),
    # data keeps its rows
    ('["aa","bb",\n"cc"]', 14, '[\n  "aa", "bb",\n  "cc"\n]'),
    ('["aa","bb",\n"cc"]', 40, '["aa", "bb", "cc"]'),
    ("[name, other]", 10, "[\n  name,\n  other\n]"),
    # texts, numbers and patterns stay as they are written
    ("\"a\\u00e9\" & 'b' & 1.50e3", 40, "\"a\\u00e9\" & 'b' & 1.50e3"),
    ("$match( x,/a\\/b+ /i )", 40, "$match(x, /a\\/b+ /i)"),
    # what holds a comment, several lines in a text, or no expression comes back as it was
    ("a+b /* c */", 40, "a+b /* c */"),
    ('a&"x\ny"', 40, 'a&"x\ny"'),
    ("a+(", 40, "a+("),
]


@pytest.mark.parametrize(("text", "width", "usual"), CASES)
def test_each_construct_has_its_usual_form(text: str, width: int, usual: str) -> None:
    """Spaces, breaks and indentation are those of the table; once more changes nothing."""
    assert print_expression(text, width) == usual
    assert print_expression(usual, width) == usual


def test_on_one_line_nothing_is_broken() -> None:
    """For texts that hold expressions in braces."""
    assert print_expression("($x:=1;\n$x)", None) == "($x := 1; $x)"


@pytest.mark.parametrize(
    ("text", "usual"),
    [
        ("/a/{ $key }/b", "/a/{$key}/b"),
        ("{{x}} { {'a':1} }", "{{x}} { {'a': 1}}"),
        ("{$join( $keys,',' )}", "{$join($keys, ',')}"),
        ("a+b", "a+b"),
    ],
)
def test_a_template_changes_inside_its_braces_only(text: str, usual: str) -> None:
    """What is literal stays, and no literal brace comes into being."""
    assert print_template(text) == usual
    assert print_template(usual) == usual


def expressions() -> list[str]:
    """Every expression of the packaged specs."""
    return [
        node.value
        for path in sorted((ROOT / "mappings").glob("*.yaml"))
        for node, kind in texts(packaged("connector"), Node.root(load_file(path)))
        if kind == "expression"
    ]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.sampled_from(expressions()),
    st.lists(st.sampled_from([" ", "\n", "  ", "\n\n"]), min_size=3, max_size=9),
    st.integers(10, 100),
)
def test_white_space_does_not_matter(text: str, blanks: list[str], width: int) -> None:
    """However an expression is spaced and however narrow the line, its meaning stays, and what is
    printed is printed so again."""
    noted = note(text)
    assert noted is not None
    if noted.fixed:
        return
    spaced = "".join(
        token.text + blanks[place % len(blanks)] for place, token in enumerate(noted.tokens)
    )
    assert same_expression(spaced, text)
    printed = print_expression(spaced, width)
    assert same_expression(printed, text)
    assert print_expression(printed, width) == printed


def test_the_comparison_knows_one_expression_from_another() -> None:
    """Other operands, operators, quotes, parentheses: all are something else."""
    for other in ("a - b", "b + a", "a + b + c", "(a + b)", "a + 'b'", "a + b[]", "a +"):
        assert not same_expression("a + b", other)


@pytest.mark.skipif(not SUITE.exists(), reason="JSONata's test suite is not at hand (shared)")
@pytest.mark.slow
def test_the_expressions_of_the_reference_keep_their_meaning() -> None:
    """Every construct of the language is printed, none is left as it was for want of a rule."""
    printed = 0
    for case in json.loads(SUITE.read_text("utf-8"))["cases"]:
        text = case.get("expr") or ""
        noted = note(text)
        if noted is None or noted.fixed:
            continue
        made = print_expression(" " + text, 40)
        assert made != " " + text, text
        assert print_expression(made, 40) == made
        printed += 1
    assert printed > 1500
