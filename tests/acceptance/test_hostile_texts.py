"""Texts of both APIs as an attacker would write them, in all that a person is shown."""

import json
import os
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from tests.acceptance.world import World

# Erases the screen, retitles the window, makes a link, moves the cursor by C1, hides and reverses.
EVIL = "\x1b[2J\x1b]0;owned\x07\x1b]8;;https://evil.example\x07[red]x[/red]\x9b31m\u202egnp\u200b\r\x08\x7f"
STEERS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def shown(world: World, *arguments: str) -> str:
    """All that a command shows; none of it steers a terminal."""
    result = world.cli(*arguments)
    assert result.exit != 1, result.err
    found = STEERS.findall(result.out + result.err)
    assert found == [], (arguments, found)
    return result.out + result.err


def test_no_command_lets_a_record_steer_the_terminal(world: World) -> None:
    """Titles, ids, categories and refused values, in text and in JSON, on both streams."""
    world.edflex.put("i1", title=f"A {EVIL}", description=f"<p>{EVIL}</p>")
    world.edflex.put("bad", title=None, difficulty=EVIL)
    world.edflex.put("odd", difficulty=EVIL, status=f"opened{EVIL}")
    texts = [
        shown(world, command, "main", *more, *form)
        for command, *more in (
            ("plan",), ("preview",), ("run",), ("status",), ("runs",), ("doctor",),
            ("explain", "courses", "i1"), ("explain", "courses", "i1", "name"),
            ("explain", "courses", "bad"),
        )
        for form in ((), ("--json",))
    ]  # fmt: skip
    run = world.cli("runs", "main", "--json").json["runs"][0]["run"]
    texts += [shown(world, "report", run, *form) for form in ((), ("--json",))]
    texts += [shown(world, "rejects", "list", "main", *form) for form in ((), ("--json",))]
    whole = "".join(texts)
    assert "\\u001b[2J" in whole
    assert "\\u009b31m\\u202egnp" in whole


def test_json_means_what_it_meant(world: World) -> None:
    """What is escaped in a document is the same text for whoever reads the document."""
    world.edflex.put("i1", title=f"A {EVIL}")
    document = world.cli("preview", "main", "--json")
    titles: list[Any] = []

    def look(value: Any) -> None:
        if isinstance(value, dict):
            titles.extend(v for k, v in value.items() if k == "title")
        for inner in (
            value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        ):
            look(inner)

    look(json.loads(document.out))
    assert f"A {EVIL}" in titles


class Hostile(BaseHTTPRequestHandler):
    """A source that gives a token to everybody, and answers with what its server says."""

    def do_POST(self) -> None:
        """A token."""
        self._answer(200, b'{"access_token": "t", "expires_in": 3600}')

    def do_GET(self) -> None:
        """What an attacker wrote."""
        assert isinstance(self.server, Attack)
        self._answer(*self.server.said)

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if body[:1] == b"{" else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests are silent."""


class Attack(ThreadingHTTPServer):
    """The server; `said` is status and body of its answers."""

    said: tuple[int, bytes]


@pytest.mark.parametrize(
    "said",
    [
        (200, json.dumps({"errors": [{"code": "x", "title": EVIL, "detail": "d"}]}).encode()),
        (400, json.dumps({"message": EVIL}).encode()),
        (400, f"<html><h1>{EVIL}</h1></html>".encode()),
    ],
    ids=["an error in JSON", "a refusal", "a page"],
)
def test_an_api_that_answers_with_escapes_is_quoted(world: World, said: tuple[int, bytes]) -> None:
    """What the source says of itself reaches people, and steers nothing."""
    with Attack(("127.0.0.1", 0), Hostile) as server:
        server.said = said
        Thread(target=server.serve_forever, daemon=True).start()
        world.connect(edflex_url=f"http://127.0.0.1:{server.server_port}")
        texts = [shown(world, "run", "main", *form) for form in ((), ("--json",))]
        server.shutdown()
    assert all("owned" in text and "evil.example" in text for text in texts)


@pytest.mark.parametrize("word", ["--yes", "--adopt"])
def test_a_word_that_answers_one_question_answers_no_other(world: World, word: str) -> None:
    """`--yes` agrees to a plan as shown, `--adopt` to taking things over: a guard that holds still
    holds, and nothing is sent."""
    world.edflex.fill(12)
    world.run()
    for place in range(1, 7):
        world.edflex.patch(f"i{place}", status="closed")
    mark = world.target.mark()
    command = ("apply", "main", word) if word == "--yes" else ("run", "main", word)
    assert world.cli(*command).exit == 7
    assert world.target.writes(mark) == []


def test_yes_does_not_agree_to_an_empty_source(world: World) -> None:
    """A source that says it has nothing archives nothing, whoever said yes."""
    world.edflex.fill(3)
    world.run()
    world.edflex.fault(empty_catalogue="on")
    mark = world.target.mark()
    assert world.cli("apply", "main", "--yes").exit in (5, 7)
    assert world.target.writes(mark) == []


def test_a_saved_plan_is_private(world: World) -> None:
    """It holds what is to be sent: only its owner reads it, whatever the umask."""
    world.edflex.fill(1)
    old = os.umask(0)
    try:
        assert world.cli("plan", "main", "-o", "plan.db").exit == 0
    finally:
        os.umask(old)
    assert world.path("plan.db").stat().st_mode & 0o777 == 0o600
