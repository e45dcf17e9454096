"""Fault switches, the audit log, and how simulators are served."""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from tests.simulator.clients import audit, edflex_client, open_client, switch

from syncata.simulator import SIMULATORS, Options, describe, serve
from syncata.simulator.faults import KEYED, Faults, Switch

URL = "/connect/v1/resources?page[size]=2"
ENGINE = Path(__file__).parents[2] / "engine"


def test_counted_faults_strike_as_often_as_they_say() -> None:
    """A number counts down, `every N` returns, `on` stays, and @TEXT chooses requests."""
    table = {"f": Switch("count", "")}
    faults = Faults(table, {"f": "2@PUT"})
    assert [faults.strike("f", r) for r in ("PUT", "GET", "PUT", "PUT")] == [1, 0, 1, 0]
    faults.set("f", "every 3")
    assert [faults.strike("f") for _ in range(6)] == [0, 0, 1, 0, 0, 1]
    faults.set("f", "on")
    assert all(faults.strike("f") for _ in range(5))
    faults.set("f", None)
    assert not faults.strike("f")


@pytest.mark.parametrize(
    ("name", "value"),
    [("nothing", "on"), ("http_500", "often"), ("token_seconds", "long"), ("slow", "@GET")],
)
def test_mistakes_in_switches_are_told(name: str, value: str) -> None:
    """An unknown switch or a bad value is refused at the start and at run time."""
    with pytest.raises(ValueError, match=name):
        SIMULATORS["edflex"](Options(faults={name: value}))
    with serve("edflex") as running, open_client(running) as client:
        answer = client.post("/_simulator/faults", json={name: value})
    assert answer.status_code == 400
    assert name in answer.json()["error"]


def test_every_switch_is_explained() -> None:
    """describe lists each switch with its value's form and a line of explanation."""
    for name in SIMULATORS:
        lines = describe(name)
        assert {switch.partition("=")[0] for switch, _ in lines} >= KEYED.keys()
        assert all("=" in switch and text for switch, text in lines)


def test_answers_in_place_of_the_real_one(source: httpx.Client) -> None:
    """500, 429 with each form of Retry-After, and a login page under 200."""
    switch(source, http_500=1)
    assert [source.get(URL).status_code for _ in range(2)] == [500, 200]
    for text, expected in (("7", "7"), ("soon", "soon"), ("date:5", "GMT")):
        switch(source, http_429=1, retry_after=text)
        answer = source.get(URL)
        assert answer.status_code == 429
        assert answer.headers["Retry-After"].endswith(expected)
    switch(source, html_200=1)
    answer = source.get(URL)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_answers_spoilt_on_the_way(source: httpx.Client) -> None:
    """A body cut short breaks the protocol, or parses as nothing; a dropped one never comes."""
    switch(source, truncated=1)
    with pytest.raises(httpx.RemoteProtocolError):
        source.get(URL)
    switch(source, half_body=1)
    with pytest.raises(json.JSONDecodeError):
        source.get(URL).json()
    switch(source, drop_connection=1)
    with pytest.raises(httpx.RemoteProtocolError):
        source.get(URL)
    assert source.get(URL).status_code == 200


def test_slow_answers_are_late(source: httpx.Client) -> None:
    """slow=SECONDS@TEXT delays only the requests that contain the text."""
    switch(source, slow="0.1@resources")
    with pytest.raises(httpx.ReadTimeout):
        source.get(URL, timeout=0.02)
    assert source.get("/connect/v1/catalogs", timeout=1).status_code == 200


def test_tokens_can_die_early() -> None:
    """token_seconds shortens what is announced, token_dies what is true, revoke_token by calls."""
    faults = {"token_seconds": "5", "revoke_token": "2"}
    with serve("edflex", Options(faults=faults)) as running, open_client(running) as client:
        form = {
            "grant_type": "client_credentials",
            "client_id": "edflex-demo",
            "client_secret": "edflex-secret",
        }
        token = client.post("/connect/v1/auth/token", data=form).json()
        assert token["expires_in"] == 5
        client.headers["Authorization"] = f"Bearer {token['access_token']}"
        assert [client.get(URL).status_code for _ in range(3)] == [200, 200, 401]
        switch(client, revoke_token=None, token_dies=0)
        token = client.post("/connect/v1/auth/token", data=form).json()
        client.headers["Authorization"] = f"Bearer {token['access_token']}"
        assert client.get(URL).status_code == 401


def test_the_audit_log_is_numbered_and_written(tmp_path: Path) -> None:
    """Entries in memory and in the file are the same, numbered from 1; `since` skips."""
    path = tmp_path / "audit.jsonl"
    with (
        serve("edflex", Options(items=5, audit=path)) as running,
        edflex_client(running) as client,
    ):
        client.get(URL)
        switch(client, http_500=1)
        client.get(URL)
        entries = audit(client)
        later = client.get("/_simulator/audit?since=2").json()
    assert [json.loads(line) for line in path.read_text().splitlines()] == entries
    assert [entry["sequence"] for entry in entries] == [1, 2, 3]
    assert [entry["status"] for entry in entries] == [200, 200, 500]
    assert entries[1]["items"] == 2
    assert later == {"last": 3, "entries": entries[2:]}


def test_a_simulator_runs_in_a_process_of_its_own() -> None:
    """`python -m syncata.simulator` tells its URL in one line and serves."""
    command = [sys.executable, "-m", "syncata.simulator", "edflex", "--items", "7"]
    with subprocess.Popen(
        [*command, "--fault", "errors_under_200"],
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": str(ENGINE)},
        text=True,
    ) as process:
        assert process.stdout
        ready = json.loads(process.stdout.readline())
        state = httpx.get(ready["url"] + "/_simulator/state").json()
        faults = httpx.get(ready["url"] + "/_simulator/faults").json()
        process.terminate()
    assert (ready["name"], state["items"], faults) == ("edflex", 7, {"errors_under_200": "on"})


def test_stopping_frees_the_port() -> None:
    """A port can be chosen, and used again at once after the simulator stopped."""
    with serve("edflex") as first:
        port = first.port
    with serve("360learning", port=port) as second:
        assert httpx.get(f"{second.url}/_simulator/state").status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(first.url)
