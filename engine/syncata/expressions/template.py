"""Templates: literal text in which `{…}` is an expression."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from syncata.document import Scalar
from syncata.errors import Position
from syncata.expressions.expression import Expression, compile_expression
from syncata.expressions.faults import ExpressionError, Refusal
from syncata.expressions.scope import Scope
from syncata.expressions.values import UNDEFINED, text_of

Part = str | Expression
OPENING = {"(": ")", "[": "]", "{": "}"}


class Template:
    """A text with `{…}` parts, compiled once.

    `expressions` are its parts in order; `is_literal` says that there are none.
    """

    __slots__ = ("_parts", "expressions", "is_literal", "source")

    def __init__(self, source: Scalar, parts: tuple[Part, ...]) -> None:
        self.source = source
        self._parts = parts
        self.expressions = tuple(part for part in parts if isinstance(part, Expression))
        self.is_literal = not self.expressions

    def render(
        self, value: Any, scope: Scope, *, encode: Callable[[str], str] | None = None
    ) -> Any:
        """The text with its parts filled in; a template that is one part yields that value.

        `encode` is applied to what is filled in, not to the literal text (and not to a value that
        keeps its type, but to one that is a text). Raises ExpressionError (SYN210 where a part is
        undefined inside a text).
        """
        if len(self._parts) == 1 and isinstance(self._parts[0], Expression):
            only = self._parts[0].evaluate(value, scope)
            return encode(only) if encode is not None and isinstance(only, str) else only
        return "".join(
            part if isinstance(part, str) else self._filled(part, value, scope, encode)
            for part in self._parts
        )

    def _filled(
        self, part: Expression, value: Any, scope: Scope, encode: Callable[[str], str] | None
    ) -> str:
        found = part.evaluate(value, scope)
        where = part.source.position
        if found is UNDEFINED:
            shown = part.source.text.strip()
            raise ExpressionError("SYN210", f"{shown} is undefined inside a text", where)
        try:
            text = text_of(found)
        except Refusal as refusal:
            raise ExpressionError(refusal.code, refusal.message, where) from None
        return text if encode is None else encode(text)

    def __repr__(self) -> str:
        return f"Template({self.source.text!r})"


@dataclass(frozen=True, slots=True)
class Excerpt(Scalar):
    """A part of a scalar that still knows where its characters stand."""

    whole: Scalar | None = None
    offset: int = 0

    def at(self, offset: int) -> Position:
        """The position of `text[offset]` in the file."""
        return self.position if self.whole is None else self.whole.at(self.offset + offset)


def compile_template(source: Scalar) -> Template:
    """Compile a text with `{…}` parts. Raises ExpressionError at the exact character."""
    try:
        return Template(source, tuple(_parts(source)))
    except Refusal as refusal:
        fault = ExpressionError(refusal.code, refusal.message, source.at(refusal.offset or 0))
    raise fault


def _parts(source: Scalar) -> Iterator[Part]:
    """Literal texts and expressions in order, no empty text."""
    text, at, literal = source.text, 0, ""
    while at < len(text):
        pair, character = text[at : at + 2], text[at]
        if pair in {"{{", "}}"}:
            literal, at = literal + character, at + 2
        elif pair == "${":
            raise Refusal("SYN212", "${…} stands only in connection files; here write {…}", at)
        elif character == "}":
            raise Refusal("SYN211", "this } closes nothing; a literal brace is written }}", at)
        elif character == "{":
            if literal:
                yield literal
            end = closing_brace(text, at)
            yield compile_expression(_excerpt(source, at + 1, end))
            literal, at = "", end + 1
        else:
            literal, at = literal + character, at + 1
    if literal:
        yield literal


def _excerpt(source: Scalar, start: int, end: int) -> Scalar:
    return Excerpt(source.text[start:end], source.at(start), whole=source, offset=start)


def closing_brace(text: str, opening: int) -> int:
    """The offset of the `}` that closes the `{` at `opening`; raises Refusal SYN211."""
    expected, at, operand = ["}"], opening + 1, False
    while at < len(text):
        character = text[at]
        skipped = _skipped(text, at, operand)
        if skipped > at:
            operand, at = not text.startswith("/*", at) or operand, skipped
            continue
        if character in OPENING:
            expected.append(OPENING[character])
        elif character in ")]}":
            if character != expected[-1]:
                message = f"{character} where {expected[-1]} is expected"
                raise Refusal("SYN211", message, at)
            expected.pop()
            if not expected:
                return at
        if not character.isspace():
            operand = character.isalnum() or character in "_$)]}"
        at += 1
    raise Refusal("SYN211", "this { has no closing }; a literal brace is written {{", opening)


def _skipped(text: str, at: int, operand: bool) -> int:
    """The offset behind a string, quoted name, comment or regular expression that starts here.

    `operand` says that a value stands before: a `/` then divides.
    """
    character = text[at]
    if character in "'\"":
        return _behind(text, at, character, escapes=True)
    if character == "`":
        return _behind(text, at, character, escapes=False)
    if text.startswith("/*", at):
        end = text.find("*/", at + 2)
        return len(text) if end < 0 else end + 2
    if character == "/" and not operand:
        return _behind_regex(text, at)
    return at


def _behind(text: str, at: int, closing: str, *, escapes: bool) -> int:
    index = at + 1
    while index < len(text) and text[index] != closing:
        index += 2 if escapes and text[index] == "\\" else 1
    return min(index + 1, len(text))


def _behind_regex(text: str, at: int) -> int:
    """As the tokenizer sees it: a slash within brackets does not close."""
    index, depth = at + 1, 0
    while index < len(text) and (depth > 0 or text[index] != "/"):
        if text[index] == "\\":
            index += 1
        else:
            depth += (text[index] in "([{") - (text[index] in ")]}")
        index += 1
    return min(index + 1, len(text))
