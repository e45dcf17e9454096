"""What people decide: approve, reject, pause, resume, rejects, forget, prune."""

import shlex

from tests.acceptance.sides import ABSENT
from tests.acceptance.world import Result, World

MAIL = "learner-0001@example.com"


def _held(world: World) -> str:
    """A run that a guard holds: half of twelve courses close."""
    world.edflex.fill(12)
    world.run()
    for place in range(1, 7):
        world.edflex.patch(f"i{place}", status="closed")
    return str(world.run(exit=7).run["run"])


def test_an_approved_run_may_do_as_much_as_was_agreed_to(world: World) -> None:
    """Six archives were held; once approved the next run archives six, and the word is used up."""
    run = _held(world)
    assert world.cli("approve", run).exit == 0
    assert world.run().confirmed() == {"archive": 6}
    for place in range(7, 11):
        world.edflex.patch(f"i{place}", status="closed")
    world.connect(guards={"above": 1})
    world.run(exit=7)


def test_an_approval_is_a_ceiling(world: World) -> None:
    """A seventh archive was not agreed to: the run is held again and nothing is sent."""
    run = _held(world)
    assert world.cli("approve", run, "--json").json["decision"] == "approved"
    world.edflex.patch("i7", status="closed")
    mark = world.target.mark()
    world.run(exit=7)
    assert world.target.writes(mark) == []


def test_what_comes_back_by_itself_needs_no_decision(world: World) -> None:
    """The courses open again before anybody looked: the next run is good."""
    _held(world)
    for place in range(1, 7):
        world.edflex.patch(f"i{place}", status="opened")
    assert world.run().planned() == {"unchanged": 12}


def test_a_rejected_run_stays_held(world: World) -> None:
    """Saying no lets nothing through."""
    run = _held(world)
    assert world.cli("reject", run).exit == 0
    mark = world.target.mark()
    world.run(exit=7)
    assert world.target.writes(mark) == []


def test_an_approval_does_not_last(world: World) -> None:
    """Three days later it counts for nothing."""
    run = _held(world)
    assert world.cli("approve", run).exit == 0
    world.pass_days(3)
    world.run(exit=7)


def test_only_the_last_held_run_can_be_approved(world: World) -> None:
    """An older one was about something else; a good one needs no approval."""
    run = _held(world)
    later = world.run(exit=7).run["run"]
    refused = world.cli("approve", run)
    assert refused.exit == 2
    assert later in refused.err
    world.cli("approve", later)
    good = world.run().run["run"]
    assert "is not held" in world.cli("approve", good).err
    assert world.cli("approve", "20200101T000000Z-0000").exit == 2


def test_an_adoption_is_approved_like_anything_else(world: World) -> None:
    """Where nobody can write --adopt, as in a service, approving the run does it."""
    world.edflex.fill(1)
    world.target.hand("add_integration", settings={"externalPlatform": "Edflex"})
    run = world.run(exit=7).run["run"]
    assert world.cli("approve", run).exit == 0
    assert world.run().confirmed("integration") == {"adopt": 1, "update": 1}


def test_a_paused_connection_refuses_runs_until_it_is_resumed(world: World) -> None:
    """Nothing is asked of either side meanwhile; pausing twice is refused."""
    world.edflex.fill(1)
    world.run()
    assert world.cli("pause", "main").exit == 0
    assert world.cli("pause", "main").exit == 2
    source, target = world.edflex.mark(), world.target.mark()
    assert "syncata resume main" in world.run(exit=7).run["error"]["hint"]
    assert world.edflex.requests(source) == []
    assert world.target.requests(target) == []
    assert world.cli("resume", "main").exit == 0
    assert world.run().planned() == {"unchanged": 1}


def test_rejects_are_listed_and_shown_with_the_record(world: World) -> None:
    """The key, the reason, the place in the spec, since when, and what the source gave."""
    world.edflex.put("bad", title=None)
    world.run(exit=6)
    listed = world.cli("rejects", "list", "main", "--json").json["rejects"]
    assert [(reject["sync"], reject["key"]) for reject in listed] == [("courses", "bad")]
    shown = world.cli("rejects", "show", "main", "courses", "bad", "--json").json
    assert (shown["code"], shown["field"], shown["record"]["id"]) == ("SYN604", "name", "bad")
    text = world.cli("rejects", "show", "main", "courses", "bad")
    assert "set aside since" in text.out
    assert world.cli("rejects", "show", "main", "courses", "other").exit == 2


def test_a_retried_reject_is_sent_again(world: World) -> None:
    """What the target refused is not sent while nothing changes, unless somebody asks for it."""
    world.edflex.fill(2)
    world.target.fault(fail_items="i2")
    world.run(exit=6)
    world.target.fault(fail_items=None)
    mark = world.target.mark()
    world.run(exit=6)
    assert world.target.effects(mark) == {}
    retried = world.cli("rejects", "retry", "main", "courses", "i2", "--json").json
    assert retried["tried_again"] == {"courses": 1}
    assert world.run().confirmed() == {"create": 1}
    assert world.target.courses() == {"i1", "i2"}


def test_a_retried_reject_of_an_incremental_stream_comes_back(world: World) -> None:
    """The source does not give it again, but it was kept; unasked it is not sent again."""
    world.edflex.fill(1)
    world.run()
    world.target.hand("launch", mail=MAIL, externalId="i1")
    world.target.fault(only_completed="error")
    world.edflex.learn(MAIL, "i1", status="completed", first_activity="2026-11-01T10:00:00Z")
    world.run(exit=6)
    world.pass_days(3)
    world.edflex.learn("learner-0002@example.com", "i1", status="in progress")
    world.run(exit=6)
    world.pass_days(3)
    mark = world.target.mark()
    world.run()
    assert world.target.writes(mark) == []
    world.target.fault(only_completed="update")
    world.cli("rejects", "retry", "main", "statistics")
    assert world.run().confirmed("statistics") == {"create": 1}
    assert world.target.attempts("i1", MAIL)[0]["progress"] == 100


def test_somebody_who_is_forgotten_leaves_no_trace_and_does_not_come_back(world: World) -> None:
    """Records, waiting and rejected ones are erased; what the source still tells is ignored."""
    world.edflex.fill(2)
    world.edflex.learn("Learner-0001@Example.com", "i1", status="in progress")
    world.edflex.learn("learner-0002@example.com", "i1", status="in progress")
    world.edflex.learn("Nobody@example.com", "i2", status="completed")
    world.run()
    erased = world.cli("forget", "--learner", MAIL, "--json").json["forgotten"]["main"]
    assert erased["record"] == 1
    erased = world.cli("forget", "--learner", "nobody@example.com", "--json").json["forgotten"]
    assert erased["main"]["waiting"] == 1
    assert b"nobody" not in world.path("state", "main.db").read_bytes().lower()
    world.edflex.relearn("Learner-0001@Example.com", "i1", attempt=1, status="completed")
    mark = world.target.mark()
    run = world.run("--full")
    assert run.sync("statistics")["planned"]["ignored"] == {"forgotten": 2}
    assert world.target.writes(mark) == []
    world.cli("forget", "--learner", MAIL, "--lift")
    run = world.run("--full")
    assert run.planned("statistics")["create"] == 1


def test_old_matters_are_pruned(world: World) -> None:
    """Reports, rejects and records about people that are old enough go; courses stay."""
    world.edflex.fill(1)
    world.edflex.put("bad", url=ABSENT)
    world.edflex.learn(MAIL, "i1", status="completed")
    world.run(exit=6)
    kept = world.cli("state", "prune", "--older", "1d", "--json").json["pruned"]["main"]
    assert kept == {"records": 0, "rejects": 0, "waiting": 0, "runs": 0}
    assert world.cli("state", "prune", "--older", "soon").exit == 2
    assert world.live() == 1


def test_rejects_of_one_sync_are_found_behind_those_of_another(world: World) -> None:
    """The limit counts what is asked for, and so do the records that wait."""
    world.edflex.fill(3, url="")
    world.edflex.put("good")
    world.edflex.learn(MAIL, "good", first_activity="yesterday")
    world.edflex.learn("nobody@example.com", "good", status="completed")
    world.connect(guards={"max_rejects": "100%"})
    world.run(exit=6)

    def listed(*sync: str) -> tuple[set[str], set[str]]:
        found = world.cli("rejects", "list", "main", "--limit", "2", "--json", *sync).json
        return {r["sync"] for r in found["rejects"]}, {w["sync"] for w in found["waiting"]}

    assert listed() == ({"courses"}, {"statistics"})
    assert listed("--sync", "statistics") == ({"statistics"}, {"statistics"})
    assert listed("--sync", "courses") == ({"courses"}, set())


def test_the_command_for_a_rejected_record_can_be_pasted(world: World) -> None:
    """A key with a blank and a quote in it is one word of the shell, as it was."""
    world.edflex.put("it's bad", title=None)
    world.run(exit=6)
    listed = world.cli("rejects", "list", "main").err
    shown = world.cli("rejects", "show", "main", "courses", "it's bad").err
    for said, word in ((listed, "show"), (shown, "retry")):
        command = shlex.split(said.partition("Next: ")[2])
        assert command == ["syncata", "rejects", word, "main", "courses", "it's bad"]


def test_decisions_ages_and_what_is_old_go_by_the_clock_of_runs(world: World) -> None:
    """Ten days on: the run is ten days old, what is approved now counts, and old runs go."""
    world.edflex.fill(12)
    first = world.run().run["run"]
    world.pass_days(10)
    (row,) = world.cli("status", "--json").json["connections"]
    assert 863_000 < row["last_good_age_seconds"] < 865_000
    for place in range(1, 7):
        world.edflex.patch(f"i{place}", status="closed")
    assert world.cli("approve", str(world.run(exit=7).run["run"])).exit == 0
    assert world.run().confirmed() == {"archive": 6}
    pruned = world.cli("state", "prune", "--older", "5d", "--json").json["pruned"]["main"]
    assert pruned == {"records": 0, "rejects": 0, "waiting": 0, "runs": 1}
    assert world.cli("report", first).exit == 2


def next_of(result: Result) -> str:
    """The command that comes next."""
    return result.err.rpartition("Next: ")[2].rstrip()


def test_what_follows_a_held_run_is_a_word_and_then_a_run(world: World) -> None:
    """Run, report and status ask for it once; with the word nobody asks for it again."""
    run = _held(world)
    text = world.cli("run", "main")
    later = world.cli("runs", "--json").json["runs"][0]["run"]
    asked = f"syncata approve {later}, or syncata reject {later}"
    assert [next_of(text), next_of(world.cli("report", later))] == [asked, asked]
    assert next_of(world.cli("report", run)) == "syncata plan main"
    status = world.cli("status")
    assert next_of(status) == asked
    assert "then approve or reject it" in status.out
    world.cli("reject", later)
    assert "held, and rejected: nothing is sent" in world.cli("status").out
    assert next_of(world.cli("approve", later)) == "syncata run main"
    assert world.cli("approve", later).out.startswith("already approved: courses: ")
    status = world.cli("status")
    assert "held, and approved" in status.out
    assert next_of(status) == "syncata run main"


def test_a_guard_that_was_agreed_to_holds_no_more_in_the_report(world: World) -> None:
    """It says what was agreed to, and asks for nothing."""
    world.cli("approve", _held(world))
    done = world.cli("run", "main")
    assert done.exit == 0
    assert "Agreed to: courses: " in done.out
    assert "Held" not in done.out
    assert next_of(done) == "syncata status main"


def test_no_word_helps_a_run_that_no_guard_held(world: World) -> None:
    """Paused, or of another identity: approve says what held it, and what ends that."""
    world.run()
    world.cli("pause", "main")
    paused = world.cli("run", "main")
    assert next_of(paused) == "syncata resume main"
    run = world.cli("runs", "--json").json["runs"][0]["run"]
    refused = world.cli("approve", run)
    assert (refused.exit, "is not held" in refused.err) == (2, False)
    assert "the connection is paused" in refused.err
    status = world.cli("status")
    assert status.out.startswith("main: paused, ")
    assert "approve" not in status.out
    assert next_of(status) == "syncata resume main"
    world.cli("resume", "main")
    world.connect(platform_name="Other")
    run = world.run(exit=7).run["run"]
    assert "part of the connection's identity" in world.cli("approve", run).err
    status = world.cli("status")
    assert "the last run was refused: the setting platform_name was Edflex" in status.out
    assert next_of(status) == f"syncata report {run}"


def test_all_rejects_or_one_persons_are_tried_again(world: World) -> None:
    """Without a sync those of every sync; the hashed key of a person is taken as it is shown."""
    world.edflex.fill(2)
    world.run()
    for place in (1, 2):
        world.edflex.patch(f"i{place}", title="Changed")
    for place in (1, 2):
        world.edflex.learn(f"learner-000{place}@example.com", f"i{place}", status="completed")
    world.target.fault(fail_items="i1,i2")
    world.run(exit=6)
    world.target.fault(fail_items=None)

    def retried(*words: str) -> dict[str, int]:
        return dict(world.cli("rejects", "retry", "main", *words, "--json").json["tried_again"])

    listed = world.cli("rejects", "list", "main", "--sync", "statistics", "--json").json["rejects"]
    key = next(reject["key"] for reject in listed if '"i1"' in reject["key"])
    assert key.startswith('["person:')
    assert retried("statistics", key) == {"statistics": 1}
    run = world.run(exit=6)
    assert run.confirmed("statistics") == {"create": 1}
    assert [one["mail"] for one in world.target.attempts("i1")] == [MAIL]
    assert world.target.attempts("i2") == []
    assert retried() == {"courses": 2, "statistics": 1}
    assert world.cli("rejects", "retry", "main").err.startswith("Nothing like that is set aside.")
    run = world.run()
    assert (run.confirmed(), run.confirmed("statistics")) == ({"update": 2}, {"create": 1})
