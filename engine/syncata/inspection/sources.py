"""What of a record an expression reads, and whether that is somebody's personal data."""

from collections.abc import Iterator, Mapping
from typing import Any

from syncata.expressions import Expression, compile_expression
from syncata.spec.model import Sync

Path = tuple[str, ...]
_MISSING = object()


def sources(expression: Expression, record: Any) -> list[tuple[str, Any]]:
    """The members of a record that an expression reads: path and value, longest paths only."""
    named = [path for path in expression.reads if path and not {"*", "**"} & set(path)]
    longest = [p for p in named if not any(o != p and o[: len(p)] == p for o in named)]
    found = [(".".join(path), value_at(record, path)) for path in longest]
    return [(path, value) for path, value in found if value is not _MISSING]


def value_at(value: Any, path: Path) -> Any:
    """What a path of names leads to, through lists as well."""
    for index, name in enumerate(path):
        if isinstance(value, list):
            parts = [value_at(item, path[index:]) for item in value]
            return [part for part in parts if part is not _MISSING]
        if not isinstance(value, dict) or name not in value:
            return _MISSING
        value = value[name]
    return value


def personal_paths(schema: Mapping[str, Any] | None) -> Iterator[Path]:
    """The paths of a record that its schema marks as personal."""
    rules = schema if isinstance(schema, dict) else {}
    if rules.get("personal") is True:
        yield ()
        return
    for name, part in rules.get("properties", {}).items():
        yield from ((name, *rest) for rest in personal_paths(part))
    if isinstance(rules.get("items"), dict):
        yield from personal_paths(rules["items"])  # lists are no step of a path


def personal_places(
    sync: Sync, source: Mapping[str, Any] | None, target: Mapping[str, Any] | None
) -> set[str]:
    """The fields and conditions of a sync whose values tell personal data.

    Those that a schema marks, and those whose expressions read what is marked at the source.
    """
    marked, told = list(personal_paths(source)), {p[0] for p in personal_paths(target) if p}
    if not marked:
        return told
    conditions = ("key", "each", "where", "live", "person", "order", "final")
    texts = {name: text for name in conditions if (text := getattr(sync, name)) is not None}
    for name, text in {**texts, **sync.map}.items():
        # What `each` takes out of a record may be any part of it.
        if sync.each is not None or _reads_any(compile_expression(text), marked):
            told.add(name)
    return told


def _reads_any(expression: Expression, marked: list[Path]) -> bool:
    return any(_meet(read, path) for read in expression.reads for path in marked)


def _meet(read: Path, path: Path) -> bool:
    """Whether one path may lead into the other."""
    for one, two in zip(read, path, strict=False):
        if one == "**":
            return True
        if one not in ("*", two):
            return False
    return True
