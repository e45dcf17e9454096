"""`syncata eval`: a mapping tried on a record, offline."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.sides import ABSENT, ITEM
from tests.acceptance.world import SPEC, Result, World

from syncata.simulator.people import learner_mail

ADA = learner_mail(1)
STATISTIC = {
    "email": ADA,
    "content_id": "i1",
    "attempt": 1,
    "status": "completed",
    "first_activity": "2026-03-01T09:00:00Z",
    "last_activity": "2026-03-01T10:00:00Z",
    "completed_at": "2026-03-01T10:00:00Z",
    "time_spent": 60000,
}
AUTHOR = ("--found", "author_by_email", '{"_id": "507f191e810c19729de860ea", "lang": "fr"}')


def _file(world: World, record: Any) -> str:
    path = world.path("record.json")
    path.write_text(json.dumps(record))
    return str(path)


def _item(**attributes: Any) -> dict[str, Any]:
    whole = ITEM | {"id": "i1"} | attributes
    return {name: value for name, value in whole.items() if value is not ABSENT}


def _eval(world: World, sync: str, record: Any, *more: str, code: int = 0) -> Any:
    result = world.cli("eval", str(SPEC), sync, _file(world, record), "--json", *more)
    assert result.exit == code, result.out
    (one,) = result.json["records"]
    return {**one, "values": {field.pop("field"): field for field in one["fields"]}}


def test_each_field_has_the_value_that_a_run_sends(world: World) -> None:
    """What `eval` shows of a record is what the target holds after a run."""
    item = _item(language="xx", difficulty="advanced")
    world.edflex.put("i1", **{k: v for k, v in item.items() if k != "id"})
    world.run()
    shown = _eval(world, "courses", item, "--found", "author_by_email", '{"lang": "fr"}')
    values = {name: f["value"] for name, f in shown["values"].items() if "value" in f}
    assert (shown["key"], shown["standing"], shown["set_aside"]) == ("i1", "live", None)
    assert values["defaultLang"] == "fr"
    assert {name: world.target.field("i1", name) for name in values} == values
    assert shown["values"].keys() - values.keys() == set()


@pytest.mark.parametrize(
    ("changed", "standing", "code"),
    [
        ({}, "live", None),
        ({"status": "closed"}, "closed", None),
        ({"type": "program"}, "excluded", None),
        ({"status": ABSENT}, None, "SYN602"),
        ({"title": ""}, "live", "SYN604"),
        ({"duration": {}}, "live", "SYN605"),
        ({"image": None}, "live", "SYN604"),
    ],
)
def test_standing_and_why_it_would_be_set_aside(
    world: World, changed: dict[str, Any], standing: str | None, code: str | None
) -> None:
    """Live, closed, excluded; or the code, the place in the spec, and exit 6."""
    shown = _eval(world, "courses", _item(**changed), code=6 if code else 0)
    assert shown["standing"] == standing
    assert (shown["set_aside"] or {}).get("code") == code


def test_an_error_stands_at_its_field_and_the_others_have_values(world: World) -> None:
    """A function that refuses its argument is shown with line and column; nothing hides others."""
    shown = _eval(world, "courses", _item(title=7), code=6)
    error = shown["values"]["name"]["error"]
    line, column = error["position"].split(":")[-2:]
    text = SPEC.read_text().splitlines()[int(line) - 1]
    assert text[int(column) - 1 :].startswith("$trim(title)")
    assert shown["values"]["imageUrl"] == {"value": "https://cdn.example.com/big.png"}
    assert shown["set_aside"]["field"] == "title"  # the stream's schema is judged first


def test_people_are_hashed_in_keys_and_settled_by_what_is_given(world: World) -> None:
    """Without the course and the learner it would wait for them; with them it has every value."""
    first = _eval(world, "statistics", STATISTIC)
    assert "courses of i1" in first["waits"]
    assert "waits" in first["values"]["userIdentifier"]
    given = (
        "--found", "courses", "i1=c1", "--found", "learner", f'{ADA.upper()}={{"_id": "u1"}}',
    )  # fmt: skip
    whole = _eval(world, "statistics", STATISTIC, *given)
    assert (whole["waits"], whole["standing"]) == (None, "live")
    assert whole["values"]["userIdentifier"]["value"] == {"type": "internalId", "value": "u1"}
    assert whole["values"]["timeSpent"]["value"] == 60000
    assert whole["key"] == first["key"]
    hashed, content, attempt = json.loads(whole["key"])
    assert (hashed[:7], content, attempt) == ("person:", "i1", 1)
    assert ADA not in whole["key"]
    other = _eval(world, "statistics", STATISTIC, "--found", "courses", "i2=c2")
    assert other["standing"] == "excluded"


def test_what_was_confirmed_is_seen_as_known(world: World) -> None:
    """`--known` keeps the beginning that was confirmed."""
    known = world.path("known.json")
    known.write_text(json.dumps({"firstActivityAt": "2020-01-01T00:00:00.000Z"}))
    shown = _eval(world, "statistics", STATISTIC, "--known", str(known))
    assert shown["values"]["firstActivityAt"]["value"] == "2020-01-01T00:00:00.000Z"


def test_settings_are_defaults_examples_or_given(world: World) -> None:
    """A text, a boolean; what does not exist or does not fit is a wrong call."""
    item = _item(authors=[{"fullName": "Grace"}])
    assert "Grace" in _eval(world, "courses", item)["values"]["description"]["value"]
    moved = _eval(world, "courses", item, "--settings", "authors_in=sources")
    assert {"name": "Grace"} in moved["values"]["sources"]["value"]
    for wrong, said in {
        "authors_in=nowhere": "authors_in",
        "nothing=1": "no setting nothing",
        "authors_in": "lacks a value",
    }.items():
        refused = world.cli("eval", str(SPEC), "courses", "--settings", wrong)
        assert (refused.exit, said in refused.err) == (2, True), refused.err
    integration = world.cli("eval", str(SPEC), "integration", "--json", *AUTHOR)
    (one,) = integration.json["records"]
    assert (one["key"], one["waits"]) == ("Edflex", None)
    (waits,) = world.cli("eval", str(SPEC), "integration", "--json").json["records"]
    assert waits["waits"] == "waits for the look-up author_by_email"


def test_values_without_a_counterpart_are_told_once(world: World) -> None:
    """`$unmapped` notes what a mapping does not know."""
    result = world.cli("eval", str(SPEC), "courses", _file(world, _item(difficulty="expert")))
    assert result.out.count('no counterpart for difficulty "expert"') == 1


def test_without_a_record_the_sample_is_taken(world: World) -> None:
    """The project's own sample if there is one, else one made of the schema; `each` makes many."""
    made = world.cli("eval", str(SPEC), "courses")
    assert (made.exit, "a sample made of the schema of contents" in made.out) == (0, True)
    assert world.cli("init", "p", "--from", "edflex-360learning").exit == 0
    sample = world.path("p", "samples", "contents.json")
    sample.write_text(json.dumps([_item(categories=[{"name": "A"}, {"name": " B "}])]))
    own = world.cli("eval", "p/mappings/edflex-360learning.yaml", "tags", "--json")
    assert own.json["record"] == "p/samples/contents.json"
    assert [one["key"] for one in own.json["records"]] == ["a", "b"]


def test_stdin_is_a_record_and_what_is_none_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`-` reads it; text that is no JSON, a number, a missing file: exit 2 and the reason."""
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(_item())))
    assert "i1  live" in world.cli("eval", str(SPEC), "courses", "-").out
    bad = world.path("bad.json")
    for text, said in {"{": "is not JSON", "[1]": "holds no record"}.items():
        bad.write_text(text)
        refused = world.cli("eval", str(SPEC), "courses", str(bad))
        assert (refused.exit, said in refused.err) == (2, True)
    assert "cannot be read" in world.cli("eval", str(SPEC), "courses", "nowhere.json").err
    assert "there is no sync cuorses" in world.cli("eval", str(SPEC), "cuorses").err


def test_a_spec_with_findings_ends_with_3_and_nothing_is_asked(world: World) -> None:
    """The findings come as from `validate`; neither API sees a request."""
    path: Path = world.path("wrong.yaml")
    path.write_text(SPEC.read_text().replace("externalId: id\n", "externalId: $upcase(id)\n"))
    refused: Result = world.cli("eval", str(path), "courses")
    assert refused.exit == 3
    assert "there is no function $upcase" in refused.err
    assert world.cli("eval", str(SPEC), "courses").exit == 0
    assert world.edflex.requests() == world.target.requests() == []
