"""The keywords of JSON Schema that hold patterns, searched in linear time like all others.

jsonschema itself searches with back-tracking, which a hostile value can keep busy for ever.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from syncata.expressions import pattern_of


def _pattern(validator: Any, pattern: str, value: Any, _schema: Any) -> Iterator[ValidationError]:
    if validator.is_type(value, "string") and not pattern_of(pattern).found_in(value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


def _pattern_properties(
    validator: Any, parts: Mapping[str, Any], value: Any, _schema: Any
) -> Iterator[ValidationError]:
    for pattern, part in parts.items() if validator.is_type(value, "object") else ():
        for name in filter(pattern_of(pattern).found_in, value):
            yield from validator.descend(value[name], part, path=name, schema_path=pattern)


def _additional_properties(
    validator: Any, part: Any, value: Any, schema: Mapping[str, Any]
) -> Iterator[ValidationError]:
    if not validator.is_type(value, "object"):
        return
    extras = unnamed(value, schema)
    if isinstance(part, dict):
        for name in extras:
            yield from validator.descend(value[name], part, path=name)
    elif not part and extras:
        yield ValidationError(f"unexpected: {', '.join(map(str, extras))}")


def unnamed(value: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    """The keys that neither `properties` nor `patternProperties` names."""
    named = schema.get("properties", {})
    patterns = [pattern_of(pattern) for pattern in schema.get("patternProperties", {})]
    return [
        name for name in value
        if name not in named and not any(pattern.found_in(str(name)) for pattern in patterns)
    ]  # fmt: skip


BoundedValidator: Any = extend(  # type: ignore[no-untyped-call]
    Draft7Validator,
    {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
    },
)
"""Draft7Validator whose patterns cost time linear in the value. Raises PatternError for a pattern
that cannot be searched so."""
