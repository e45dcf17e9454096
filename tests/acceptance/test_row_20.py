"""Row 20: `doctor` finds everything that would keep the first run from working, and writes nothing.

Clients and secrets, addresses, scopes, group, author, role, name, clocks, state.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.acceptance.world import World

from syncata.ledger import PAUSED, Ceiling, open_ledger
from syncata.simulator.learning360.world import PRIVATE_GROUP

Checks = dict[str, dict[str, Any]]
Wrong = Callable[[World, pytest.MonkeyPatch], object]

AUTHOR = "author@example.com"
ROLE = "target: the author's role in the group"
SCOPES = {
    "users:read": "target: looking for people",
    "integrations:read": "target: reading integrations",
    "integrations:write": "target: making the integration",
    "integrations:bulk": "target: bulk writes",
    "bulkOperations:read": "target: following bulk writes",
    "courses:read": "target: reading courses",
    "courses:write": "target: restoring and tagging courses",
    "tags:read": "target: reading tags",
    "tags:write": "target: making tags",
}
NOWHERE = "http://127.0.0.1:9"


def doctor(world: World, code: int = 0) -> Checks:
    """What `doctor` finds, by subject; it ends with `code`, and changes nothing on either side."""
    source, target = world.edflex.mark(), world.target.mark()
    result = world.cli("doctor", "main", "--json")
    assert result.exit == code, result.out
    assert world.target.effects(target) == {}
    assert {entry["method"] for entry in world.edflex.requests(source)} <= {"GET"}
    return {check["subject"]: check for check in result.json["checks"]}


def failed(checks: Checks) -> dict[str, int]:
    """The exit code of everything that is wrong."""
    return {name: check["code"] for name, check in checks.items() if check["code"]}


def notes(checks: Checks) -> set[str]:
    """What is no failure, but should be known; that nothing starts runs is known to tests."""
    return {name for name, check in checks.items() if check["state"] == "note"} - {"schedule"}


def test_everything_is_well_before_the_first_run(world: World) -> None:
    """Each thing that the set-up needs is named and well; both sides and the project are as new."""
    world.edflex.fill(3)
    world.connect(sync_tags=True)
    checks = doctor(world)
    assert (failed(checks), notes(checks)) == ({}, set())
    proved = {
        found for check in checks.values() for found in re.findall(r"\((\w+:\w+)\)", check["found"])
    }
    assert proved == set(SCOPES)
    told = {name: checks[name]["found"] for name in ("source: contents", "target: author", ROLE)}
    assert list(told.values()) == ["3 records on the first page", f"{AUTHOR} is active", "editor"]
    assert checks["target: target group"]["found"] == 'it is "Demo company"'
    assert checks["target: integration"]["found"].startswith("Edflex is not there yet")
    assert {"source: clock", "target: clock", "source: activities"} <= checks.keys()
    assert not world.path("state").exists()
    assert (world.target.integrations(), len(world.target.tags())) == ([], 3)
    assert world.run().confirmed() == {"create": 3}


def secret(name: str) -> Wrong:
    return lambda _, patch: patch.setenv(name, "another")


def setting(**settings: Any) -> Wrong:
    return lambda world, _: world.connect(**settings)


def fault(**switches: Any) -> Wrong:
    return lambda world, _: world.target.fault(**switches)


def hand(action: str, **given: Any) -> Wrong:
    return lambda world, _: world.target.hand(action, **given)


def invited(world: World, _: pytest.MonkeyPatch) -> None:
    world.target.hand("set_user_status", mail=AUTHOR, status="invited")


WRONG: list[tuple[Wrong, str, int, str]] = [
    (secret("EDFLEX_SECRET"), "source", 4, "edflex_client_id, edflex_client_secret"),
    (secret("TARGET_SECRET"), "target", 4, "target_client_id, target_client_secret"),
    (lambda _, patch: patch.setenv("EDFLEX_ID", "another"), "source", 4, "edflex_client_id"),
    (lambda _, patch: patch.setenv("TARGET_ID", "another"), "target", 4, "target_client_id"),
    (lambda _, patch: patch.delenv("TARGET_SECRET"), "connection", 4, "TARGET_SECRET"),
    (setting(edflex_url=NOWHERE), "source", 5, "settings: edflex_url, organization"),
    (setting(target_url=NOWHERE), "target", 5, "settings: target_url"),
    (lambda w, _: w.edflex.fault(http_500="on@/statistics"), "source: activities", 5, "500"),
    (lambda w, _: w.edflex.ahead(1000), "source: clock", 5, "NTP"),
    (lambda w, _: w.target.ahead(-1000), "target: clock", 5, "NTP"),
    (setting(author_email="no@example.com"), "target: look-up author_by_email", 3, "_email"),
    (setting(author_email=None, author_id="6" * 24), "target: look-up author_by_id", 3, "_id"),
    (invited, "target: author", 3, "log in"),
    (hand("set_role", mail=AUTHOR, role="learner"), ROLE, 3, "there now: learner"),
    (hand("set_role", mail=AUTHOR, role=None), ROLE, 3, "there now: none"),
    (setting(group_id=PRIVATE_GROUP), ROLE, 3, "author or administrator of the group"),
    (hand("add_integration", settings={"externalPlatform": "Edflex"}), "target: integration", 7,
     "syncata run main --adopt"),
    (fault(reserved="Edflex", names_first=True), "target: making the integration", 3,
     "platform_name"),
    (fault(bulk_disabled=True), "target: bulk writes", 5, "switched its bulk API off"),
    (fault(html_200="on@/api/"), "target", 4, "target_client_id"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "subject", "code", "words"), WRONG)
def test_each_thing_that_is_wrong_is_told_alone(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    wrong: Wrong,
    subject: str,
    code: int,
    words: str,
) -> None:
    """It has one line, its own exit code, and words that say what to do; nothing is written."""
    wrong(world, monkeypatch)
    checks = doctor(world, code)
    assert failed(checks) == {subject: code}
    assert words in checks[subject]["found"] + checks[subject]["advice"]


def test_a_wrong_organization_is_told_by_its_setting(world: World) -> None:
    """The address of the source comes from it, where no address is set; the right one is well."""
    world.edflex.fill(1)
    # Here organizations are ports of this machine, not names at edflex.com.
    world.edit_spec(
        '"https://{$settings.organization}.edflex.com"',
        '"http://127.0.0.1:{$settings.organization}"',
    )
    world.connect(edflex_url=None, organization=world.edflex.url.rpartition(":")[2])
    assert failed(doctor(world)) == {}
    world.connect(edflex_url=None, organization="9")
    checks = doctor(world, 5)
    assert failed(checks) == {"source": 5}
    assert "connection's settings: edflex_url, organization" in checks["source"]["advice"]


@pytest.mark.parametrize(
    ("scope", "string"), [*((scope, False) for scope in SCOPES), ("tags:read", True)]
)
def test_a_missing_scope_is_told_by_name(world: World, scope: str, string: bool) -> None:
    """Whatever way the API words it; what else needs that scope is no second failure."""
    world.connect(sync_tags=True)
    world.target.fault(missing_scopes=scope, string_403=string)
    checks = doctor(world, 4)
    assert failed(checks) == {SCOPES[scope]: 4}
    told = checks[SCOPES[scope]]
    assert told["found"].startswith(f"the credential lacks the scope {scope}\n")
    assert told["advice"].startswith(f"grant {scope} to the credential: needed by ")


def test_several_things_are_all_told_and_the_most_urgent_code_counts(world: World) -> None:
    """Credentials before settings, settings before what is away; the text marks each."""
    world.target.fault(missing_scopes="courses:write")
    world.target.hand("set_role", mail=AUTHOR, role="learner")
    world.edflex.fault(http_500="on@/statistics")
    wrong = {SCOPES["courses:write"]: 4, ROLE: 3, "source: activities": 5}
    assert failed(doctor(world, 4)) == wrong
    shown = world.cli("doctor", "main")
    assert {line[6:].split(": ")[1] for line in shown.out.splitlines() if line[:4] == "FAIL"} == {
        name.removeprefix("source: ").removeprefix("target: ") for name in wrong
    }
    assert "      grant courses:write to the credential: needed by courses\n" in shown.out
    assert shown.err == "Next: syncata doctor main\n"


def test_scopes_that_nothing_needs_are_not_asked_for(world: World) -> None:
    """Without tags those of tags may lack; groups:read serves doctor only, so it is but a note."""
    world.target.fault(missing_scopes="tags:read,tags:write,groups:read")
    checks = doctor(world)
    assert not {SCOPES["tags:read"], SCOPES["tags:write"], "target: search for tag"} & checks.keys()
    assert notes(checks) == {"target: target group"}
    assert "groups:read" in checks["target: target group"]["found"]


def test_a_scope_that_no_check_proves_is_left_to_the_first_run(world: World) -> None:
    """It is named, and it is no failure."""
    world.edit_spec('needs: ["tags:read", "tags:write"]', 'needs: ["tags:read", "tags:own"]')
    world.edit_spec('scopes: ["tags:write"]', "scopes: []")
    world.connect(sync_tags=True)
    checks = doctor(world)
    assert notes(checks) == {"target: scopes"}
    assert (
        checks["target: scopes"]["found"] == "cannot be tested: tags:own; the first run will tell"
    )


@pytest.mark.parametrize("role", ["editor", "admin", "owner"])
def test_authors_and_administrators_may_be_the_author(world: World, role: str) -> None:
    """Three roles have author or administrator rights, beside whatever else somebody is."""
    world.connect(author_email="learner-0001@example.com")
    assert failed(doctor(world, 3)) == {ROLE: 3}
    world.target.hand("set_role", mail="learner-0001@example.com", role=role)
    assert doctor(world)[ROLE]["found"] == role


def test_a_group_that_is_not_there_is_told_with_its_setting(world: World) -> None:
    """Nobody has a role in it either."""
    world.connect(group_id="6" * 24)
    checks = doctor(world, 3)
    assert failed(checks) == {"target: target group": 3, ROLE: 3}
    assert "setting group_id" in checks["target: target group"]["advice"]


def test_a_reserved_name_is_told_by_the_first_run_at_the_latest(world: World) -> None:
    """Where the target judges ids before names, doctor says what it cannot know; the run tells."""
    world.target.fault(reserved="Edflex")
    told = doctor(world)[SCOPES["integrations:write"]]["found"]
    assert 'whether 360Learning reserves the name "Edflex", the first run tells' in told
    (reject,) = world.rejects(world.run(exit=6))
    assert "choose another one in the setting platform_name" in reject["message"]


def test_what_the_connection_made_is_known_as_its_own(world: World) -> None:
    """After the first run its integration is nobody else's; taken away by hand it is missed."""
    world.run()
    integration = world.target.integration()["_id"]
    checks = doctor(world)
    assert checks["target: integration"]["found"] == f"Edflex is there, and known ({integration})"
    world.target.hand("delete_integration")
    checks = doctor(world)
    assert notes(checks) == {"target: integration"}
    assert "not there any more" in checks["target: integration"]["found"]


def test_what_waits_and_what_is_set_aside_is_told_in_numbers(world: World) -> None:
    """Neither is a failure; a reject is worth a look."""
    world.edflex.fill(3)
    world.edflex.put("bad", url=None)
    for number in (1, 2):
        world.edflex.learn(f"stranger-{number}@example.com", "i1")
    run = world.run(exit=6).run["run"]
    checks = doctor(world)
    assert notes(checks) == {"set aside: courses"}
    assert checks["set aside: courses"]["found"] == "1 record by the mapping"
    assert checks["set aside: courses"]["advice"] == f"syncata report {run}"
    assert checks["waiting: statistics"]["found"].startswith("2 records for learner, the oldest")
    assert checks["last run"]["found"].endswith("done with rejects, exit 6")


def test_a_run_that_waits_for_a_human_is_told_with_its_guard(world: World) -> None:
    """Exit 7 with measure, limit and advice, until somebody has decided."""
    world.edflex.fill(1)
    world.run()
    world.edflex.remove("i1")
    run = world.run(exit=7).run["run"]
    checks = doctor(world, 7)
    assert failed(checks) == {"last run": 7}
    (stop,) = world.cli("report", run, "--json").json["stops"]
    assert f"{stop['measured']}, limit {stop['limit']}" in checks["last run"]["found"]
    advice, decide = checks["last run"]["advice"].splitlines()
    assert advice == stop["advice"]
    assert f"syncata approve {run}, or syncata reject {run}" in decide
    with open_ledger(world.path("state", "main.db")) as ledger:
        ledger.consent.decide(run, "approved", [Ceiling("courses", stop["guard"], 1)])
    checks = doctor(world)
    assert checks["decision"]["found"].startswith(f"the run {run} was approved on ")


def test_a_connection_that_rests_says_so(world: World) -> None:
    """It is no failure, nor is a run that was refused for it: somebody wanted it."""
    world.run()
    with open_ledger(world.path("state", "main.db")) as ledger:
        ledger.consent.stand(PAUSED)
    world.run(exit=7)
    checks = doctor(world)
    assert notes(checks) == {"standing"}
    assert checks["standing"]["advice"] == "syncata resume main"
    assert checks["schedule"]["found"] == "nothing runs while it is paused"


def test_a_run_that_died_is_told_as_such(world: World) -> None:
    """It seems to run, but nobody holds the ledger: doctor, status and runs say that it died."""
    world.run()
    with open_ledger(world.path("state", "main.db")) as ledger:
        ledger.begin_run("r1", "run")
    checks = doctor(world)
    assert ": died" in checks["last run"]["found"]
    assert checks["last run"]["advice"].endswith("syncata run main")
    assert [run["state"] for run in world.cli("runs", "--json").json["runs"]] == ["died", "ok"]
    status = world.cli("status")
    assert status.out.startswith("main: died, ")
    assert status.err == "Next: syncata run main\n"


def test_the_state_belongs_to_its_owner_and_to_one_place(world: World) -> None:
    """Others may not read it, and identity settings never change under it."""
    world.run()
    world.path("state").chmod(0o755)
    world.connect(platform_name="Other")
    checks = doctor(world, 9)
    assert failed(checks) == {"state": 9, "identity": 7}
    assert checks["state"]["advice"].startswith("ledgers are confidential: chmod 700 ")


def test_the_next_times_are_told_as_the_schedule_has_them(world: World) -> None:
    """Both time tables, at what clocks show there; what is overdue says since when."""
    tables = ["schedule: integration, courses, tags, course_tags", "schedule: statistics"]
    coming = {name: doctor(world)[name]["found"] for name in tables}
    assert [text[-12:] for text in coming.values()] == ["08:00 +01:00", "08:20 +01:00"]
    assert world.cli("serve", "--once").exit == 0
    assert {name: doctor(world)[name]["found"] for name in tables} == coming
    world.pass_days(1)
    late = {name: doctor(world)[name]["found"] for name in tables}
    assert late == {name: text.replace("next due", "due since") for name, text in coming.items()}
    assert "serve" in doctor(world)["schedule"]["found"]
