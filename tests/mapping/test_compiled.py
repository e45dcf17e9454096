"""A compiled sync: key, standing, payload; and what its stamp changes with."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from syncata.checks import explain, spec_of
from syncata.document import load_bytes
from syncata.errors import RecordRejected
from syncata.expressions import UNDEFINED
from syncata.mapping.compiled import CompiledSync, Item, Standing
from syncata.mapping.context import Context, Definitions
from syncata.model import JsonObject, Stamp

SPEC = """\
spec: 1
name: books
settings:
  suffix: {type: string, default: ""}
  unused: {type: string, default: ""}
definitions:
  kinds: '["novel", "poem"]'
  ending: '$settings.suffix & "!"'
source:
  base_url: https://source.example.com
  auth: {type: none}
  streams:
    books: {request: {path: /books}, records: items, key: id}
target:
  base_url: https://target.example.com
  auth: {type: none}
  resources:
    text:
      upsert: {request: {method: PUT, path: "/texts/{$key}", body: "{$}"}}
      archive: {request: {method: DELETE, path: "/texts/{$key}"}, undone_by_write: true}
syncs:
  texts:
    from: books
    to: text
    where: kind in $kinds
    live: state = "on"
    require: [title]
    map:
      title: title
      cover: cover
      length: 'pages ? pages : $unmapped("pages", note)'
      label: title & $ending
"""
SOURCE = {"type": "object", "properties": {"pages": {"type": ["integer", "null"]}}}
TARGET = {"type": "object", "properties": {"length": {"type": "integer", "maximum": 999}}}


def compiled(
    text: str = SPEC, settings: Mapping[str, Any] | None = None, notes: list[Any] | None = None
) -> CompiledSync:
    spec = spec_of(load_bytes(text.encode(), "books.yaml"))
    context = Context(
        Definitions(spec.definitions),
        settings or {"suffix": ""},
        now=datetime(2026, 1, 1, tzinfo=UTC),
    )
    context.learn_lookups({})
    made = CompiledSync(
        spec.syncs["texts"],
        source_schema=SOURCE,
        target_schema=TARGET,
        explain=explain,
        reads=spec.source.streams["books"].records.text,
    )
    seen = [] if notes is None else notes
    return made.bind(context, {}, lambda label, value: seen.append((label, value)))


def standing_of(sync: CompiledSync, record: JsonObject) -> Standing:
    item = Item(record)
    return sync.standing(item, sync.scope(item))


def payload_of(sync: CompiledSync, record: JsonObject) -> JsonObject:
    item = Item(record)
    return sync.payload(item, sync.scope(item))


def key_of(sync: CompiledSync, record: JsonObject) -> str:
    return sync.key(Item(record))[0]


def stamp_of(sync: CompiledSync, record: JsonObject) -> Stamp:
    return sync.stamp(Item(record))


BOOK: JsonObject = {"id": "1", "kind": "novel", "state": "on", "title": "Emma", "pages": 200}


def test_a_payload_holds_what_is_defined() -> None:
    """Undefined leaves a field out, null is null, an empty text is an empty text."""
    payload = payload_of(compiled(), {**BOOK, "cover": None})
    assert payload == {"title": "Emma", "cover": None, "length": 200, "label": "Emma!"}
    assert "cover" not in payload_of(compiled(), BOOK)
    assert payload_of(compiled(), {**BOOK, "cover": ""})["cover"] == ""


@pytest.mark.parametrize(
    ("changes", "standing"),
    [
        ({}, Standing.LIVE),
        ({"state": "off"}, Standing.CLOSED),
        ({"kind": "map"}, Standing.EXCLUDED),
        ({"kind": "map", "state": None}, Standing.EXCLUDED),
    ],
)
def test_where_is_judged_before_live(changes: JsonObject, standing: Standing) -> None:
    """A record that is none of ours needs no status."""
    assert standing_of(compiled(), {**BOOK, **changes}) is standing


@pytest.mark.parametrize("missing", [UNDEFINED, None])
def test_a_condition_without_its_input_rejects(missing: Any) -> None:
    """Missing and null are no reason to ignore or archive: the record is set aside."""
    book = {name: value for name, value in BOOK.items() if name != "state"}
    if missing is None:
        book["state"] = None
    with pytest.raises(RecordRejected) as caught:
        standing_of(compiled(), book)
    assert (caught.value.code, caught.value.field) == ("SYN602", "live")
    assert "state" in caught.value.message


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"title": None}, "SYN604", "title"),
        ({"title": ""}, "SYN604", "title"),
        ({"pages": "many"}, "SYN605", "pages"),
        ({"pages": 1000}, "SYN606", "length"),
    ],
)
def test_a_record_is_set_aside_with_code_and_field(
    changes: JsonObject, code: str, field: str
) -> None:
    """What is missing or does not fit names the field at fault."""
    with pytest.raises(RecordRejected) as caught:
        payload_of(compiled(), {**BOOK, **changes})
    assert (caught.value.code, caught.value.field) == (code, field)


def test_a_rejected_field_has_the_place_of_its_expression() -> None:
    """The position leads to the line of the mapping."""
    with pytest.raises(RecordRejected) as caught:
        payload_of(compiled(), {**BOOK, "title": None})
    position = caught.value.position
    assert position is not None
    assert SPEC.splitlines()[position.line - 1][position.column - 1 :] == "title"


@pytest.mark.parametrize("key", [None, ""])
def test_a_record_without_a_key_is_set_aside(key: object) -> None:
    """Nothing is kept under an empty name."""
    with pytest.raises(RecordRejected) as caught:
        key_of(compiled(), {**BOOK, "id": key})
    assert caught.value.code == "SYN601"


def test_keys_are_exact_texts() -> None:
    """A text is itself; numbers and lists are their JSON, integers of any size exact."""
    assert key_of(compiled(), {"id": "Ä "}) == "Ä "
    assert key_of(compiled(), {"id": 9007199254740993}) == "9007199254740993"
    assert key_of(compiled(), {"id": [1, "a"]}) == '[1,"a"]'


def test_values_without_a_counterpart_are_noted() -> None:
    """`$unmapped` tells label and value, and leaves the field out."""
    notes: list[Any] = []
    payload = payload_of(compiled(notes=notes), {**BOOK, "pages": None, "note": "long"})
    assert notes == [("pages", "long")]
    assert "length" not in payload


def test_a_stamp_moves_with_what_is_read_and_nothing_else() -> None:
    """Source, spec and read settings each move their own part; an unread setting moves nothing."""
    stamp = stamp_of(compiled(), BOOK)
    assert stamp_of(compiled(), dict(reversed(BOOK.items()))) == stamp
    assert stamp_of(compiled(), {**BOOK, "x": 1}).source != stamp.source
    edited = stamp_of(compiled(SPEC.replace("cover: cover", "cover: picture")), BOOK)
    assert (edited.source, edited.values) == (stamp.source, stamp.values)
    assert edited.spec != stamp.spec
    constant = stamp_of(compiled(SPEC.replace('"poem"', '"verse"')), BOOK)
    assert constant.spec != stamp.spec
    setting = stamp_of(compiled(settings={"suffix": "?"}), BOOK)
    assert (setting.source, setting.spec) == (stamp.source, stamp.spec)
    assert setting.values != stamp.values
    assert stamp_of(compiled(settings={"suffix": "", "unused": "x"}), BOOK) == stamp


def test_a_record_that_is_no_text_is_set_aside() -> None:
    """A lone surrogate cannot be sent; the record says so instead of ending the run."""
    with pytest.raises(RecordRejected) as caught:
        stamp_of(compiled(), {**BOOK, "title": "\ud800"})
    assert caught.value.code == "SYN609"


@pytest.mark.parametrize("key", ["\ud800", ["a", "\ud800"]])
def test_a_key_that_is_no_text_sets_the_record_aside(key: object) -> None:
    """Half a surrogate pair in a key ends no run."""
    with pytest.raises(RecordRejected) as caught:
        key_of(compiled(), {**BOOK, "id": key})
    assert caught.value.code == "SYN609"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    require: [title]\n", "    require: [title]\n    on_excluded: archive\n"),
        ("records: items", "records: items.books"),
        ("    where: kind in $kinds\n    live: state", "    live: kind in $kinds and state"),
    ],
)
def test_a_stamp_moves_with_every_word_that_decides(old: str, new: str) -> None:
    """What becomes of excluded records, where records come from, which condition is which."""
    stamp = stamp_of(compiled(), BOOK)
    assert stamp_of(compiled(SPEC.replace(old, new)), BOOK).spec != stamp.spec
