"""The compiled contract judges exactly like jsonschema, and `explain` tells why."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from referencing import Registry

from syncata.checks import explain
from syncata.mapping.contract import contract

NAMES = st.sampled_from(["a", "b", "c", "é"])
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from([0.0, 1.0, 1.5, 2**70]),
    st.sampled_from(["", "a", "ab", "abc", "1"]),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
KINDS = ["string", "integer", "number", "boolean", "null", "object", "array"]


def keywords(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A schema made of some keywords over smaller schemas."""
    small, named = st.integers(0, 2), st.dictionaries(NAMES, inner, max_size=3)
    several = st.lists(inner, min_size=1, max_size=2)
    return st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(KINDS)
            | st.lists(st.sampled_from(KINDS), min_size=1, max_size=3, unique=True),
            "enum": st.lists(VALUES, min_size=1, max_size=3),
            "const": VALUES,
            "minLength": small,
            "maxLength": small,
            "pattern": st.sampled_from(["^a", "b$", "[0-9]"]),
            "minimum": st.integers(-2, 2),
            "maximum": st.integers(-2, 2),
            "exclusiveMinimum": st.integers(-2, 2),
            "multipleOf": st.sampled_from([1, 2, 0.5]),
            "properties": named,
            "required": st.lists(NAMES, max_size=2, unique=True),
            "additionalProperties": inner | st.booleans(),
            "patternProperties": st.dictionaries(st.sampled_from(["^a", "b"]), inner, max_size=1),
            "propertyNames": inner,
            "minProperties": small,
            "dependencies": st.dictionaries(
                NAMES, inner | st.lists(NAMES, unique=True), max_size=1
            ),
            "items": inner | several,
            "additionalItems": inner,
            "minItems": small,
            "maxItems": small,
            "uniqueItems": st.booleans(),
            "contains": inner,
            "anyOf": several,
            "allOf": several,
            "oneOf": several,
            "not": inner,
            "if": inner,
            "then": inner,
            "else": inner,
        },
    ).map(without_what_breaks_the_reference)


def without_what_breaks_the_reference(schema: Any) -> Any:
    """jsonschema fails with a TypeError for `additionalItems` beside `items: false`."""
    if isinstance(schema.get("items"), bool):
        schema.pop("additionalItems", None)
    return schema


SCHEMAS: st.SearchStrategy[Any] = st.recursive(st.booleans() | st.just({}), keywords, max_leaves=6)


@settings(
    max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(SCHEMAS, st.lists(VALUES, min_size=3, max_size=6))
def test_the_contract_agrees_with_jsonschema(schema: Any, values: list[Any]) -> None:
    """Same verdict for any schema and any value; an explanation exactly for what is refused."""
    fits, reference = contract(schema), Draft7Validator(schema, registry=Registry())
    for value in values:
        expected = reference.is_valid(value)
        assert fits(value) is expected
        if isinstance(schema, dict):
            assert bool(explain(schema, value)) is not expected


def test_a_schema_may_refer_to_itself() -> None:
    """Trees of records are possible."""
    schema: dict[str, Any] = {
        "$ref": "#/definitions/node",
        "definitions": {
            "node": {"type": "object", "properties": {"next": {"$ref": "#/definitions/node"}}}
        },
    }
    fits = contract(schema)
    assert fits({"next": {"next": {}}})
    assert not fits({"next": {"next": 1}})


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "other.json#/x"},
        {"$ref": "#/definitions/nothing"},
        {"pattern": "("},
        {"properties": {"a": {"type": "objekt"}}},
    ],
)
def test_what_cannot_be_compiled_is_refused_at_once(schema: dict[str, Any]) -> None:
    """Never a check that passes by mistake."""
    with pytest.raises(ValueError, match=r"only references|points to nothing|pattern|no type"):
        contract(schema)


def test_deep_schemas_do_not_hit_the_limits_of_python() -> None:
    """Python allows twenty nested blocks; a schema may have more."""
    schema: dict[str, Any] = {"type": "string"}
    value: Any = "x"
    for _ in range(40):
        schema, value = {"type": "array", "items": schema}, [value]
    assert contract(schema)(value)
    assert not contract(schema)([value])


def test_an_explanation_names_the_path_and_what_is_expected() -> None:
    """Rejects are read by people."""
    schema = {
        "type": "object",
        "required": ["name"],
        "properties": {"tags": {"type": "array", "items": {"type": "string", "minLength": 1}}},
        "additionalProperties": False,
    }
    assert sorted(explain(schema, {"tags": ["a", "", 3], "extra": 1})) == [
        ("", '"name" is missing'),
        ("extra", 'unknown key "extra"'),
        ("tags[1]", "tags[1] must have at least 1 character(s)"),
        ("tags[2]", "tags[2] must be a text; this is the number 3"),
    ]
