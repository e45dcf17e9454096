"""Where schema files are found: beside the spec, in the project, in the package."""

import json
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from syncata.checks.schema_size import excess
from syncata.document import folder

MAX_BYTES = 1024 * 1024


def schema_folders(spec_file: str) -> tuple[Traversable, ...]:
    """The folders in which a spec's schema files are looked for, nearest first."""
    own = Path(spec_file).resolve().parent.parent / "schemas"
    return (own, folder("schemas"))


def find_schema(name: str, folders: Sequence[Traversable]) -> Traversable | None:
    """The file of a schema's name; None where there is none."""
    if not name or name.startswith("/") or ".." in name.split("/"):
        return None
    return next((f for place in folders if (f := _within(place, name)) is not None), None)


def _within(place: Traversable, name: str) -> Traversable | None:
    """A file of a folder; None where there is none, or where a link leads out of the folder."""
    file = place.joinpath(name)
    if isinstance(place, Path) and not Path(place, name).resolve().is_relative_to(place.resolve()):
        return None
    return file if file.is_file() else None


def read_schema(file: Traversable) -> Any:
    """The schema in a file. Raises ValueError saying what is wrong with it."""
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise ValueError(f"it cannot be read: {error.strerror}") from error
    if len(content) > MAX_BYTES:
        raise ValueError(f"it has more than {MAX_BYTES:,} bytes")
    try:
        schema = json.loads(content)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"it is not JSON: {error}") from error
    if problem := excess(schema):
        raise ValueError(problem)
    return schema


def record_schema(name: str, folders: Sequence[Traversable]) -> dict[str, Any] | None:
    """The record schema of that name, if there is a readable one."""
    file = find_schema(name, folders)
    if file is None:
        return None
    try:
        schema = read_schema(file)
    except ValueError:
        return None
    return schema if isinstance(schema, dict) else None


@lru_cache(maxsize=4)
def packaged(name: str) -> dict[str, Any]:
    """One of our own schemas: `connector` or `connection`."""
    text = folder("schemas").joinpath(f"{name}.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
