"""Mission rows 6 and 8: ids, titles, summaries, images, URLs, sources and authors."""

from typing import Any

import pytest
from tests.acceptance.sides import ABSENT
from tests.acceptance.world import World

BIG, MEDIUM, SMALL = (f"https://cdn.example.com/{size}.png" for size in ("big", "medium", "small"))


def test_row_06_a_whole_course_as_the_target_holds_it(world: World) -> None:
    """Every field of a plain item arrives under the name and in the form the target wants."""
    world.edflex.put("e-1", title="  Spaces around  ", url="https://demo.edflex.com/x?a=1&b=é")
    world.run()
    course = world.target.course("e-1") or {}
    for name in ("courseId", "integrationId", "authorId", "translations"):
        del course[name]
    assert course == {
        "externalId": "e-1",
        "name": "Spaces around",
        "launchUrl": "https://demo.edflex.com/x?a=1&b=é",
        "imageUrl": BIG,
        "contentType": "video",
        "defaultLang": "en",
        "description": "What it is about.",
        "duration": 10,
        "difficultyLevel": "beginner",
        "sources": [{"name": "Edflex"}, {"name": "YouTube"}],
        "subjects": ["Management"],
        "status": "published",
    }


def test_row_06_the_biggest_image_there_is(world: World) -> None:
    """Big, else medium, else small; an empty or null address is none."""
    images = {
        "all": ({"bigUrl": BIG, "mediumUrl": MEDIUM, "smallUrl": SMALL}, BIG),
        "medium": ({"mediumUrl": MEDIUM, "smallUrl": SMALL}, MEDIUM),
        "null": ({"bigUrl": None, "mediumUrl": MEDIUM}, MEDIUM),
        "empty": ({"bigUrl": "", "mediumUrl": "", "smallUrl": SMALL}, SMALL),
        "small": ({"smallUrl": SMALL}, SMALL),
    }
    for item, (image, _) in images.items():
        world.edflex.put(item, image=image)
    world.run()
    found = {item: world.target.field(item, "imageUrl") for item in images}
    assert found == {item: url for item, (_, url) in images.items()}


SUMMARIES: dict[str, tuple[dict[str, Any], Any]] = {
    "both": (
        {"description": "<p>One &amp; only.</p>", "syllabus": "<h3>Plan</h3><ul><li>A</li></ul>"},
        "One & only.\n\nPlan\n\n- A",
    ),
    "description": ({"description": "Plain text."}, "Plain text."),
    "syllabus": ({"description": None, "syllabus": "<p>Only this</p>"}, "Only this"),
    "nothing": ({"description": "<p> </p>", "syllabus": ""}, ABSENT),
    "absent": ({"description": ABSENT, "syllabus": ABSENT}, ABSENT),
    "script": ({"description": "<script>steal()</script><p>Safe</p>"}, "Safe"),
}


def test_row_06_summaries_as_text(world: World) -> None:
    """Description, blank line, syllabus, without markup; nothing left is no summary."""
    for item, (attributes, _) in SUMMARIES.items():
        world.edflex.put(item, **attributes)
    world.run()
    found = {item: world.target.field(item, "description") for item in SUMMARIES}
    assert found == {item: text for item, (_, text) in SUMMARIES.items()}


def test_row_06_summaries_as_sanitized_html(world: World) -> None:
    """Harmless markup stays; scripts, handlers and script links go."""
    world.connect(summary_format="html")
    evil = (
        '<p onclick="x()">A <b>bold</b> <a href="javascript:x()">link</a></p><script>x()</script>'
    )
    world.edflex.put("evil", description=evil, syllabus="<h3>Plan</h3>")
    world.edflex.put("empty", description="<script>x()</script>", syllabus=None)
    world.run()
    html = world.target.field("evil", "description")
    assert html.startswith("<p>A <b>bold</b> <a")
    assert html.endswith("link</a></p><br><br><h3>Plan</h3>")
    assert not any(word in html for word in ("script", "onclick", "x()"))
    assert world.target.field("empty", "description") is ABSENT


def test_row_06_markup_without_a_word_is_nothing(world: World) -> None:
    """Empty paragraphs leave no summary, and no blank line before what is left."""
    world.connect(summary_format="html")
    world.edflex.put("none", description="<p>&nbsp;</p>", syllabus="<p></p>")
    world.edflex.put("half", description="<p> </p>", syllabus="<h3>Plan</h3>")
    world.run()
    assert world.target.field("none", "description") is ABSENT
    assert world.target.field("half", "description") == "<h3>Plan</h3>"


def test_row_08_names_in_a_summary_are_text(world: World) -> None:
    """Somebody's name cannot bring markup into an HTML summary."""
    world.connect(summary_format="html")
    name = "Jo <img src=x onerror=alert(1)> & Co"
    world.edflex.put("named", description="<p>A</p>", author={"fullName": name})
    world.run()
    html = world.target.field("named", "description")
    assert html == "<p>A</p><br><br>Jo  &amp; Co"


def test_row_06_titles_and_ids_of_any_script(world: World) -> None:
    """What people write is sent as it is: other scripts, emoji, quotes, markup-like text."""
    titles = {
        "é1": "Réussir « l’été » 🎯",
        "id with space": "日本語 <b>&amp;",
        "a/b?c#d%20": "مقدمة \\ \"q\" 'q'",
    }
    for item, title in titles.items():
        world.edflex.control("POST", "items", {"id": item, "attributes": {"title": title}})
    assert world.run().confirmed() == {"create": 3}
    courses = world.target.control("GET", "courses")["courses"]
    assert {course["externalId"]: course["name"] for course in courses} == titles
    assert world.run().planned() == {"unchanged": 3}


REQUIRED: dict[str, tuple[dict[str, Any], str]] = {
    "no title": ({"title": ABSENT}, "name"),
    "null title": ({"title": None}, "name"),
    "blank title": ({"title": "  "}, "name"),
    "no url": ({"url": None}, "launchUrl"),
    "empty url": ({"url": ""}, "launchUrl"),
    "no image": ({"image": ABSENT}, "imageUrl"),
    "null image": ({"image": None}, "imageUrl"),
    "empty image": ({"image": {"bigUrl": "", "smallUrl": None}}, "imageUrl"),
}


@pytest.mark.parametrize("case", REQUIRED)
def test_rows_06_22_a_missing_required_property_rejects_one_record(world: World, case: str) -> None:
    """The record is set aside with key, field, reason and place; the other is created."""
    attributes, field = REQUIRED[case]
    world.edflex.put("bad", **attributes)
    world.edflex.put("good")
    run = world.run(exit=6)
    assert run.planned() == {"create": 1, "rejected": 1}
    (reject,) = world.rejects(run)
    assert (reject["key"], reject["field"], reject["code"]) == ("bad", field, "SYN604")
    assert field in reject["message"]
    assert "edflex-360learning.yaml:" in reject["position"]
    assert world.target.courses() == {"good"}


def test_row_08_creator_and_platform_are_distinct_sources_in_this_order(world: World) -> None:
    """Creator first; equal names once; blanks and nothing left out."""
    cases: dict[str, tuple[dict[str, Any], list[str]]] = {
        "two": ({"creator": {"name": "TED"}, "platform": {"name": "YouTube"}}, ["TED", "YouTube"]),
        "same": ({"creator": {"name": " TED "}, "platform": {"name": "TED"}}, ["TED"]),
        "creator": ({"creator": {"name": "TED"}, "platform": None}, ["TED"]),
        "platform": ({"creator": {"name": ""}, "platform": {"name": "Z"}}, ["Z"]),
        "none": ({"creator": ABSENT, "platform": {"name": None}}, []),
    }
    for item, (attributes, _) in cases.items():
        world.edflex.put(item, **attributes)
    world.run()
    found = {item: world.target.field(item, "sources") for item in cases}
    assert found == {item: [{"name": n} for n in names] for item, (_, names) in cases.items()}


AUTHORS = {"author": {"fullName": "Ada"}, "authors": [{"fullName": " Ada "}, {"fullName": "Bo"}]}


@pytest.mark.parametrize(
    ("setting", "description", "sources"),
    [
        (None, "What it is about.\n\nAda, Bo", ["Edflex", "YouTube"]),
        ("description", "What it is about.\n\nAda, Bo", ["Edflex", "YouTube"]),
        ("sources", "What it is about.", ["Edflex", "YouTube", "Ada", "Bo"]),
        ("omit", "What it is about.", ["Edflex", "YouTube"]),
    ],
)
def test_row_08_authors_go_where_the_setting_says(
    world: World, setting: str | None, description: str, sources: list[str]
) -> None:
    """Last paragraph of the description (default), sources, or nowhere; each name once."""
    world.connect(authors_in=setting)
    world.edflex.put("a", **AUTHORS)
    world.run()
    assert world.target.field("a", "description") == description
    assert world.target.field("a", "sources") == [{"name": name} for name in sources]


def test_row_08_authors_alone_make_a_description(world: World) -> None:
    """No text but an author: the name is the summary; no author and no text: none."""
    world.edflex.put("only", description=None, author={"fullName": "Ada"}, authors=None)
    world.edflex.put("list", description="", author=None, authors=[{"fullName": "Bo"}, None])
    world.edflex.put("none", description=None, author={"fullName": None}, authors=[])
    world.run()
    assert world.target.field("only", "description") == "Ada"
    assert world.target.field("list", "description") == "Bo"
    assert world.target.field("none", "description") is ABSENT
