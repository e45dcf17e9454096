"""A project made by `init`, in an editor: what yaml-language-server makes of our schemas.

It is the real server, from npm. `YAML_LANGUAGE_SERVER` names one that is there; without it one is
installed into a temporary directory, and where that cannot be these tests are skipped.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.editors.client import Client, talking

from syncata.cli import main

pytestmark = pytest.mark.slow

WANTED = Path(__file__).parent / "package.json"
NAME = "edflex-360learning"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The program of the language server."""
    given = os.environ.get("YAML_LANGUAGE_SERVER")
    if given:
        assert Path(given).is_file(), f"YAML_LANGUAGE_SERVER: there is no {given}"
        return given
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("yaml-language-server needs node and npm, and they are not here")
    place = tmp_path_factory.mktemp("editor")
    shutil.copy(WANTED, place)
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"yaml-language-server could not be installed: {done.stderr.strip()[-200:]}")
    return str(place / "node_modules" / ".bin" / "yaml-language-server")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project as `init` leaves it."""
    place = tmp_path_factory.mktemp("project")
    with pytest.raises(SystemExit) as ended:
        main(["init", str(place), "--from", NAME])
    assert ended.value.code == 0
    return place


@pytest.fixture(scope="module")
def editor(server: str, project: Path) -> Iterator[Client]:
    """An editor that has the project open. It reaches no network."""
    with talking([server], project) as client:
        yield client


@pytest.fixture
def spec(project: Path, request: pytest.FixtureRequest) -> Path:
    """The path of a spec that is being written."""
    return project / "mappings" / f"{request.node.name}.yaml"


def modeline(project: Path) -> str:
    text = (project / "mappings" / f"{NAME}.yaml").read_text(encoding="utf-8")
    return text.partition("\n")[0]


@pytest.mark.parametrize("file", [f"mappings/{NAME}.yaml", f"connections/{NAME}.yaml"])
def test_what_init_wrote_has_no_diagnostics(editor: Client, project: Path, file: str) -> None:
    """The schemas that its modelines name lie beside it, and find nothing wrong."""
    assert editor.open(project / file) == []


WRONG = """
spec: 1
name: new
source: {base_url: "https://a.example.com", streams: {a: {request: {path: /a}, key: id}}}
target:
  base_url: https://b.example.com
  resources: {b: {upsert: {request: {method: PUT, path: /b, body: "{$}"}}}}
syncs:
  a:
    from: a
    to: b
    on_missing: archiv
    liv: state = "open"
    map: {name: title}
"""


def test_a_mistake_is_shown_where_it_is(editor: Client, project: Path, spec: Path) -> None:
    """A word that is none and a key that is none, each with its range and what would be right."""
    found = editor.open(spec, modeline(project) + WRONG)
    told = {d["message"]: d["range"] for d in found}
    word = 'Value is not accepted. Valid values: "archive", "remove", "keep".'
    assert set(told) == {word, "Property liv is not allowed."}
    assert told[word]["start"] == {"line": 11, "character": 16}
    assert told["Property liv is not allowed."]["end"] == {"line": 12, "character": 7}


def test_it_is_the_modeline_that_does_it(editor: Client, spec: Path) -> None:
    """The same text without it is any YAML."""
    assert editor.open(spec, WRONG) == []


def test_completion_offers_the_keys_of_a_sync(editor: Client, project: Path, spec: Path) -> None:
    """Those that are there already are left out; each says what it is, and has an example."""
    text = f"{modeline(project)}\nsyncs:\n  courses:\n    from: contents\n    \n"
    editor.open(spec, text)
    found = editor.completion(spec, 5, 5)
    assert {"to", "key", "where", "live", "on_missing", "map"} <= set(found)
    assert "from" not in found
    assert found["live"]["insertText"].startswith("live: ")
    told = found["live"]["documentation"]["value"]
    assert "True for records that should be live" in told
    assert "It sees `$settings`, `$lookups`, `$parent`, `$known`" in told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("syncs:\n  a:\n    on_missing: ", {"keep", "archive", "remove"}),
        ("source:\n  auth:\n    type: ", {"none", "basic", "bearer", "api_key"}),
        ("guards:\n  empty_source: ", {"hold", "allow"}),
    ],
    ids=["on_missing", "auth", "guards"],
)
def test_completion_offers_the_words_of_a_key(
    editor: Client, project: Path, spec: Path, text: str, words: set[str]
) -> None:
    """Where only certain words may stand."""
    lines = f"{modeline(project)}\n{text}".split("\n")
    editor.open(spec, "\n".join(lines) + "\n")
    assert words <= set(editor.completion(spec, len(lines), len(lines[-1]) + 1))


HOVERS = [
    ("    on_missing: archive", "on_missing", [
        "What becomes of a known record that is provably gone from the source.",
        "Default: `keep`", "* `remove`",
    ]),
    ("      name: 'title ? $trim(title)'", "name", [
        "the whole text is an expression", "`$` is the record", "`$known`",
    ]),
    ("        batch: {max: 2000, max_bytes: 8 MB}", "max_bytes", ["Default: `8 MB`"]),
    ("    where: type in $types", "where", ["Without it: every record belongs to it."]),
    ("  misses: 2", "misses", ["before it counts as gone", "Default: `2`"]),
]  # fmt: skip


@pytest.mark.parametrize(("line", "key", "parts"), HOVERS, ids=[key for _, key, _ in HOVERS])
def test_a_key_says_what_it_is(
    editor: Client, project: Path, line: str, key: str, parts: list[str]
) -> None:
    """Its meaning, its default, the words it may have, the names an expression sees there."""
    path = project / "mappings" / f"{NAME}.yaml"
    editor.open(path)
    lines = path.read_text(encoding="utf-8").split("\n")
    told = editor.hover(path, lines.index(line) + 1, line.index(key) + 1)
    assert [part for part in parts if part not in told] == []
    assert "connector.schema.json" in told
