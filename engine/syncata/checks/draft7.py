"""JSON Schema, draft-07: what a value violates, in words that say what to do.

With `keywords` the only module that imports jsonschema. No reference ever leaves a schema: the
registry is empty.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from jsonschema import Draft7Validator, FormatChecker
from jsonschema.exceptions import SchemaError
from referencing import Registry

from syncata.checks.keywords import BoundedValidator, unnamed
from syncata.document import DataPath
from syncata.spec.node import shown_path

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_HOST = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*")
_KINDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object (keys with values)",
    "array": "a list",
    "null": "null",
}


@dataclass(frozen=True, slots=True)
class Violation:
    """One way in which a value does not fit. `at_key`: the key of `path` is at fault, not its
    value. `keyword` is the schema's, `schema` the part that refuses."""

    path: DataPath
    keyword: str
    message: str
    hint: str
    at_key: bool
    schema: Mapping[str, Any]


def violations(schema: Mapping[str, Any], value: Any) -> Iterator[Violation]:
    """Everything in which a value does not fit a schema; formats count."""
    for error in _validator(schema).iter_errors(value):
        yield from _of(error)


def explain(schema: Mapping[str, Any], value: Any) -> list[tuple[str, str]]:
    """Paths and messages of what a value violates; empty exactly where `contract` is content."""
    validator = BoundedValidator(schema, registry=Registry())
    found = [v for error in validator.iter_errors(value) for v in _of(error)]
    return list(dict.fromkeys((shown_path(v.path), v.message) for v in found))


def schema_problem(schema: Any) -> str:
    """Why something is no JSON Schema (draft-07); empty if it is one."""
    try:
        Draft7Validator.check_schema(schema)
    except SchemaError as error:
        where = shown_path(tuple(error.absolute_path)) or "its top"
        return f"at {where}: {error.message}"
    return ""


def did_you_mean(name: str, known: Iterable[str], *, cutoff: float = 0.7) -> str:
    """A hint with the nearest known name, or with all of them if they are few."""
    names = sorted(set(known))
    folded = {other.lower(): other for other in reversed(names)}
    near = difflib.get_close_matches(name.lower(), folded, n=1, cutoff=cutoff)
    if near:
        return f'did you mean "{folded[near[0]]}"?'
    return f"known here: {', '.join(names)}" if 0 < len(names) <= 12 else ""


def _validator(schema: Mapping[str, Any]) -> Any:
    checker = FormatChecker(formats=())
    for name, test in _FORMATS.items():
        checker.checks(name, raises=ValueError)(test)
    return BoundedValidator(schema, registry=Registry(), format_checker=checker)


def _of(error: Any) -> Iterator[Violation]:
    """What one ValidationError says; several keys can stand behind one."""
    schema = error.schema if isinstance(error.schema, dict) else {}
    found = list(_special(error, schema))
    if found:
        yield from found
        return
    path = tuple(error.absolute_path)
    message, hint = _worded(error, schema, path)
    yield Violation(path, str(error.validator), message, hint, False, schema)  # noqa: FBT003


def _special(error: Any, schema: Mapping[str, Any]) -> Iterator[Violation]:
    """Errors that are better told of a key, or of the branch that was meant."""
    path = tuple(error.absolute_path)
    if _is_about_a_name(error):
        message = f'"{error.instance}" is no name for this place: {_form(schema)}'
        name = error.instance
        yield Violation((*path, name), "propertyNames", message, "", True, schema)  # noqa: FBT003
    elif error.validator in ("oneOf", "anyOf"):
        yield from _best_branch(error, schema)
    elif error.validator == "additionalProperties" and error.validator_value is False:
        yield from _unknown_keys(error, schema)
    elif error.validator == "required":
        yield from _missing_keys(error, schema)


def _is_about_a_name(error: Any) -> bool:
    """Whether the error is of `propertyNames`, not of a property that is called so."""
    way = ["", *error.absolute_schema_path]
    named = ("properties", "patternProperties", "definitions", "dependencies")
    return any(
        part == "propertyNames" and way[index] not in named for index, part in enumerate(way[1:])
    )


def _unknown_keys(error: Any, schema: Mapping[str, Any]) -> Iterator[Violation]:
    known = schema.get("properties", {})
    path = tuple(error.absolute_path)
    for key in unnamed(error.instance, schema):
        where = f" in {shown_path(path)}" if path else ""
        message, hint = f'unknown key "{key}"{where}', did_you_mean(str(key), known)
        yield Violation((*path, key), "unknown", message, hint, True, schema)  # noqa: FBT003


def _missing_keys(error: Any, schema: Mapping[str, Any]) -> Iterator[Violation]:
    path = tuple(error.absolute_path)
    for key in error.validator_value:
        if key not in error.instance:
            where = f" in {shown_path(path)}" if path else ""
            about = schema.get("properties", {}).get(key, {})
            text = about.get("description", "") if isinstance(about, dict) else ""
            message = f'"{key}" is missing{where}'
            yield Violation(path, "required", message, text, True, schema)  # noqa: FBT003


def _best_branch(error: Any, schema: Mapping[str, Any]) -> Iterator[Violation]:
    """The errors of the branch that was meant: the one with the same `type`."""
    branches: dict[int, list[Any]] = {}
    for inner in error.context or ():
        if inner.schema_path:  # a branch that is plain `false` has none
            branches.setdefault(int(inner.schema_path[0]), []).append(inner)
    chosen = _discriminated(error.instance, schema.get(str(error.validator), []))
    if isinstance(chosen, str):
        path = (*error.absolute_path, "type")
        shown = _shown(error.instance["type"])
        message = f"{shown_path(path)}: there is no type {shown}"
        yield Violation(path, "enum", message, chosen, False, schema)  # noqa: FBT003
        return
    if chosen is None:
        chosen = min(branches, key=lambda index: len(branches[index]), default=None)
    for inner in branches.get(chosen, ()) if chosen is not None else ():
        yield from _of(inner)


def _discriminated(value: Any, branches: list[Any]) -> int | str | None:
    """The branch whose `type` is the value's; a hint if none has it; None if types play no part."""
    types: dict[Any, int] = {}
    plain: int | None = None
    for index, branch in enumerate(branches):
        kind = branch.get("properties", {}).get("type", {}) if isinstance(branch, dict) else {}
        if "const" in kind:
            types[kind["const"]] = index
        else:
            plain = index if plain is None else plain
    if not types or not isinstance(value, dict):
        return None
    if "type" not in value:
        return plain if plain is not None else 0
    kind = value["type"]
    return (
        types[kind] if isinstance(kind, str) and kind in types else did_you_mean(str(kind), types)
    )


def _worded(error: Any, schema: Mapping[str, Any], path: DataPath) -> tuple[str, str]:
    name, wanted = _named(path), error.validator_value
    keyword = str(error.validator)
    if keyword == "type":
        found = _kind(error.instance)
        if "patternErrorMessage" in schema:
            return f"{name} must be {_form(schema)}; this is {found}", ""
        hint = 'put it in quotes: "…"' if wanted == "string" and _is_scalar(error.instance) else ""
        return f"{name} must be {_kinds(wanted)}; this is {found}", hint
    if keyword in {"enum", "const"}:
        words = wanted if keyword == "enum" else [wanted]
        near = did_you_mean(str(error.instance), [str(word) for word in words])
        hint = near if "mean" in near else ""  # the message itself tells all words
        return f"{name} must be {_either(words)}, not {_shown(error.instance)}", hint
    if keyword in {"pattern", "format"}:
        return f"{name} must be {_form(schema)}", ""
    if keyword in _LIMITS:
        return f"{name} {_LIMITS[keyword].format(wanted)}", ""
    if keyword in {"oneOf", "anyOf"}:
        return f"{name} fits none, or several, of the forms that are possible", ""
    return f"{name}: {error.message}", ""


_LIMITS: Mapping[str, str] = {
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "exclusiveMinimum": "must be more than {}",
    "exclusiveMaximum": "must be less than {}",
    "minLength": "must have at least {} character(s)",
    "maxLength": "must have at most {} characters",
    "minItems": "must have at least {} element(s)",
    "maxItems": "must have at most {} elements",
    "minProperties": "must have at least {} entry",
    "uniqueItems": "must not hold the same element twice",
}


def _either(words: list[Any]) -> str:
    if len(words) > 8:
        return f"one of {len(words)} words"
    shown = [_shown(word) for word in words if word is not None or len(words) == 1]
    return " or ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]


def _form(schema: Mapping[str, Any]) -> str:
    if "patternErrorMessage" in schema:
        return str(schema["patternErrorMessage"])
    if "format" in schema:
        return f"of the form {schema['format']}"
    return f"a text that matches {schema.get('pattern', '')}"


def _named(path: DataPath) -> str:
    return shown_path(path) or "the value"


def _kinds(wanted: Any) -> str:
    kinds = [wanted] if isinstance(wanted, str) else wanted
    return " or ".join(_KINDS.get(kind, kind) for kind in kinds)


def _is_scalar(value: Any) -> bool:
    return isinstance(value, bool | int | float)


def _kind(value: Any) -> str:
    """What a value is, for people."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return "a text" if value else "an empty text"
    if isinstance(value, dict):
        return "an object"
    return "nothing" if value is None else "a list"


def _shown(value: Any) -> str:
    """A word as it was written, short."""
    return f'"{value[:60]}"' if isinstance(value, str) else _kind(value)


def _http_url(value: Any) -> bool:
    parts = urlsplit(value) if isinstance(value, str) else None
    return parts is None or bool(parts.scheme and parts.netloc and " " not in value)


def _full(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: not isinstance(value, str) or bool(pattern.fullmatch(value))


def _parsed(parse: Callable[[str], Any]) -> Callable[[Any], bool]:
    return lambda value: not isinstance(value, str) or parse(value) is not None


_FORMATS: Mapping[str, Callable[[Any], bool]] = {
    "uri": _http_url,
    "email": _full(_EMAIL),
    "hostname": _full(_HOST),
    "date": _parsed(date.fromisoformat),
    "date-time": _parsed(datetime.fromisoformat),
    "uuid": _parsed(UUID),
}
