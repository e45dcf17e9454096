"""The text of an expression as it was written, as a tree: nothing is resolved or rewritten.

The parser's own tree is made for evaluation (`??` is copied, paths are flattened, parts have lost
their places), so here the tokens are noted while it parses: one frame for each operand.
"""

import threading
from dataclasses import dataclass
from typing import Any, Union

from jsonata.jexception import JException

from syncata.expressions.faults import Refusal
from syncata.expressions.parser import MAX_LENGTH, Node, PositionedParser
from syncata.expressions.patterns import Pattern

_local = threading.local()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: a name, a literal, an operator, a bracket."""

    text: str
    start: int
    end: int


Frame = list[Union[Token, "Frame"]]
"""What one operand is made of: tokens, and frames of the operands inside it."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What was noted of a text: its frame, every token, and the parser's tree."""

    text: str
    frame: Frame
    tokens: tuple[Token, ...]
    tree: Node

    @property
    def fixed(self) -> bool:
        """Whether line breaks must stay: there is a comment, or a text of several lines."""
        between, at = "", 0
        for token in self.tokens:
            between += self.text[at : token.start]
            at = token.end
        loose = (between + self.text[at:]).strip()
        return bool(loose) or any("\n" in token.text for token in self.tokens)

    def lines_before(self, frame: Frame) -> int:
        """The number of line breaks in the white space before an operand."""
        start = first_token(frame).start
        before = self.text[:start]
        return before[len(before.rstrip()) :].count("\n")


class _NotingParser(PositionedParser):
    """The parser, with what it consumes noted in frames."""

    def parse(self, text: str, _engine: Any = None) -> Node:
        """The processed tree of a whole expression."""
        self.frames: list[Frame] = [[]]
        self.tokens: list[Token] = []
        self.waiting: Token | None = None
        self.ancestor_label = 0  # else the names of `%` would be others the next time
        return super().parse(text)

    def advance(self, id: str | None = None, infix: bool = False) -> Node:  # noqa: A002
        """The current token is consumed; the next one waits."""
        if self.waiting is not None:
            self.tokens.append(self.waiting)
            self.frames[-1].append(self.waiting)
        node = super().advance(id, infix)
        start, end = node.position, self.lexer.position
        ended = node.id == "(end)"
        self.waiting = None if ended else Token(self.source[start:end], start, end)
        return node

    def expression(self, rbp: int) -> Node:
        """One operand is one frame."""
        frame: Frame = []
        self.frames[-1].append(frame)
        self.frames.append(frame)
        result = super().expression(rbp)
        self.frames.pop()
        return result


def note(text: str) -> Noted | None:
    """What an expression is made of; None if it cannot be parsed."""
    if len(text) > MAX_LENGTH:
        return None
    noting = _parser()
    try:
        tree = noting.parse(text)
    except (Refusal, JException, RecursionError, ValueError, RuntimeError, LookupError, TypeError):
        return None
    (frame,) = noting.frames[0]
    assert isinstance(frame, list)
    return Noted(text, frame, tuple(noting.tokens), tree)


def _parser() -> _NotingParser:
    """This thread's parser."""
    if not hasattr(_local, "parser"):
        _local.parser = _NotingParser()
    mine: _NotingParser = _local.parser
    return mine


def first_token(frame: Frame) -> Token:
    """The token an operand begins with."""
    first = frame[0]
    return first if isinstance(first, Token) else first_token(first)


# Where a node stands, and what the parser needs while it works.
_NO_MEANING = frozenset({"position", "span", "inner", "environment", "prefix", "lbp", "bp"})


def same_meaning(one: Noted, other: Noted) -> bool:
    """Whether two texts have the same tokens, and the same tree but for where its nodes stand."""
    if [token.text for token in one.tokens] != [token.text for token in other.tokens]:
        return False
    try:
        return bool(_plain(one.tree) == _plain(other.tree))
    except RecursionError:
        return False


def _plain(value: Any) -> Any:
    """A node of the parser as data that can be compared."""
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, PositionedParser.Symbol):
        return {
            name: _plain(part)
            for name, part in vars(value).items()
            if name not in _NO_MEANING and not name.startswith("_outer") and part is not None
        }
    if isinstance(value, Pattern):
        return (value.source, value.flags)
    if isinstance(value, (str, int, float)):
        return (type(value).__name__, value)
    return type(value).__name__  # a signature: its tokens have been compared
