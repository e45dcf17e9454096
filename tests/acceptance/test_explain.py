"""`syncata explain CONNECTION SYNC KEY [FIELD]`: a record's history and derivation."""

import json
from typing import Any

import pytest
from tests.acceptance.sides import ABSENT
from tests.acceptance.world import SPEC, World

from syncata.simulator.people import learner_mail

ADA = learner_mail(1)
KEY = json.dumps([ADA, "i1", 1])
NEW = "newcomer@example.com"


def _explain(world: World, *arguments: str, code: int = 0) -> Any:
    result = world.cli("explain", "main", *arguments, "--json")
    assert result.exit == code, result.out
    return result.json


def _values(explained: Any) -> dict[str, Any]:
    return {f["field"]: f.get("value", ABSENT) for f in explained["judged"]["fields"]}


def test_a_record_that_changed_is_told_from_source_to_decision(world: World) -> None:
    """Source value, confirmed value, runs, target id, and the change that the next run makes."""
    world.edflex.fill(2)
    first = world.run().run["run"]
    world.edflex.patch("i1", title="Second")
    second = world.run().run["run"]
    world.edflex.patch("i1", title="Third", difficulty="2")
    told = _explain(world, "courses", "i1")
    ledger = told["ledger"]
    assert (ledger["first_run"], ledger["last_run"]) == (first, second)
    integration = _explain(world, "integration", "Edflex")
    assert integration["ledger"]["target_id"] == world.target.integration()["_id"]
    assert (ledger["confirmed"]["name"], _values(told)["name"]) == ("Second", "Third")
    assert told["source"]["record"]["title"] == "Third"
    assert told["decision"]["action"] == "update"
    assert told["decision"]["changes"] == [
        {"field": "difficultyLevel", "before": "beginner", "after": "intermediate"},
        {"field": "name", "before": "Second", "after": "Third"},
    ]
    text = world.cli("explain", "main", "courses", "i1").out
    assert 'title "Third" → "Third"  (confirmed: "Second")' in text
    assert "next run: update (source): what the source says has changed" in text
    assert world.run().planned() == {"update": 1, "unchanged": 1}


def test_a_field_is_told_part_by_part(world: World) -> None:
    """Each part's value with its place in the spec, down to the source's value."""
    world.edflex.put("i1", difficulty="2")
    world.run()
    field = _explain(world, "courses", "i1", "difficultyLevel")["field"]
    steps = {step["part"]: step for step in field["steps"]}
    assert steps["difficulty"]["value"] == "2"
    assert steps["$lookup($difficulty, $lowercase($string(difficulty)))"]["value"] == "intermediate"
    assert steps["$lookup($difficulty, $lowercase($string(difficulty)))"]["name"] == "$level"
    assert not any("$unmapped" in part and not part.startswith(("$exists", "(")) for part in steps)
    assert field["confirmed"] == "intermediate"
    lines = SPEC.read_text().splitlines()
    for step in field["steps"]:
        line, column = map(int, step["position"].split(":")[-2:])
        assert lines[line - 1][column - 1 :].strip().startswith(step["part"].split(" ")[0])
    assert "part by part" in world.cli("explain", "main", "courses", "i1", "difficultyLevel").out


def test_it_is_asked_for_by_its_key_before_anything_is_read(world: World) -> None:
    """The look-up `absent` answers: one request for one id, no page of the catalogue."""
    world.connect(edflex_page_size=1)
    world.edflex.fill(5)
    mark = world.edflex.mark()
    told = _explain(world, "courses", "i4")["source"]
    assert (told["found"], told["how"], told["page"]) == (True, "the look-up `absent`", None)
    (asked,) = world.edflex.requests(mark)
    assert "filter%5BcontentIds%5D=i4" in asked["query"]


def test_without_such_a_look_up_the_page_is_told(world: World) -> None:
    """Statistics are read until the record is met: on the second page, and no further."""
    world.connect(edflex_page_size=2)
    for place in range(1, 7):
        world.edflex.put(f"i{place}")
        world.edflex.learn(ADA, f"i{place}")
    mark = world.edflex.mark()
    told = _explain(world, "statistics", json.dumps([ADA, "i3", 1]))["source"]
    assert (told["how"], told["page"]) == ("reading activities", 2)
    assert len(world.edflex.requests(mark)) == 2


@pytest.mark.parametrize(
    ("changed", "synchronized", "action", "because"),
    [
        ({"status": "closed"}, True, "archive", "`live` does not hold"),
        ({"status": "closed"}, False, "ignored", "never synchronized"),
        ({"type": "program"}, True, "archive", "`where` does not hold"),
        ({}, True, "unchanged", "nothing that the decision rests on has changed"),
        ({}, False, "create", "does not hold it yet"),
        ({"title": ""}, True, "rejected", "[SYN604]"),
    ],
)
def test_each_decision_has_its_reason_and_is_what_the_next_run_does(
    world: World, changed: dict[str, Any], synchronized: bool, action: str, because: str
) -> None:
    """What is told of a record is what the run then plans for it."""
    world.edflex.put("i1", **({} if synchronized else changed))
    if synchronized:
        world.run()
        world.edflex.put("i1", **changed)
    told = _explain(world, "courses", "i1")["decision"]
    assert told["action"] == action
    assert because in told["because"]
    assert world.plan(exit=6 if action == "rejected" else 0).planned() == {action: 1}


def test_an_archived_record_tells_why(world: World) -> None:
    """Closed by its status: archived, and to stay so; open again: restored."""
    world.edflex.fill(1)
    world.run()
    world.edflex.patch("i1", status="closed")
    world.run()
    told = _explain(world, "courses", "i1")
    assert (told["ledger"]["archived"], told["judged"]["standing"]) == ("closed", "closed")
    assert told["decision"]["action"] == "unchanged"
    world.edflex.patch("i1", status="opened")
    assert _explain(world, "courses", "i1")["decision"]["action"] == "restore"


def test_a_record_that_is_gone_counts_its_misses(world: World) -> None:
    """Missing once, it is left; the second complete reading archives it."""
    world.edflex.fill(12)
    world.run()
    world.edflex.remove("i1")
    told = _explain(world, "courses", "i1")
    assert (told["source"]["found"], told["source"]["proven_absent"]) == (False, True)
    assert told["judged"] is None
    assert (
        told["decision"]["because"] == "it is missing in 1 of 2 complete readings (guards.misses)"
    )
    world.run()
    told = _explain(world, "courses", "i1")
    assert (told["ledger"]["misses"], told["decision"]["action"]) == (1, "archive")
    assert world.run().confirmed() == {"archive": 1}
    assert _explain(world, "courses", "i1")["ledger"]["archived"] == "missing"


def test_what_waits_and_what_was_set_aside_tell_since_when(world: World) -> None:
    """A statistic of somebody who is not there, a course without a picture."""
    world.edflex.put("i1")
    world.edflex.put("i2", image=None)
    world.edflex.learn(NEW, "i1")
    world.run(exit=6)
    waits = _explain(world, "statistics", json.dumps([NEW, "i1", 1]))
    assert waits["ledger"]["waiting"]["for"] == "learner"
    assert waits["ledger"]["waiting"]["attempts"] == 1
    assert waits["decision"] == {
        "action": "waiting", "reason": "", "because": "it waits for learner", "changes": [],
    }  # fmt: skip
    aside = _explain(world, "courses", "i2")
    assert aside["ledger"]["set_aside"]["code"] == aside["judged"]["set_aside"]["code"] == "SYN604"
    assert "image" in world.cli("explain", "main", "courses", "i2").out


def test_a_person_is_found_by_name_or_hash_and_shown_by_neither(world: World) -> None:
    """The e-mail of the key is in no output, but values of other fields are; a final record is
    left alone."""
    world.edflex.fill(1)
    world.edflex.learn(ADA, "i1")
    world.run()
    told = _explain(world, "statistics", KEY)
    assert json.loads(told["key"])[0].startswith("person:")
    assert _explain(world, "statistics", told["key"])["source"] == told["source"]
    assert "`final` holds" in told["decision"]["because"]
    outputs = [
        world.cli("explain", "main", "statistics", told["key"], *more).out
        for more in ([], ["userIdentifier"], ["--json"], ["userIdentifier", "--json"])
    ]
    assert not [out for out in outputs if ADA in out]
    field = _explain(world, "statistics", KEY, "userIdentifier")["field"]
    assert {step.get("value") for step in field["steps"]} == {"(personal)"}
    spent = _explain(world, "statistics", KEY, "timeSpent")["field"]["steps"]
    assert spent[0]["value"] == world.target.attempts("i1", ADA)[0]["timeSpent"]


def test_what_was_put_back_is_counted(world: World) -> None:
    """A name that was changed by hand twice, and put back twice."""
    world.edflex.fill(1)
    world.run()
    for name in ("Mine", "Mine again"):
        world.target.hand("edit_course", externalId="i1", fields={"name": name})
        world.run()
    assert _explain(world, "courses", "i1")["ledger"]["put_back"] == {"name": 2}
    assert "put back      name, 2 times" in world.cli("explain", "main", "courses", "i1").out


def test_nothing_is_written_by_telling(world: World) -> None:
    """Not one byte of the ledger, no write at the target, no file beside it."""
    world.edflex.fill(1)
    world.run()
    world.edflex.patch("i1", title="Other")
    ledger = world.path("state", "main.db")
    content, mark = ledger.read_bytes(), world.target.mark()
    _explain(world, "courses", "i1", "name")
    assert ledger.read_bytes() == content
    assert world.target.writes(mark) == []
    assert sorted(p.name for p in ledger.parent.iterdir()) == ["main.db", "main.db.lock"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["courses", "nowhere"], "neither the ledger knows one, nor is it at the source"),
        (["nothing", "i1"], "there is no sync nothing"),
        (["courses", "i1", "nmae"], "the sync courses maps no field nmae"),
        (["courses"], "it takes CODE, or CONNECTION SYNC KEY [FIELD]"),
    ],
)
def test_what_does_not_exist_is_a_wrong_call(world: World, arguments: list[str], said: str) -> None:
    """Exit 2 and the reason."""
    world.edflex.fill(1)
    refused = world.cli("explain", "main", *arguments)
    assert (refused.exit, said in refused.err) == (2, True), refused.err
