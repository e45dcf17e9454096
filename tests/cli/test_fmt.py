"""`syncata fmt`: what it writes, what it tells, what it leaves alone."""

import io
import json
import stat
import sys
from pathlib import Path

import pytest
from tests.cli.calling import ended

UGLY = "spec: shop\nsettings:   {a: 1,  b: two}   # mine\n"
FINE = "spec: shop\nsettings: {a: 1, b: two}      # mine\n"
BROKEN = "spec: 1\nname: x\ndefinitions: {a: 'b +',   c: d}\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Commands run in an empty directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_files_are_written_in_their_usual_form(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those that change are listed, their modes stay; once more there is nothing to do."""
    ugly, fine = put(project / "ugly.yaml", UGLY), put(project / "fine.yaml", FINE)
    ugly.chmod(0o640)
    assert ended("fmt", ".") == 0
    assert capsys.readouterr().out == "ugly.yaml\n"
    assert ugly.read_text("utf-8") == fine.read_text("utf-8") == FINE
    assert stat.S_IMODE(ugly.stat().st_mode) == 0o640
    assert sorted(path.name for path in project.iterdir()) == ["fine.yaml", "ugly.yaml"]
    assert ended("fmt", ".") == 0
    assert capsys.readouterr().out == ""


def test_a_link_stays_a_link(project: Path) -> None:
    """The file it leads to is written."""
    ugly = put(project / "ugly.yaml", UGLY)
    link = project / "link.yaml"
    link.symlink_to(ugly)
    assert ended("fmt", "link.yaml") == 0
    assert link.is_symlink()
    assert ugly.read_text("utf-8") == FINE


def test_check_writes_nothing_and_lists_what_would_change(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """For CI: exit code 3 and the names, or 0."""
    ugly = put(project / "ugly.yaml", UGLY)
    put(project / "fine.yaml", FINE)
    assert ended("fmt", ".", "--check") == 3
    assert capsys.readouterr().out == "ugly.yaml\n"
    assert ugly.read_text("utf-8") == UGLY
    assert ended("fmt", "fine.yaml", "--check") == 0


def test_diff_writes_nothing_and_shows_what_would_change(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A unified diff; with --check its exit code, too."""
    ugly = put(project / "ugly.yaml", UGLY)
    assert ended("fmt", "ugly.yaml", "--diff") == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown == [
        "--- ugly.yaml",
        "+++ ugly.yaml (formatted)",
        "@@ -1,2 +1,2 @@",
        " spec: shop",
        "-settings:   {a: 1,  b: two}   # mine",
        "+settings: {a: 1, b: two}      # mine",
    ]
    assert ugly.read_text("utf-8") == UGLY
    assert ended("fmt", "ugly.yaml", "--diff", "--check") == 3


def piped(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", stdin)


def test_stdin_goes_to_stdout(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """For editors: the formatted text and nothing else."""
    piped(UGLY, monkeypatch)
    assert ended("fmt", "-") == 0
    assert capsysbinary.readouterr().out == FINE.encode()
    piped(FINE, monkeypatch)
    assert ended("fmt", "-", "--check") == 0
    assert capsysbinary.readouterr().out == b""
    piped(BROKEN, monkeypatch)
    assert ended("fmt", "-") == 3
    assert capsysbinary.readouterr().out == b""
    assert ended("fmt", "-", "x.yaml") == 2


@pytest.mark.parametrize(
    ("text", "found"),
    [(BROKEN, "broken.yaml:3:22: error[S0207]"), ("spec: {\n", "error[SYN010]")],
)
def test_what_does_not_parse_is_reported_and_left_as_it_is(
    text: str, found: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its neighbours are formatted all the same; the exit code is 3."""
    broken, ugly = put(project / "broken.yaml", text), put(project / "ugly.yaml", UGLY)
    assert ended("fmt", ".") == 3
    shown = capsys.readouterr()
    assert found in shown.err
    assert shown.out == "ugly.yaml\n"
    assert broken.read_text("utf-8") == text
    assert ugly.read_text("utf-8") == FINE


def test_other_files_are_left_alone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not every YAML file in a directory is ours."""
    other = put(project / "compose.yaml", "services:   {}\n")
    assert ended("fmt", ".") == 0
    assert other.read_text("utf-8") == "services:   {}\n"
    assert "compose.yaml was left as it is: it is no spec" in capsys.readouterr().err


def test_programs_get_one_document(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What changes, what was left alone and why."""
    put(project / "broken.yaml", BROKEN)
    put(project / "compose.yaml", "services:   {}\n")
    put(project / "ugly.yaml", UGLY)
    assert ended("fmt", ".", "--json", "--diff") == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["files"], told["changed"]) == (3, ["ugly.yaml"])
    assert [kept["file"] for kept in told["kept"]] == ["compose.yaml"]
    assert [finding["code"] for finding in told["findings"]] == ["S0207"]
    assert "+settings: {a: 1, b: two}      # mine" in told["diff"]


def test_windows_line_ends_become_plain_ones(project: Path) -> None:
    """One form for all."""
    ugly = project / "ugly.yaml"
    ugly.write_bytes(b"\xef\xbb\xbf" + FINE.replace("\n", "\r\n").encode())
    assert ended("fmt", "ugly.yaml") == 0
    assert ugly.read_bytes() == FINE.encode()
