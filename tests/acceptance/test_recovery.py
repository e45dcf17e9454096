"""A ledger that was lost, spoilt or put back: nothing is doubled, nothing is archived for it."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.shop import Shop
from tests.acceptance.world import World

ADA, BEA = "learner-0001@example.com", "learner-0002@example.com"


def backed_up(world: World) -> str:
    """A backup of the ledger as it is now."""
    done = world.cli("state", "backup", "main", "--json")
    assert done.exit == 0, done.err
    return str(done.json["backup"])


def restored(world: World, backup: str, exit: int = 0) -> Any:  # noqa: A002
    """The backup put in the ledger's place; what the command says."""
    done = world.cli("state", "restore", "main", backup, "--yes", "--json")
    assert done.exit == exit, done.out + done.err
    return done.json


def lost(world: World) -> None:
    """The ledger is gone."""
    world.path("state", "main.db").unlink()


def spoilt(world: World) -> None:
    """The ledger's pages are overwritten, its first one aside."""
    path = world.path("state", "main.db")
    raw = path.read_bytes()
    path.write_bytes(raw[:4096] + b"\xa5" * (len(raw) - 4096))


def learn(world: World, email: str, content: str, **given: Any) -> None:
    """Half an hour of learning on a day in March."""
    whole = {
        "first_activity": "2026-03-03T10:00:00.000Z",
        "last_activity": "2026-03-03T10:30:00.000Z",
        "completed_at": "2026-03-03T10:30:00.000Z",
    }
    world.edflex.learn(email, content, **(whole | given))


def test_a_backup_is_whole_private_and_never_overwrites(world: World) -> None:
    """It is sound, holds what the ledger holds, and its directory is the owner's alone."""
    world.edflex.fill(3)
    world.run()
    backup = Path(backed_up(world))
    assert backup.stat().st_mode & 0o777 == 0o600
    assert backup.parent.stat().st_mode & 0o777 == 0o700
    again = world.cli("state", "backup", "main", "--out", str(backup))
    assert again.exit == 9
    assert "never overwritten" in again.err
    assert [entry.name for entry in backup.parent.iterdir()] == [backup.name]


def test_a_damaged_ledger_is_not_backed_up(world: World) -> None:
    """Exit 9, and no file that looks like a backup."""
    world.edflex.fill(30)
    world.run()
    spoilt(world)
    refused = world.cli("state", "backup", "main")
    assert refused.exit == 9
    folder = world.path("state", "backups")
    assert [entry for entry in folder.iterdir() if not entry.name.startswith(".")] == []


def test_after_an_old_ledger_is_restored_the_target_says_what_the_source_says(
    world: World,
) -> None:
    """Since the backup: one changed there and back, one closed, one new. No course is made twice,
    none is archived but the closed one, and what went there and back is put right."""
    world.edflex.fill(4)
    world.edflex.patch("i1", title="As it was")
    world.run()
    backup = backed_up(world)
    world.edflex.patch("i1", title="Changed since")
    world.edflex.patch("i2", status="closed")
    world.edflex.put("new")
    run = world.run().run["run"]
    lost_runs = restored(world, backup)["runs_since"]
    assert lost_runs == [run]
    world.edflex.patch("i1", title="As it was")
    mark = world.target.mark()
    assert world.run().planned() == {"update": 3, "archive": 1, "create": 1}
    assert world.target.field("i1", "name") == "As it was"
    assert world.target.courses() == {"i1", "i3", "i4", "new"}
    assert world.target.courses("archived") == {"i2"}
    assert set(world.target.effects(mark)) <= {
        "updated", "archived", "unchanged", "integrations_updated",
    }  # fmt: skip
    assert len(world.target.integrations()) == 1
    mark = world.target.mark()
    assert world.run().planned() == {"unchanged": 5}
    assert world.target.writes(mark) == []
    doubts = world.cli("state", "show", "main", "--json").json["in_doubt"]
    assert doubts.keys() == {"tags", "course_tags"}  # which are switched off


READINGS = [
    "new",
    *(pytest.param(reading, marks=pytest.mark.slow) for reading in ("ignore", "error", "update")),
]


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("how", ["restore", "rebuild"])
def test_no_attempt_is_doubled(world: World, reading: str, how: str) -> None:
    """What was completed since the backup, or before everything was lost, stays one attempt,
    however the target reads its own rules; what is open goes on."""
    world.target.fault(only_completed=reading)
    world.edflex.fill(2)
    learn(world, ADA, "i1", status="in progress", completed_at=None)
    world.run()
    backup = backed_up(world)
    world.edflex.relearn(ADA, "i1", status="completed", completed_at="2026-03-03T11:00:00.000Z")
    learn(world, BEA, "i1")
    learn(world, BEA, "i2", status="in progress", completed_at=None)
    world.edflex.put("new")
    world.run()
    learn(world, ADA, "new")
    world.run()
    before = world.target.attempts()
    assert [one["progress"] for one in before] == [100, 100, 50, 100]
    if how == "restore":
        restored(world, backup)
    else:
        lost(world)
        assert world.cli("state", "rebuild", "main", "--yes").exit == 0
    for _ in range(3):
        world.run()
        assert world.target.attempts() == before
    world.edflex.relearn(BEA, "i2", status="completed", completed_at="2026-03-03T11:00:00.000Z")
    world.run("--full")
    assert [one["progress"] for one in world.target.attempts()] == [100] * 4


def test_a_record_that_was_missing_before_the_backup_is_missed_anew(world: World) -> None:
    """One miss in the backup and one after it are not two in a row."""
    for place in (1, 2, 3):
        world.edflex.put(f"i{place}")
    world.run()
    world.edflex.remove("i1")
    world.run()
    backup = backed_up(world)
    world.edflex.put("i1")
    world.run()
    restored(world, backup)
    world.edflex.remove("i1")
    world.run()
    assert "i1" in world.target.courses()
    world.run()
    assert "i1" not in world.target.courses()


def test_what_people_decided_since_holds_after_a_restore(world: World) -> None:
    """A rest that began since goes on, whoever was forgotten since stays so, and what was agreed
    to before is agreed to no longer."""
    world.edflex.fill(12)
    learn(world, ADA, "i1")
    world.run()
    for place in range(1, 7):
        world.edflex.patch(f"i{place}", status="closed")
    run = world.run(exit=7).run["run"]
    world.cli("approve", run)
    backup = backed_up(world)
    assert world.cli("forget", "--learner", ADA).exit == 0
    world.cli("pause", "main")
    restored(world, backup)
    shown = world.cli("state", "show", "main", "--json").json
    assert (shown["condition"]["state"], shown["decisions"]) == ("paused", [])
    assert shown["forgotten"] > 0
    assert shown["syncs"].get("statistics", {}).get("live", 0) == 0
    world.cli("resume", "main")
    world.run(exit=7)


def test_the_ledger_that_is_replaced_is_kept(world: World) -> None:
    """A spoilt one too; the command says where, and nothing else is left behind."""
    world.edflex.fill(3)
    world.run()
    backup = backed_up(world)
    spoilt(world)
    bytes_of_it = world.path("state", "main.db").read_bytes()
    said = restored(world, backup)
    kept = Path(said["kept"])
    assert kept.read_bytes() == bytes_of_it
    assert said["runs_since"] is None
    assert world.cli("state", "verify", "--json").json["problems"] == {"main": []}
    assert world.run().planned() == {"update": 3}
    left = [entry.name for entry in world.path("state").iterdir() if entry.name.startswith(".")]
    assert left == []


def test_a_lost_ledger_can_be_restored(world: World) -> None:
    """Also after a command has made an empty one in its place."""
    world.edflex.fill(2)
    world.run()
    backup = backed_up(world)
    lost(world)
    assert world.plan(exit=7).planned() == {"create": 2}
    restored(world, backup)
    assert world.run().planned() == {"update": 2}


def test_a_backup_of_another_connection_is_refused(world: World) -> None:
    """Another ledger's, another connection's, another identity's: exit 9, nothing is replaced."""
    world.edflex.fill(1)
    world.connect("other", platform_name="Other")
    world.run()
    world.run(name="other")
    other = world.cli("state", "backup", "other", "--json").json["backup"]
    before = world.path("state", "main.db").read_bytes()
    refused = world.cli("state", "restore", "main", other, "--yes")
    assert (refused.exit, "of another ledger" in refused.err) == (9, True)
    assert world.path("state", "main.db").read_bytes() == before
    lost(world)
    refused = world.cli("state", "restore", "main", other, "--yes")
    assert (refused.exit, "of the connection other, not of main" in refused.err) == (9, True)
    own = str(world.path("own.db"))
    shutil.copy(other, own)
    world.connect("other", platform_name="Third")
    refused = world.cli("state", "restore", "other", own, "--yes")
    assert (refused.exit, "platform_name was Other" in refused.err) == (9, True)


def _unsound(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[:8192] + b"\xa5" * 4096 + raw[12288:])


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_unsound, "damaged"),
        (lambda path: path.write_bytes(b"text" * 999), "no database"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.unlink(), "no such file"),
    ],
)
def test_an_unsound_backup_is_refused(world: World, spoil: Any, said: str) -> None:
    """Exit 9; the ledger that is there is left alone."""
    world.edflex.fill(30)
    world.run()
    backup = backed_up(world)
    spoil(Path(backup))
    before = world.path("state", "main.db").read_bytes()
    refused = world.cli("state", "restore", "main", backup, "--yes")
    assert refused.exit == 9, refused.out + refused.err
    assert said in refused.err
    assert world.path("state", "main.db").read_bytes() == before


@pytest.mark.parametrize("arguments", [("restore", "main", "x.db"), ("rebuild", "main")])
def test_nothing_is_replaced_without_a_word(world: World, arguments: tuple[str, ...]) -> None:
    """Where nobody can answer and there is no --yes: exit 2, and nothing was read."""
    world.edflex.fill(1)
    world.run()
    shutil.copy(backed_up(world), world.path("x.db"))
    before, mark = world.path("state", "main.db").read_bytes(), world.edflex.mark()
    refused = world.cli("state", *arguments)
    assert (refused.exit, "--yes" in refused.err) == (2, True)
    assert world.path("state", "main.db").read_bytes() == before
    assert world.edflex.requests(mark) == []


def test_a_rebuilt_ledger_makes_nothing_twice(world: World) -> None:
    """The ledger is gone: what the target answers is held; what the source has closed meanwhile is
    an orphan and untouched; what is new is made."""
    world.edflex.fill(4)
    world.run()
    lost(world)
    world.edflex.patch("i1", status="closed")
    world.edflex.put("new")
    mark = world.target.mark()
    done = world.cli("state", "rebuild", "main", "--yes", "--json")
    assert done.exit == 0, done.err
    assert world.target.writes(mark) == []
    courses = done.json["rebuilt"]["courses"]
    assert (courses["held"], courses["absent"], courses["unasked"]) == (3, 1, 0)
    closed = world.target.course("i1")
    assert closed is not None
    assert courses["orphans"] == [closed["courseId"]]
    assert done.json["rebuilt"]["integration"]["held"] == 1
    run = world.run()
    assert run.planned() == {"update": 3, "create": 1, "ignored": 1}
    assert world.target.courses() == {"i1", "i2", "i3", "i4", "new"}
    assert world.target.effects(mark).get("created") == ["new"]
    assert len(world.target.integrations()) == 1
    mark = world.target.mark()
    world.run()
    assert world.target.writes(mark) == []
    world.edflex.patch("i2", status="closed")
    assert world.run().confirmed() == {"archive": 1}


def test_rebuilding_takes_over_what_people_decided(world: World) -> None:
    """A ledger that can be read still tells who is to be forgotten, and that the connection rests;
    it is kept."""
    world.edflex.fill(2)
    learn(world, ADA, "i1")
    world.run()
    world.cli("forget", "--learner", ADA)
    world.cli("pause", "main")
    done = world.cli("state", "rebuild", "main", "--yes", "--json")
    assert Path(done.json["kept"]).exists()
    assert world.cli("state", "show", "main", "--json").json["condition"]["state"] == "paused"
    world.cli("resume", "main")
    assert world.run("--full").sync("statistics")["planned"]["ignored"] == {"forgotten": 1}


def test_rebuilding_that_fails_leaves_everything_as_it_was(world: World) -> None:
    """The source is away: exit 5 and the ledger that was there, sound or not."""
    world.edflex.fill(2)
    world.run()
    before = world.path("state", "main.db").read_bytes()
    world.edflex.fault(http_500="on")
    failed = world.cli("state", "rebuild", "main", "--yes", "--json")
    assert (failed.exit, failed.json["error"]["exit_code"]) == (5, 5)
    assert world.path("state", "main.db").read_bytes() == before
    assert [e.name for e in world.path("state").iterdir() if "replaced" in e.name] == []


def test_rows_found_by_a_search_are_held(shop: Shop) -> None:
    """Another pair of APIs, single creates: no row is made again, what was made by hand is an
    orphan."""
    shop.synced(12)
    shop.airtable.hand("add_row", fields={"Name": "By hand"})
    lost(shop)
    mark = shop.airtable.mark()
    done = shop.cli("state", "rebuild", "main", "--yes", "--json")
    assert done.exit == 0, done.err
    rebuilt = done.json["rebuilt"]["products"]
    assert (rebuilt["held"], rebuilt["absent"], len(rebuilt["orphans"])) == (12, 0, 1)
    assert shop.airtable.writes(mark) == []
    shop.run()
    assert len(shop.airtable.rows()) == 13
    assert "created" not in shop.airtable.effects(mark)


def test_show_tells_what_a_ledger_holds(world: World) -> None:
    """In numbers, as text too."""
    world.edflex.fill(2)
    world.edflex.put("bad", title=None)
    world.run(exit=6)
    shown = world.cli("state", "show", "main", "--json").json
    assert shown["syncs"]["courses"] == {
        "live": 2, "archived": 0, "missed": 0, "rejected": 1, "ignored": 0, "waiting": 0,
        "read_up_to": None,
    }  # fmt: skip
    assert shown["version"] == 3
    assert shown["identity"]["platform_name"] == "Edflex"
    text = world.cli("state", "show", "main").out
    assert "courses: 2 live, 1 rejected" in text
    assert "stands: degraded (rejects)" in text


def test_verify_ends_with_9_where_a_ledger_is_damaged(world: World) -> None:
    """It names what is wrong, and what to do; a sound one ends with 0."""
    world.edflex.fill(30)
    world.run()
    assert world.cli("state", "verify", "main").exit == 0
    spoilt(world)
    found = world.cli("state", "verify", "main")
    assert (found.exit, "damaged" in found.out) == (9, True)
    assert "state restore main" in found.err
    assert world.cli("state", "verify", "--json").json["problems"]["main"]
