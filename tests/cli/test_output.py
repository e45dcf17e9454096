"""What reaches the terminal: no text from outside steers it, no text breaks a document."""

import gc
import json
from pathlib import Path

import click
import pytest

from syncata.cli.operate import in_loop
from syncata.cli.output import Output
from syncata.cli.project import project_option
from syncata.errors import Finding, Position, SyncataError, Unavailable
from syncata.report.run import failure, run_lines

EVIL = "target answered 500: \x1b]0;owned\x07\u202e\n\x1b[2Jsecond\ud800 line"


def held(error: SyncataError) -> dict[str, object]:
    report = {"error": failure(error), "connection": "shop", "stops": []}
    return {"id": "r1", "state": "failed", "exit_code": 5, "started": "t", "report": report}


def test_an_error_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Control characters are shown escaped; lines stay lines."""
    Output().error(Unavailable(EVIL, hint="wait\x1b[1m"))
    shown = capsys.readouterr().err
    assert "\x1b" not in shown
    assert "\\x1b]0;owned\\x07\\u202e\n  \\x1b[2Jsecond\\ud800 line\n" in shown
    assert shown.endswith("help: wait\\x1b[1m\n")


def test_a_report_cannot_steer_the_terminal() -> None:
    """The same message, told by `syncata report`."""
    lines = list(run_lines(held(Unavailable(EVIL)), [], lambda text, _colour: text))
    assert lines[2:] == [
        "Ended by: target answered 500: \\x1b]0;owned\\x07\\u202e",
        "  \\x1b[2Jsecond\\ud800 line",
    ]


def test_findings_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """A finding may quote the file it is about."""
    Output().findings([Finding(Position("x.yaml", 1, 1), "SYN101", "unknown key \x1b[2J")])
    assert "unknown key \\x1b[2J" in capsys.readouterr().err


def test_half_a_surrogate_pair_breaks_no_document(capsys: pytest.CaptureFixture[str]) -> None:
    """An error is one JSON document whatever text it holds."""
    Output(as_json=True).error(Unavailable(EVIL))
    document = json.loads(capsys.readouterr().out)
    assert document["error"] == failure(Unavailable(EVIL))


def test_the_collector_is_set_up_once() -> None:
    """A second command in the same process does not freeze what the first one left."""

    async def nothing() -> None:
        return None

    in_loop(nothing())
    frozen = gc.get_freeze_count()
    kept = [[] for _ in range(1000)]  # type: ignore[var-annotated]
    in_loop(nothing())
    assert gc.get_freeze_count() <= frozen
    assert len(kept) == 1000


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("syncata plan acme", "syncata plan acme --project 'my shop'"),
        ("syncata validate .", "syncata validate ."),
        (
            "syncata approve r1, or syncata reject r1",
            "syncata approve r1 --project 'my shop', or syncata reject r1 --project 'my shop'",
        ),
        (
            "syncata plan acme, once that is settled",
            "syncata plan acme --project 'my shop', once that is settled",
        ),
        (
            "syncata rejects show acme courses 'a, or b'",
            "syncata rejects show acme courses 'a, or b' --project 'my shop'",
        ),
    ],
)
def test_what_comes_next_is_of_the_same_project(
    command: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever names a project from elsewhere can paste the next command."""

    @click.command()
    @project_option
    def call(project_dir: Path | None) -> None:
        del project_dir
        Output().next(command)

    call.main(["--project", "my shop"], standalone_mode=False)
    assert capsys.readouterr().err == f"Next: {said}\n"
