"""Where schema files are found: beside the spec, in the project, in the package."""

import json
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

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
    return next((f for f in (place.joinpath(name) for place in folders) if f.is_file()), None)


def read_schema(file: Traversable) -> Any:
    """The schema in a file. Raises ValueError saying what is wrong with it."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from error
    if len(content) > MAX_BYTES:
        raise ValueError(f"has {len(content):,} bytes; the limit is {MAX_BYTES:,}")
    try:
        return json.loads(content)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"is not JSON: {error}") from error


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
