"""What a second run does: nothing, or exactly what has changed, with the reason."""

from tests.acceptance.world import World


def test_a_second_run_sends_no_write(world: World) -> None:
    """Nothing has changed, so the target sees no write at all."""
    world.edflex.fill(5)
    first = world.run()
    assert first.confirmed() == {"create": 5}
    assert world.target.courses() == {"i1", "i2", "i3", "i4", "i5"}
    mark = world.target.mark()
    second = world.run()
    assert second.planned() == {"unchanged": 5}
    assert world.target.writes(mark) == []
    assert world.live() == 5


def test_one_changed_record_is_the_only_one_sent(world: World) -> None:
    """One title changes: one request with one item, and the others are not touched."""
    world.edflex.fill(6)
    world.run()
    world.edflex.patch("i4", title="Another title")
    mark = world.target.mark()
    run = world.run()
    assert run.sync()["planned"] == {"unchanged": {"": 5}, "update": {"source": 1}}
    (write,) = world.target.writes(mark)
    assert [item["externalId"] for item in write["body"]["input"]] == ["i4"]
    assert world.target.field("i4", "name") == "Another title"


def test_a_change_the_mapping_does_not_see_is_not_sent(world: World) -> None:
    """Another field of the record changes: nothing is written, and it stays unchanged."""
    world.edflex.fill(2)
    world.run()
    world.edflex.patch("i1", popularity=17)
    mark = world.target.mark()
    assert world.run().planned() == {"unchanged": 2}
    assert world.run().planned() == {"unchanged": 2}
    assert world.target.writes(mark) == []


def test_a_field_that_empties_is_taken_away(world: World) -> None:
    """An upsert replaces the whole course: what the source lost, the target loses."""
    world.edflex.fill(1)
    world.run()
    world.edflex.put("i1", title="Title 1", duration="", difficulty=None, description=None)
    world.run()
    course = world.target.course("i1") or {}
    assert not {"duration", "difficultyLevel", "description"} & course.keys()


def test_an_edited_mapping_sends_exactly_what_it_touches(world: World) -> None:
    """The plan says reason spec for the two records whose payload differs, and no other."""
    world.edflex.put("long", title="A rather long title")
    world.edflex.put("longer", title="An even longer title")
    world.edflex.put("short", title="Short")
    world.run()
    world.edit_spec("name: 'title ? $trim(title)'", "name: '$substring($trim(title), 0, 10)'")
    plan = world.plan()
    assert plan.sync()["planned"] == {"unchanged": {"": 1}, "update": {"spec": 2}}
    mark = world.target.mark()
    world.run()
    assert sorted(world.target.effects(mark)["updated"]) == ["long", "longer"]
    assert world.target.field("long", "name") == "A rather l"
    mark = world.target.mark()
    assert world.run().planned() == {"unchanged": 3}
    assert world.target.writes(mark) == []


def test_an_edited_definition_sends_exactly_what_it_touches(world: World) -> None:
    """A word of a definition changes: only records that map through it are sent again."""
    world.edflex.put("one", difficulty=1)
    world.edflex.put("three", difficulty=3)
    world.run()
    world.edit_spec('"3": "advanced"', '"3": "intermediate"')
    mark = world.target.mark()
    assert world.run().sync()["planned"] == {"unchanged": {"": 1}, "update": {"spec": 1}}
    assert world.target.effects(mark) == {"updated": ["three"]}


def test_an_edited_comment_sends_nothing(world: World) -> None:
    """A spec that says the same in other words of its comments changes no record."""
    world.edflex.fill(2)
    world.run()
    world.edit_spec("# The biggest picture there is.", "# The best picture.")
    mark = world.target.mark()
    assert world.run().planned() == {"unchanged": 2}
    assert world.target.writes(mark) == []


def test_a_changed_setting_sends_exactly_what_it_touches(world: World) -> None:
    """authors_in moves names: only records with authors are sent again, reason settings."""
    world.edflex.put("with", authors=[{"fullName": "Ada"}])
    world.edflex.put("without")
    world.run()
    world.connect(authors_in="sources")
    plan = world.plan()
    assert plan.sync()["planned"] == {"unchanged": {"": 1}, "update": {"settings": 1}}
    mark = world.target.mark()
    world.run()
    assert world.target.effects(mark) == {"updated": ["with"]}


def test_a_setting_the_mapping_does_not_read_changes_nothing(world: World) -> None:
    """The page size is no part of any payload: nothing is even looked at again."""
    world.edflex.fill(3)
    world.run()
    world.connect(edflex_page_size=2)
    mark = world.target.mark()
    assert world.run().planned() == {"unchanged": 3}
    assert world.target.writes(mark) == []
    pages = [r for r in world.edflex.requests() if r["path"] == "/connect/v1/resources"]
    assert len(pages) == 1 + 2


def test_an_edited_condition_retires_and_restores(world: World) -> None:
    """Podcasts leave the list of types and come back: archived, then restored."""
    world.edflex.put("p", type="podcast")
    world.edflex.put("v", type="video")
    world.run()
    world.edit_spec('["article", "mooc", "podcast", "video"]', '["article", "mooc", "video"]')
    world.run()
    assert world.target.courses("archived") == {"p"}
    world.edit_spec('["article", "mooc", "video"]', '["article", "mooc", "podcast", "video"]')
    assert world.run().confirmed() == {"restore": 1}


def test_only_the_sync_that_was_named_runs(world: World) -> None:
    """--sync integration leaves the courses alone; --sync courses then needs no integration."""
    world.edflex.fill(2)
    run = world.run("--sync", "integration")
    assert [sync["sync"] for sync in run.run["syncs"]] == ["integration"]
    assert world.edflex.requests() == []
    assert world.target.courses() == set()
    run = world.run("--sync", "courses")
    assert [sync["sync"] for sync in run.run["syncs"]] == ["courses"]
    assert world.target.courses() == {"i1", "i2"}
    unknown = world.run("--sync", "lessons", exit=2)
    assert "its syncs are integration, courses, tags" in unknown.run["error"]["hint"]


def test_courses_without_their_integration_wait(world: World) -> None:
    """The reference is not there yet: nothing is sent, nothing fails, the next run goes on."""
    world.edflex.fill(2)
    run = world.run("--sync", "courses")
    assert run.sync()["applied"]["waiting"] == 2
    assert world.target.writes() == []
    assert world.run().confirmed() == {"create": 2}


def test_a_limited_run_is_a_canary(world: World) -> None:
    """--limit reads that many, archives nothing and counts nothing as missing."""
    world.edflex.fill(6)
    first = world.run("--limit", "2")
    assert first.confirmed() == {"create": 2}
    assert (first.sync()["read"], first.sync()["complete"]) == (2, False)
    world.run()
    world.edflex.remove("i5", "i6")
    mark = world.target.mark()
    for _ in range(3):
        assert world.run("--limit", "2").planned() == {"unchanged": 2}
    assert world.run().planned() == {"unchanged": 6}, "this is the first miss"
    assert world.target.writes(mark) == []


def test_two_connections_of_one_spec_have_ledgers_of_their_own(world: World) -> None:
    """Each platform gets its own courses; neither run knows of the other's."""
    world.connect("second", platform_name="Second")
    world.edflex.fill(2)
    both = world.cli("run", "main", "second", "--json")
    assert both.exit == 0, both.out
    assert [run["connection"] for run in both.json["runs"]] == ["main", "second"]
    names = [one["externalPlatform"] for one in world.target.integrations()]
    assert names == ["Edflex", "Second"]
    assert len(world.target.control("GET", "courses")["courses"]) == 4
    world.edflex.patch("i1", title="Changed")
    assert world.run().planned()["update"] == 1
    assert world.run().planned() == {"unchanged": 2}
    assert world.run(name="second").planned()["update"] == 1
