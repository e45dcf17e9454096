"""The scripted week: what it changes at both simulators, whatever the seed."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.simulator.clients import (
    control,
    course,
    edflex_client,
    effects,
    hand,
    integrate,
    open_client,
    run_bulk,
    target_client,
)

from syncata.simulator import SIMULATORS, Options, serve
from syncata.simulator.scenario import WEEK, play

ENGINE = Path(__file__).parents[2] / "engine"
SYNCHRONIZED = ("mooc", "video", "podcast", "article")


class Sides:
    """Both simulators, and a plain copy of what is offered from one to the other."""

    def __init__(self, source: httpx.Client, target: httpx.Client) -> None:
        self.source, self.target = source, target
        self._integration = integrate(target)
        self.copy()

    def copy(self) -> None:
        """Upsert every offered item, archive the others: a synchronization without a memory."""
        offered = self.offered()
        items = [
            course(item_id, name=item["title"].strip(), contentType=item["type"])
            for item_id, item in offered.items()
        ]
        run_bulk(self.target, "PUT", self._integration, items)
        for one in self.courses():
            action = "restore_course" if one["externalId"] in offered else "archive_course"
            hand(self.target, action, externalId=one["externalId"])

    def offered(self) -> dict[str, dict[str, Any]]:
        """The items that belong on the target."""
        items = control(self.source, "GET", "items?live=true")["items"]
        return {
            one["id"]: one["attributes"]
            for one in items
            if one["attributes"]["type"] in SYNCHRONIZED
        }

    def courses(self, query: str = "") -> list[dict[str, Any]]:
        """The courses of the target."""
        found: list[dict[str, Any]] = control(self.target, "GET", f"courses{query}")["courses"]
        return found

    def activities(self) -> dict[tuple[str, str, int], str]:
        """The status of each activity."""
        found = control(self.source, "GET", "activities")["activities"]
        return {(one["email"], one["content_id"], one["attempt"]): one["status"] for one in found}

    def play(self, day: int) -> list[str]:
        """Play a day at both."""
        urls = [str(client.base_url).rstrip("/") for client in (self.source, self.target)]
        return play(day, *urls)

    def picked(self, kind: str, place: int) -> str:
        """The id of an item by its type and its place in the order of ids."""
        return sorted(i for i, one in self.offered().items() if one["type"] == kind)[place]


@pytest.fixture(params=[1, 2, 7])
def sides(request: pytest.FixtureRequest) -> Iterator[Sides]:
    """Synchronized simulators of some seed."""
    with (
        serve("edflex", Options(items=120, seed=request.param)) as one,
        serve("360learning", Options(job_seconds=0, rate_limits=False)) as two,
        edflex_client(one) as source,
        target_client(two) as target,
    ):
        yield Sides(source, target)


def test_the_week_is_played(sides: Sides) -> None:
    """Each day does what its title says, at the items that were picked, and a day passes."""
    before = sides.offered()
    podcast, video, other = (
        sides.picked(*pick) for pick in (("podcast", 0), ("video", 0), ("video", 1))
    )
    closed, gone = sides.picked("video", -1), sides.picked("mooc", -1)
    edited, touched = sides.picked("mooc", 0), sides.picked("article", 0)
    retired = sides.picked("article", -1)
    one, two, three, colleague = (
        "learner-0001@example.com",
        "learner-0002@example.com",
        "Learner-0003@Example.COM",
        "newcomer-01@example.com",
    )
    lines = sides.play(1)
    launched = control(sides.target, "GET", "attempts")["attempts"]
    assert [(a["externalId"], a["mail"]) for a in launched] == [
        (podcast, mail.casefold()) for mail in (one, two, three)
    ]
    assert sides.activities() == {
        (one, podcast, 1): "in progress",
        (two, podcast, 1): "in progress",
        (three, podcast, 1): "completed",
        (colleague, video, 1): "completed",
    }
    first = control(sides.source, "GET", f"activities?email={one}")["activities"][0]
    assert first["first_activity"] > launched[0]["lastActivityAt"]
    assert first["updated_at"] < control(sides.source, "GET", "clock")["now"]
    assert before[podcast]["title"].strip() in lines[0]

    sides.play(2)
    (new,) = sides.offered().keys() - before.keys()
    assert before.keys() - sides.offered().keys() == {closed}
    assert sides.offered()[edited]["title"] == f"{before[edited]['title'].strip()}, revised"
    assert sides.activities()[one, podcast, 1] == "completed"
    sides.copy()

    sides.play(3)
    assert sides.courses(f"?externalId={touched}")[0]["name"] == "Ours now"
    assert sides.courses(f"?externalId={other}")[0]["status"] == "archived"
    assert before.keys() - sides.offered().keys() == {closed, gone}
    assert sides.source.get(f"/_simulator/items/{gone}").status_code == 404
    sides.copy()

    sides.play(4)
    assert sides.target.get(f"/api/v2/users?mail[eq]={colleague}").json()[0]["status"] == "active"
    assert sides.activities()[two, podcast, 1] == "completed"

    sides.play(5)
    assert before.keys() - sides.offered().keys() == {gone}
    assert sides.courses(f"?externalId={podcast}")[0]["tags"] == ["Recommended"]
    assert sides.activities()[one, podcast, 2] == "in progress"
    sides.copy()

    sides.play(6)
    names = {
        category["name"] for item in sides.offered().values() for category in item["categories"]
    }
    assert ("Conversation" in names, "Communication" in names) == (True, False)
    assert before.keys() - sides.offered().keys() == {gone, retired}

    sides.play(7)
    assert len(sides.activities()) == 5 + 10
    assert {new} == sides.offered().keys() - before.keys()
    for client in (sides.source, sides.target):
        assert control(client, "GET", "clock")["ahead"] == 7 * 24 * 3600


def test_a_renamed_category_is_renamed_everywhere(source: httpx.Client) -> None:
    """In the list of categories and in items, edited ones too; other names are refused."""
    (item, *_) = control(source, "GET", "items?live=true")["items"]
    one = control(source, "PATCH", f"items/{item['id']}", {"title": "Edited"})
    catalog = source.get("/connect/v1/catalogs").json()["data"][0]["id"]
    url = f"/connect/v1/catalogs/{catalog}/categories"
    category = source.get(url).json()["data"][0]
    about = [{"id": category["id"], "name": category["attributes"]["title"]["en"]}]
    control(source, "PATCH", f"items/{item['id']}", {"categories": about})
    rename = {"name": about[0]["name"], "to": "Leading"}
    control(source, "POST", "categories", rename)
    assert source.get(url).json()["data"][0]["attributes"]["title"]["en"] == "Leading"
    shown = control(source, "GET", f"items/{one['id']}")["attributes"]
    assert shown["categories"] == [about[0] | {"name": "Leading"}]
    assert effects(source, "hand")[-1] == {"categories_renamed": ["Management → Leading"]}
    wrongs: list[object] = [rename, {"name": "Leading"}, {"name": "Leading", "to": ""}, []]
    for wrong in wrongs:
        assert source.post("/_simulator/categories", json=wrong).status_code == 400
    control(source, "POST", "categories", {"name": "Leading", "to": "Management"})
    assert source.get(url).json()["data"][0] == category


def test_items_are_listed_for_whoever_picks(source: httpx.Client) -> None:
    """By type, by status, only those that are open and complete, and in parts."""
    everything = control(source, "GET", "items?limit=9999")["items"]
    for query, name, value in (
        ("type=video", "type", "video"),
        ("status=closed", "status", "closed"),
    ):
        found = control(source, "GET", f"items?{query}")
        expected = [one for one in everything if one["attributes"][name] == value]
        assert found == {"total": len(expected), "items": expected}
        assert expected
    live = control(source, "GET", "items?live=true&type=mooc")["items"]
    assert {one["attributes"]["status"].casefold() for one in live} == {
        "opened",
        "open all year",
        "coming soon",
    }
    part = control(source, "GET", "items?from=3&limit=2")
    assert (part["total"], part["items"]) == (400, everything[3:5])
    control(source, "PATCH", f"items/{live[0]['id']}", {"title": "  "})
    assert live[0]["id"] not in str(control(source, "GET", "items?live=true&type=mooc"))


@pytest.mark.parametrize("day", [0, 8])
def test_there_are_seven_days(day: int) -> None:
    """Another day is refused before anything is played."""
    with pytest.raises(ValueError, match=f"no day {day}: the scenario has 7 days"):
        play(day, "http://127.0.0.1:1", "http://127.0.0.1:1")


def test_a_simulator_that_is_away_is_an_error() -> None:
    """Nothing answers: OSError, as the caller can tell from a refusal."""
    with pytest.raises(OSError, match="refused"):
        play(1, "http://127.0.0.1:1", "http://127.0.0.1:1")


def test_what_cannot_be_done_is_told() -> None:
    """An empty target has no course to launch; an item cannot be new twice; the rest is done."""
    with serve("edflex", Options(items=120)) as one, serve("360learning") as two:
        lines = play(1, one.url, two.url)
        assert [
            line.endswith("launches some podcast: not done, there is none") for line in lines
        ] == [
            *[True] * 3,
            *[False] * 4,
        ]
        play(2, one.url, two.url)
        again = play(2, one.url, two.url)
        assert again[2] == "a new video: not done, this id is in the catalogue"


@pytest.mark.parametrize("name", SIMULATORS)
def test_a_simulator_plays_its_part(name: str) -> None:
    """With a scenario POST day plays the simulator's own steps, sets its clock, and ends."""
    with (
        serve(name, Options(items=120, scenario="week")) as running,
        open_client(running) as client,
    ):
        for number, day in enumerate(WEEK, 1):
            done = control(client, "POST", "day")
            own = [step for step in day.steps if step.side == name]
            assert (done["day"], done["title"]) == (number, day.title)
            assert len(done["done"]) == len(own)
        assert control(client, "GET", "clock")["ahead"] == 7 * 24 * 3600
        over = client.post("/_simulator/day")
    assert (over.status_code, "7 days" in over.json()["error"]) == (409, True)


def test_an_unknown_scenario_is_refused() -> None:
    """The refusal lists those there are."""
    for build in SIMULATORS.values():
        with pytest.raises(ValueError, match="unknown scenario 'month'; known: week"):
            build(Options(scenario="month"))


@pytest.mark.parametrize(
    "command",
    [["syncata.simulator", "edflex"], ["syncata", "simulate", "edflex", "--json"]],
    ids=["module", "command"],
)
def test_both_commands_take_the_options(command: list[str]) -> None:
    """A scenario, statistics and a clock ahead, given on the command line."""
    more = ["--items", "120", "--scenario", "week", "--activities", "30", "--ahead", "86400"]
    with subprocess.Popen(
        [sys.executable, "-m", *command, *more],
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": str(ENGINE)},
        text=True,
    ) as process:
        assert process.stdout
        url = _url(process.stdout)
        clock = httpx.get(f"{url}/_simulator/clock").json()
        state = httpx.get(f"{url}/_simulator/state").json()
        day = httpx.post(f"{url}/_simulator/day").json()
        process.terminate()
    assert (clock["ahead"], state["activities"], day["title"]) == (86400, 30, WEEK[0].title)


def _url(output: Iterator[str]) -> str:
    """Read a JSON document, on one line or on many, for the address in it."""
    text = ""
    for line in output:
        text += line
        try:
            told = json.loads(text)
        except json.JSONDecodeError:
            continue
        return str(told.get("url") or told["simulators"]["edflex"])
    raise AssertionError(text)
