"""The spec's words about an API: requests from templates, rulings from answers."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from syncata.api import AnswerRules, CompiledRequest, encode_body
from syncata.document import Scalar
from syncata.errors import RecordRejected
from syncata.expressions import UNDEFINED, ExpressionError, Scope
from syncata.spec.requests import Body, Request, ResponseRule, Then, Wait
from syncata.transport import Answer

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def scope(**names: Any) -> Scope:
    return Scope(names, now=NOW)


def texts(data: Any) -> Any:
    """The same data with every text as the spec keeps it."""
    if isinstance(data, str):
        return Scalar.of(data)
    if isinstance(data, dict):
        return {name: texts(part) for name, part in data.items()}
    return [texts(part) for part in data] if isinstance(data, list) else data


def request(path: str = "/x", *, params: Any = None, headers: Any = None, body: Any = None) -> Any:
    made = Request(
        "POST",
        Scalar.of(path),
        texts(params or {}),
        texts(headers or {}),
        None if body is None else Body(texts(body)),
    )
    return CompiledRequest(made)


def rendered(compiled: Any, value: Any = UNDEFINED, **names: Any) -> Any:
    return compiled.render(value, scope(**names), kind="write", idempotent=True)


def test_what_goes_into_a_path_is_encoded() -> None:
    """A key with slashes, spaces or dots cannot lead elsewhere; literal text stays as it is."""
    made = rendered(request("/items/{$key}/tags?all=1"), key="a/b c?ü")
    assert made.url == "/items/a%2Fb%20c%3F%C3%BC/tags?all=1"


def test_parameters_keep_their_kind() -> None:
    """A list becomes several, numbers and booleans their JSON; null and undefined are left out."""
    compiled = request(
        params={"ids": "{$ids}", "n": "{$n}", "b": "{true}", "no": "{null}", "un": "{nothing}"}
    )
    made = rendered(compiled, {}, ids=["a", 2], n=1.5)
    assert made.params == (("ids", "a"), ("ids", "2"), ("n", "1.5"), ("b", "true"))


def test_a_body_keeps_json_types() -> None:
    """A text that is nothing but one expression keeps its type; undefined leaves the field out."""
    compiled = request(body={"a": "{x}", "b": "n{x}", "c": ["{y}", "{z}"], "d": 1, "e": "{z}"})
    made = rendered(compiled, {"x": 1, "y": None})
    assert json.loads(made.body) == {"a": 1, "b": "n1", "c": [None], "d": 1}


def test_undefined_inside_a_text_is_refused() -> None:
    """No request goes to `/items/` because an id was missing."""
    with pytest.raises(ExpressionError) as caught:
        rendered(request("/items/{$id}"))
    assert caught.value.code == "SYN210"


def test_bodies_are_exact_or_refused() -> None:
    """Integers of any size are kept; what is no JSON text rejects the record."""
    assert encode_body({"n": 10**30}) == b'{"n":' + str(10**30).encode() + b"}"
    with pytest.raises(RecordRejected):
        encode_body({"t": "\ud800"})


RECORDS = [{"id": 1, "t": 'é😀"\\'}, {"id": 12345678901234567890123, "n": None}]


@pytest.mark.parametrize(
    "body", [{"input": "{$records}"}, {"a": 1, "in": {"r": "{$records}"}, "z": [1]}, "{$records}"]
)
def test_texts_that_are_at_hand_go_into_a_body_as_they_are(body: Any) -> None:
    """Spliced from staged JSON, a bulk body is the one that decoding and encoding would give."""
    compiled = request(body=body)
    around = compiled.around("records")
    assert around is not None
    spliced = around[0] + b"[" + b",".join(encode_body(r) for r in RECORDS) + b"]" + around[1]
    assert json.loads(spliced) == json.loads(rendered(compiled, records=RECORDS).body)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/x/{$count($records)}", {"input": "{$records}"}),
        ("/x", {"input": "{$records}", "again": "{$records}"}),
        ("/x", {"input": "{$records.id}"}),
        ("/x", {"input": "{$records}", "who": "{$settings.name}"}),
    ],
)
def test_a_body_that_needs_more_is_made_from_values(path: str, body: Any) -> None:
    """Splicing is for bodies that hold the records once and need nothing else of them."""
    assert request(path, body=body).around("records") is None


def answer(status: int, body: Any = None, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    raw = json.dumps(body).encode()
    return Answer(status, named, body, raw, is_json=True, url="https://a.example/x", elapsed=0.1)


def rule(when: str, then: Then, wait: Wait | None = None, message: str = "") -> ResponseRule:
    return ResponseRule(Scalar.of(when), then, wait, Scalar.of(message) if message else None)


def ruled(given: Answer, *rules: ResponseRule) -> tuple[str, float | None, str] | None:
    ruling = AnswerRules(rules, scope(settings={"who": "me"}), lambda: NOW)(given)
    return None if ruling is None else (ruling.then, ruling.wait, ruling.message)


def test_the_first_rule_that_holds_decides() -> None:
    """Rules see body, status and headers; the message is a template over the same."""
    rules = (
        rule("$status = 409", "skip"),
        rule('error.code = "full"', "stop", message="{error.code} for {$settings.who}"),
        rule("true", "retry"),
    )
    assert ruled(answer(409), *rules) == ("skip", None, "")
    assert ruled(answer(400, {"error": {"code": "full"}}), *rules) == ("stop", None, "full for me")
    assert ruled(answer(500, {}), *rules) == ("retry", None, "")
    assert ruled(answer(500), rules[0]) is None


def test_a_rule_for_another_shape_does_not_hold() -> None:
    """An answer the rule was not written for falls through to the next, it does not fail."""
    assert ruled(answer(400, "text"), rule("$number(code) > 1", "stop")) is None


@pytest.mark.parametrize(
    ("wait", "headers", "seconds"),
    [
        (Wait(None, None, 3.0), {}, 3.0),
        (Wait("Retry-After", None, 3.0), {"retry_after": "7"}, 7.0),
        (Wait("Retry-After", None, 3.0), {"retry_after": "soon"}, 3.0),
        (Wait("X-Wait", None, None), {"x_wait": "1.5"}, 1.5),
        (Wait(None, "X-Reset", 9.0), {"x_reset": str(NOW.timestamp() + 20)}, 20.0),
        (Wait(None, "X-Reset", 9.0), {"x_reset": str(NOW.timestamp() - 20)}, 0.0),
        (Wait(None, "X-Reset", 9.0), {}, 9.0),
    ],
)
def test_a_wait_is_read_from_where_the_api_tells_it(
    wait: Wait, headers: dict[str, str], seconds: float
) -> None:
    """Seconds or a date in a header, an epoch, else the seconds the rule names."""
    given = ruled(answer(429, {}, **headers), rule("$status = 429", "rate_limit", wait))
    assert given == ("rate_limit", seconds, "")
