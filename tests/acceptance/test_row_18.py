"""Mission row 18: learners are found by their e-mail, and who is not there yet is waited for."""

from typing import Any

import pytest
from tests.acceptance.world import Result, World

from syncata.simulator.people import learner_mail

ADA, BEA = learner_mail(1), learner_mail(2)
NEW = "newcomer@example.com"


def _waiting(run: Result) -> list[tuple[str, str, int]]:
    return [(one["sync"], one["for"], one["records"]) for one in run.run["waiting"]]


def _lookups(world: World, mark: int = 0) -> list[dict[str, Any]]:
    return [e for e in world.target.requests(mark) if "mail%5Bin%5D" in e.get("query", "")]


def test_row_18_an_email_is_the_same_in_any_case(world: World) -> None:
    """Written otherwise there or here: the statistic finds its learner."""
    world.edflex.fill(1)
    world.target.hand("add_user", mail="Grace.Hopper@Example.com")
    world.edflex.learn(ADA.upper(), "i1")
    world.edflex.learn("Grace.Hopper@Example.com", "i1")
    run = world.run()
    assert (run.confirmed("statistics"), run.run["waiting"]) == ({"create": 2}, [])
    assert {one["mail"] for one in world.target.attempts("i1")} == {ADA, "Grace.Hopper@Example.com"}


def test_row_18_an_email_in_another_case_on_the_target_is_found(world: World) -> None:
    """The target answers in its own writing: it is compared in any case. Whether it finds somebody
    in whatever case is not published; if it does not, the statistic waits."""
    world.edflex.fill(1)
    world.target.hand("set_mail", mail=ADA, to=ADA.capitalize())
    world.edflex.learn(ADA, "i1")
    assert _waiting(world.run()) == [("statistics", "learner", 1)]
    world.target.fault(mail_folds=True)
    run = world.run()
    assert (run.confirmed("statistics"), _waiting(run)) == ({"create": 1}, [])


def test_row_18_learners_are_looked_up_fifty_at_a_time(world: World) -> None:
    """A hundred and one learners with two statistics each are three requests."""
    world.edflex.fill(2)
    for place in range(1, 102):
        world.target.hand("add_user", mail=f"many-{place}@example.com")
        for item in ("i1", "i2"):
            world.edflex.learn(f"many-{place}@example.com", item)
    world.connect(edflex_page_size=1000)
    run = world.run()
    assert run.confirmed("statistics") == {"create": 202}
    sizes = [entry["query"].count("mail%5Bin%5D") for entry in _lookups(world)]
    assert sorted(sizes) == [1, 50, 50]


def test_row_18_who_is_not_there_yet_is_waited_for(world: World) -> None:
    """Counted with its age in report, plan and JSON; exit 0; nothing else is held up. Days later
    the learner is there: the statistic is sent although the source does not give it again."""
    world.edflex.fill(1)
    world.edflex.learn(NEW, "i1")
    world.edflex.learn(ADA, "i1")
    assert world.plan().planned("statistics") == {"create": 1, "waiting": 1}
    first = world.run()
    assert first.planned("statistics") == {"create": 1, "waiting": 1}
    assert _waiting(first) == [("statistics", "learner", 1)]
    world.pass_days(3)
    world.edflex.learn(BEA, "i1")
    later = world.run()
    assert later.run["waiting"] == first.run["waiting"]
    since = later.run["waiting"][0]["since"][:10]
    text = world.cli("report", later.run["run"]).out
    assert f"statistics: 1 record waiting for learner, since {since}" in text
    world.target.hand("add_user", mail=NEW)
    world.pass_days(1)
    found = world.run()
    assert found.sync("statistics")["read"] == 1  # Bea's, in the overlap
    assert (found.confirmed("statistics"), found.run["waiting"]) == ({"create": 1}, [])
    assert len(world.target.attempts("i1", NEW)) == 1
    assert world.run("--full").planned("statistics") == {"unchanged": 3}


def test_row_18_what_waits_follows_the_source(world: World) -> None:
    """While it waits the attempt goes on: what is sent in the end is what the source said last."""
    world.edflex.fill(1)
    world.edflex.learn(NEW, "i1", status="in progress", completed_at=None)
    world.run()
    world.pass_days(1)
    world.edflex.relearn(NEW, "i1", status="completed", completed_at="2026-03-01T10:00:00.000Z")
    world.run()
    world.pass_days(3)
    world.target.hand("add_user", mail=NEW)
    assert world.run().confirmed("statistics") == {"create": 1}
    assert world.target.attempts("i1", NEW)[0]["progress"] == 100


@pytest.mark.parametrize(("setting", "days"), [(None, 90), ("P10D", 10)])
def test_row_18_a_learner_who_never_comes_is_given_up(
    world: World, setting: str | None, days: int
) -> None:
    """After 90 days, or as the guard says: rejected with its code; exit 6, and others go on."""
    world.connect(guards={"give_up_after": setting} if setting else {})
    world.edflex.fill(1)
    world.edflex.learn(NEW, "i1")
    world.run()
    world.pass_days(days - 1)
    assert _waiting(world.run()) == [("statistics", "learner", 1)]
    world.pass_days(2)
    world.edflex.learn(ADA, "i1")
    given_up = world.run(exit=6)
    assert given_up.confirmed("statistics") == {"create": 1}
    assert given_up.run["waiting"] == []
    (reject,) = world.rejects(given_up)
    assert reject["code"] == "SYN612"
    assert "it has waited for learner since" in reject["message"]
    assert world.run("--full", exit=6).run["waiting"] == []  # it does not begin to wait again
    world.target.hand("add_user", mail=NEW)
    assert world.run("--full").confirmed("statistics") == {"create": 1}
    assert world.rejects(world.run()) == []


def test_row_18_a_deleted_learner_is_not_one(world: World) -> None:
    """A user with the status deleted is waited for as if there were none."""
    world.edflex.fill(1)
    world.target.hand("set_user_status", mail=ADA, status="deleted")
    world.edflex.learn(ADA, "i1")
    assert _waiting(world.run()) == [("statistics", "learner", 1)]
    world.target.hand("set_user_status", mail=ADA, status="active")
    assert world.run().confirmed("statistics") == {"create": 1}


def test_row_18_a_statistic_of_a_course_that_is_not_synchronized_is_ignored(world: World) -> None:
    """Of another type, closed from the start, unknown: ignored and counted, no look-up is made."""
    world.edflex.put("other", type="program")
    world.edflex.put("closed", status="closed")
    for item in ("other", "closed", "unknown"):
        world.edflex.learn(NEW, item)
    run = world.run()
    assert run.sync("statistics")["planned"] == {"ignored": {"excluded": 3}}
    assert (run.run["exit_code"], run.run["waiting"]) == (0, [])
    assert _lookups(world) == []


def test_row_18_statistics_from_before_the_course_are_retrieved(world: World) -> None:
    """The course is synchronized later: the next full reading, a week after the last one at the
    latest, brings what learners did before."""
    world.edflex.put("i1")
    world.edflex.put("late", status="closed")
    world.edflex.learn(ADA, "late")
    world.run()
    world.pass_days(3)
    world.edflex.learn(BEA, "i1")
    world.run()
    world.edflex.patch("late", status="opened")
    assert world.run().planned("statistics") == {"unchanged": 1}
    world.pass_days(4)
    assert world.run().confirmed("statistics") == {"create": 1}
    assert len(world.target.attempts("late", ADA)) == 1


@pytest.mark.parametrize("email", [None, ""])
def test_row_18_a_statistic_without_a_learner_is_set_aside(world: World, email: str | None) -> None:
    """No e-mail, or an empty one: it is rejected, and the others arrive."""
    world.edflex.fill(1)
    world.edflex.learn(ADA, "i1")
    world.edflex.control("POST", "activities", {"email": email, "content_id": "i1"})
    run = world.run(exit=6)
    assert run.confirmed("statistics") == {"create": 1}
    assert run.planned("statistics")["rejected"] == 1


def test_row_18_nothing_shows_who_learns(world: World) -> None:
    """No e-mail in plan, report, status, runs, rejects, doctor or messages, in text or JSON, nor
    where the target refuses or is away; keys are hashes; a saved plan is its owner's only."""
    mails = [ADA, BEA, NEW, "not-an-address@", "x@"]
    world.edflex.fill(1)
    world.run()
    for mail in mails:
        world.edflex.learn(mail, "i1")
    world.edflex.learn(BEA, "i1", attempt=2, time_spent=-1, first_activity="yesterday")
    world.edflex.learn(NEW, "i1", attempt=2, status=7)
    world.target.fault(fail_items="i1")
    path = world.path("plan.db")
    shown = [world.cli("plan", "main", "-o", str(path)), world.cli("plan", "main", "--json")]
    assert path.stat().st_mode & 0o777 == 0o600
    run = world.run(exit=6)
    keys = [reject["key"] for reject in world.rejects(run)]
    assert len(keys) == 5
    assert all(key.startswith('["person:') for key in keys)
    looks = [["rejects", "list", "main"], ["doctor", "main"]]
    looks += [["rejects", "show", "main", "statistics", key] for key in keys]
    looked = [world.cli(*words, *form) for words in looks for form in ([], ["--json"])]
    assert {result.exit for result in looked} == {0}
    assert sum("(personal)" in result.out for result in looked) == 2 * len(keys)
    shown += looked
    world.target.fault(fail_items=None, http_500="on@/users?mail[in]")
    away = world.cli("run", "main", "--json")
    assert away.exit == 5
    shown += [run, away, world.cli("run", "main", "--full")]
    for words in (["report", run.run["run"]], ["report", away.run["run"]], ["status"], ["runs"]):
        shown += [world.cli(*words), world.cli(*words, "--json")]
    for text in (result.out + result.err for result in shown):
        for mail in mails:
            assert mail.casefold() not in text.casefold()
            assert mail.casefold().replace("@", "%40") not in text.casefold()
