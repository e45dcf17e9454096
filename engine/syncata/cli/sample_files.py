"""Records that lie in JSON files: samples, and what people give to commands."""

import json
import sys
from pathlib import Path
from typing import Any

from syncata.errors import UsageError


def json_of(name: str) -> Any:
    """What a JSON file holds, or standard input (`-`). Raises UsageError."""
    origin = "stdin" if name == "-" else name
    try:
        return json.loads(sys.stdin.read() if name == "-" else Path(name).read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{origin} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{origin} is not UTF-8 text") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{origin} is not JSON: {error}") from error


def records_of(name: str) -> list[Any]:
    """The records of a file that holds one, or a list of them. Raises UsageError."""
    value = json_of(name)
    records = value if isinstance(value, list) else [value]
    if not all(isinstance(record, dict) for record in records):
        raise UsageError(f"{name} holds no record: a record is a JSON object")
    return records
