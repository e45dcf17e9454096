"""A CycloneDX list of what a released syncata brings along: `python .ci/sbom.py [DIST_FOLDER]`.

Versions and hashes come from `requirements.lock`, the rest from the metadata of the installed
packages; nothing is asked of the network. Only what syncata needs at run time is listed. With a
folder, the files in it (wheel, sdist) are named with their hashes, and the list is put beside them.
"""

import hashlib
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PINNED = re.compile(r"^([\w.-]+)==(\S+?)\s*\\?$")
HASHED = re.compile(r"--hash=sha256:([0-9a-f]{64})")
NEEDED = re.compile(r"^([\w.-]+)[^;]*(?:;(.*))?$")


def project() -> dict[str, Any]:
    """What `pyproject.toml` says of syncata."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(text)["project"])


def normal(name: str) -> str:
    """A package's name in its one spelling."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(text: str) -> dict[str, tuple[str, list[str]]]:
    """Version and hashes of each package of a lock file."""
    found: dict[str, tuple[str, list[str]]] = {}
    hashes: list[str] = []
    for line in text.splitlines():
        if pinned := PINNED.match(line):
            hashes = []
            found[normal(pinned[1])] = pinned[2], hashes
        hashes += HASHED.findall(line)
    return found


def needs(name: str, known: dict[str, Any]) -> Iterator[str]:
    """What a package needs here: no extras, and of conditions only those that the lock met."""
    own = name == "syncata"
    for line in project()["dependencies"] if own else distribution(name).requires or ():
        needed = NEEDED.match(line)
        if needed and "extra" not in (needed[2] or "") and normal(needed[1]) in known:
            yield normal(needed[1])


def runtime(known: dict[str, Any]) -> dict[str, list[str]]:
    """What syncata needs, directly and through others: package -> what it needs itself."""
    found, waiting = dict[str, list[str]](), ["syncata"]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = sorted(set(needs(name, known)))
            waiting += found[name]
    return found


def component(name: str, version: str, hashes: list[str]) -> dict[str, Any]:
    """One package as CycloneDX has it."""
    about = distribution(name).metadata
    classified = [c for c in about.get_all("Classifier") or () if c.startswith("License ::")]
    stated = about.get("License-Expression") or about.get("License") or "".join(classified[:1])
    licence = stated.splitlines()[0].rpartition(" :: ")[2] if stated else "unknown"
    return {
        "type": "library",
        "bom-ref": f"pkg:pypi/{name}@{version}",
        "name": name,
        "version": version,
        "purl": f"pkg:pypi/{name}@{version}",
        "licenses": [{"license": {"name": licence}}],
        "externalReferences": [
            {"type": "distribution", "url": f"pkg:pypi/{name}@{version}",
             "hashes": [{"alg": "SHA-256", "content": text} for text in hashes]}
        ],
    }  # fmt: skip


def bom(files: list[Path]) -> dict[str, Any]:
    """The whole list; `files` are what is released."""
    known = locked((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    version = project()["version"]
    tree = runtime(known)
    refs = {name: f"pkg:pypi/{name}@{known[name][0]}" for name in tree if name != "syncata"}
    refs["syncata"] = f"pkg:pypi/syncata@{version}"
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {
            "type": "application", "bom-ref": refs["syncata"], "name": "syncata",
            "version": version, "purl": refs["syncata"],
            "components": [{
                "type": "file", "name": file.name,
                "hashes": [{"alg": "SHA-256",
                            "content": hashlib.sha256(file.read_bytes()).hexdigest()}],
            } for file in files],
        }},
        "components": [component(name, *known[name]) for name in sorted(tree) if name in known],
        "dependencies": [
            {"ref": refs[name], "dependsOn": [refs[other] for other in tree[name]]}
            for name in sorted(tree)
        ],
    }  # fmt: skip


def main() -> None:
    """Print the list, or put it into the folder that is named."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    names = folder.iterdir() if folder else ()
    files = sorted(file for file in names if file.suffix in (".whl", ".gz"))
    text = json.dumps(bom(files), indent=2) + "\n"
    if folder is None:
        sys.stdout.write(text)
    else:
        (folder / "syncata.cdx.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
