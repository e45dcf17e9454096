"""What is gone from the source: proven twice and looked up before anything is archived."""

from typing import Any

from tests.acceptance.world import World


def _look_ups(world: World, since: int) -> list[dict[str, Any]]:
    entries = world.edflex.requests(since)
    return [entry for entry in entries if "contentIds" in entry.get("query", "")]


def test_a_missing_record_is_archived_by_the_second_complete_reading(world: World) -> None:
    """First a miss without a look-up, then a look-up that confirms it, then the archive."""
    world.edflex.fill(5)
    world.run()
    world.edflex.remove("i2", "i4")
    mark, read = world.target.mark(), world.edflex.mark()
    first = world.run()
    assert first.sync()["planned"] == {"unchanged": {"": 3, "not seen": 2}}
    assert world.target.writes(mark) == []
    assert _look_ups(world, read) == []
    second = world.run()
    assert second.sync()["planned"] == {"archive": {"missing": 2}, "unchanged": {"": 3}}
    assert sorted(world.target.effects(mark)["archived"]) == ["i2", "i4"]
    assert len(_look_ups(world, read)) == 1
    assert world.live() == 3
    mark = world.target.mark()
    assert world.run().planned() == {"unchanged": 3}
    assert world.target.writes(mark) == []


def test_a_record_the_look_up_finds_is_not_archived(world: World) -> None:
    """The listing leaves it out, the look-up knows it: it stays, however often that happens."""
    world.edflex.fill(3)
    world.run()
    world.edflex.fault(hidden="i2")
    mark, read = world.target.mark(), world.edflex.mark()
    for _ in range(5):
        assert world.run().planned() == {"unchanged": 3}
    assert world.target.writes(mark) == []
    assert len(_look_ups(world, read)) == 2, "a record that was found starts at no miss again"
    assert world.live() == 3


def test_a_record_that_comes_back_is_no_miss_any_more(world: World) -> None:
    """Gone, back, gone: the count starts again."""
    world.edflex.fill(2)
    world.run()
    world.edflex.fault(hidden="i2")
    world.run()
    world.edflex.fault(hidden=None)
    world.run()
    world.edflex.remove("i2")
    assert world.run().planned() == {"unchanged": 2}
    assert world.run().planned() == {"archive": 1, "unchanged": 1}


def test_a_missing_record_that_returns_is_restored(world: World) -> None:
    """Archived as missing; the source has it again, changed: it is restored and updated."""
    world.edflex.fill(2)
    world.run()
    world.edflex.remove("i2")
    world.run()
    world.run()
    assert world.target.courses("archived") == {"i2"}
    world.edflex.control("POST", "items", {"id": "i2", "attributes": {"title": "Back"}})
    mark = world.target.mark()
    assert world.run().planned() == {"restore": 1, "unchanged": 1}
    assert world.target.effects(mark) == {"restored": ["i2"], "updated": ["i2"]}
    assert world.run().planned() == {"unchanged": 2}


def test_a_missing_record_that_returns_closed_stays_archived(world: World) -> None:
    """It is known to be archived already; opened later it is restored."""
    world.edflex.fill(2)
    world.run()
    world.edflex.remove("i2")
    world.run()
    world.run()
    world.edflex.control("POST", "items", {"id": "i2", "attributes": {"status": "closed"}})
    mark = world.target.mark()
    for _ in range(2):
        assert world.run().planned() == {"unchanged": 2}
    assert world.target.writes(mark) == []
    world.edflex.patch("i2", status="opened")
    assert world.run().confirmed() == {"restore": 1}


def test_a_look_up_that_fails_proves_nothing(world: World) -> None:
    """The listing is fine, the look-up is not: exit 5, nothing is archived, no miss is lost."""
    world.edflex.fill(3)
    world.run()
    world.edflex.remove("i3")
    world.run()
    mark = world.target.mark()
    for faults in ({"http_500": "on@contentIds"}, {"half_body": "on@contentIds"}):
        world.edflex.fault(**faults)
        world.run(exit=5)
        world.edflex.fault(**dict.fromkeys(faults))
    assert world.target.writes(mark) == []
    assert world.run().confirmed() == {"archive": 1}


def test_misses_are_a_setting(world: World) -> None:
    """With misses 3 it takes three complete readings."""
    world.connect(guards={"misses": 3})
    world.edflex.fill(2)
    world.run()
    world.edflex.remove("i2")
    assert [world.run().planned().get("archive", 0) for _ in range(3)] == [0, 0, 1]


def test_an_empty_source_stops_the_run(world: World) -> None:
    """Exit 7, no miss is counted, and nothing is archived when it fills again."""
    world.edflex.fill(3)
    world.run()
    world.edflex.fault(empty_catalogue=True)
    mark = world.target.mark()
    for _ in range(3):
        run = world.run(exit=7)
        (stop,) = run.run["stops"]
        assert stop["guard"] == "guards.empty_source"
        assert "3 records are live" in stop["measured"]
        assert "guards.empty_source: allow" in stop["advice"]
    assert world.plan(exit=7).json["stops"] == [stop]
    assert world.target.writes(mark) == []
    world.edflex.fault(empty_catalogue=None)
    assert world.run().planned() == {"unchanged": 3}


def test_an_empty_source_is_fine_before_there_is_anything(world: World) -> None:
    """Nothing is live, so nothing is at risk."""
    assert world.run().planned() == {}
    assert world.target.courses() == set()


def test_an_empty_source_may_be_meant(world: World) -> None:
    """With empty_source: allow the records are missing like any others."""
    world.connect(guards={"empty_source": "allow"})
    world.edflex.fill(2)
    world.run()
    world.edflex.remove("i1", "i2")
    assert world.run().planned() == {"unchanged": 2}
    assert world.run().planned() == {"archive": 2}


def test_a_mass_disappearance_is_held(world: World) -> None:
    """Half of twelve vanish: misses first, then a guard that says number, limit and key."""
    world.edflex.fill(12)
    world.run()
    world.edflex.remove(*(f"i{place}" for place in range(1, 7)))
    mark = world.target.mark()
    assert world.run().sync()["planned"]["unchanged"] == {"": 6, "not seen": 6}
    for _ in range(2):
        (stop,) = world.run(exit=7).run["stops"]
        assert stop["measured"] == "6 archives and removals of 12 live records (50.0%)"
        assert (stop["guard"], stop["limit"]) == ("guards.max_archives", "30%")
    assert world.target.writes(mark) == []
    assert world.live() == 12
    world.connect(guards={"max_archives": "50%"})
    assert world.run().confirmed() == {"archive": 6}


def test_a_mass_closing_is_held_too(world: World) -> None:
    """The status closes half of the catalogue: the same guard holds the archives."""
    world.edflex.fill(12)
    world.run()
    for place in range(1, 7):
        world.edflex.patch(f"i{place}", status="closed")
    mark = world.target.mark()
    (stop,) = world.run(exit=7).run["stops"]
    assert stop["guard"] == "guards.max_archives"
    assert world.target.writes(mark) == []


def test_an_incomplete_reading_counts_no_miss(world: World) -> None:
    """A record without a key makes the reading unable to prove absence."""
    world.edit_spec(
        "      key: id\n      absent:", "      key: 'title != \"Nameless\" ? id'\n      absent:"
    )
    world.edflex.fill(3)
    world.run()
    world.edflex.remove("i2")
    world.edflex.put("odd", title="Nameless")
    mark = world.target.mark()
    for _ in range(3):
        run = world.run(exit=6)
        assert run.sync()["complete"] is False
        assert "1 record has no key" in run.sync()["incomplete_because"]
    assert world.target.writes(mark) == []


def test_a_page_that_comes_again_stops_the_reading(world: World) -> None:
    """A source that repeats a page for ever is no complete reading, and no endless one."""
    world.connect(edflex_page_size=2)
    world.edflex.fill(6)
    world.run()
    world.edflex.fault(repeat_page=2)
    mark = world.target.mark()
    run = world.run(exit=5)
    assert (
        "the records of page 2 of the stream contents again as page 3"
        in run.run["error"]["message"]
    )
    assert world.target.writes(mark) == []
    world.edflex.fault(repeat_page=None)
    assert world.run().planned() == {"unchanged": 6}


def test_a_record_that_comes_twice_is_one(world: World) -> None:
    """The same content again on a later page is counted as a duplicate and sent once."""
    world.edflex.fill(3)
    world.edit_spec(
        "records: 'data.$merge([attributes, {\"id\": id}])'",
        "records: '$append(data, data[0]).$merge([attributes, {\"id\": id}])'",
    )
    run = world.run()
    assert (run.sync()["read"], run.sync()["duplicates"]) == (4, 1)
    assert run.confirmed() == {"create": 3}
    mark = world.target.mark()
    run = world.run()
    assert (run.sync()["duplicates"], run.planned()) == (1, {"unchanged": 3})
    assert world.target.writes(mark) == []


def test_a_record_with_two_contents_is_rejected(world: World) -> None:
    """Which one is right nobody knows: new or known, it is set aside and the others go on."""
    twice = (
        'records: \'$append(data, data[id = "i1"].$merge([$, {"attributes": $merge([attributes, '
        '{"title": "Other"}])}])).$merge([attributes, {"id": id}])\''
    )
    once = "records: 'data.$merge([attributes, {\"id\": id}])'"
    world.connect(edflex_page_size=2)
    world.edflex.fill(3)
    world.edit_spec(once, twice)
    run = world.run(exit=6)
    assert run.planned() == {"create": 2, "rejected": 1}
    (reject,) = world.rejects(run)
    assert (reject["key"], reject["code"]) == ("i1", "SYN607")
    world.edit_spec(twice, once)
    assert world.run().confirmed() == {"create": 1}
    world.edit_spec(once, twice)
    mark = world.target.mark()
    run = world.run(exit=6)
    assert run.planned()["rejected"] == 1
    assert world.target.writes(mark) == []
    assert world.target.field("i1", "name") == "Title 1"


def test_a_look_up_in_pages_begins_as_a_reading_does(world: World) -> None:
    """The parameters that only a first page has are sent: else all but a page would count as gone.

    The source gives one record a page where it is asked so. Two records are hidden in the listing
    and asked for together: both are found, on two pages.
    """
    world.edit_spec(
        '          params: {"filter[contentIds]": "{$join($keys, \',\')}", "page[size]": "50"}',
        '          params: {"filter[contentIds]": "{$join($keys, \',\')}"}',
    )
    world.edit_spec(
        '        params: {"page[size]": "{$settings.edflex_page_size}"}\n      pagination: '
        '{type: page_number, param: "page[number]", start: 1, while: links.next}\n'
        "      records: 'data.$merge",
        '      pagination:\n        first: {"page[size]": 1, "page[number]": 1}\n        next: |\n'
        '          links.next ? {"page[size]": "1", "page[number]": $string(1 + $page.number)}\n'
        "      records: 'data.$merge",
    )
    world.edflex.fill(4)
    world.run()
    world.edflex.fault(hidden="i2,i3")
    world.run()
    read = world.edflex.mark()
    assert world.run().planned() == {"unchanged": 4}
    asked = _look_ups(world, read)
    assert len(asked) == 2
    assert "page%5Bsize%5D=1" in asked[0]["query"] or "page[size]=1" in asked[0]["query"]


def test_what_is_put_back_is_missing_all_the_same(world: World) -> None:
    """Edited by hand while the source lacks it: it is put back, and the second miss counts."""
    world.edflex.fill(2)
    world.run()
    world.edflex.remove("i1")
    world.target.hand("edit_course", externalId="i1", fields={"name": "By hand"})
    assert world.run().confirmed() == {"update": 1}
    assert world.target.field("i1", "name") == "Title 1"
    assert world.run().confirmed() == {"archive": 1}
