"""Specs as values: what is not said gets its default, presets become one expression."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from syncata.checks import spec_of
from syncata.document import load_bytes, load_file
from syncata.expressions import UNDEFINED, Scope, compile_expression
from syncata.spec.build import ordered
from syncata.spec.model import Guards, Spec

BASE = (Path(__file__).parents[1] / "specs" / "valid" / "minimal.yaml").read_text()
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def spec(*changes: tuple[str, str]) -> Spec:
    text = BASE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return spec_of(load_bytes(text.encode(), "mappings/x.yaml"))


def paged(pagination: str) -> Any:
    """A function from an answer to what `next` yields, and the parameters of the first page."""
    made = spec(("      key: id\n", f"      key: id\n      pagination: {pagination}\n"))
    found = made.source.streams["products"].pagination
    assert found is not None
    expression = compile_expression(found.next)

    def following(response: Any, *, number: int = 1, count: int = 2, offset: int = 2) -> Any:
        page = {"number": number, "count": count, "offset": offset}
        headers = {"link": '<https://x.example.com/2>; rel="next"'}
        names = {"response": response, "page": page, "headers": headers}
        return expression.evaluate(response, Scope(names, now=NOW))

    return following, dict(found.first)


@pytest.mark.parametrize("end", [{}, {"next": None}, {"next": False}, {"next": ""}])
def test_null_false_an_empty_text_and_nothing_end_the_reading(end: dict[str, Any]) -> None:
    """For every preset that looks at the answer."""
    numbers, _ = paged('{type: page_number, param: "page[number]", while: next}')
    cursors, _ = paged("{type: cursor, param: after, cursor: next}")
    urls, _ = paged("{type: next_url, url: next}")
    assert numbers(end) is UNDEFINED
    assert cursors(end) is UNDEFINED
    assert urls(end) in (UNDEFINED, None, False, "")


def test_page_numbers_grow_from_their_start() -> None:
    """The second page after one page read, whatever the first is called."""
    following, first = paged('{type: page_number, param: "page[number]", start: 0, while: next}')
    assert first == {"page[number]": 0}
    assert following({"next": "x"}, number=1) == {"page[number]": 1}
    assert following({"next": "x"}, number=4) == {"page[number]": 4}


def test_without_a_condition_pages_are_read_until_one_is_empty() -> None:
    """A page that is not full may be full for a server with a smaller limit."""
    following, first = paged("{type: offset, param: skip, size: 50, limit_param: top}")
    assert first == {"skip": 0, "top": 50}
    assert following({}, count=20, offset=20) == {"skip": 20, "top": 50}
    assert following({}, count=0, offset=40) is UNDEFINED


def test_cursors_urls_and_links_are_what_the_answer_says() -> None:
    """Each preset yields parameters or a URL."""
    following, _ = paged("{type: cursor, param: after, cursor: a.b}")
    assert following({"a": {"b": "z"}}) == {"after": "z"}
    assert paged("{type: next_url, url: next}")[0]({"next": "/p2"}) == "/p2"
    assert paged("{type: link_header}")[0]({}) == "https://x.example.com/2"
    own, first = paged("{next: '{\"p\": $page.number + 1}', first: {p: 1}}")
    assert (own({}), first) == ({"p": 2}, {"p": 1})


def test_what_is_not_said_has_its_default() -> None:
    """The defaults of the JSON Schema are those of the model."""
    made = spec()
    stream, sync = made.source.streams["products"], made.syncs["products"]
    assert (stream.request.method, stream.records.text, stream.pagination) == ("GET", "$", None)
    assert (sync.key.text, sync.on_missing, sync.on_excluded, sync.volatile) == (
        "id", "keep", "keep", False,
    )  # fmt: skip
    assert made.guards == Guards()
    assert made.schedule == ()
    assert made.source.api.auth.type == "none"
    assert (made.source.api.limits.jobs, made.source.api.timeout) == (1, 30.0)
    item = made.target.resources["item"]
    assert (item.on_deactivate, item.operations["upsert"].omitted) == ("keep", "replaced")


def test_sizes_rates_and_shares_are_numbers() -> None:
    """As written for people, kept for machines."""
    made = spec(
        ("  base_url: https://crm", "  limits: {writes: 1000/h}\n  base_url: https://crm"),
        ('path: "/items/{$key}", body: "{$}"}',
         'path: /items, body: "{$records}"}\n        batch: {max: 5, max_bytes: 500 kB}'),
        ("syncs:", "guards: {max_archives: 12.5%}\nsyncs:"),
    )  # fmt: skip
    batch, writes = made.target.resources["item"].operations["upsert"].batch, made.target.api.limits
    assert batch is not None
    assert batch.max_bytes == 500_000
    assert writes.writes is not None
    assert (writes.writes.number, writes.writes.seconds) == (1000, 3600.0)
    assert made.guards.max_archives == 0.125


def test_syncs_come_after_those_they_refer_to() -> None:
    """By their mapping or by their resource's requests, else in the order of the file."""
    last = "  last: {from: products, to: item, map: {p: \"$ref('products', id)\"}}\n"
    made = spec(("syncs:\n", f"syncs:\n{last}"))
    assert list(made.syncs) == ["products", "last"]
    assert ordered(["c", "b", "a"], {"c": {"a"}}) == ["a", "c", "b"]


def test_texts_keep_their_place() -> None:
    """An error at run time names the line of the spec."""
    name = spec().syncs["products"].map["name"]
    assert (name.position.file, name.position.line) == ("mappings/x.yaml", 20)


def test_what_may_be_repeated_or_undone_is_said_and_never_assumed() -> None:
    """Both words default to false."""
    file = Path(__file__).parents[1] / "specs" / "valid" / "everything.yaml"
    resources = spec_of(load_file(file)).target.resources
    creates = {n: r.operations["create"] for n, r in resources.items() if "create" in r.operations}
    assert {n: c.repeatable for n, c in creates.items()} == {"contact": False, "note": True}
    undone = {
        n: r.operations["archive"].undone_by_write for n, r in resources.items() if n != "note"
    }
    assert undone == {"contact": False, "order": True}


@pytest.mark.parametrize(
    ("written", "meant"),
    [("", "replaced"), ("null", "null"), ('"null"', "null"), ("empty", "empty")],
)
def test_a_bare_null_means_the_word_null(written: str, meant: str) -> None:
    """YAML reads `omitted: null` as nothing; people mean what they write."""
    line = f"        omitted: {written}\n" if written else ""
    made = spec(('body: "{$}"}\n', 'body: "{$}"}\n' + line))
    assert made.target.resources["item"].operations["upsert"].omitted == meant
