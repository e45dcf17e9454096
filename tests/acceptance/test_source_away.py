"""A source that is away, odd or unwilling: the run stops and nothing is planned from it."""

from typing import Any

import pytest
from tests.acceptance.world import World

RESOURCES = "@/connect/v1/resources"
AWAY: dict[str, tuple[dict[str, Any], int]] = {
    "500 for ever": ({"http_500": f"on{RESOURCES}"}, 5),
    "500 for the token": ({"http_500": "on@/auth/token"}, 5),
    "an error page under 200": ({"half_body": f"on{RESOURCES}"}, 5),
    "a truncated body": ({"truncated": f"on{RESOURCES}"}, 5),
    "hanging up": ({"drop_connection": f"on{RESOURCES}"}, 5),
    "a login page": ({"html_200": f"on{RESOURCES}"}, 4),
    "no token is good": ({"revoke_token": 0}, 4),
}


@pytest.mark.parametrize("case", AWAY)
def test_a_source_that_is_away_changes_nothing(world: World, case: str) -> None:
    """The ledger stays as it is, the target sees no write, and the next run goes on."""
    faults, code = AWAY[case]
    world.edflex.fill(3)
    world.run()
    world.edflex.remove("i3")
    world.edflex.fault(**faults)
    mark = world.target.mark()
    for _ in range(3):
        run = world.run(exit=code)
        assert run.run["state"] == "failed"
        assert "source" in run.run["error"]["message"]
    assert world.target.writes(mark) == []
    assert world.live() == 3
    world.edflex.fault(**dict.fromkeys(faults))
    assert world.run().sync()["planned"] == {"unchanged": {"": 2, "not seen": 1}}


@pytest.mark.parametrize("fault", ["http_500", "truncated", "half_body", "drop_connection"])
def test_a_source_that_stumbles_is_asked_again(world: World, fault: str) -> None:
    """Two failures on the way: the reading is complete all the same."""
    world.connect(edflex_page_size=2)
    world.edflex.fill(5)
    world.edflex.fault(**{fault: f"2{RESOURCES}"})
    run = world.run()
    assert (run.confirmed(), run.sync()["complete"]) == ({"create": 5}, True)
    assert len(world.sleeps) == 2


def test_errors_under_200_stop_the_run(world: World) -> None:
    """A refused token with its errors under 200 is no empty catalogue."""
    world.edflex.fill(3)
    world.run()
    world.edflex.fault(errors_under_200=True, revoke_token=0)
    mark = world.target.mark()
    run = world.run(exit=5)
    assert "401 Unauthorized The access token" in run.run["error"]["message"]
    world.edflex.fault(revoke_token=None, http_500=f"on{RESOURCES}")
    run = world.run(exit=5)
    assert "Simulated failure" in run.run["error"]["message"]
    assert world.target.writes(mark) == []
    assert world.live() == 3


def test_a_page_that_fails_leaves_the_reading_unfinished(world: World) -> None:
    """The first page was fine, the second is not: nothing of it is applied."""
    world.connect(edflex_page_size=2)
    world.edflex.fill(4)
    world.edflex.fault(http_500="on@page[number]=2")
    world.run(exit=5)
    assert world.target.writes() == []


def test_a_source_that_is_not_there(world: World) -> None:
    """Connection refused: exit 5, and the message says so."""
    world.edflex.running.stop()
    run = world.run(exit=5)
    assert "source" in run.run["error"]["message"]
    assert world.target.writes() == []


def test_a_target_that_is_not_there(world: World) -> None:
    """Connection refused at the other side: exit 5 before the source is read."""
    world.edflex.fill(1)
    world.connect(target_url="http://127.0.0.1:9")
    run = world.run(exit=5)
    assert "target" in run.run["error"]["message"]
    assert world.edflex.requests() == []


@pytest.mark.parametrize("side", ["EDFLEX", "TARGET"])
def test_a_wrong_secret(world: World, side: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 4, tried once, and the hint says whose credentials to look at."""
    monkeypatch.setenv(f"{side}_SECRET", "wrong-but-secret")
    world.edflex.fill(1)
    run = world.run(exit=4)
    error = run.run["error"]
    name = "source" if side == "EDFLEX" else "target"
    assert name in error["message"]
    assert name in error["hint"]
    assert "wrong-but-secret" not in run.out + run.err
    token_requests = [
        entry
        for entry in (world.edflex if side == "EDFLEX" else world.target).entries()
        if entry.get("path", "").endswith("/token")
    ]
    assert len(token_requests) == 1


def test_a_missing_variable(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 4; setting and variable are both named, for every one that is missing."""
    monkeypatch.delenv("EDFLEX_SECRET")
    monkeypatch.setenv("TARGET_SECRET", "")
    error = world.run(exit=4).run["error"]
    for word in ("edflex_client_secret", "EDFLEX_SECRET", "target_client_secret", "TARGET_SECRET"):
        assert word in error["message"]
    assert not world.path("state").exists()


@pytest.mark.parametrize("string", [False, True])
def test_a_missing_scope(world: World, string: bool) -> None:
    """Exit 4, whatever shape the refusal has; what was done before is kept."""
    world.edflex.fill(2)
    world.target.fault(missing_scopes="integrations:bulk", string_403=string)
    run = world.run(exit=4)
    assert "scope" in run.run["error"]["message"] + run.run["error"]["hint"]
    assert len(world.target.integrations()) == 1
    assert world.live() == 0
    world.target.fault(missing_scopes=None)
    run = world.run()
    assert run.planned("integration") == {"unchanged": 1}
    assert run.confirmed() == {"create": 2}


@pytest.mark.parametrize("fault", [{"revoke_token": 2}, {"token_dies": 0.02}])
def test_tokens_that_end_during_a_run(world: World, fault: dict[str, Any]) -> None:
    """A token that dies on the way is replaced; the run does not notice."""
    world.connect(edflex_page_size=1)
    world.edflex.fill(5)
    world.edflex.fault(**fault)
    if "revoke_token" in fault:
        world.target.fault(**fault)
    run = world.run()
    assert (run.confirmed(), run.sync()["complete"]) == ({"create": 5}, True)


@pytest.mark.parametrize(
    ("faults", "least"),
    [
        ({"http_429": f"2{RESOURCES}", "retry_after": "7"}, 13.9),
        ({"http_429": f"1{RESOURCES}", "retry_after": "date:30"}, 28),
        ({"http_429": f"3{RESOURCES}"}, 1),
    ],
)
def test_a_source_that_asks_to_wait_is_obeyed(
    world: World, faults: dict[str, Any], least: float
) -> None:
    """Seconds, a date or nothing: the run waits that long and goes on."""
    world.edflex.fill(2)
    world.edflex.fault(**faults)
    assert world.run().confirmed() == {"create": 2}
    assert sum(world.sleeps) >= least
