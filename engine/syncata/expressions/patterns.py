"""Regular expressions as the reference's language has them, for Python's engine.

Both engines share most of the syntax; what differs (`\\d`, `\\w`, `\\s`, `\\b`, `$`, `.`, names of
groups) is written in a way that means the same in Python.
"""

import re
from typing import Final

_WORD = "A-Za-z0-9_"
_SPACE = r"\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_LINE = r"\n\r\u2028\u2029"
_OUTSIDE: Final = {
    "d": "[0-9]", "D": "[^0-9]", "w": f"[{_WORD}]", "W": f"[^{_WORD}]",
    "s": f"[{_SPACE}]", "S": f"[^{_SPACE}]",
    "b": f"(?:(?<![{_WORD}])(?=[{_WORD}])|(?<=[{_WORD}])(?![{_WORD}]))",
    "B": f"(?:(?<![{_WORD}])(?![{_WORD}])|(?<=[{_WORD}])(?=[{_WORD}]))",
    "0": r"\x00",
}  # fmt: skip
_INSIDE: Final = {"d": "0-9", "w": _WORD, "s": _SPACE, "b": r"\x08", "0": r"\x00"}
_SAME = set("nrtfvDWSxu123456789") | set(r"\^$.*+?()[]{}|")


def compile_pattern(source: str, *, ignore_case: bool, lines: bool) -> re.Pattern[str]:
    """The pattern between the slashes, compiled. Raises re.error where it is malformed."""
    flags = (re.IGNORECASE if ignore_case else 0) | (re.MULTILINE if lines else 0)
    return re.compile("".join(_translated(source, lines)), flags)


def _translated(source: str, lines: bool) -> list[str]:
    parts: list[str] = []
    at, inside = 0, False
    while at < len(source):
        character = source[at]
        if character == "\\" and at + 1 < len(source):
            part, at = _escape(source, at + 1, inside=inside)
        elif inside:
            inside = character != "]"
            part, at = ("\\" + character if character in "[&|~" else character), at + 1
        else:
            part, at = _plain(source, at, lines=lines)
            inside = character == "[" and not part.endswith(")")
        parts.append(part)
    return parts


def _escape(source: str, at: int, *, inside: bool) -> tuple[str, int]:
    """An escape, `at` its letter: its translation and where the source goes on."""
    letter = source[at]
    if letter == "k" and source.startswith("<", at + 1) and ">" in source[at:]:
        end = source.index(">", at)
        return f"(?P={source[at + 2 : end]})", end + 1
    known = (_INSIDE if inside else _OUTSIDE).get(letter)
    if known is not None:
        return known, at + 1
    return ("\\" + letter if letter in _SAME else re.escape(letter)), at + 1


def _plain(source: str, at: int, *, lines: bool) -> tuple[str, int]:
    """A character outside brackets, or several: the translation and where the source goes on."""
    if source.startswith("(?", at):
        named = re.compile(r"\(\?<(?![=!])").match(source, at)
        if named:
            return "(?P<", named.end()
        if source[at + 2 : at + 3] not in {":", "=", "!", "<"}:
            raise re.error("a group starts with ?, but not with ?:, ?=, ?!, ?<", source, at)
    if source.startswith("[^]", at):
        return r"(?:.|\n)", at + 3
    if source.startswith("[]", at):
        return "(?!)", at + 2
    if source[at] == ".":
        return f"[^{_LINE}]", at + 1
    if source[at] == "$":
        return (rf"(?=[{_LINE}]|\Z)" if lines else r"\Z"), at + 1
    if source[at] == "^" and lines:
        return rf"(?<![^{_LINE}])", at + 1
    return source[at], at + 1
