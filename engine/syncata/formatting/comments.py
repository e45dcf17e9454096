"""What stands between the nodes of a YAML text: comments, empty lines, and punctuation."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from syncata.document import Outline

_COMMENT = re.compile(r"(?:^|(?<=[\s,\[\]{}]))#.*")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment and the column in which it begins; an empty text is an empty line."""

    text: str
    column: int = 0


@dataclass(frozen=True, slots=True)
class Gap:
    """`behind` is a comment on the line of what stands before, `own` are those of own lines."""

    behind: Comment | None
    own: tuple[Comment, ...]


def gap(text: str, start: int, end: int, *, complete: bool = False) -> Gap:
    """What stands in a part of a text that holds no node; `complete`: its last line ends there."""
    first, *rest = text[start:end].split("\n")
    begun = start - (text.rfind("\n", 0, start) + 1)
    own = (_own(line) for line in (rest if complete else rest[:-1]))
    return Gap(_comment(first, begun), tuple(comment for comment in own if comment is not None))


def comments(text: str, node: Outline) -> Iterator[str]:
    """Every comment inside a node, in order."""
    at = node.start
    for leaf in leaves(node):
        yield from _texts(gap(text, at, leaf.start))
        header = text[leaf.start : leaf.end].partition("\n")[0] if leaf.style in ("|", ">") else ""
        yield from (found[0].rstrip() for found in _COMMENT.finditer(header))
        at = behind(text, leaf)
    yield from _texts(gap(text, at, node.end, complete=True))


def behind(text: str, leaf: Outline) -> int:
    """The offset behind a scalar: a block scalar ends with the last line that has a text."""
    if leaf.style not in ("|", ">"):
        return leaf.end
    raw = text[leaf.start : leaf.end]
    if "+" in raw.partition("\n")[0].partition("#")[0]:
        return leaf.end - raw.endswith("\n")
    return leaf.start + len(raw.rstrip())


def leaves(node: Outline) -> Iterator[Outline]:
    """Scalars and aliases in the order of the text."""
    if node.kind in ("scalar", "alias"):
        yield node
    for part in node.parts:
        yield from leaves(part)


def _texts(found: Gap) -> Iterator[str]:
    if found.behind is not None:
        yield found.behind.text
    yield from (comment.text for comment in found.own if comment.text)


def _comment(line: str, column: int) -> Comment | None:
    found = _COMMENT.search(line)
    return Comment(found[0].rstrip(), column + found.start()) if found else None


def _own(line: str) -> Comment | None:
    return _comment(line, 0) if line.strip() else Comment("")
