"""Specs, schemas and their folders as an attacker would write them: refused, and soon."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from syncata.checks import check_spec, load_spec
from syncata.checks.schema_files import find_schema, read_schema
from syncata.checks.schema_size import MAX_PARTS, excess
from syncata.document import load_bytes, load_file
from syncata.errors import SpecInvalid

ROOT = Path(__file__).parents[2]
MINIMAL = (ROOT / "tests" / "specs" / "valid" / "minimal.yaml").read_text(encoding="utf-8")
WITH_SCHEMA = MINIMAL.replace("      key: id\n", "      key: id\n      schema: x.schema.json\n")
SIZE = 250_000


def code_of(text: str) -> str:
    """The only finding of a text that is refused."""
    with pytest.raises(SpecInvalid) as refused:
        load_bytes(text.encode(), "bomb.yaml")
    (finding,) = refused.value.findings
    return f"{finding.code}: {finding.message}"


DEEPER = "SYN002: the file is nested deeper than 50"
MORE = "SYN002: the file has more than 50,000 keys and values"
GROWN = "SYN002: the file expands to more than 100,000 values"
BOMBS = {
    "open brackets": ("[" * SIZE, DEEPER),
    "open braces": ("{a: " * (SIZE // 4), DEEPER),
    "dashes": ("- " * (SIZE // 2), DEEPER),
    "question marks": ("? " * (SIZE // 2), DEEPER),
    "an alias of itself": ("a: &a [*a]", DEEPER),
    "a mapping of itself": ("a: &a {b: {c: *a}}", DEEPER),
    "depth by aliases": (
        "\n".join([f"a0: &a0 {'[' * 20}x{']' * 20}"]
                  + [f"a{i}: &a{i} {'[' * 20}*a{i - 1}{']' * 20}" for i in range(1, 9)]), DEEPER),
    "numbers": ("a: [" + "1," * (SIZE // 2 - 10) + "]", MORE),
    "laughs": (
        "\n".join(["a0: &a0 [x, x, x, x, x, x, x, x]"]
                  + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}]"
                     for i in range(1, 10)]), GROWN),
    "size": ("#" * 300_000, "SYN002: the file has more than 262,144 bytes"),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_yaml_bomb_is_one_finding(name: str) -> None:
    """Depth, number and size are bounded before anything grows; an alias may name what is around
    it."""
    text, expected = BOMBS[name]
    assert code_of(text) == expected


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system [id]", "!include /etc/passwd", "!x y", "!x {a: b}"]
)
def test_a_tag_is_never_obeyed(tag: str) -> None:
    """No tag makes an object or reads a file."""
    with pytest.raises(SpecInvalid) as refused:
        load_bytes(MINIMAL.replace("title", tag).encode(), "tag.yaml")
    assert [finding.code for finding in refused.value.findings] == ["SYN014"]


def test_a_number_beyond_json_is_refused() -> None:
    """Infinity would be written into requests that no API can read."""
    assert code_of("a: 1e999") == "SYN015: 1e999 is not a JSON number"


def test_a_file_without_end_is_read_no_further_than_its_limit() -> None:
    """A device, or a pipe that goes on."""
    with pytest.raises(SpecInvalid) as refused:
        load_file(Path("/dev/zero"))
    assert refused.value.findings[0].message == "the file has more than 262,144 bytes"
    with pytest.raises(ValueError, match="more than 1,048,576 bytes"):
        read_schema(Path("/dev/zero"))


def doubled(word: str, number: int = 40) -> dict[str, Any]:
    """A schema of few lines that holds a value against 2 ** number parts."""
    parts: dict[str, Any] = {"d0": {"type": "string"}}
    for place in range(1, number):
        two = [{"$ref": f"#/definitions/d{place - 1}"}] * 2
        named = {"properties": dict(zip("ab", two, strict=True))}
        whole = {"not": {"allOf": two}, "properties": named["properties"], "items": two}
        parts[f"d{place}"] = {word: whole.get(word, two)}
    return {"definitions": parts, "$ref": f"#/definitions/d{number - 1}"}


def nested(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    for _ in range(depth):
        schema = {"items": schema}
    return schema


CIRCLE = {"a": {"$ref": "#/definitions/b"}, "b": {"anyOf": [{"$ref": "#/definitions/a"}]}}
EXCESS = {
    **{word: doubled(word) for word in ("allOf", "anyOf", "oneOf", "not", "properties", "items")},
    "itself": {"$ref": "#"},
    "circle": {"definitions": CIRCLE, "allOf": [{"$ref": "#/definitions/a"}]},
    "depth": nested(120),
}


@pytest.mark.parametrize("name", EXCESS)
def test_a_schema_that_costs_too_much_is_refused(name: str) -> None:
    """References that double what a value is held against, or that lead back to themselves."""
    assert excess(EXCESS[name])


def test_a_schema_of_usual_size_is_none_of_these() -> None:
    """Trees refer to themselves, and parts are shared."""
    tree = {"properties": {"left": {"$ref": "#"}, "right": {"items": {"$ref": "#"}}}}
    assert excess(tree) == ""
    assert excess(doubled("allOf", 12)) == ""
    assert excess(nested(90)) == ""
    assert MAX_PARTS > 10_000


def project(tmp_path: Path) -> Path:
    """A project with a spec that names the schema `x.schema.json`; the folder it lies in."""
    (tmp_path / "mappings").mkdir()
    (tmp_path / "schemas").mkdir()
    (tmp_path / "mappings" / "minimal.yaml").write_text(WITH_SCHEMA, encoding="utf-8")
    return tmp_path / "schemas"


def said(schemas: Path) -> list[str]:
    found = check_spec(load_file(schemas.parent / "mappings" / "minimal.yaml"))
    return [f"{finding.code}: {finding.message}" for finding in found]


def test_a_hostile_schema_is_a_finding_of_the_spec(tmp_path: Path) -> None:
    """The checks end, and the spec is refused at the name of the file."""
    schemas = project(tmp_path)
    a = '{"$ref": "#/definitions/a"}'
    bomb = f'{{"definitions": {{"a": {{"allOf": [{a}]}}}}, "not": {a}}}'
    for text, word in ((bomb, "without end"), ('{"items":' * 2000 + "{}" + "}" * 2000, "SYN319")):
        (schemas / "x.schema.json").write_text(text, encoding="utf-8")
        (only,) = said(schemas)
        assert only.startswith("SYN319")
        assert word in only


@pytest.mark.parametrize(
    "reference", ["http://127.0.0.1:9/x", "https://evil.example/x", "file:///etc/passwd", "y.json"]
)
def test_a_schema_refers_to_nothing_but_itself(tmp_path: Path, reference: str) -> None:
    """No reference fetches a file or an address."""
    schemas = project(tmp_path)
    text = f'{{"properties": {{"a": {{"$ref": "{reference}"}}}}}}'
    (schemas / "x.schema.json").write_text(text, encoding="utf-8")
    assert "only references within the same file" in said(schemas)[0]


def test_a_link_out_of_the_schemas_is_not_followed(tmp_path: Path) -> None:
    """A link within the folder is; so is the folder itself being one."""
    schemas = project(tmp_path)
    outside = tmp_path / "outside.json"
    outside.write_text('{"type": "object"}', encoding="utf-8")
    (schemas / "x.schema.json").symlink_to(outside)
    assert said(schemas)[0].startswith("SYN318")
    (schemas / "y.json").write_text('{"type": "object"}', encoding="utf-8")
    (schemas / "x.schema.json").unlink()
    (schemas / "x.schema.json").symlink_to(schemas / "y.json")
    assert said(schemas) == []
    moved = schemas.rename(tmp_path / "elsewhere")
    schemas.symlink_to(moved)
    assert said(schemas) == []


@pytest.mark.parametrize("name", ["../outside.json", "/etc/passwd", "a/../../outside.json", ".."])
def test_a_schema_is_named_below_its_folder(tmp_path: Path, name: str) -> None:
    """No name leads up or away."""
    schemas = project(tmp_path)
    (tmp_path / "outside.json").write_text("{}", encoding="utf-8")
    assert find_schema(name, (schemas,)) is None
    with pytest.raises(SpecInvalid):
        load_spec(_written(tmp_path, WITH_SCHEMA.replace("x.schema.json", name)))


def _written(folder: Path, text: str) -> Path:
    path = folder / "mappings" / "other.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_bugs_details_hold_no_local_values(tmp_path: Path) -> None:
    """The file an unexpected error leaves has the way through the code, and no variable's value."""
    source = (
        "import sys\n"
        "from syncata.cli.output import write_details\n"
        "def fails(token): raise RuntimeError('no')\n"
        "try: fails('cAnaRy-1234')\n"
        "except RuntimeError as bug: print(write_details(bug))\n"
    )
    around = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT / "engine")}
    script = tmp_path / "bug.py"
    script.write_text(source.replace("'cAnaRy-1234'", "sys.argv[1]"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, script, "cAnaRy-1234"],
        env=around, capture_output=True, text=True, check=True,
    )  # fmt: skip
    details = Path(done.stdout.strip()).read_text(encoding="utf-8")
    assert "RuntimeError: no" in details
    assert "cAnaRy" not in details + done.stderr
