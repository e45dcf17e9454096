"""Every command: how it is found, how it helps, and how it fails."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
import urllib.request
from importlib import import_module
from pathlib import Path

import click
import pytest

from syncata import cli
from syncata.cli import COMMANDS, main
from syncata.document import folder


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands run in an empty directory."""
    monkeypatch.chdir(tmp_path)


def ended(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert isinstance(stop.value.code, int)
    return stop.value.code


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_name_its_help_and_helpful_options(name: str) -> None:
    """The list in `--help` is the list of what exists, and no option is without a word."""
    command: click.Command = import_module(f"syncata.cli.{COMMANDS[name][0]}").command
    assert command.name == name
    assert command.help
    without = [
        option.name
        for option in command.params
        if isinstance(option, click.Option) and not option.help and option.name != "help"
    ]
    assert not without


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` shows each command with its line, without importing any of them."""
    assert ended("--help") == 0
    shown = capsys.readouterr().out
    assert [name for name in COMMANDS if not re.search(rf"^  {name} ", shown, re.MULTILINE)] == []


def test_help_imports_nothing_slow() -> None:
    """The engine's libraries are imported when a command needs them, not before."""
    lines = [
        "import sys; from syncata.cli import main",
        "try: main(['--help'])",
        "except SystemExit: pass",
        "slow = ('jsonata', 'httpx', 'jsonschema', 'ruamel', 'rich', 'starlette')",
        "print([name for name in slow if name in sys.modules])",
    ]
    command = [sys.executable, "-c", "\n".join(lines)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["paln"], 'did you mean "plan"?'),
        (["stat"], 'did you mean "state" or "status"?'),
        (["deploy"], 'there is no command "deploy"\n'),
        (["plan"], "Missing argument 'CONNECTION'"),
        (["plan", "x", "--nope"], "No such option '--nope'"),
        (["run", "shop"], "is no project: it has no connections/"),
        (["doctor", "shop"], "name one with --project DIR"),
        (["test", "nothing"], 'there is no spec named "nothing" in mappings or among the packaged'),
        (["eval", "nothing", "courses"], "known here: edflex-360learning, starter, stripe"),
        (["explain", "SYN9999999"], "docs/codes.md lists every code"),
        (["report", "r1"], "there is no run r1"),
        (["validate", "nothing.yaml"], "there is no file nothing.yaml"),
        (["init", "--from", "nothing"], 'there is no packaged spec "nothing"'),
        (["simulate", "--fault", "nothing=1"], "there is no fault nothing"),
        (["status"], "is no project"),
        (["serve"], "is no project"),
        (["schedule"], "is no project"),
        (["status", "--max-age", "soon"], "soon is no age"),
        (["status", "--max-age", "\u00b2h"], "\u00b2h is no age"),
        (["status", "--max-age", "99999999999d"], "99999999999d is no age"),
    ],
)
def test_a_wrong_call_says_what_to_do(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each mistake ends with 2 and one message; nothing goes to stdout."""
    assert ended(*arguments) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert shown.out == ""
    assert "Traceback" not in shown.err


@pytest.mark.parametrize("arguments", [["plan", "--json"], ["run", "shop", "--json"]])
def test_with_json_an_error_is_one_document_too(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A program that reads stdout never meets text."""
    ended(*arguments)
    document = json.loads(capsys.readouterr().out)
    assert document["format_version"] == 1
    assert document.get("error") or document["runs"][0]["error"]


def test_a_bug_is_one_line_and_a_private_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unexpected error ends with 1; its details are in a file only its owner reads."""
    broken = {**COMMANDS, "demo": ("is_not_there", "")}
    monkeypatch.setattr(cli, "COMMANDS", broken)
    assert ended("demo") == 1
    shown = capsys.readouterr().err
    assert shown.count("\n") == 1
    details = Path(shown.rpartition(" in ")[2].strip())
    assert "ModuleNotFoundError" in details.read_text(encoding="utf-8")
    assert stat.S_IMODE(details.stat().st_mode) == 0o600
    details.unlink()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each shell gets a script that names the command."""
    assert ended("completion", shell) == 0
    assert "syncata" in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["connector", "connection"])
def test_schema_prints_the_packaged_schema(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Editors get exactly what `validate` checks with."""
    assert ended("schema", kind) == 0
    packaged = folder("schemas").joinpath(f"{kind}.schema.json").read_text(encoding="utf-8")
    assert json.loads(capsys.readouterr().out) == json.loads(packaged)


@pytest.mark.parametrize("name", ["starter", "edflex-360learning", "stripe-airtable"])
def test_a_new_project_validates_but_for_what_only_its_owner_knows(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`init` writes a valid spec; the connection's findings are the settings left to fill in."""
    assert ended("init", "new", "--from", name) == 0
    assert ended("validate", "new/mappings", "new/connections", "--json") == 3
    out = capsys.readouterr().out
    document = json.loads(out[out.index("{") :])
    assert {Path(f["file"]).parent.name for f in document["findings"]} == {"connections"}
    assert {f["code"] for f in document["findings"]} == {"SYN412"}
    samples = [s.read_text(encoding="utf-8") for s in (tmp_path / "new/samples").glob("*.json")]
    assert samples
    assert all(json.loads(text) for text in samples)


@pytest.mark.parametrize("name", ["starter", "edflex-360learning", "stripe-airtable"])
def test_a_new_project_is_in_its_usual_form(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`fmt --check` finds nothing to change: no comment loses its place below its setting."""
    assert ended("init", "--from", name) == 0
    assert ended("fmt", "--check", ".") == 0
    assert "0 not in their usual form" in capsys.readouterr().err


def test_init_never_overwrites(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """If one file is there already, none is written and it stays as it was."""
    taken = tmp_path / "mappings" / "starter.yaml"
    taken.parent.mkdir()
    taken.write_text("mine", encoding="utf-8")
    assert ended("init") == 2
    assert "mappings/starter.yaml" in capsys.readouterr().err
    assert taken.read_text(encoding="utf-8") == "mine"
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [taken]


def test_validate_reads_stdin_and_shows_every_finding(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`-` is stdin; all mistakes come at once with line, caret and code."""
    spec = tmp_path / "in.yaml"
    spec.write_text("spec: 1\nname: x\ntitel: y\nsorce: {}\n", encoding="utf-8")
    with spec.open(encoding="utf-8") as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert ended("validate", "-") == 3
    shown = capsys.readouterr().out
    assert '<stdin>:3:1: error[SYN101]: unknown key "titel"' in shown
    assert 'did you mean "title"?' in shown
    assert 'did you mean "source"?' in shown


def test_without_a_terminal_there_is_no_colour(capsys: pytest.CaptureFixture[str]) -> None:
    """Text for files and pipes holds no escape sequence."""
    ended("doctor")
    assert "\x1b" not in capsys.readouterr().out


def test_simulate_serves_until_it_is_stopped() -> None:
    """The addresses are printed, the simulators answer there, SIGTERM ends them with 0."""
    command = [sys.executable, "-m", "syncata", "simulate", "--items", "3", "--json"]
    environ = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "}\n")
        urls = json.loads("".join(lines) + "}")["simulators"]
        for url in urls.values():
            with urllib.request.urlopen(f"{url}/_simulator/state", timeout=10) as answer:
                assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
