"""The ledger: its lock, its identity, what a damaged one does, and what status tells."""

import json
import os
import re
from typing import Any

import pytest
from tests.acceptance.world import SECRETS, SPEC, World

from syncata.ledger import open_ledger

OTHER_GROUP = "600000000000000000000002"


@pytest.mark.parametrize(
    ("setting", "value"), [("platform_name", "Campus"), ("group_id", OTHER_GROUP)]
)
def test_an_identity_setting_cannot_change(world: World, setting: str, value: str) -> None:
    """Exit 7 from run and plan; the setting, both values and the way out are named."""
    world.edflex.fill(1)
    world.run()
    changed: dict[str, Any] = {setting: value}
    world.connect(**changed)
    mark = world.target.mark()
    error = world.run(exit=7).run["error"]
    assert setting in error["message"]
    assert value in error["message"]
    assert "make a new connection" in error["hint"]
    assert world.plan(exit=7).json["error"]["exit_code"] == 7
    assert world.target.writes(mark) == []
    world.connect()
    assert world.run().planned() == {"unchanged": 1}


def test_a_locked_ledger(world: World) -> None:
    """Another run holds it: exit 8 and who it is; reading commands work all the same."""
    world.edflex.fill(1)
    world.run()
    mark = world.target.mark()
    with open_ledger(world.path("state", "main.db")):
        error = world.run(exit=8).run["error"]
        assert f"process {os.getpid()}" in error["message"]
        assert world.plan(exit=8).json["error"]["exit_code"] == 8
        assert world.cli("status").exit == 0
        assert world.cli("runs", "main").exit == 0
    assert world.target.requests(mark) == []
    assert world.run().planned() == {"unchanged": 1}


@pytest.mark.parametrize("damage", ["text", "cut", "middle"])
def test_a_damaged_ledger(world: World, damage: str) -> None:
    """Exit 9 with what to do; nothing is sent and the file is left as it is."""
    world.edflex.fill(3)
    world.run()
    path = world.path("state", "main.db")
    content = path.read_bytes()
    if damage == "text":
        damaged = b"this is no ledger\n" * 500
    elif damage == "cut":
        damaged = content[:8192]
    else:
        damaged = content[:4096] + os.urandom(len(content) - 4096)
    path.write_bytes(damaged)
    mark = world.target.mark()
    run = world.run(exit=9)
    assert run.run["error"]["hint"] or run.run["error"]["message"]
    assert world.target.writes(mark) == []
    assert path.read_bytes() == damaged


def test_the_ledger_is_private(world: World) -> None:
    """Only its owner can read the state."""
    world.edflex.fill(1)
    world.run()
    assert world.path("state").stat().st_mode & 0o777 == 0o700
    for file in world.path("state").iterdir():
        assert file.stat().st_mode & 0o777 == 0o600, file


def test_status_runs_and_report_tell_what_happened(world: World) -> None:
    """Counts, rejects, last good run; each run in order, and the report of one by its id."""
    never = world.cli("status", "--json").json["connections"]
    assert never[0]["state"] == "never ran"
    world.edflex.fill(2)
    good = world.run().run["run"]
    world.edflex.put("bad", title=None)
    rejects = world.run(exit=6).run["run"]
    world.edflex.fault(http_500="on")
    failed = world.run(exit=5).run["run"]
    (status,) = world.cli("status", "--json").json["connections"]
    assert status["state"] == "failed"
    assert status["last_run"] == failed
    assert status["last_good_run"] in (good, rejects)  # both within one second
    assert status["live"] == {"integration": 1, "courses": 2}
    assert status["rejects"] == 1
    listed = world.cli("runs", "main", "--json").json["runs"]
    assert [(run["run"], run["exit_code"], run["state"]) for run in listed] == [
        (failed, 5, "failed"),
        (rejects, 6, "done with rejects"),
        (good, 0, "ok"),
    ]
    report = world.cli("report", rejects, "--json").json
    assert report["connection"] == "main"
    assert report["rejects"][0]["key"] == "bad"
    text = world.cli("report", good).out
    assert good in text
    assert "confirmed 2 create" in text
    assert world.cli("report", "nothing", "--json").exit == 2


def test_status_notices_age(world: World) -> None:
    """--max-age makes exit 5 of a connection that never had a good run, or not lately."""
    assert world.cli("status", "--max-age", "1h").exit == 5
    world.run()
    assert world.cli("status", "--max-age", "1h").exit == 0


def test_several_connections_end_with_the_most_urgent_code(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each runs whatever the others do; its own code is in the JSON."""
    monkeypatch.setenv("WRONG", "wrong")
    world.edflex.put("bad", title=None)
    world.edflex.put("good")
    world.connect("away", edflex_url="http://127.0.0.1:9", platform_name="Away")
    world.connect("refused", edflex_client_secret="${env:WRONG}", platform_name="Refused")
    world.connect("unset", edflex_client_secret="${env:NOWHERE}", platform_name="Unset")
    world.connect("invalid", group_id="short")
    names = ("main", "away", "refused", "unset", "invalid", "unknown")
    run = world.cli("run", *names, "--json")
    codes = {each["connection"]: each["exit_code"] for each in run.json["runs"]}
    assert codes == {
        "main": 6, "away": 5, "refused": 4, "unset": 4, "invalid": 3, "unknown": 2,
    }  # fmt: skip
    assert (run.exit, run.json["exit_code"]) == (4, 4)
    assert world.cli("run", "main", "away").exit == 5
    assert world.cli("run", "main", "away", "invalid", "unknown").exit == 3
    assert world.target.courses() == {"good"}


COMMANDS: list[tuple[tuple[str, ...], int]] = [
    (("run", "main"), 0),
    (("plan", "main"), 0),
    (("status",), 0),
    (("runs", "main"), 0),
    (("apply", "main", "--yes"), 0),
    (("validate", "connections"), 0),
    (("schedule",), 0),
    (("version",), 0),
    (("run", "nowhere"), 2),
    (("plan", "nowhere"), 2),
    (("runs", "nowhere"), 2),
    (("report", "nowhere"), 2),
    (("status", "nowhere"), 2),
    (("schedule", "nowhere"), 2),
    (("serve", "nowhere"), 2),
    (("apply", "main"), 2),
    (("apply", "main", "no-such-plan"), 9),
    (("run",), 2),
    (("run", "main", "--no-such-option"), 2),
    (("no-such-command",), 2),
    (("validate", "no-such-file"), 2),
    (("validate", "broken.yaml"), 3),
]


def test_json_is_one_document_whatever_happens(world: World) -> None:
    """Results and errors alike: one document with format_version on stdout."""
    world.edflex.fill(1)
    world.path("broken.yaml").write_text("spec: 1\nname: [")
    for arguments, code in COMMANDS:
        result = world.cli(*arguments, "--json")
        assert (arguments, result.exit) == (arguments, code), result.out + result.err
        assert result.json["format_version"] == 1, arguments
    held = world.path("state", "main.db")
    held.write_text("no ledger")
    for command in (("plan", "main"), ("runs", "main"), ("status",)):
        result = world.cli(*command, "--json")
        assert (command, result.exit) == (command, 9)
        assert result.json["error"]["exit_code"] == 9


def test_json_of_an_invalid_connection_holds_the_findings(world: World) -> None:
    """plan shows what is wrong and where; run says it on stderr."""
    world.connect(group_id="short")
    result = world.cli("plan", "main", "--json")
    (finding,) = result.json["findings"]
    assert (result.exit, finding["code"]) == (3, "SYN413")
    assert "group_id" in finding["message"]
    assert "SYN413" in world.cli("run", "main").err


def test_json_of_a_run_holds_the_findings(world: World) -> None:
    """A run that cannot begin says in JSON what a person is told on stderr."""
    world.connect(group_id="short")
    assert "SYN413" in json.dumps(world.run(exit=3).run)


def test_no_secret_is_anywhere(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets that end up in URLs, error pages and bodies are in no output and in no file."""
    canary = 'cAnaRy-7f3b/+&=%s"é'
    shown: list[Any] = []
    world.edflex.fill(2)
    world.edflex.put("bad", title=None)
    path = str(world.path("plan.db"))

    def note(*arguments: str) -> None:
        shown.append(world.cli(*arguments))
        shown.append(world.cli(*arguments, "--json"))

    note("plan", "main", "-o", path)
    note("run", "main")
    for name in ("EDFLEX_SECRET", "TARGET_SECRET"):
        monkeypatch.setenv(name, canary)
        note("run", "main")
        note("plan", "main")
        monkeypatch.setenv(name, SECRETS[name])
    world.edflex.fault(html_200="on@/resources")
    note("run", "main")
    world.edflex.fault(html_200=None)
    world.target.fault(missing_scopes="integrations:bulk")
    note("run", "main")
    note("status")
    note("runs", "main")
    secrets = [canary, json.dumps(canary)[1:-1], "cAnaRy", *SECRETS.values(), "Bearer "]
    output = "".join(result.out + result.err for result in shown)
    files = b"".join(file.read_bytes() for file in world.root.parent.rglob("*") if file.is_file())
    for secret in secrets:
        assert secret not in output
        assert secret.encode() not in files
    assert not re.search(r"Traceback|this is a bug", output)


def test_a_renamed_sync_makes_nothing_again(world: World) -> None:
    """Records of a sync the spec has lost hold the run instead of being made a second time."""
    world.edflex.fill(3)
    world.run()
    world.edit_spec("  courses:\n    from: contents", "  lessons:\n    from: contents")
    path = world.path("mappings", SPEC.name)
    text = path.read_text().replace("[integration, courses,", "[integration, lessons,")
    path.write_text(re.sub(r"([\"'])courses([\"'])", r"\1lessons\2", text))
    mark = world.target.mark()
    held = world.run(exit=7)
    assert "3 live records of the sync courses" in held.run["error"]["message"]
    assert world.target.writes(mark) == []


def test_another_key_makes_nothing_again(world: World) -> None:
    """A sync whose key is written otherwise would make every record again: it is held."""
    world.edflex.fill(3)
    world.run()
    world.edit_spec("      key: id\n      absent:", "      key: $string(id)\n      absent:")
    mark = world.target.mark()
    held = world.run(exit=7)
    assert "the key of the sync courses was `id`" in held.run["error"]["message"]
    assert world.target.writes(mark) == []


def test_runs_of_all_connections_and_of_one_run(world: World) -> None:
    """Without a name every connection's runs are listed; `show` tells one of them."""
    world.edflex.fill(1)
    world.connect("other", group_id="600000000000000000000002")
    first = world.run().run["run"]
    second = world.run(name="other").run["run"]
    listed = world.cli("runs", "--json").json["runs"]
    assert {(each["connection"], each["run"]) for each in listed} == {
        ("main", first),
        ("other", second),
    }
    assert (
        world.cli("runs", "show", first, "--json").json == world.cli("report", first, "--json").json
    )
    assert world.cli("runs", "show", "nowhere").exit == 2
