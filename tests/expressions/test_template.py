"""Literal text with expressions in braces."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest

from syncata.document import Scalar
from syncata.errors import Position
from syncata.expressions import UNDEFINED, ExpressionError, Scope, compile_template

SCOPE = Scope({"settings": {"org": "a b"}}, now=datetime(2026, 1, 1, tzinfo=UTC))
RECORD = {"id": 7, "s": "q}q", "n": None, "big": 5890840712243076}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("", ""),
        ("{id}", 7),
        ("{n}", None),
        ("{nope}", UNDEFINED),
        ("{$}", RECORD),
        ("x{id}", "x7"),
        ("{id}{id}", "77"),
        ("x{n}", "xnull"),
        ("{{id}} {id}", "{id} 7"),
        ("{ {'a': {'b': 1}} }", {"a": {"b": 1}}),
        ("{$join(['}', \"{\"], '`')}", "}`{"),
        ("{id /* } */}", 7),
        ("{$replace(s, /\\}/, '-')}", "q-q"),
        ("{id / 2} {id / 2}", "3.5 3.5"),
        ("{`s`}", "q}q"),
        ("{'\\'}'}", UNDEFINED),
        ("{[id, true]}.", None),
        ("#{big}", "#5890840712243076"),
    ],
)
def test_render(text: str, value: Any) -> None:
    """One part alone keeps its type; inside a text it is written as `$string` does."""
    if text == "{'\\'}'}":
        text, value = '{"\\"}"}', '"}'
    if text == "{[id, true]}.":
        value = "[7,true]."
    assert compile_template(Scalar.of(text)).render(RECORD, SCOPE) == value


def test_encode_touches_only_what_is_filled_in() -> None:
    """The literal part of a path stays, what is filled in is encoded."""
    template = compile_template(Scalar.of("/a b/{$settings.org}/{id}"))
    assert template.render(RECORD, SCOPE, encode=quote) == "/a b/a%20b/7"
    alone = compile_template(Scalar.of("{$settings.org}"))
    assert alone.render(RECORD, SCOPE, encode=quote) == "a%20b"


def test_parts_are_known() -> None:
    """A template tells its expressions, and whether it has any."""
    template = compile_template(Scalar.of("{a}-{$settings.org}"))
    assert [part.reads for part in template.expressions] == [(("a",),), ()]
    assert not template.is_literal
    assert compile_template(Scalar.of("{{x}}")).is_literal


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("a } b", "SYN211", 13),
        ("a {b", "SYN211", 13),
        ("{a)}", "SYN211", 13),
        ("x${env:A}", "SYN212", 12),
        ("x{a +}", "S0207", 16),
        ("x{}", "S0207", 13),
        ("{a}{b c}", "S0201", 17),
    ],
)
def test_wrong_templates(text: str, code: str, column: int) -> None:
    """What is wrong is refused at its character in the file."""
    with pytest.raises(ExpressionError) as raised:
        compile_template(Scalar.of(text, Position("f.yaml", 4, 11)))
    assert (raised.value.code, raised.value.position) == (code, Position("f.yaml", 4, column))


def test_undefined_inside_a_text() -> None:
    """Nothing cannot be part of a text."""
    with pytest.raises(ExpressionError) as raised:
        compile_template(Scalar.of("x/{nope}")).render(RECORD, SCOPE)
    assert raised.value.code == "SYN210"
    assert raised.value.message == "nope is undefined inside a text"
    assert raised.value.position.column == 4
