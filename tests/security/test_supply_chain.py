"""What syncata brings along: locked by hash, listed, and each package there for a reason."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKED = re.compile(r"([\w.-]+)==[^\\\n]+\\\n(\s+--hash=sha256:[0-9a-f]{64}( \\)?\n?)+")
# Seen to release several times a week: whoever needs one waits until a release has aged.
RESTLESS = {"jsonpointer", "jsonpatch", "authlib"}
# All that runs where syncata is installed. A row is added by whoever has looked at the package.
REVIEWED = {
    "anyio": "httpx, starlette",
    "attrs": "jsonschema",
    "certifi": "certificate authorities",
    "click": "the command line",
    "cronsim": "time tables",
    "google-re2": "patterns in linear time",
    "h11": "HTTP on the wire",
    "httpcore": "connections",
    "httpx": "requests, URLs",
    "idna": "httpx",
    "jsonata-python": "the reference interpreter",
    "jsonschema": "findings in specs",
    "jsonschema-specifications": "jsonschema",
    "markdown-it-py": "rich",
    "mdurl": "rich",
    "nh3": "cleaning HTML",
    "orjson": "fingerprints, bodies",
    "pygments": "rich",
    "referencing": "jsonschema",
    "rich": "progress",
    "rpds-py": "jsonschema",
    "ruamel-yaml": "YAML",
    "sniffio": "httpcore",
    "starlette": "simulators",
    "typing-extensions": "anyio, referencing, starlette",
    "tzdata": "time zones",
    "uvicorn": "simulators",
}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def made(*arguments: str) -> Any:
    """What the script of the release prints."""
    script = ROOT / ".ci" / "sbom.py"
    done = subprocess.run(
        [sys.executable, script, *arguments], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout) if not arguments else None


def test_every_package_is_locked_with_hashes() -> None:
    """Nothing is installed that is not the file somebody looked at; all that is asked for is
    there, and nothing comes from an address or a version without its hash."""
    entries = [e for e in re.split(r"\n(?=\S)", LOCK) if e.strip() and not e.startswith("#")]
    names = set()
    for entry in entries:
        pinned = LOCKED.match(entry)
        assert pinned, entry[:80]
        names.add(normal(pinned[1]))
    asked = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
    assert {normal(re.split(r"[<>=!~ ]", text)[0]) for text in asked} <= names


def test_every_package_was_looked_at() -> None:
    """A new one needs its row above; those that change every other day are not among them."""
    found = {part["name"] for part in made()["components"]}
    assert found == set(REVIEWED)
    assert not found & RESTLESS


def test_the_list_of_a_release_is_cyclonedx(tmp_path: Path) -> None:
    """Each package with version, purl, licence and hashes; the tree is closed; files are named."""
    (tmp_path / "syncata-0.1.0.whl").write_bytes(b"wheel")
    made(str(tmp_path))
    bom = json.loads((tmp_path / "syncata.cdx.json").read_text(encoding="utf-8"))
    assert (bom["bomFormat"], bom["specVersion"], bom["version"]) == ("CycloneDX", "1.6", 1)
    root = bom["metadata"]["component"]
    assert (root["name"], root["version"]) == ("syncata", PROJECT["version"])
    (file,) = root["components"]
    assert file["name"] == "syncata-0.1.0.whl"
    assert re.fullmatch("[0-9a-f]{64}", file["hashes"][0]["content"])
    refs = {root["bom-ref"]}
    for part in bom["components"]:
        refs.add(part["bom-ref"])
        assert part["purl"] == f"pkg:pypi/{part['name']}@{part['version']}"
        assert f"{part['name']}=={part['version']}" in re.sub(r"ruamel\.", "ruamel-", LOCK)
        assert part["licenses"][0]["license"]["name"] != "unknown", part["name"]
        assert part["externalReferences"][0]["hashes"]
    linked = {row["ref"]: row["dependsOn"] for row in bom["dependencies"]}
    assert set(linked) == refs
    assert {ref for needed in linked.values() for ref in needed} < refs


def test_the_release_makes_the_list() -> None:
    """The step that builds the wheel puts the list beside it."""
    steps = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert '.ci/sbom.py "$work/dist"' in steps
    assert "--require-hashes" in steps
