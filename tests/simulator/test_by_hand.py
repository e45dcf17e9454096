"""What people do on the target behind the API's back, and a target that rewrites what it gets."""

from typing import Any

import httpx
import pytest
from tests.simulator.clients import control, course, effects, hand, integrate, run_bulk, switch

from syncata.simulator.learning360.world import AUTHOR, ROOT_GROUP, SUB_GROUP

AUTHOR_MAIL = "author@example.com"


def roles(client: httpx.Client, group: str, user: str) -> list[str]:
    """Return the roles of a user in a group."""
    held = client.get(f"/api/v2/groups/{group}/roles").json()
    return [one["role"] for one in held if one["userId"] == user]


def shown(client: httpx.Client, course_id: str) -> dict[str, Any]:
    """Return a course as the API shows it."""
    answer: dict[str, Any] = client.get(f"/api/v2/courses/{course_id}").json()
    return answer


def test_an_edit_by_hand_moves_the_date_of_modification(client: httpx.Client) -> None:
    """A field moves modifiedAt; translations, archiving and restoring do not."""
    (made,) = run_bulk(client, "PUT", integrate(client), [course("a")])
    control(client, "POST", "clock", {"ahead": 3600})
    before = shown(client, made["resourceId"])["modifiedAt"]
    texts = {"lang": "en", "translatedFields": {"name": "A"}}
    hand(client, "edit_course", externalId="a", fields={"translations": [texts]})
    hand(client, "archive_course", externalId="a")
    hand(client, "restore_course", externalId="a")
    same = shown(client, made["resourceId"])
    assert (same["modifiedAt"], len(same["translations"])) == (before, 1)
    hand(client, "edit_course", externalId="a", fields={"name": "Mine", "duration": 3})
    edited = shown(client, made["resourceId"])
    assert (edited["name"], edited["duration"]) == ("Mine", 3)
    assert edited["modifiedAt"] > before


def test_an_upsert_of_translations_alone_does_not_modify(client: httpx.Client) -> None:
    """An upsert follows the same rule."""
    target = integrate(client)
    (made,) = run_bulk(client, "PUT", target, [course("a")])
    control(client, "POST", "clock", {"ahead": 3600})
    before = shown(client, made["resourceId"])["modifiedAt"]
    run_bulk(client, "PUT", target, [course("a", translations=[])])
    assert shown(client, made["resourceId"])["modifiedAt"] == before
    run_bulk(client, "PUT", target, [course("a", name="B")])
    assert shown(client, made["resourceId"])["modifiedAt"] > before
    assert effects(client)[1:] == [{"updated": ["a"]}, {"updated": ["a"]}]


def test_people_change(client: httpx.Client) -> None:
    """A mail, a status: the API shows them, and the old mail finds nobody."""
    mail, other = "learner-0001@example.com", "married@example.com"
    hand(client, "set_mail", mail=mail.upper(), to=other)
    assert client.get(f"/api/v2/users?mail[eq]={mail}").json() == []
    (user,) = client.get(f"/api/v2/users?mail[eq]={other}").json()
    assert user["username"] == other
    hand(client, "set_user_status", mail=other, status="deleted")
    assert client.get(f"/api/v2/users/{user['_id']}").json()["status"] == "deleted"
    gone = {"action": "set_mail", "mail": mail, "to": "x@example.com"}
    assert client.post("/_simulator/hand", json=gone).status_code == 400


def test_roles_change(client: httpx.Client) -> None:
    """The author's role is changed or taken away, in the root group or another."""
    assert roles(client, ROOT_GROUP, AUTHOR) == ["editor"]
    hand(client, "set_role", mail=AUTHOR_MAIL, role="learner")
    assert roles(client, ROOT_GROUP, AUTHOR) == ["learner"]
    hand(client, "set_role", mail=AUTHOR_MAIL, role=None)
    assert roles(client, ROOT_GROUP, AUTHOR) == []
    assert roles(client, SUB_GROUP, AUTHOR) == ["admin"]
    hand(client, "set_role", mail=AUTHOR_MAIL, group=SUB_GROUP, role=None)
    assert roles(client, SUB_GROUP, AUTHOR) == []
    unknown = {"action": "set_role", "mail": AUTHOR_MAIL, "group": "none", "role": None}
    assert client.post("/_simulator/hand", json=unknown).status_code == 400


def test_an_integration_is_deleted_by_hand(client: httpx.Client) -> None:
    """By name, or the only one; its courses are archived, and its jobs refused."""
    one, two = integrate(client), integrate(client, externalPlatform="Other")
    run_bulk(client, "PUT", one, [course("a")])
    refused = client.post("/_simulator/hand", json={"action": "delete_integration"})
    assert (refused.status_code, "2 integrations" in refused.json()["error"]) == (400, True)
    assert hand(client, "delete_integration", platform="Edflex")["archived"] == ["a"]
    assert control(client, "GET", "state")["courses"]["archived"] == 1
    path = f"/api/v2/bulk/integrations/{one}/courses"
    assert client.put(path, json={"input": []}).status_code == 404
    assert hand(client, "delete_integration")["_id"] == two


@pytest.mark.parametrize(
    ("field", "stored"),
    [
        ("name", "Course a *"),
        ("duration", 91),
        ("subjects", ["Management", "*"]),
        ("sources", [{"name": "OpenClassrooms"}, {"name": "*"}]),
        ("difficultyLevel", "beginner"),
        ("contentType", "course"),
        ("defaultLang", "en"),
        ("mobileLaunchUrl", None),
    ],
)
def test_a_target_can_rewrite_fields(client: httpx.Client, field: str, stored: object) -> None:
    """rewrites: another value is stored, always the same one; results still echo what was sent."""
    target = integrate(client)
    switch(client, rewrites=f"{field},none")
    sent = course("a", difficultyLevel="advanced")
    (result,) = run_bulk(client, "PUT", target, [sent])
    run_bulk(client, "PUT", target, [sent])
    held = client.get(f"/api/v2/integrations/{target}/courses/a").json()
    assert result["input"] == sent
    assert held.get(field) == stored
    assert {name: held[name] for name in sent if name != field} == {
        name: value for name, value in sent.items() if name != field
    }
    switch(client, rewrites=None)
    run_bulk(client, "PUT", target, [sent])
    after = "unchanged" if stored is None else "updated"
    assert effects(client) == [{"created": ["a"]}, {"unchanged": ["a"]}, {after: ["a"]}]
