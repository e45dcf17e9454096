"""How YAML is written: where each character of a scalar stands, and data on one line."""

import json
import re
from typing import Any

_BLANKS = re.compile(r"[ \t]*(?:\n[ \t]*)+|[ \t]+")
_LONG_ESCAPES = {"x": 2, "u": 4, "U": 8}


def source_offsets(raw: str, value: str, style: str) -> list[int]:
    """For every character of `value` (and its end) the offset in `raw`, the scalar as written.

    `raw` starts at the scalar's first character (a quote or the `|`). Quotes, escapes, folded
    line breaks and block indentation are followed exactly.
    """
    if style == "|":
        return _block(raw, value)
    return _flow(raw, value, style)


def _block(raw: str, value: str) -> list[int]:
    header, _, body = raw.partition("\n")
    start = len(header) + 1
    lines = body.split("\n")
    explicit = re.search(r"[1-9]", header.split("#")[0])
    first = next((line for line in lines if line.strip()), "")
    indent = len(first) - len(first.lstrip(" "))
    if explicit:
        indent = max(indent - (len(value) - len(value.lstrip(" "))), 0)
    offsets: list[int] = []
    for line, content in zip(lines, value.split("\n"), strict=False):
        base = start + min(indent, len(line))
        offsets.extend(base + column for column in range(len(content) + 1))
        start += len(line) + 1
    return offsets or [0]


def _flow(raw: str, value: str, style: str) -> list[int]:
    index = 1 if style else 0
    offsets: list[int] = []
    while len(offsets) < len(value) and index < len(raw):
        blanks = _BLANKS.match(raw, index)
        if blanks and "\n" in blanks[0]:
            # one line break folds to a space, n of them to n - 1 line breaks
            offsets.extend([index] * max(1, blanks[0].count("\n") - 1))
            index = blanks.end()
            continue
        if style == '"' and raw[index] == "\\" and raw[index + 1 : index + 2] == "\n":
            index += 2 + len(raw[index + 2 :]) - len(raw[index + 2 :].lstrip(" \t"))
            continue
        offsets.append(index)
        index += _written_length(raw, index, style)
    offsets.append(index)
    return offsets


def _written_length(raw: str, index: int, style: str) -> int:
    if style == "'" and raw.startswith("''", index):
        return 2
    if style == '"' and raw[index] == "\\":
        return 2 + _LONG_ESCAPES.get(raw[index + 1 : index + 2], 0)
    return 1


_PLAIN_KEY = re.compile(r"(?!(?:null|true|false|yes|no|on|off|y|n)$)[A-Za-z_]\w*", re.IGNORECASE)


def flow(value: Any) -> str:
    """JSON data as YAML on one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_flow_key(n)}: {flow(v)}' for n, v in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _flow_key(name: str) -> str:
    return name if _PLAIN_KEY.fullmatch(name) else json.dumps(name, ensure_ascii=False)
