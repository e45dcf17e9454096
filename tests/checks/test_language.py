"""The JSON Schemas of the language: documented throughout, usable by editors, true to the code."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syncata.checks import PLACES, check_spec, load_spec
from syncata.checks.draft7 import schema_problem, violations
from syncata.checks.places import fits
from syncata.document import folder, load_bytes
from syncata.errors import SpecInvalid

SCHEMAS = Path(__file__).parents[2] / "schemas"
LANGUAGE = ("connector", "connection")
RECORDS = (
    "edflex/content",
    "edflex/activity",
    "360learning/course",
    "360learning/integration",
    "360learning/tag",
    "360learning/course_tags",
    "360learning/statistics",
)
MODERN = {"$dynamicRef", "$dynamicAnchor", "unevaluatedProperties", "$defs", "prefixItems"}


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    return loaded


def properties(part: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property in a schema's tree, definitions included."""
    if isinstance(part, list):
        for index, item in enumerate(part):
            yield from properties(item, f"{path}[{index}]")
    if not isinstance(part, dict):
        return
    for name, value in part.get("properties", {}).items():
        yield f"{path}.{name}", value
    for keyword, value in part.items():
        if keyword in ("properties", "definitions"):
            for name, inner in value.items():
                yield from properties(inner, f"{path}.{name}")
        elif keyword in ("oneOf", "items", "additionalProperties"):
            yield from properties(value, path)


def resolved(part: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in part:
        found: dict[str, Any] = whole["definitions"][part["$ref"].rpartition("/")[2]]
        return found
    return part


def keywords(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from part
        for value in part.values():
            yield from keywords(value)
    elif isinstance(part, list):
        for value in part:
            yield from keywords(value)


@pytest.mark.parametrize("name", LANGUAGE)
def test_every_key_has_a_description_and_an_example_or_a_default(name: str) -> None:
    """Editors show them, and the reference is made of them."""
    found = dict(properties(schema(name)))
    assert len(found) > 15
    lacking = [
        path
        for path, value in found.items()
        if not value.get("description") or not ("default" in value or value.get("examples"))
    ]
    assert lacking == []


def optional(part: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, its schema) of every key that may be left out."""
    if isinstance(part, list):
        for item in part:
            yield from optional(item)
    if not isinstance(part, dict):
        return
    if isinstance(part.get("properties"), dict):
        for name, value in part["properties"].items():
            if name not in part.get("required", []):
                yield name, value
    for value in part.values():
        yield from optional(value)


@pytest.mark.parametrize("name", LANGUAGE)
def test_every_key_that_may_be_left_out_says_what_then_holds(name: str) -> None:
    """It has a default, or its description says what there is without it."""
    silent = [
        key
        for key, value in optional(schema(name))
        if "default" not in value and "without it" not in value.get("description", "").lower()
    ]
    assert silent == []


@pytest.mark.parametrize("name", LANGUAGE)
def test_examples_and_defaults_are_valid_themselves(name: str) -> None:
    """Whoever copies an example gets no finding for it."""
    whole = schema(name)
    for path, value in properties(whole):
        part = {**resolved(value, whole), "definitions": whole["definitions"]}
        examples = [*value.get("examples", []), *([value["default"]] if "default" in value else [])]
        for example in examples:
            assert [(path, v.message) for v in violations(part, example)] == []


@pytest.mark.parametrize("name", LANGUAGE)
def test_no_object_takes_unknown_keys(name: str) -> None:
    """A misspelled key is found everywhere."""

    def objects(part: Any) -> Iterator[dict[str, Any]]:
        if isinstance(part, dict):
            if part.get("type") == "object":
                yield part
            for value in part.values():
                yield from objects(value)
        elif isinstance(part, list):
            for value in part:
                yield from objects(value)

    assert all(part.get("additionalProperties", True) is not True for part in objects(schema(name)))


@pytest.mark.parametrize("name", LANGUAGE + RECORDS)
def test_schemas_are_of_draft_07_and_stay_in_the_part_editors_know(name: str) -> None:
    """yaml-language-server reads draft-07 in every release."""
    loaded = schema(name)
    assert schema_problem(loaded) == ""
    assert loaded["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert not MODERN & set(keywords(loaded))


def text_paths(
    whole: dict[str, Any], part: dict[str, Any], path: tuple[str | int, ...]
) -> Iterator[tuple[str | int, ...]]:
    """A path for every place of the language at which expressions can stand."""
    part = resolved(part, whole)
    if part.get("x-kind"):
        yield (*path, "any") if part["x-kind"] == "body" else path
        return
    for branch in part.get("oneOf", ()):
        yield from text_paths(whole, branch, path)
    for name, value in part.get("properties", {}).items():
        yield from text_paths(whole, value, (*path, name))
    further = part.get("additionalProperties")
    if isinstance(further, dict):
        yield from text_paths(whole, further, (*path, "any"))
    if isinstance(part.get("items"), dict):
        yield from text_paths(whole, part["items"], (*path, 0))


def test_every_text_of_the_language_has_a_row_in_the_table_of_names() -> None:
    """A new place for expressions must say which names it sees."""
    whole = schema("connector")
    paths = list(text_paths(whole, whole, ()))
    assert len(paths) > 100
    lacking = [
        path for path in paths if not any(fits(where, path) for p in PLACES for where in p.where)
    ]
    assert lacking == []


@pytest.mark.parametrize("name", ["edflex-360learning", "starter"])
def test_each_packaged_spec_is_valid_without_any_finding(name: str) -> None:
    """What we ship is what we ask for."""
    file = folder("mappings").joinpath(f"{name}.yaml")
    assert check_spec(load_bytes(file.read_bytes(), str(file))) == ()


def test_a_packaged_spec_is_found_by_its_name() -> None:
    """A connection says `spec: edflex-360learning`."""
    spec = load_spec("edflex-360learning")
    assert list(spec.syncs) == ["integration", "courses", "tags", "course_tags", "statistics"]
    assert spec.target.resources["course"].operations["upsert"].batch is not None


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    """Did you mean …?"""
    with pytest.raises(SpecInvalid) as refused:
        load_spec("edflex-360lerning")
    (finding,) = refused.value.findings
    assert finding.code == "SYN004"
    assert finding.hint == 'did you mean "edflex-360learning"?'


def test_the_record_schemas_accept_what_the_apis_send_and_take() -> None:
    """A minimal record passes, nulls of the source too; what the target lacks does not."""
    content = {"id": "1", "type": "video", "status": "opened", "title": None, "difficulty": 2}
    course = {
        "externalId": "1", "name": "n", "launchUrl": "u", "defaultLang": "fr", "sources": [],
        "subjects": [],
    }  # fmt: skip
    assert list(violations(schema("edflex/content"), content)) == []
    assert list(violations(schema("360learning/course"), course)) == []
    found = [v.message for v in violations(schema("360learning/course"), course | {"tags": []})]
    assert found == ['unknown key "tags"']


def test_what_is_assumed_about_the_source_stands_together_and_is_marked() -> None:
    """Nobody takes an assumption for a fact."""
    marks = ["x-assumption" in part for part in schema("edflex/content")["properties"].values()]
    assert sum(marks) >= 5
    assert marks == sorted(marks)


def test_the_language_of_courses_is_that_of_the_packaged_spec() -> None:
    """The list in the spec holds exactly what the target accepts."""
    spec = load_spec("edflex-360learning")
    languages = json.loads(spec.definitions["languages"].text)
    assert set(languages) == set(schema("360learning/course")["definitions"]["lang"]["enum"])
