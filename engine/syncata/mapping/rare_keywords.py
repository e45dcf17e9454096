"""JSON Schema keywords that records seldom need, as plain closures.

Each entry of RARE takes the schema it stands in and a compiler of parts, and yields a check.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from syncata.expressions import pattern_of

Fits = Callable[[Any], bool]
Compile = Callable[[Any], Fits]
Schema = Mapping[str, Any]


def same(one: Any, two: Any) -> bool:
    """JSON equality: 1 equals 1.0, but true does not equal 1."""
    if isinstance(one, bool) or isinstance(two, bool):
        return one is two
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(same, one, two))
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(same(value, two[k]) for k, value in one.items())
    return bool(one == two)


def among(values: list[Any]) -> Fits:
    """Whether a value equals one of `values`."""
    texts = frozenset(value for value in values if isinstance(value, str))
    others = [value for value in values if not isinstance(value, str)]

    def check(value: Any) -> bool:
        if isinstance(value, str):
            return value in texts
        return any(same(value, other) for other in others)

    return check


def _one_of(schema: Schema, compiled: Compile) -> Fits:
    parts = [compiled(part) for part in schema["oneOf"]]
    return lambda value: sum(part(value) for part in parts) == 1


def _not(schema: Schema, compiled: Compile) -> Fits:
    refused = compiled(schema["not"])
    return lambda value: not refused(value)


def _if(schema: Schema, compiled: Compile) -> Fits:
    condition = compiled(schema["if"])
    then, otherwise = compiled(schema.get("then", True)), compiled(schema.get("else", True))
    return lambda value: then(value) if condition(value) else otherwise(value)


def _unique(schema: Schema, _: Compile) -> Fits:
    if schema["uniqueItems"] is not True:
        return lambda _value: True

    def check(value: Any) -> bool:
        if not isinstance(value, list):
            return True
        if all(isinstance(item, str) for item in value):
            return len(set(value)) == len(value)
        return not any(same(a, b) for i, a in enumerate(value) for b in value[:i])

    return check


def _contains(schema: Schema, compiled: Compile) -> Fits:
    part = compiled(schema["contains"])
    return lambda value: not isinstance(value, list) or any(part(item) for item in value)


def _tuple_items(schema: Schema, compiled: Compile) -> Fits:
    parts = [compiled(part) for part in schema["items"]]
    further = compiled(schema.get("additionalItems", True))

    def check(value: Any) -> bool:
        if not isinstance(value, list):
            return True
        ends = all(part(item) for part, item in zip(parts, value, strict=False))
        return ends and all(further(item) for item in value[len(parts) :])

    return check


def _further_properties(schema: Schema, compiled: Compile) -> Fits:
    """`patternProperties` and `additionalProperties` where a set of names does not do."""
    named = frozenset(schema.get("properties", ()))
    patterns = [
        (pattern_of(pattern), compiled(part))
        for pattern, part in schema.get("patternProperties", {}).items()
    ]
    further = compiled(schema.get("additionalProperties", True))

    def check(value: Any) -> bool:
        if not isinstance(value, dict):
            return True
        for name, member in value.items():
            fitting = [part for pattern, part in patterns if pattern.found_in(name)]
            if not all(part(member) for part in fitting):
                return False
            if not fitting and name not in named and not further(member):
                return False
        return True

    return check


def _additional(schema: Schema, compiled: Compile) -> Fits:
    covered = "patternProperties" in schema  # which looks at both
    return (lambda _value: True) if covered else _further_properties(schema, compiled)


def _property_names(schema: Schema, compiled: Compile) -> Fits:
    part = compiled(schema["propertyNames"])
    return lambda value: not isinstance(value, dict) or all(part(name) for name in value)


def _min_properties(schema: Schema, _: Compile) -> Fits:
    least = schema["minProperties"]
    return lambda value: not isinstance(value, dict) or len(value) >= least


def _max_properties(schema: Schema, _: Compile) -> Fits:
    most = schema["maxProperties"]
    return lambda value: not isinstance(value, dict) or len(value) <= most


def _dependencies(schema: Schema, compiled: Compile) -> Fits:
    needs = {
        name: compiled({"required": part} if isinstance(part, list) else part)
        for name, part in schema["dependencies"].items()
    }

    def check(value: Any) -> bool:
        if not isinstance(value, dict):
            return True
        return all(part(value) for name, part in needs.items() if name in value)

    return check


def _multiple_of(schema: Schema, _: Compile) -> Fits:
    step = schema["multipleOf"]

    def check(value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return True
        if not isinstance(step, float):
            return not value % step
        quotient = value / step
        try:
            return int(quotient) == quotient
        except OverflowError:
            return (Fraction(value) / Fraction(step)).denominator == 1

    return check


RARE: Mapping[str, Callable[[Schema, Compile], Fits]] = {
    "oneOf": _one_of,
    "not": _not,
    "if": _if,
    "uniqueItems": _unique,
    "contains": _contains,
    "items": _tuple_items,
    "patternProperties": _further_properties,
    "additionalProperties": _additional,
    "propertyNames": _property_names,
    "minProperties": _min_properties,
    "maxProperties": _max_properties,
    "dependencies": _dependencies,
    "multipleOf": _multiple_of,
}
