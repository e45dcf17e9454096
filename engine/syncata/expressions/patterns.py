"""Regular expressions as the reference's language has them, for RE2: time linear in the text.

Most of the syntax is shared; what differs (`\\s`, `.`, `\\u`, names of groups) is written so that
it means the same to RE2. What RE2 cannot do, because it would cost exponential time (look-around,
back-references), is refused where it stands. The only module that imports re2.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import re2  # type: ignore[import-untyped]  # ships no types

_ANYWHERE: Final[Any] = re2._Anchor.UNANCHORED  # noqa: SLF001
_WORD = "A-Za-z0-9_"
_SPACE = r"\t-\r \xa0\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}"
_LINE = r"\n\r\x{2028}\x{2029}"
_NEVER: Final = r"[^\x00-\x{10FFFF}]"
_OUTSIDE: Final = {
    "d": "[0-9]", "D": "[^0-9]", "w": f"(?-i:[{_WORD}])", "W": f"(?-i:[^{_WORD}])",
    "s": f"[{_SPACE}]", "S": f"[^{_SPACE}]", "b": r"\b",
}  # fmt: skip
_INSIDE: Final = {
    "d": "0-9", "D": r"\D", "w": _WORD, "W": r"\W", "s": _SPACE, "b": r"\x08",
    # what no white space is, as ranges: RE2's own \S knows ASCII only
    "S": (
        r"\x00-\x08\x0e-\x1f!-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}"
        r"\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}"
    ),
}  # fmt: skip
_CODE: Final = re.compile(r"x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|c([A-Za-z])|(0)(?![0-9])")
_LOW: Final = re.compile(r"\\u([Dd][C-Fc-f][0-9A-Fa-f]{2})")
_AROUND: Final = {
    "(?=": "look-ahead", "(?!": "look-ahead", "(?<=": "look-behind", "(?<!": "look-behind",
}  # fmt: skip
_GROUP: Final = re.compile(r"\\g<(\d+)>")
_OTHER_LINES: Final = re.compile("[\r\u2028\u2029]")
_NAMES_LINES: Final = re.compile(r"\\[rnxuc0]|[^ -~]")


class PatternError(ValueError):
    """A pattern is refused. `offset`: where in it; `beyond`: it is well formed, but asks for what
    cannot be had in linear time."""

    def __init__(self, message: str, offset: int = 0, *, beyond: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.beyond = beyond


@dataclass(frozen=True, slots=True)
class Hit:
    """One match: its text, where it starts and ends (in UTF-16 units), its groups."""

    text: str
    start: int
    end: int
    groups: tuple[str | None, ...]


class Pattern:
    """A compiled pattern. `source` and `flags` are as written, `translated` as RE2 has it."""

    __slots__ = ("_even", "_lines", "_match", "flags", "source", "translated")

    def __init__(self, source: str, flags: str = "") -> None:
        """`flags`: `i` ignores case, `m` lets ^ and $ match at lines. Raises PatternError."""
        self.source, self.flags = source, flags
        self._lines = "m" in flags and re.search(r"[$^]", source) is not None
        self._even = _NAMES_LINES.search(source) is None
        marks = "".join(sorted(set(flags) & {"i", "m"}))
        body = "".join(_translated(source))
        self.translated = f"(?{marks}){body}" if marks else body
        # The methods of re2's Python layer cost more than the search itself.
        self._match: Any = _compiled(self.translated)._regexp.Match  # noqa: SLF001

    def found_in(self, text: str) -> bool:
        """Whether the pattern matches somewhere in a text."""
        data = self._bytes(text)
        return bool(self._match(_ANYWHERE, data, 0, len(data))[0][0] >= 0)

    def hits(self, text: str) -> Iterator[Hit]:
        """All matches from left to right; behind an empty one the search moves on a character."""
        data = self._bytes(text)
        spans = self._spans(data)
        if len(data) == len(text):
            for (first, last), *groups in spans:
                held = tuple(None if low < 0 else text[low:high] for low, high in groups)
                yield Hit(text[first:last], first, last, held)
            return
        data, at, units = _encoded(text), 0, 0
        for (first, last), *groups in spans:
            units += _units(data[at:first])
            size = _units(data[first:last])
            held = tuple(None if low < 0 else _decoded(data[low:high]) for low, high in groups)
            yield Hit(_decoded(data[first:last]), units, units + size, held)
            at, units = last, units + size

    def _spans(self, data: bytes) -> Iterator[list[tuple[int, int]]]:
        """Where each match and its groups lie in the bytes, (-1, -1) for a group without one."""
        at, size = 0, len(data)
        while True:
            spans = self._match(_ANYWHERE, data, at, size)
            first, last = spans[0]
            if first < 0:
                return
            yield spans
            if last == size:
                return
            at = last if last > first else last + 1

    def interpreted(self) -> Any:
        """The pattern with the methods of Python's, which the interpreter calls."""
        return _Interpreted(re2.compile(self.translated, _options()))

    def _bytes(self, text: str) -> bytes:
        """What RE2 searches. To it, only \\n ends a line: where the pattern cannot tell one end of
        a line from another, all are written so, if that keeps the length."""
        if not self._lines or not _OTHER_LINES.search(text):
            return _encoded(text)
        if self._even and not re.search("[\u2028\u2029]", text):
            return _encoded(text.replace("\r", "\n"))
        raise PatternError(
            "under the flag m only \\n ends a line here, and the text has other ends of lines",
            beyond=True,
        )

    def __repr__(self) -> str:
        return f"Pattern(/{self.source}/{self.flags})"


class _Interpreted:
    """RE2 with the messages of Python's engine: the interpreter reads them."""

    def __init__(self, regexp: Any) -> None:
        self._regexp = regexp
        self.search, self.finditer, self.split = regexp.search, regexp.finditer, regexp.split

    def sub(self, replacement: Any, text: str, count: int = 0) -> str:
        """All matches replaced. Raises re.error for a group that there is not."""
        for number in _GROUP.findall(replacement) if isinstance(replacement, str) else ():
            if int(number) > self._regexp.groups:
                raise re.error(f"invalid group reference {number} at position 0")
        return str(self._regexp.sub(replacement, text, count))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


def _units(data: bytes) -> int:
    """How many UTF-16 units a part of a text has."""
    if data.isascii():
        return len(data)
    return len(_decoded(data).encode("utf-16-le", "surrogatepass")) // 2


def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    return options


def _compiled(translated: str) -> Any:
    try:
        return re2.compile(_encoded(translated), _options())
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        told = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    large = "too large" in told or "repetition size" in told
    if large:
        told = "it repeats more than 1,000 times, or its repetitions multiply to too much"
    raise PatternError(told, beyond=large)


def _translated(source: str) -> Iterator[str]:
    at, inside = 0, False
    while at < len(source):
        character = source[at]
        if character == "\\" and at + 1 < len(source):
            part, at = _escape(source, at + 1, inside=inside)
        elif inside:
            inside = character != "]"
            part, at = ("\\" + character if character in "[&|~" else character), at + 1
        else:
            part, at, inside = _plain(source, at)
        yield part


def _escape(source: str, at: int, *, inside: bool) -> tuple[str, int]:
    """An escape, `at` its letter: its translation and where the source goes on."""
    letter = source[at]
    if not inside and (letter in "123456789" or source.startswith("k<", at)):
        raise PatternError("a back-reference needs back-tracking", at - 1, beyond=True)
    if letter == "B" and not inside:
        raise PatternError("\\B is not available", at - 1, beyond=True)
    known = (_INSIDE if inside else _OUTSIDE).get(letter)
    if known is not None:
        return known, at + 1
    code = _CODE.match(source, at)
    if code is not None:
        return _character(source, code)
    if letter in "nrtfv":
        return "\\" + letter, at + 1
    return (letter if letter.isalnum() or not letter.isascii() else "\\" + letter), at + 1


def _character(source: str, code: re.Match[str]) -> tuple[str, int]:
    """A character by its number; two halves of one are put together."""
    hexadecimal, end = code[1] or code[2] or "0", code.end()
    number = ord(code[3].upper()) - 64 if code[3] else int(hexadecimal, 16)
    low = _LOW.match(source, end) if 0xD800 <= number < 0xDC00 else None
    if low is not None:
        number = 0x10000 + ((number - 0xD800) << 10) + int(low[1], 16) - 0xDC00
        end = low.end()
    return f"\\x{{{number:x}}}", end


def _plain(source: str, at: int) -> tuple[str, int, bool]:
    """A character outside brackets, or several: the translation, where the source goes on, and
    whether brackets are open there."""
    for start, name in _AROUND.items():
        if source.startswith(start, at):
            raise PatternError(f"{name} ({start}…) needs back-tracking", at, beyond=True)
    if source.startswith("(?<", at):
        return "(?P<", at + 3, False
    if source.startswith("(?", at) and source[at + 2 : at + 3] != ":":
        raise PatternError("a group starts with ?, but not with ?: or ?<", at)
    if source.startswith("[^]", at):
        return "(?s:.)", at + 3, False
    if source.startswith("[]", at):
        return _NEVER, at + 2, False
    if source[at] == ".":
        return f"[^{_LINE}]", at + 1, False
    if source.startswith("[^", at):
        return "[^", at + 2, True
    return source[at], at + 1, source[at] == "["


def compile_pattern(source: str, *, ignore_case: bool = False, lines: bool = False) -> Pattern:
    """The pattern between the slashes, or of a JSON Schema. Raises PatternError."""
    return Pattern(source, ("i" if ignore_case else "") + ("m" if lines else ""))


@lru_cache(maxsize=4096)
def pattern_of(text: str) -> Pattern:
    """A pattern of a JSON Schema. Raises PatternError, whose message names the pattern."""
    try:
        return compile_pattern(text)
    except PatternError as error:
        what = "asks for too much" if error.beyond else "is not a regular expression"
        message = f"the pattern {text} {what}: {error.message}"
        raise PatternError(message, error.offset, beyond=error.beyond) from None
