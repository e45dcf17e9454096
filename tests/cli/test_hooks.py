"""The hooks for pre-commit: what they are for, and that their entries run."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from tests.cli.calling import ended

from syncata.document import load_bytes, load_file

ROOT = Path(__file__).parents[2]
HOOKS: list[dict[str, Any]] = load_file(ROOT / ".pre-commit-hooks.yaml").data
MINIMAL = ROOT / "tests" / "specs" / "valid" / "minimal.yaml"


def arguments(name: str) -> list[str]:
    """What a hook calls, without the program's name."""
    (hook,) = (hook for hook in HOOKS if hook["id"] == name)
    program, *rest = shlex.split(hook["entry"])
    assert (program, hook["language"]) == ("syncata", "python")
    return rest


def test_there_are_two_hooks() -> None:
    """These are their names in other people's configurations."""
    assert [hook["id"] for hook in HOOKS] == ["syncata-validate", "syncata-fmt"]


def documented() -> list[dict[str, Any]]:
    """The hooks of the configuration that people copy from `operating.md`."""
    text = (ROOT / "docs" / "operating.md").read_text("utf-8")
    shown = re.search(r"<!-- .pre-commit-config.yaml -->\n```yaml\n(.*?)```", text, re.DOTALL)
    assert shown is not None
    (repository,) = load_bytes(shown[1].encode(), "shown").data["repos"]
    assert repository["repo"] == "local"
    return list(repository["hooks"])


def test_the_documentation_has_them_as_they_are() -> None:
    """Both, for the same files, with the same call; but for where the program comes from."""
    words = ("id", "name", "entry", "files")
    shown = [{word: hook[word] for word in words} for hook in documented()]
    ours = [{word: hook[word] for word in words} for hook in reversed(HOOKS)]
    assert shown == ours
    assert {hook["language"] for hook in documented()} == {"system"}


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_is_for_specs_and_connections(hook: dict[str, Any]) -> None:
    """Of a repository's files those in `mappings` and `connections`, at the top or in a project."""
    chosen = [
        name
        for name in (
            "mappings/a.yaml", "project/connections/b.yml", "mappings/sub/c.yaml", "a.yaml",
            "my-mappings/a.yaml", "mappings/a.json", ".github/workflows/ci.yaml",
        )
        if re.search(hook["files"], name)
    ]  # fmt: skip
    assert chosen == ["mappings/a.yaml", "project/connections/b.yml"]


def test_the_validating_hook_refuses_a_wrong_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Called as pre-commit calls it: the files that changed behind the entry."""
    monkeypatch.chdir(tmp_path)
    right, wrong = tmp_path / "right.yaml", tmp_path / "wrong.yaml"
    right.write_text(MINIMAL.read_text("utf-8"), encoding="utf-8")
    wrong.write_text("spec: 1\nname: x\ntitel: y\n", encoding="utf-8")
    assert ended(*arguments("syncata-validate"), "right.yaml") == 0
    assert ended(*arguments("syncata-validate"), "right.yaml", "wrong.yaml") == 3
    assert 'wrong.yaml:3:1: error[SYN101]: unknown key "titel"' in capsys.readouterr().out


def test_the_formatting_hook_changes_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pre-commit sees that a file changed, and fails by itself."""
    monkeypatch.chdir(tmp_path)
    spec = tmp_path / "shop.yaml"
    spec.write_text("spec: shop\nsettings:   {a:  1}\n", encoding="utf-8")
    assert ended(*arguments("syncata-fmt"), "shop.yaml") == 0
    assert spec.read_text("utf-8") == "spec: shop\nsettings: {a: 1}\n"
