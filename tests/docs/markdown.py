"""Markdown that blocks are made of."""

import json
import textwrap
from collections.abc import Iterable
from typing import Any


def table(titles: list[str], rows: Iterable[list[str]]) -> str:
    """A table."""
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def code(text: str) -> str:
    """Text as code that may stand in a table."""
    fence = "``" if "`" in text else "`"
    pad = " " if "`" in text else ""
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", r"\|")


def codes(names: Iterable[str]) -> str:
    """Several names as code."""
    return ", ".join(code(name) for name in names)


def value(data: Any) -> str:
    """A JSON value as code."""
    return code(json.dumps(data, ensure_ascii=False))


def bullets(texts: Iterable[str]) -> str:
    """A list, in lines that can be read."""
    return "\n".join(
        textwrap.fill(text, 100, initial_indent="- ", subsequent_indent="  ") for text in texts
    )
