"""A scripted week of both simulators: what happens each day, played over HTTP.

Nothing here knows a seed: a step picks its item by type and by its place in the order of ids, so
that both simulators pick the same one once they are synchronized.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from syncata.simulator.steps import Day, Pick, Side, Step, a_day_ahead, do

FIRST, SECOND, LAST = 0, 1, -1


def _launch(mail: str, pick: Pick) -> Step:
    body = {"action": "launch", "mail": mail, "externalId": "{id}"}
    return Step("360learning", f"{mail} launches {{title}}", "POST", "hand", body, pick)


def _by_hand(told: str, body: Mapping[str, Any], pick: Pick | None = None) -> Step:
    return Step("360learning", told, "POST", "hand", body, pick)


def _begin(mail: str, pick: Pick, status: str = "in progress", attempt: int = 1) -> Step:
    """Let somebody work for half an hour, beginning a little after a launch of the same day."""
    told = f"{mail} works on {{title}}: attempt {attempt} is {status}"
    body = {"email": mail, "content_id": "{id}", "attempt": attempt, "status": status}
    later = {"first_activity": 20, "last_activity": 1820, "updated_at": 1830}
    if status == "completed":
        later["completed_at"] = 1820
    return Step("edflex", told, "POST", "activities", body, pick, later)


def _finish(mail: str, pick: Pick) -> Step:
    body = {"email": mail, "content_id": "{id}", "status": "completed", "time_spent": 3_000_000}
    later = {"last_activity": 1200, "completed_at": 1200, "updated_at": 1210}
    return Step("edflex", f"{mail} finishes {{title}}", "PATCH", "activities", body, pick, later)


def _change(told: str, attributes: Mapping[str, Any], pick: Pick) -> Step:
    return Step("edflex", told, "PATCH", "items/{id}", attributes, pick)


ONE, TWO, THREE = "learner-0001@example.com", "learner-0002@example.com", "Learner-0003@Example.COM"
COLLEAGUE = "newcomer-01@example.com"
NEW_ITEM = "ffffffff-0000-4000-a000-000000000001"
REVISED = "under revision"

PODCAST = Pick("podcast", FIRST)
VIDEO, OTHER_VIDEO, LAST_VIDEO = (Pick("video", place) for place in (FIRST, SECOND, LAST))
MOOC, LAST_MOOC = Pick("mooc", FIRST), Pick("mooc", LAST)
ARTICLE, LAST_ARTICLE = Pick("article", FIRST), Pick("article", LAST)

WEEK: tuple[Day, ...] = (
    Day(
        "learners launch a podcast and begin; a colleague whom the target does not know finishes",
        (
            *(_launch(mail, PODCAST) for mail in (ONE, TWO, THREE)),
            _begin(ONE, PODCAST),
            _begin(TWO, PODCAST),
            _begin(THREE, PODCAST, "completed"),
            _begin(COLLEAGUE, VIDEO, "completed"),
        ),
    ),
    Day(
        "the catalogue changes: one new, one edited, one closed",
        (
            _change("{title} is closed for revision", {"status": REVISED}, LAST_VIDEO),
            _change("{title} gets another title", {"title": "{title}, revised"}, MOOC),
            Step(
                "edflex",
                "a new video",
                "POST",
                "items",
                {"id": NEW_ITEM, "attributes": {"title": "New this week", "type": "video"}},
            ),
            _finish(ONE, PODCAST),
        ),
    ),
    Day(
        "somebody edits and archives at the target; an item is gone from the source",
        (
            _by_hand(
                "{title} is edited at the target",
                {"action": "edit_course", "externalId": "{id}", "fields": {"name": "Ours now"}},
                ARTICLE,
            ),
            _by_hand(
                "{title} is archived at the target",
                {"action": "archive_course", "externalId": "{id}"},
                OTHER_VIDEO,
            ),
            Step("edflex", "{title} is taken out", "DELETE", "items/{id}", {}, LAST_MOOC),
        ),
    ),
    Day(
        "the colleague joins; the item is missing for the second time",
        (
            _by_hand(f"{COLLEAGUE} joins", {"action": "add_user", "mail": COLLEAGUE}),
            _finish(TWO, PODCAST),
        ),
    ),
    Day(
        "the closed item opens again; somebody tags a course; a learner begins once more",
        (
            _change("{title} is open again", {"status": "opened"}, Pick("video", FIRST, REVISED)),
            _by_hand(
                "{title} gets a tag by hand",
                {"action": "tag", "externalId": "{id}", "name": "Recommended"},
                PODCAST,
            ),
            _begin(ONE, PODCAST, attempt=2),
        ),
    ),
    Day(
        "a category is renamed; an item's type is retired",
        (
            Step(
                "edflex",
                "the category Communication is called Conversation now",
                "POST",
                "categories",
                {"name": "Communication", "to": "Conversation"},
            ),
            _change("{title} becomes an escape game", {"type": "escape-game"}, LAST_ARTICLE),
        ),
    ),
    Day(
        "a quiet day: learners go on",
        (
            Step(
                "edflex",
                "20 learners begin 10 activities",
                "POST",
                "learning",
                {"learners": 20, "count": 10, "share": 0.5},
            ),
        ),
    ),
)

SCENARIOS: Mapping[str, tuple[Day, ...]] = {"week": WEEK}


def play(day: int, source_url: str, target_url: str) -> list[str]:
    """Play day 1, 2, … of the week at both simulators, then set their clocks a day ahead.

    Returns what happened, line by line. Raises ValueError for a day there is not, and OSError for a
    simulator that does not answer.
    """
    urls: dict[Side, str] = {"edflex": source_url, "360learning": target_url}
    lines = [do(step, urls[step.side]) for step in _day(WEEK, day).steps]
    for url in urls.values():
        a_day_ahead(url)
    return lines


def play_part(scenario: str, day: int, side: Side, url: str) -> tuple[str, list[str]]:
    """Play one simulator's part of a day; returns the day's title and what happened.

    Raises as `play` does.
    """
    chosen = _day(SCENARIOS[scenario], day)
    lines = [do(step, url) for step in chosen.steps if step.side == side]
    a_day_ahead(url)
    return chosen.title, lines


def _day(days: Sequence[Day], day: int) -> Day:
    if not 1 <= day <= len(days):
        raise ValueError(f"there is no day {day}: the scenario has {len(days)} days")
    return days[day - 1]
