"""What comes next: after each command a person is told a command that works as it stands."""

import shlex
from pathlib import Path

import pytest
from tests.acceptance.shop import Shop
from tests.acceptance.world import REPOSITORY, Result, World


def next_of(result: Result) -> str:
    """The command that comes next; the last line that is no result says it."""
    last = result.err.splitlines()[-1]
    assert last.startswith("Next: "), result.err
    return last.removeprefix("Next: ")


def follow(world: World, command: str) -> Result:
    """What the command that was told as the next one ends with."""
    name, *arguments = shlex.split(command)
    assert name == "syncata"
    return world.cli(*arguments)


def test_a_new_connection_is_led_from_validate_to_status(world: World) -> None:
    """Each command names the next one, and each of them ends well."""
    world.edflex.fill(2)
    told = [next_of(world.cli("validate", "."))]
    while told[-1] != "syncata status main":
        command = told[-1]
        done = follow(world, f"{command} --yes" if " apply " in command else command)
        assert done.exit == 0, done.err
        told.append(next_of(done))
    assert told == [f"syncata {word} main" for word in ("doctor", "plan", "apply", "status")]
    assert world.target.courses() == {"i1", "i2"}


def test_from_elsewhere_the_next_command_names_the_project(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above the project: what validate, doctor, plan say can be pasted."""
    world.edflex.fill(1)
    monkeypatch.chdir(world.root.parent)
    command = next_of(world.cli("validate", "project"))
    for _ in range(2):
        done = follow(world, command)
        assert done.exit == 0, done.err
        command = next_of(done)
    assert command == "syncata apply main --project project"
    assert follow(world, f"{command} --yes").exit == 0
    lost = world.cli("plan", "main")
    assert (lost.exit, "name one with --project DIR" in lost.err) == (2, True)


@pytest.mark.parametrize("command", ["run", "plan", "doctor", "apply"])
def test_findings_that_end_a_command_say_where_to_look(world: World, command: str) -> None:
    """Where more is told of each code, and how to see whether they are gone."""
    world.connect(group_id="short", summary_format="poem")
    ended = world.cli(command, "main", *(["--yes"] if command == "apply" else []))
    assert ended.exit == 3
    assert ended.err.count("see: syncata explain SYN413\n") == 1
    assert next_of(ended) == "syncata validate connections/main.yaml"
    assert follow(world, next_of(ended)).exit == 3


def test_findings_in_a_projects_own_spec_name_its_file_as_people_do(world: World) -> None:
    """The same from run as from validate: relative to where they are."""
    world.edit_spec("map:\n      # Name and logo", "mpa:\n      # Name and logo")
    ended = world.cli("run", "main")
    assert ended.err.startswith("mappings/edflex-360learning.yaml:")
    assert next_of(ended) == "syncata validate mappings/edflex-360learning.yaml"


def test_after_trying_a_record_its_spec_is_validated(world: World) -> None:
    """A packaged spec has no file to correct: its tests are run."""
    assert next_of(world.cli("eval", "edflex-360learning", "courses")) == (
        "syncata test edflex-360learning"
    )
    world.edit_spec("isMain: 'false'", "isMain: 'true'")
    tried = world.cli("eval", "edflex-360learning", "courses")
    assert next_of(tried) == "syncata validate mappings/edflex-360learning.yaml"
    assert next_of(follow(world, next_of(tried))) == (
        "syncata test mappings/edflex-360learning.yaml"
    )


def test_a_connection_is_no_spec_and_no_code(world: World) -> None:
    """Who mixes them up is told which is which."""
    assert "main is a connection" in world.cli("eval", "main", "courses").err
    asked = world.cli("explain", "main")
    assert (asked.exit, "syncata explain main SYNC KEY" in asked.err) == (2, True)


def test_a_plan_that_is_not_there_is_made_by_the_command_that_is_told(world: World) -> None:
    """The hint names the connection and the file."""
    missing = world.cli("apply", "main", "my.plan")
    assert missing.exit == 9
    assert "help: make one: syncata plan main -o my.plan\n" in missing.err


def test_what_has_nothing_to_remove_is_not_removed(shop: Shop) -> None:
    """Refused before anything is archived: somebody wanted more than that."""
    shop.synced(1)
    mark = shop.airtable.mark()
    refused = shop.cli("deactivate", "main", "--yes", "--remove-integration")
    assert (refused.exit, "has nothing in which everything lies" in refused.err) == (2, True)
    assert shop.airtable.writes(mark) == []
    assert shop.run().planned("products") == {"unchanged": 1}


def test_forgetting_says_whether_anything_was_held(world: World) -> None:
    """Nobody, one record, nobody to lift, somebody lifted."""
    world.edflex.fill(1)
    world.edflex.learn("learner-0001@example.com", "i1", status="completed")
    world.run()

    def told(mail: str, *more: str) -> str:
        return world.cli("forget", "--learner", mail, *more).out.removeprefix("main: ").rstrip()

    assert told("no@example.com", "--lift") == "nobody of that address was forgotten here"
    assert told("no@example.com").startswith("held nothing about that person; ")
    assert told("no@example.com", "--lift") == "may come back"
    assert told("learner-0001@example.com").startswith("erased 1 record; ")


def test_a_port_that_is_taken_is_told_with_what_to_do(world: World) -> None:
    """Not by a number of the operating system."""
    port = world.edflex.url.rpartition(":")[2]
    taken = world.cli("simulate", "edflex", "--port", port)
    assert taken.exit == 2
    assert f"port {port} cannot be used: Address already in use" in taken.err
    assert "--port NUMBER" in taken.err


def test_the_documents_name_connections_that_init_makes() -> None:
    """Who follows them step by step gets there."""
    for document in (REPOSITORY / "docs").glob("*.md"):
        text = document.read_text()
        made = {part.split()[0] for part in text.split("--from ")[1:] if part[0].isalpha()}
        for line in text.splitlines():
            if line.startswith("syncata doctor ") and made:
                assert line.split()[2] in made | {"acme"}, f"{Path(document).name}: {line}"
