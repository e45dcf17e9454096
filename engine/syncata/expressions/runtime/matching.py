"""Regular expressions as functions, and the built-in functions that search texts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from syncata.expressions.faults import Refusal
from syncata.expressions.patterns import Pattern, PatternError
from syncata.expressions.runtime.functions import Function
from syncata.expressions.runtime.limits import grow
from syncata.expressions.runtime.sequences import Sequence
from syncata.expressions.runtime.signatures import Arguments
from syncata.expressions.runtime.texts import code_units
from syncata.expressions.values import UNDEFINED


@dataclass(frozen=True, slots=True)
class Match:
    """One match: its text, where it stands (in code units), and its groups."""

    text: str
    start: int
    end: int
    groups: list[Any]

    def shown(self) -> dict[str, Any]:
        """What `$match` yields."""
        return {"match": self.text, "index": self.start, "groups": self.groups}

    def given(self) -> dict[str, Any]:
        """What a replacing function gets."""
        return {
            "match": self.text, "start": self.start, "end": self.end, "groups": self.groups,
        }  # fmt: skip


class Matcher(Function):
    """A regular expression; called with a text it yields the first match and a way to go on."""

    __slots__ = ("pattern",)

    def __init__(self, pattern: Pattern) -> None:
        super().__init__("regex", 2)
        self.pattern = pattern

    def call(self, arguments: Arguments, context: Any = None) -> Any:  # noqa: ARG002  takes none
        """The first match as an object with a function `next`."""
        text = arguments[0] if arguments else UNDEFINED
        if not isinstance(text, str):
            raise Refusal("T0410", "a regular expression takes a text")
        return self._following(self.matches(text))

    def _following(self, matches: Iterator[Match]) -> Any:
        found = next(matches, None)
        if found is None:
            return UNDEFINED
        return found.given() | {"next": Following(self, matches)}

    def matches(self, text: str) -> Iterator[Match]:
        """All matches in order. Raises Refusal D1004 for an empty one after the first."""
        length = len(text if text.isascii() else code_units(text))
        empty = Refusal("D1004", "the regular expression matches nothing, for ever")
        try:
            for number, hit in enumerate(self.pattern.hits(text)):
                if number and hit.start == hit.end:
                    raise empty
                groups = [UNDEFINED if group is None else group for group in hit.groups]
                yield Match(hit.text, hit.start, hit.end, groups)
                if hit.end >= length:
                    return
                if hit.start == hit.end:
                    raise empty
        except PatternError as error:
            raise Refusal("SYN226", error.message) from None

    def found_in(self, text: str) -> bool:
        """Whether there is a match."""
        try:
            return self.pattern.found_in(text)
        except PatternError as error:
            raise Refusal("SYN226", error.message) from None


class Following(Function):
    """The function `next` of a match."""

    __slots__ = ("matcher", "matches")

    def __init__(self, matcher: Matcher, matches: Iterator[Match]) -> None:
        super().__init__("next", 0)
        self.matcher = matcher
        self.matches = matches

    def call(self, arguments: Arguments, context: Any = None) -> Any:  # noqa: ARG002  takes none
        """The next match."""
        return self.matcher._following(self.matches)  # noqa: SLF001  one thing in two classes


def all_matches(matcher: Any, text: str) -> Iterator[Match]:
    """The matches of a regular expression, or of a function written to behave like one."""
    if isinstance(matcher, Matcher):
        yield from matcher.matches(text)
        return
    if not isinstance(matcher, Function):
        raise Refusal("T0410", "a text or regular expression to look for is missing")
    found = matcher.call((text,))
    while found is not UNDEFINED:
        yield _checked(found)
        found = found["next"].call(())


def _checked(found: Any) -> Match:
    """What a function yielded as a match. Raises Refusal T1010 if it is none."""
    if isinstance(found, dict):
        start, end = found.get("start"), found.get("end")
        text, groups = found.get("match", ""), found.get("groups")
        numbers = type(start) in (int, float) and type(end) in (int, float)
        if numbers and isinstance(groups, list) and isinstance(found.get("next"), Function):
            return Match(text, int(start or 0), int(end or 0), groups)
    raise Refusal("T1010", "a function that matches must yield match, start, end, groups and next")


def _none_wanted(limit: Any, code: str, name: str) -> bool:
    """Whether a limit is zero. Raises Refusal for a negative one."""
    if limit is UNDEFINED or limit > 0:
        return False
    if limit < 0:
        raise Refusal(code, f"the limit of ${name} must not be negative")
    return True


def _limited(matches: Iterator[Match], limit: Any) -> Iterator[Match]:
    """No more matches than a limit; the one after the last is not looked for."""
    for count, found in enumerate(matches, 1):
        yield found
        if limit is not UNDEFINED and count >= limit:
            return


def match(text: Any, pattern: Any, limit: Any = UNDEFINED) -> Any:
    """`$match`: text, position and groups of each match."""
    if text is UNDEFINED:
        return UNDEFINED
    if _none_wanted(limit, "D3040", "match"):
        return Sequence()
    return Sequence(each.shown() for each in _limited(all_matches(pattern, text), limit))


def contains(text: Any, pattern: Any) -> Any:
    """`$contains`."""
    if text is UNDEFINED or pattern is UNDEFINED:
        return UNDEFINED
    if isinstance(pattern, str):
        return pattern in text
    if isinstance(pattern, Matcher):
        return pattern.found_in(text)
    return next(all_matches(pattern, text), None) is not None


def split(text: Any, separator: Any, limit: Any = UNDEFINED) -> Any:
    """`$split`: the pieces between separators, at most as many as the limit says."""
    if text is UNDEFINED:
        return UNDEFINED
    if _none_wanted(limit, "D3020", "split"):
        return []
    if isinstance(separator, str):
        pieces = text.split(separator) if separator else code_units(text)
        return pieces if limit is UNDEFINED else pieces[: int(limit)]
    pieces, at = [], 0
    units = text if text.isascii() else code_units(text)
    for found in _limited(all_matches(separator, text), limit):
        pieces.append(_text(units[at : found.start]))
        at = found.end
    if limit is UNDEFINED or len(pieces) < limit:
        pieces.append(_text(units[at:]))
    return pieces


def _text(units: Any) -> str:
    """The text of a slice of code units."""
    if isinstance(units, str):
        return units
    joined = "".join(units)
    return joined.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass")


def replace(text: Any, pattern: Any, replacement: Any, limit: Any = UNDEFINED) -> Any:
    """`$replace`: occurrences of a text or matches of a regular expression replaced."""
    if text is UNDEFINED:
        return UNDEFINED
    if pattern == "":
        raise Refusal("D3010", "$replace cannot look for an empty text")
    if _none_wanted(limit, "D3011", "replace"):
        return text
    if isinstance(pattern, str):
        count = -1 if limit is UNDEFINED else -int(-limit // 1)
        between = replacement if isinstance(replacement, str) else ""
        found = text.count(pattern) if count < 0 else min(count, text.count(pattern))
        grow(len(text) + found * max(0, len(between) - len(pattern)))
        return text.replace(pattern, between, count)
    parts, at = [], 0
    units = text if text.isascii() else code_units(text)
    for found in _limited(all_matches(pattern, text), limit):
        parts += [_text(units[at : found.start]), _replaced(found, replacement)]
        at = found.end
    parts.append(_text(units[at:]))
    grow(sum(map(len, parts)))
    return "".join(parts)


def _replaced(found: Match, replacement: Any) -> str:
    if isinstance(replacement, str):
        return _substituted(found, replacement)
    value = replacement.call((found.given(),))
    if not isinstance(value, str):
        raise Refusal("D3012", "the function that replaces must yield a text")
    return value


def _substituted(found: Match, replacement: str) -> str:
    """The replacement with `$0` (the match), `$1`... (groups) and `$$` filled in."""
    head, *rest = replacement.split("$")
    parts, groups = [head], found.groups
    skip = False
    for piece in rest:
        if skip:  # the second of two dollars
            parts.append(piece)
            skip = False
        elif not piece:
            parts.append("$")
            skip = True
        elif piece[0] == "0":
            parts += [found.text, piece[1:]]
        else:
            parts.append(_group(piece, groups))
    return "".join(parts)


def _group(piece: str, groups: list[Any]) -> str:
    """What a `$` and this piece stand for: the longest number of a group, else the `$` itself."""
    widest = len(str(len(groups))) if groups else 1
    digits = re.match(r"[0-9]*", piece[:widest])
    number = digits[0] if digits else ""
    if len(number) > 1 and int(number) > len(groups):
        number = number[:-1]
    if not number:
        return "$" + piece
    index = int(number)
    held = groups[index - 1] if 0 < index <= len(groups) else UNDEFINED
    return ("" if held is UNDEFINED else str(held)) + piece[len(str(index)) :]
