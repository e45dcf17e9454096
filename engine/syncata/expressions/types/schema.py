"""From JSON Schemas (draft-07) to types. What a schema says besides widens nothing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syncata.expressions.types.model import (
    ANY,
    JSON,
    MOST_VALUES,
    NEVER,
    SCALARS,
    UNDEFINED,
    Shape,
    Type,
    exactly,
    kind,
    record,
    union,
)

_CHOICES = ("oneOf", "anyOf")
_DEEPEST = 40
_MORE_MEMBERS = frozenset({"if", "dependencies", "patternProperties"})


def of_schema(schema: Any, whose: str = "") -> Type:
    """The type of what fits a schema; `whose` says in messages which schema it is."""
    return _Reader(schema, whose).read(schema)


class _Reader:
    """Reads one schema file; what a reference names is read once."""

    def __init__(self, root: Any, whose: str) -> None:
        self._root = root
        self._whose = whose
        self._known: dict[str, Type] = {}
        self._depth = 0

    def read(self, schema: Any) -> Type:
        """The type of a part of the file."""
        if not isinstance(schema, Mapping) or self._depth > _DEEPEST:
            return NEVER if schema is False else JSON
        self._depth += 1
        try:
            return self._read(schema)
        finally:
            self._depth -= 1

    def _read(self, schema: Mapping[str, Any]) -> Type:
        if "$ref" in schema:
            return self._referenced(str(schema["$ref"]))
        found = self._of_kinds(schema)
        for word in _CHOICES:
            branches = schema.get(word)
            if isinstance(branches, list) and branches:
                found = _both(found, union(self.read(branch) for branch in branches))
        together = schema.get("allOf")
        for part in together if isinstance(together, list) else ():
            found = _intersection(found, self.read(part))
        return _limited(found, schema)

    def _referenced(self, reference: str) -> Type:
        if reference not in self._known:
            self._known[reference] = JSON  # what holds itself is not followed
            self._known[reference] = self.read(_resolved(self._root, reference))
        return self._known[reference]

    def _of_kinds(self, schema: Mapping[str, Any]) -> Type:
        found = kind(*_kinds(schema.get("type"))).among(JSON.kinds)
        if not found.kinds:
            found = JSON
        if "array" in found.kinds and isinstance(schema.get("items"), Mapping):
            least = schema.get("minItems")
            filled = isinstance(least, int) and least > 0
            found = replace(found, items=self.read(schema["items"]), filled=filled)
        if "object" in found.kinds:
            found = replace(found, shape=self._shape(schema))
        return found

    def _shape(self, schema: Mapping[str, Any]) -> Shape | None:
        properties, names = schema.get("properties"), schema.get("required")
        given = names if isinstance(names, list) else []
        if not isinstance(properties, Mapping):
            if not given and "additionalProperties" not in schema:
                return None
            properties = {}
        required = frozenset(name for name in given if isinstance(name, str))
        members = {
            name: self.read(part) if name in required else self.read(part) | UNDEFINED
            for name, part in properties.items()
        }
        rest = self._rest(schema)
        complete = bool(members) and (rest is None or not schema.keys() & _MORE_MEMBERS)
        return Shape(members, rest, self._whose if complete else "", required)

    def _rest(self, schema: Mapping[str, Any]) -> Type | None:
        further = schema.get("additionalProperties", True)
        if further is False and not schema.get("patternProperties"):
            return None
        return self.read(further) if isinstance(further, Mapping) else ANY


def _kinds(names: Any) -> set[str]:
    given = [names] if isinstance(names, str) else names if isinstance(names, list) else []
    return {"number" if name == "integer" else str(name) for name in given}


def _resolved(root: Any, reference: str) -> Any:
    """What a reference names; any value is taken to fit one that names nothing."""
    if not reference.startswith("#"):
        return True
    found = root
    for part in reference[1:].split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        found = found.get(name, True) if isinstance(found, Mapping) else True
    return found


def _both(one: Type, other: Type) -> Type:
    """What fits both, as far as it is easily said: the branches say more than what is around."""
    narrowed = other.among(one.kinds)
    if "object" in narrowed.kinds and one.shape is not None:
        around, inner = one.shape, narrowed.shape
        members = {**(inner.members if inner else {}), **around.members}
        narrowed = replace(narrowed, shape=Shape(members, ANY, "", around.required))
    return narrowed


def _intersection(one: Type, other: Type) -> Type:
    """What fits both, or more: parts of `allOf`."""
    kinds = one.kinds & other.kinds
    only = {}
    for name in SCALARS & kinds:
        left, right = one.values(name), other.values(name)
        words = left if right is None else right if left is None else left & right
        if words is not None:
            only[name] = words
    kinds = frozenset(name for name in kinds if only.get(name) != frozenset())
    items, shape = one.items or other.items, one.shape or other.shape
    if one.items is not None and other.items is not None:
        items = _intersection(one.items, other.items)
    if one.shape is not None and other.shape is not None:
        shape = _members_of_both(one.shape, other.shape)
    filled = one.filled or other.filled
    return Type(kinds, {n: w for n, w in only.items() if n in kinds}, items, shape, filled=filled)


def _members_of_both(one: Shape, other: Shape) -> Shape:
    required = one.required | other.required
    members = {}
    for name in dict.fromkeys([*one.members, *other.members]):
        of = _intersection(one.member(name), other.member(name))
        members[name] = of.defined if name in required else of
    rests = [shape.rest for shape in (one, other)]
    closed = None in rests
    rest = None if closed else rests[0] if rests[1] == ANY else rests[1]
    whose = one.whose if one.whose == other.whose else ""
    return Shape(members, rest, whose, required)


def _limited(found: Type, schema: Mapping[str, Any]) -> Type:
    """By `enum` and `const`: the scalars among them, and whether null is."""
    words = [schema["const"]] if "const" in schema else schema.get("enum")
    if not isinstance(words, list) or len(words) > MOST_VALUES:
        return found
    if any(isinstance(word, list | dict) for word in words):
        return found
    named = union(exactly(word) for word in words)
    limited = found.among(named.kinds)
    for name in SCALARS & limited.kinds:
        limited = limited.limited(name, named.values(name) or frozenset())
    return limited


def of_rules(settings: Mapping[str, Any]) -> Type:
    """The type of `$settings`, from the rules of each setting; a rule of its own tells of names
    that are no setting."""
    members = {}
    for name, rules in settings.items():
        given = rules if isinstance(rules, Mapping) else {}
        sure = "required_without" not in given and given.get("required") is not False
        held = of_schema({word: given[word] for word in ("type", "enum") if word in given})
        members[name] = held if sure or "default" in given else held | UNDEFINED
    return record(members, ANY)
