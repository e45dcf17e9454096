"""`syncata plan --spec NEW.yaml`: what an edit changes, apart from what changed at the source."""

from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.world import SPEC, Result, World

from syncata.simulator.people import learner_mail

pytestmark = pytest.mark.slow

ADA = learner_mail(1)
HARDER = ('"2": "intermediate", "intermediate"', '"2": "advanced", "intermediate"')
LOUDER = ("name: 'title ? $trim(title)'", "name: '$uppercase($trim(title))'")
VIDEOS_GO = ('["article", "mooc", "podcast", "video"]', '["article", "mooc", "podcast"]')


def _edited(world: World, *edits: tuple[str, str]) -> Path:
    text = SPEC.read_text()
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = world.path("new.yaml")
    path.write_text(text)
    return path


def _plan(world: World, *edits: tuple[str, str], code: int = 0, more: Any = ()) -> Result:
    path = _edited(world, *edits)
    result = world.cli("plan", "main", "--spec", str(path), "--json", *more)
    assert result.exit == code, result.out
    return result


def _synchronized(world: World, levels: dict[str, int]) -> None:
    for level, number in levels.items():
        for place in range(number):
            world.edflex.put(f"{level}-{place}", title=f"Level {level} {place}", difficulty=level)
    world.run()


def test_a_field_of_few_values_is_counted_by_before_and_after(world: World) -> None:
    """`2 of 9 courses: difficultyLevel … → …`; a run with the edit does just that."""
    _synchronized(world, {"1": 4, "2": 2, "intermediate": 3})
    mark = world.target.mark()
    found = _plan(world, HARDER).sync()
    assert (found["live"], found["met"], found["updated"], found["pending"]) == (9, 9, 2, 0)
    (level,) = found["fields"]
    change = {"before": "intermediate", "after": "advanced"}
    assert (level["field"], level["values"]) == ("difficultyLevel", [{**change, "records": 2}])
    text = world.cli("plan", "main", "--spec", "new.yaml").out
    assert '2 of 9 courses: difficultyLevel "intermediate" → "advanced"' in text
    assert world.target.writes(mark) == []
    world.edit_spec(*HARDER)
    assert world.run().sync()["planned"]["update"] == {"spec": 2}


def test_what_changed_at_the_source_is_told_apart(world: World) -> None:
    """A title that changed since the last run is no change of the edit, only mentioned."""
    _synchronized(world, {"1": 3, "2": 2})
    world.edflex.patch("1-0", title="Another")
    world.edflex.put("new", title="New")
    found = _plan(world, HARDER).sync()
    assert (found["updated"], found["pending"], found["moves"]) == (2, 1, [])
    assert [one["field"] for one in found["fields"]] == ["difficultyLevel"]
    text = world.cli("plan", "main", "--spec", "new.yaml").out
    assert '2 of 5 courses: difficultyLevel "intermediate" → "advanced"' in text
    assert "(besides, 1 record changed since the last run and is sent with or without" in text


def test_a_field_of_many_values_has_a_number_and_samples(world: World) -> None:
    """Thirteen different titles: five are shown, with their keys; the guard that would hold."""
    _synchronized(world, {"1": 13})
    found = _plan(world, LOUDER, code=7).sync()
    (name,) = found["fields"]
    assert (name["records"], len(name["samples"]), "values" in name) == (13, 5, False)
    assert name["samples"][0] == {"key": "1-0", "before": "Level 1 0", "after": "LEVEL 1 0"}
    (stop,) = found["stops"]
    assert (stop["guard"], stop["number"]) == ("guards.max_spec_updates", 13)


@pytest.mark.parametrize(
    ("edit", "moved", "code"),
    [
        (VIDEOS_GO, ("live", "archived"), 0),
        (('"open all year", "opened"]', '"open all year"]'), ("live", "archived"), 0),
        (("launchUrl: url", "launchUrl: none"), ("live", "rejected"), 6),
    ],
    ids=["excluded", "closed", "rejected"],
)
def test_records_of_which_something_else_becomes(
    world: World, edit: tuple[str, str], moved: tuple[str, str], code: int
) -> None:
    """Newly archived or rejected, with keys and the reason; one never synchronized is ignored."""
    _synchronized(world, {"1": 2})
    world.edflex.put("new")
    moves = {(m["before"], m["after"]): m for m in _plan(world, edit, code=code).sync()["moves"]}
    assert moves[moved]["records"] == (3 if code else 2)
    assert moves[moved]["samples"][0]["key"] == "1-0"
    if code:
        assert moves[moved]["samples"][0]["set_aside"]["code"] == "SYN604"
    else:
        assert moves["live", "ignored"]["records"] == 1
    assert world.target.courses() == {"1-0", "1-1"}


def test_the_ledger_and_the_runs_stay_as_they_are_and_the_source_is_read_once(
    world: World,
) -> None:
    """Not one byte of the ledger moves; each stream is asked for its page once."""
    world.connect(sync_tags=True)
    _synchronized(world, {"1": 3})
    ledger = world.path("state", "main.db")
    content, mark = ledger.read_bytes(), world.edflex.mark()
    _plan(world, HARDER)
    assert ledger.read_bytes() == content
    paths = [entry["path"] for entry in world.edflex.requests(mark)]
    assert sorted(paths) == ["/connect/v1/resources", "/connect/v1/statistics"]


def test_an_edit_that_changes_nothing_says_so(world: World) -> None:
    """A comment, another writing of the same expression: exit 0, also with --detailed-exitcode."""
    _synchronized(world, {"1": 2})
    edit = ("launchUrl: url", "launchUrl: (url)")
    assert _plan(world, edit, more=["--detailed-exitcode"]).sync()["updated"] == 0
    text = world.cli("plan", "main", "--spec", "new.yaml").out
    assert "courses: 2 live, 2 of them read\n  the edit changes nothing" in text
    assert _plan(world, HARDER, more=["--detailed-exitcode"]).sync()["updated"] == 0
    _synchronized(world, {"2": 1})
    assert _plan(world, HARDER, more=["--detailed-exitcode"], code=10).sync()["updated"] == 1


def test_personal_data_is_not_shown(world: World) -> None:
    """A change of the learner's field is counted, without a value."""
    world.edflex.fill(1)
    world.edflex.learn(ADA, "i1", status="in progress", completed_at=None)
    world.run()
    edit = (
        '"value": $find("learner", email)._id}',
        '"value": $find("learner", email)._id & email}',
    )
    result = _plan(world, edit)
    (field,) = result.sync("statistics")["fields"]
    assert field == {"field": "userIdentifier", "records": 1, "personal": True}
    text = world.cli("plan", "main", "--spec", "new.yaml").out
    assert "userIdentifier: 1 of 1: (personal)" in text
    assert ADA not in result.out + text


def test_an_edit_that_cannot_be_judged_is_refused(world: World) -> None:
    """Findings end with 3, another identity with 7, a wrong call with 2; nothing is read."""
    assert world.cli("plan", "main", "--spec", str(_edited(world))).exit == 2  # it never ran
    _synchronized(world, {"1": 1})
    mark = world.edflex.mark()
    _plan(world, ("launchUrl: url", "launchUrl: $nope(url)"), code=3)
    key = _plan(world, ("      key: id\n", "      key: $string(id)\n"), code=7)
    assert "was `id` when this connection first ran" in key.json["error"]["message"]
    identity = _plan(world, ("    default: Edflex\n", "    default: Other\n"), code=7)
    assert "platform_name was Edflex" in identity.json["error"]["message"]
    name = _plan(world, ("name: edflex-360learning", "name: other"), code=7)
    assert "is the spec other, and main goes by" in name.json["error"]["message"]
    _plan(world, code=2, more=["--out", "x.plan"])
    assert world.cli("plan", "main", "--spec", "nowhere.yaml").exit == 2
    assert world.edflex.requests(mark) == []


def test_what_is_not_compared_is_said(world: World) -> None:
    """A stream that is read otherwise, a sync that is switched off: a remark each."""
    _synchronized(world, {"1": 1})
    reads = ("records: 'data.$merge", "records: 'data[true].$merge")
    off = ("    to: course\n", "    to: course\n    when: 'false'\n    on_disabled: archive\n")
    (remark,) = _plan(world, reads).sync()["remarks"]
    assert "reads the stream contents otherwise" in remark
    (remark,) = _plan(world, off).sync()["remarks"]
    assert remark == "the edit switches it off; its 1 live records: archive (on_disabled)"
