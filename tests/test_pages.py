"""Pages: what is a list of nothing, and what is no list."""

import json
from typing import Any

import pytest

from syncata.document import Scalar
from syncata.errors import Unavailable
from syncata.expressions import compile_expression
from syncata.pages import list_met, require_shape
from syncata.transport import Answer


def answer(body: Any) -> Answer:
    raw = json.dumps(body).encode()
    return Answer(200, {}, body, raw, is_json=True, url="https://a.example/x", elapsed=0.1)


@pytest.mark.parametrize(
    ("records", "body"),
    [
        ("items", {"items": []}),
        ("items.id", {"items": []}),
        ("data.$merge([attributes, {'id': id}])", {"data": []}),
        ("data.items", {"data": {"items": []}}),
        ("$", []),
        ("items", []),
    ],
)
def test_an_empty_list_is_an_empty_page(records: str, body: Any) -> None:
    """Where `records` comes to a list, nothing in it is nothing."""
    reads = compile_expression(Scalar.of(records))
    require_shape(answer(body), reads, [], "the stream")
    assert list_met(body, reads) == []


@pytest.mark.parametrize(
    ("records", "body"),
    [
        ("items", {"items": None}),
        ("items", {}),
        ("items.id", {"items": {"error": "try later"}}),
        ("items", {"error": "x"}),
        ("data.items", {"data": None}),
        ("data.items", {"data": {}}),
        ("$", {"error": "x"}),
        ("items", None),
        ("items", "text"),
    ],
)
def test_what_is_no_list_is_no_empty_page(records: str, body: Any) -> None:
    """An unexpected answer never reads as "there is nothing"."""
    with pytest.raises(Unavailable):
        require_shape(answer(body), compile_expression(Scalar.of(records)), [], "the stream")


def test_the_list_is_found_on_the_way() -> None:
    """What the path comes to first is the list whose items are read."""
    reads = compile_expression(Scalar.of("data.id"))
    assert list_met({"data": [{"id": 1}]}, reads) == [{"id": 1}]
    assert list_met({"data": None}, reads) is None
