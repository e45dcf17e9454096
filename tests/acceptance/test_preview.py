"""`syncata preview`: a live read, what the mapping makes of it, and nothing written."""

import json
from typing import Any

from tests.acceptance.sides import ABSENT
from tests.acceptance.world import World

from syncata.ledger import open_ledger
from syncata.simulator.people import learner_mail

ADA = learner_mail(1)


def _preview(world: World, *arguments: str, code: int = 0) -> dict[str, Any]:
    result = world.cli("preview", "main", "--json", *arguments)
    assert result.exit == code, result.out
    return {sync["sync"]: sync for sync in result.json["syncs"]}


def test_raw_and_mapped_stand_side_by_side_and_nothing_is_written(world: World) -> None:
    """The record as the source gave it, what each field reads of it, and what a run sends; no
    write reaches the target, no ledger is made."""
    world.edflex.fill(7)
    shown = _preview(world, "--sync", "courses")["courses"]["records"]
    assert [one["key"] for one in shown] == ["i1", "i2", "i3", "i4", "i5"]
    one = shown[0]
    name = next(field for field in one["fields"] if field["field"] == "name")
    assert (name["reads"], name["value"]) == ({"title": "Title 1"}, "Title 1")
    assert (one["raw"]["title"], one["mapped"]["name"]) == ("Title 1", "Title 1")
    assert (one["standing"], one["page"], one["known"]) == ("live", 1, False)
    image = next(field for field in one["fields"] if field["field"] == "imageUrl")
    assert image["reads"] == {"image.bigUrl": "https://cdn.example.com/big.png"}
    assert world.target.writes() == []
    assert not world.path("state").exists()
    world.run()
    sent = {name: world.target.field("i1", name) for name in one["mapped"]}
    assert sent == one["mapped"]


def test_the_text_tells_source_and_value_of_each_field(world: World) -> None:
    """`title "Title 1" → "Title 1"` for each field of each record, up to the limit."""
    world.edflex.fill(3)
    text = world.cli("preview", "main", "--sync", "courses", "--limit", "2").out
    assert "courses: 2 records of contents" in text
    assert 'title "Title 1" → "Title 1"' in text
    assert 'image.bigUrl "https://cdn.example.com/big.png" → "https://cdn.ex' in text
    assert "Title 3" not in text


def test_a_stream_is_read_once_and_only_its_first_pages(world: World) -> None:
    """Courses and tags share one page; a limit beyond it reads the next."""
    world.connect(sync_tags=True, edflex_page_size=2)
    world.edflex.fill(6)
    mark = world.edflex.mark()
    shown = _preview(world, "--limit", "3")
    reads = [e for e in world.edflex.requests(mark) if e["path"].endswith("/resources")]
    assert len(reads) == 2
    assert [one["page"] for one in shown["courses"]["records"]] == [1, 1, 2]
    assert [one["key"] for one in shown["tags"]["records"]] == ["management"] * 3


def test_personal_data_is_masked_wherever_it_stands(world: World) -> None:
    """The mark of the source's schema holds for what is made of it: no e-mail, in text or JSON."""
    world.edflex.fill(1)
    world.edflex.learn(ADA, "i1", first_activity="2026-03-01T09:00:00.000Z")
    world.run()
    text = world.cli("preview", "main", "--sync", "statistics")
    document = world.cli("preview", "main", "--sync", "statistics", "--json")
    assert ADA not in text.out + text.err + document.out + document.err
    (one,) = document.json["syncs"][0]["records"]
    values = {field["field"]: field for field in one["fields"]}
    assert one["raw"]["email"] == "(personal)"
    assert values["userIdentifier"]["value"] == "(personal)"
    assert one["mapped"]["userIdentifier"] == "(personal)"
    assert values["userIdentifier"]["reads"] == {"email": "(personal)"}
    assert values["courseIdentifier"]["value"] == {"type": "externalId", "value": "i1"}
    assert json.loads(one["key"])[0].startswith("person:")
    assert one["known"] is True


def test_what_was_never_synchronized_is_still_to_come(world: World) -> None:
    """Before the first run a statistic waits for its course; after one without it, it is none."""
    world.edflex.learn(ADA, "i1")
    (before,) = _preview(world, "--sync", "statistics")["statistics"]["records"]
    assert before["waits"].startswith("waits for courses of i1")
    world.edflex.fill(2)
    world.edflex.remove("i1")
    world.run()
    (after,) = _preview(world, "--sync", "statistics")["statistics"]["records"]
    assert (after["standing"], after["waits"]) == ("excluded", None)


def test_records_that_would_be_set_aside_are_told(world: World) -> None:
    """Exit 6, the code, and the field's error; the other records are there."""
    world.edflex.put("i1", title=ABSENT)
    world.edflex.put("i2")
    shown = _preview(world, "--sync", "courses", code=6)["courses"]["records"]
    assert [(one["set_aside"] or {}).get("code") for one in shown] == ["SYN604", None]
    assert shown[0]["mapped"] is None


def test_what_is_switched_off_is_shown_only_if_it_is_named(world: World) -> None:
    """Tags are off: a line says so, and --sync shows them."""
    world.edflex.fill(1)
    every = _preview(world)
    assert (every["tags"]["switched_off"], every["tags"]["records"]) == (True, [])
    assert "tags: switched off by `when`" in world.cli("preview", "main").out
    named = _preview(world, "--sync", "tags")["tags"]
    assert (named["switched_off"], [one["key"] for one in named["records"]]) == (
        False,
        ["management"],
    )


def test_it_needs_no_lock_and_counts_as_no_run(world: World) -> None:
    """While the ledger is held it works; the list of runs stays as it was."""
    world.edflex.fill(1)
    world.run()
    before = world.cli("runs", "main", "--json").json["runs"]
    ledger = world.path("state", "main.db")
    content = ledger.read_bytes()
    with open_ledger(ledger):
        assert world.cli("run", "main").exit == 8
        assert world.cli("preview", "main").exit == 0
    assert ledger.read_bytes() == content
    assert world.cli("runs", "main", "--json").json["runs"] == before


def test_a_source_that_is_away_ends_with_5(world: World) -> None:
    """No traceback, no half a preview."""
    world.edflex.fill(1)
    world.edflex.fault(http_500="on@/connect/v1/resources")
    result = world.cli("preview", "main", "--json")
    assert result.exit == 5
    assert "error" in result.json
