"""What an expression is known to read before it runs."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.expressions.reference import answers

from syncata.document import Scalar
from syncata.errors import Position
from syncata.expressions import (
    FUNCTIONS,
    UNDEFINED,
    Call,
    Expression,
    ExpressionError,
    Scope,
    compile_expression,
)


def of(text: str) -> Expression:
    """Compile."""
    return compile_expression(Scalar.of(text))


def dotted(paths: tuple[tuple[str, ...], ...]) -> list[str]:
    """Paths as they are written."""
    return [".".join(path) for path in paths]


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("type in $types", ["type"]),
        ("$", [""]),
        ("a.b & $$.c", ["a.b", "c"]),
        ("image.(big ? big : small)", ["image.big", "image.small"]),
        ("items[status = 'x' and $.q = $$.z].name", ["items.status", "items.q", "z", "items.name"]),
        ("($i := image; $i.big)", ["image.big"]),
        ("$lookup(labels, 'fr')", ["labels.fr"]),
        ("$lookup(labels, language)", ["language", "labels.*"]),
        ("a.*.b", ["a.*.b"]),
        ("$map(items, function($i) { $i.a })", ["items.a"]),
        ("a.**.b", ["a.**.b"]),
        ("data.$merge([attributes, {'id': id}])", ["data.attributes", "data.id"]),
        ("items{id: name}", ["items.id", "items.name"]),
        ("items^(>rank).id", ["items.rank", "items.id"]),
        ("items.(1)", ["items"]),
        ("tags ~> $map($uppercase)", ["tags"]),
        ("1 + 2", []),
    ],
)
def test_reads(text: str, reads: list[str]) -> None:
    """Every path of the input that is used, and no other."""
    assert sorted(dotted(of(text).reads)) == sorted(reads)


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("status in $live", ["status"]),
        ("$exists(a) and b = 1", ["b"]),
        ("$exists(a) and a = 1", []),
        ("a ?? b", ["b"]),
        ("a ?: b", ["b"]),
        ("a.b = 1 or $$.c = 2", ["a.b", "c"]),
        ("items[x = 1].y", ["items"]),
        ("$map(items, function($i) { $i.a & b })", ["items"]),
        ("$count(tags) > 0", ["tags"]),
        ("a.(b = 1)", ["a"]),
        ("$not($exists(a.b)) or a.b = 1", []),
    ],
)
def test_needs(text: str, needs: list[str]) -> None:
    """A condition needs its plain paths, but not those whose absence it asks for."""
    assert dotted(of(text).needs) == needs


def test_variables() -> None:
    """Free variables with the members read, None for the whole; not what the expression binds."""
    text = "$settings.a.b & $settings.c & $lookups & $key & ($x := 1; $x) & $map(t, $trim)"
    assert dict(of(text).variables) == {
        "settings": {"a", "c"},
        "lookups": None,
        "key": None,
    }
    assert of("$known[0].a").variables == {"known": None}
    positions = of("1 & $b & $a & $b").variable_positions
    assert {name: at.column for name, at in positions.items()} == {"b": 5, "a": 10}


def test_calls() -> None:
    """Every call by name, with literal arguments and the place of its name."""
    source = Scalar.of("[x.$ref('tags', $trim(name))]", Position("f.yaml", 3, 9))
    calls = compile_expression(source).calls
    assert calls == (
        Call("ref", ("tags", UNDEFINED), Position("f.yaml", 3, 12)),
        Call("trim", (UNDEFINED,), Position("f.yaml", 3, 25)),
    )
    assert [call.name for call in of("a ?? b").calls] == []
    assert of("id ~> $ref('s')").calls[0].arguments == (UNDEFINED, "s")
    assert [call.name for call in of("$map(t, $lowercase)").calls] == ["map", "lowercase"]


def test_unknown_functions() -> None:
    """A call of what is neither built in, ours nor bound here is found without running it."""
    text = "($f := function($n) { $n > 0 ? $f($n - 1) : $nope($n) }; $f(a) & $has('s', $later(1)))"
    unknown = [c.name for c in of(text).calls if not c.local and c.name not in FUNCTIONS]
    assert unknown == ["nope", "later"]
    assert {call.name: call.local for call in of(text).calls}["f"] is True


def test_every_function_has_a_working_example() -> None:
    """The catalogue's examples compile, call the function, and take as many arguments as said."""
    for name, function in FUNCTIONS.items():
        calls = [call for call in of(function.example).calls if call.name == name]
        assert calls, name
        most = function.most if function.most is not None else 99
        assert function.least <= len(calls[0].arguments) <= most, name
        assert function.doc


class Recording(dict[str, Any]):
    """An object that remembers which of its members were read."""

    def __init__(self, data: dict[str, Any], path: tuple[str, ...], seen: set[tuple[str, ...]]):
        super().__init__({k: recording(v, (*path, k), seen) for k, v in data.items()})
        self.path, self.seen = path, seen

    def get(self, key: str, default: Any = None) -> Any:
        """Remember."""
        if key in self:
            self.seen.add((*self.path, key))
        return super().get(key, default)


def recording(value: Any, path: tuple[str, ...], seen: set[tuple[str, ...]]) -> Any:
    """A value whose objects remember."""
    if isinstance(value, dict):
        return Recording(value, path, seen)
    return [recording(item, path, seen) for item in value] if isinstance(value, list) else value


def covered(path: tuple[str, ...], reads: tuple[tuple[str, ...], ...]) -> bool:
    """Whether a path that was read is on the way to, or below, one that is said to be."""
    return any(on_the_way(path, read) for read in reads)


def on_the_way(path: tuple[str, ...], read: tuple[str, ...]) -> bool:
    """One path leads along the other."""
    for have, said in zip(path, read, strict=False):
        if said == "**":
            return True
        if said not in {"*", have}:
            return False
    return True


def cases() -> Iterator[dict[str, Any]]:
    """A part of the random expressions."""
    yield from answers("jsonata-differential.json")["cases"][:3000]


def test_nothing_is_read_that_was_not_said() -> None:
    """Random expressions never read a path outside their static set."""
    scope = Scope(now=datetime(2026, 1, 1, tzinfo=UTC))
    for case in cases():
        seen: set[tuple[str, ...]] = set()
        try:
            expression = of(case["expr"])
        except ExpressionError:
            continue
        with suppress(ExpressionError):
            expression.evaluate(recording(case["data"], (), seen), scope)
        for path in seen:
            assert covered(path, expression.reads), (case["expr"], path, expression.reads)
