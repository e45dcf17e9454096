"""Attempts on the target: launches, the published rules, and each reading of what they leave open.

The rules: a statistic makes a new attempt if it forces one, if there is none, or if it begins after
the end of all; else it updates the attempts that are not completed and end after it begins.
"""

from typing import Any

import httpx
import pytest
from tests.simulator.clients import (
    control,
    course,
    effects,
    hand,
    integrate,
    run_bulk,
    run_statistics,
    statistic,
    switch,
)

MAIL = "learner-0001@example.com"
OTHER = "learner-0002@example.com"

Span = tuple[int, int, int]
"""Hour of the first activity, of the last one, and progress."""


def at(hour: int) -> str:
    """Return an hour of some day."""
    return f"2026-01-01T{hour:02}:00:00.000Z"


def said(span: Span, **fields: Any) -> dict[str, Any]:
    """Return a statistic of learner 1 at course `a`."""
    first, last, progress = span
    return statistic("a", MAIL, at(first), at(last), **{"progress": progress, **fields})


def attempts(client: httpx.Client, query: str = "") -> list[dict[str, Any]]:
    """Return the attempts as the control endpoint shows them."""
    found: list[dict[str, Any]] = control(client, "GET", f"attempts{query}")["attempts"]
    return found


def spans(client: httpx.Client) -> list[Span]:
    """Return the attempts briefly; each must be completed if its progress says so."""
    found = []
    for one in attempts(client):
        hours = [int(one[f"{which}ActivityAt"][11:13]) for which in ("first", "last")]
        if one["progress"] == 100:
            assert one["completedAt"] == one["lastActivityAt"]
        found.append((hours[0], hours[1], one["progress"]))
    return found


@pytest.fixture
def platform(client: httpx.Client) -> str:
    """An integration with the courses `a` and `b`."""
    integration = integrate(client)
    run_bulk(client, "PUT", integration, [course("a"), course("b")])
    return integration


DONE, HALF = (1, 2, 100), (1, 2, 50)
NEW, SAME, CHANGED = "attempts_created", "attempts_unchanged", "attempts_updated"
IGNORED, ERROR = "attempts_ignored", "rejected"

# Attempts there are, the statistic, its fields beyond, and what it does to which attempts.
RULES: dict[str, tuple[list[Span], Span, dict[str, Any], str, list[Span]]] = {
    "none is there": ([], HALF, {}, NEW, [HALF]),
    "later than all": ([HALF, (3, 4, 50)], (5, 6, 50), {}, NEW, [HALF, (3, 4, 50), (5, 6, 50)]),
    "later than the completed": ([DONE], (3, 4, 50), {}, NEW, [DONE, (3, 4, 50)]),
    "forced": ([DONE], DONE, {"forceNew": True}, NEW, [DONE, DONE]),
    "the open one goes on": ([HALF], (1, 5, 60), {}, CHANGED, [(1, 5, 60)]),
    "the open one is completed": ([HALF], (1, 5, 100), {}, CHANGED, [(1, 5, 100)]),
    "the same again": ([HALF], HALF, {}, SAME, [HALF]),
    "begun earlier than known": ([(2, 4, 50)], (1, 5, 60), {}, CHANGED, [(1, 5, 60)]),
    "only what ends later": (
        [(1, 2, 50), (4, 6, 50)],
        (5, 7, 60),
        {},
        CHANGED,
        [(1, 2, 50), (5, 7, 60)],
    ),
    "all that end later": ([(1, 3, 50), (4, 6, 50)], (2, 7, 60), {}, CHANGED, [(2, 7, 60)] * 2),
    "the open, not the completed": ([(1, 3, 100), (4, 6, 50)], (2, 7, 60), {}, CHANGED, []),
}


@pytest.mark.parametrize("case", RULES)
def test_a_statistic_does_what_the_rules_say(
    client: httpx.Client, platform: str, case: str
) -> None:
    """Each rule, told by the audit log and seen in the attempts."""
    before, span, fields, effect, after = RULES[case]
    run_statistics(client, platform, *(said(one, forceNew=True) for one in before))
    (result,) = run_statistics(client, platform, said(span, **fields))
    assert effects(client)[-1] == {effect: [f"a {MAIL} {at(span[0])}"]}
    assert spans(client) == (after or [(1, 3, 100), span])
    assert result["status"] == "success"
    assert result["resourceId"] in {one["_id"] for one in attempts(client)}


# The switch and its value, attempts there are, the statistic, and what it does.
OPEN: list[tuple[str, str | None, list[Span], Span, str, list[Span]]] = [
    ("only_completed", None, [DONE], (1, 4, 100), IGNORED, [DONE]),
    ("only_completed", "ignore", [DONE], (1, 4, 100), IGNORED, [DONE]),
    ("only_completed", "error", [DONE], (1, 4, 100), ERROR, [DONE]),
    ("only_completed", "update", [DONE], (1, 4, 100), CHANGED, [(1, 4, 100)]),
    ("only_completed", "update", [DONE], DONE, SAME, [DONE]),
    ("only_completed", "update", [DONE, (3, 6, 100)], (1, 4, 60), CHANGED, [DONE, (1, 4, 60)]),
    ("only_completed", "new", [DONE], (1, 4, 100), NEW, [DONE, (1, 4, 100)]),
    ("only_completed", "error", [HALF], (1, 4, 100), CHANGED, [(1, 4, 100)]),
    ("equal_instants", None, [HALF], (2, 4, 60), CHANGED, [(2, 4, 60)]),
    ("equal_instants", "update", [HALF], (2, 4, 60), CHANGED, [(2, 4, 60)]),
    ("equal_instants", "update", [DONE], (2, 4, 60), IGNORED, [DONE]),
    ("equal_instants", "new", [HALF], (2, 4, 60), NEW, [HALF, (2, 4, 60)]),
    ("equal_instants", "new", [DONE], (2, 4, 60), NEW, [DONE, (2, 4, 60)]),
    ("equal_instants", "error", [HALF], (2, 4, 60), ERROR, [HALF]),
    ("equal_instants", "error", [HALF], (1, 4, 60), CHANGED, [(1, 4, 60)]),
]


@pytest.mark.parametrize(("name", "value", "before", "span", "effect", "after"), OPEN)
def test_what_the_rules_leave_open_has_switches(
    client: httpx.Client,
    platform: str,
    name: str,
    value: str | None,
    before: list[Span],
    span: Span,
    effect: str,
    after: list[Span],
) -> None:
    """Only completed attempts, and equal instants: each reading, and the one without a switch."""
    run_statistics(client, platform, *(said(one, forceNew=True) for one in before))
    switch(client, **{name: value})
    (result,) = run_statistics(client, platform, said(span))
    assert list(effects(client)[-1]) == [effect]
    assert spans(client) == after
    assert result["status"] == ("error" if effect == ERROR else "success")


def test_a_switch_takes_its_choices_only(client: httpx.Client) -> None:
    """Another reading is refused, and the refusal lists those there are."""
    answer = client.post("/_simulator/faults", json={"only_completed": "perhaps"})
    assert answer.status_code == 400
    assert "ignore | error | update | new" in answer.json()["error"]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"progress": 101}, '"progress" must be a number from 0 to 100'),
    ({"progress": "50"}, '"progress" must be a number from 0 to 100'),
    ({"progress": True}, '"progress" must be a number from 0 to 100'),
    ({"timeSpent": 0}, '"timeSpent" must be a number of at least 1'),
    ({"firstActivityAt": "2026-01-01"}, '"firstActivityAt" must be an ISO 8601 instant'),
    ({"lastActivityAt": None}, '"lastActivityAt" must be an ISO 8601 instant'),
    ({"score": -1}, '"score" must be a number from 0 to 100'),
    ({"result": "passed"}, '"result" must be one of the enum'),
    ({"lang": "en_US"}, '"lang" must be one of the enum'),
    ({"forceNew": "no"}, '"forceNew" must be a boolean'),
    ({"completedAt": at(2)}, '"completedAt" is not allowed'),
    ({"courseIdentifier": {"type": "name", "value": "a"}}, '"courseIdentifier" is no identifier'),
    ({"courseIdentifier": {"type": "externalId"}}, '"courseIdentifier" is no identifier'),
    ({"courseIdentifier": {"type": "externalId", "value": "z"}}, "Course not found"),
    ({"courseIdentifier": {"type": "internalId", "value": "f" * 24}}, "Course not found"),
    ({"userIdentifier": {"type": "externalId", "value": MAIL}}, '"userIdentifier" is no identi'),
    ({"userIdentifier": {"type": "mail", "value": "who@example.com"}}, "User not found"),
    ({"userIdentifier": {"type": "mail", "value": "former@example.com"}}, "User not found"),
    ({"userIdentifier": {"type": "internalId", "value": "f" * 24}}, "User not found"),
]


@pytest.mark.parametrize(("fields", "message"), BAD)
def test_a_bad_statistic_fails_alone(
    client: httpx.Client, platform: str, fields: dict[str, Any], message: str
) -> None:
    """Each rule of the schema, unknown courses and users fail their item; the next one passes."""
    wrong = said(HALF) | fields
    results = run_statistics(client, platform, wrong, said(HALF))
    assert [result["status"] for result in results] == ["error", "success"]
    assert results[0]["errorMessage"].startswith(message)
    assert results[0]["input"] == wrong
    (rejected,) = effects(client)[-1]["rejected"]
    assert rejected["error"] == results[0]["errorMessage"]
    assert rejected["externalId"] == wrong["courseIdentifier"].get("value")
    assert len(attempts(client)) == 1


@pytest.mark.parametrize("name", list(said(HALF)))
def test_every_required_field_is_required(client: httpx.Client, platform: str, name: str) -> None:
    """A statistic that lacks one of the six fails."""
    lacking = {key: value for key, value in said(HALF).items() if key != name}
    (result,) = run_statistics(client, platform, lacking)
    assert result["errorMessage"] == f'"{name}" is required'


def test_learners_and_courses_are_found_by_either_name(client: httpx.Client, platform: str) -> None:
    """Mails are matched whatever their case; internal ids are those of users and courses."""
    run_statistics(client, platform, said(HALF))
    (one,) = attempts(client)
    other = {
        "courseIdentifier": {"type": "internalId", "value": one["courseId"]},
        "userIdentifier": {"type": "internalId", "value": one["userId"]},
    }
    shouted = {"userIdentifier": {"type": "mail", "value": MAIL.upper()}}
    run_statistics(client, platform, said(HALF) | other, said(HALF) | shouted)
    assert effects(client)[-1] == {"attempts_unchanged": [f"a {MAIL} {at(1)}"] * 2}


def test_courses_of_other_integrations_are_unknown(client: httpx.Client, platform: str) -> None:
    """A course is found only in the integration whose job it is, and not once it is deleted."""
    theirs = integrate(client, externalPlatform="Other")
    gone = hand(client, "delete_course", externalId="b")["courseId"]
    course_id = control(client, "GET", "courses?externalId=a")["courses"][0]["courseId"]
    by_id = [
        said(HALF, courseIdentifier={"type": "internalId", "value": one})
        for one in (course_id, gone)
    ]
    results = run_statistics(client, theirs, said(HALF), by_id[0])
    results += run_statistics(client, platform, by_id[1])
    assert {result["errorMessage"] for result in results} == {"Course not found"}


def test_an_attempt_keeps_what_the_statistic_says(client: httpx.Client, platform: str) -> None:
    """Language, score, time and whole per cents; without a language the course's."""
    run_statistics(
        client,
        platform,
        said((1, 2, 50), lang="en", score=90.5, timeSpent=1234, progress=66.6, result="failed"),
        said((3, 4, 50), timeSpent=5),
    )
    one, two = client.get("/api/v2/courses/stats").json()
    assert (one["lang"], one["score"], one["timeSpent"], one["progress"]) == ("en", 90, 1234, 66)
    assert (two["lang"], two.get("score"), two.get("completedAt")) == ("fr", None, None)


def test_items_of_statistics_can_fail_too(client: httpx.Client, platform: str) -> None:
    """fail_items names courses in statistics as well."""
    switch(client, fail_items="a")
    results = run_statistics(client, platform, said(HALF))
    assert results[0]["errorMessage"] == "Simulated item error"
    assert attempts(client) == []


@pytest.mark.parametrize(
    ("completion", "progress", "expected"), [(True, 0, True), (False, 30, False)]
)
def test_a_launch_begins_an_attempt(
    client: httpx.Client, completion: bool, progress: int, expected: bool
) -> None:
    """Its state follows the integration's settings, its instants are now."""
    settings = {"defaultCompletion": completion, "defaultProgress": progress}
    run_bulk(client, "PUT", integrate(client, **settings), [course("a")])
    control(client, "POST", "clock", {"ahead": 86400})
    now = control(client, "GET", "clock")["now"]
    launched = hand(client, "launch", mail=MAIL.upper(), externalId="a")
    (shown,) = client.get("/api/v2/courses/stats").json()
    assert shown == launched
    assert (launched["progress"], "completedAt" in launched) == (progress, expected)
    assert now <= launched["firstActivityAt"] == launched["lastActivityAt"]


def test_a_statistic_after_a_completed_launch_is_a_second_attempt(
    client: httpx.Client, platform: str
) -> None:
    """The published rules literally: what begins after the launch is another attempt."""
    hand(client, "launch", mail=MAIL, externalId="a")
    later, last = "2999-01-01T00:00:00Z", "2999-01-01T01:00:00Z"
    run_statistics(client, platform, statistic("a", MAIL, later, last, progress=100))
    run_statistics(client, platform, said(HALF))
    assert [one["progress"] for one in attempts(client)] == [0, 100]
    assert list(effects(client)[-1]) == [IGNORED]


def test_attempts_are_listed_and_filtered(client: httpx.Client, platform: str) -> None:
    """By course, by user and by completion; one without a completion has no date to compare."""
    run_statistics(
        client,
        platform,
        said((1, 2, 100)),
        said((3, 4, 100)),
        statistic("b", MAIL, at(1), at(2)),
        statistic("a", OTHER, at(1), at(2)),
    )
    everything = client.get("/api/v2/courses/stats").json()
    a, b = everything[0]["courseId"], everything[2]["courseId"]
    me, other = everything[0]["userId"], everything[3]["userId"]
    for query, places in {
        f"courseId[eq]={a}": [0, 1, 3],
        f"courseId[ne]={a}": [2],
        f"courseId[in][0]={a}&courseId[in][1]={b}&userId[nin][0]={other}": [0, 1, 2],
        f"userId[eq]={me}&courseId[eq]={b}": [2],
        f"completedAt[gte]={at(4)}": [1],
        f"completedAt[lt]={at(4)}": [0],
        f"completedAt[gte]={at(1)}&completedAt[lt]={at(9)}": [0, 1],
    }.items():
        found = client.get(f"/api/v2/courses/stats?{query}").json()
        assert found == [everything[place] for place in places], query
    assert client.get("/api/v2/courses/stats?progress[eq]=100").status_code == 400


def test_attempts_come_in_pages_of_500(client: httpx.Client, platform: str) -> None:
    """501 attempts come as 500 and 1, in the order of their creation."""
    mails = [f"learner-{number:04d}@example.com" for number in range(1, 502)]
    run_statistics(client, platform, *(statistic("a", mail, at(1), at(2)) for mail in mails))
    first = client.get("/api/v2/courses/stats")
    second = client.get(first.links["next"]["url"])
    assert (len(first.json()), len(second.json())) == (500, 1)
    assert "next" not in second.links
    shown = control(client, "GET", "attempts?from=499")["attempts"]
    assert [one["mail"] for one in shown] == mails[499:]


def test_the_control_endpoint_shows_attempts_by_course_and_mail(
    client: httpx.Client, platform: str
) -> None:
    """Newest last, with the external id and the mail, narrowed by either."""
    run_statistics(
        client, platform, said(HALF), statistic("b", OTHER, at(1), at(2)), said((3, 4, 50))
    )
    names = [(one["externalId"], one["mail"]) for one in attempts(client)]
    assert names == [("a", MAIL), ("b", OTHER), ("a", MAIL)]
    assert len(attempts(client, f"?externalId=a&mail={MAIL.upper()}")) == 2
    assert attempts(client, f"?externalId=b&mail={MAIL}") == []
    assert control(client, "GET", "state")["attempts"] == 3
