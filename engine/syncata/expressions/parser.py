"""Reads JSONata: the reference parser, mended where it loses positions or goes wrong.

Every node's `position` is the offset of its token's first character (the interpreter's own
parser keeps the end, or nothing). The operand of `??` and `?:` is parsed into two trees, because
post-processing one tree twice gives wrong values. Limits keep hostile text from costing seconds.
"""

import copy
import re
import threading
from typing import Any

from jsonata.jexception import JException
from jsonata.parser import Parser
from jsonata.tokenizer import Tokenizer

from syncata.expressions.faults import Refusal, sentence
from syncata.expressions.patterns import Pattern, PatternError, compile_pattern

MAX_LENGTH = 20_000
MAX_NESTING = 100
MAX_COALESCING = 8
MAX_COPIES = 20_000

Node = Any
"""A node of the interpreter's syntax tree; it ships no types."""

_local = threading.local()


def parse(text: str) -> Node:
    """The syntax tree of an expression. Raises Refusal with code and offset."""
    if len(text) > MAX_LENGTH:
        raise Refusal("SYN222", f"the expression is longer than {MAX_LENGTH} characters", 0)
    try:
        return parser().parse(text)
    except JException as error:
        raise Refusal(error.error, _syntax_message(error), max(error.location, 0)) from None
    except RecursionError:
        raise Refusal("SYN222", "the expression is nested too deeply", 0) from None
    except (ValueError, RuntimeError, LookupError, TypeError, AttributeError) as error:
        code = "S0401" if "parameters can only" in str(error) else "S0402"
        raise Refusal(code, "a function's signature is not well formed", 0) from None


def _syntax_message(error: Any) -> str:
    if error.error == "S0201" and error.current is not None:
        return f"syntax error at {error.current}"
    return sentence(error.error, error)


def parser() -> "PositionedParser":
    """This thread's parser."""
    if not hasattr(_local, "parser"):
        _local.parser = PositionedParser()
    mine: PositionedParser = _local.parser
    return mine


def _pattern(source: str, flags: Any) -> Pattern:
    return compile_pattern(source, ignore_case=flags.case_insensitive, lines=flags.multiline)


def _pattern_refusal(error: PatternError, start: int) -> Refusal:
    """What is told of a pattern that begins at `start`."""
    if error.beyond:
        message = f"the regular expression is beyond a linear search: {error.message}"
        return Refusal("SYN226", message, start + error.offset)
    message = f"the regular expression is wrong: {error.message}"
    return Refusal("S0303", message, start + error.offset)


def _signature(text: str) -> str:
    """The signature in the text of a written function, which has one."""
    found = re.search(r"\)\s*(<[^{]*>)", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))
    return found[1] if found is not None else "<>"


class PositionedTokenizer(Tokenizer):  # type: ignore[misc]  # jsonata ships no types
    """Tokens that know where they start; ends of text and of comments are errors, not crashes."""

    def __init__(self, text: str) -> None:
        # The tokenizer looks one character ahead without asking.
        super().__init__(text + "\n", _pattern)
        self.end = self.end_before = 0  # where the last token ends, and the one before it

    def next(self, prefix: bool) -> Any:
        """The next token or None; `prefix` says that `/` is a division here."""
        self.end_before = self.end
        start = self.position = self._start()
        self.depth = 0
        try:
            token = super().next(prefix)
        except JException as error:
            raise self._refusal(error.error, start) from None
        except IndexError:
            raise Refusal("S0101", "the text has no closing quote", start) from None
        except PatternError as error:
            raise _pattern_refusal(error, start + 1) from None
        if token is None:
            return None
        if token.type == "operator" and token.value in ("!", "~"):
            raise Refusal("S0204", f"unknown operator {token.value}", start)
        if token.type == "string" and "\\u" in self.path[start : self.position]:
            halves = token.value.encode("utf-16-le", "surrogatepass")  # written as two \\u escapes
            token.value = halves.decode("utf-16-le", "surrogatepass")
        token.position, self.end = start, self.position
        return token

    def _start(self) -> int:
        """Where the next token starts, behind white space and comments."""
        text, at = self.path, self.position
        while at < self.length:
            if text.startswith("/*", at):
                end = text.find("*/", at + 2)
                if end < 0:
                    raise Refusal("S0106", "the comment has no closing */", at)
                at = end + 2
            elif text[at] in " \t\r\n":
                at += 1
            else:
                break
        return int(at)

    def _refusal(self, code: str, start: int) -> Refusal:
        if code == "S0301" and self.path[start] in "'\"":
            code = "S0103"
        escaped = code in {"S0103", "S0104"}
        token = (
            self.path[self.position : self.position + 1]
            if escaped
            else self.path[start:].split()[0]
        )
        message = sentence(code, JException(code, 0, token))
        return Refusal(code, message, self.position - 1 if escaped else start)


class PositionedParser(Parser):  # type: ignore[misc]
    """The reference grammar with exact positions and limits."""

    def __init__(self) -> None:
        super().__init__()
        self.nesting = 0
        self.copies = 0
        for symbol in (Coalesce(self, 40), Default(self, 40)):
            symbol.lbp = 40
            self.symbol_table[symbol.id] = symbol

    def parse(self, text: str, _engine: Any = None) -> Node:
        """The processed tree of a whole expression."""
        self.source, self.lexer = text, PositionedTokenizer(text)
        self.nesting = self.copies = self.ancestor_index = 0
        self.ancestry: list[Node] = []
        self.advance()
        tree = self.expression(0)
        if self.node.id != "(end)":
            raise JException("S0201", self.node.position, self.node.value)
        tree = self.process_ast(tree)
        if tree.type == "parent" or tree.seeking_parent is not None:
            raise JException("S0217", tree.position, tree.type)
        return tree

    def expression(self, rbp: int) -> Node:
        """One operand and the operators that bind tighter than `rbp` (Pratt's algorithm)."""
        self.nesting += 1
        token = self.node
        start = token.position
        if self.nesting > MAX_NESTING:
            raise Refusal("SYN222", "the expression is nested too deeply", token.position)
        self.advance(infix=True)
        left = token.nud()
        left.position = left.position or token.position
        left.span = (start, self.lexer.end_before)
        while rbp < self.node.lbp:
            token, before = self.node, left
            self.advance()
            left = token.led(before)
            if left is not before:
                left.position = left.position or token.position
                left.span = (start, self.lexer.end_before)
            if left.type == "lambda" and left.signature is not None:
                left.signature.text = _signature(self.source[start : self.lexer.end_before])
        self.nesting -= 1
        return left

    def process_ast(self, expr: Node) -> Node:
        """The reference's post-processing, with positions on the nodes it makes."""
        result = super().process_ast(expr)
        if result is not None and result is not expr and not result.position:
            inner = result.steps[0] if result.type == "path" else expr
            result.position = inner.position
        if result is not None and result is not expr and hasattr(expr, "span"):
            if result.type != "path" and hasattr(result, "span") and not hasattr(result, "inner"):
                result.inner = result.span  # of the operand, without the filter behind it
            result.span = expr.span
        if expr is not None and getattr(expr, "synthetic", False):
            result.synthetic = True
        return result

    def twin(self, node: Node, levels: list[int]) -> Node:
        """A copy of an unprocessed tree; `levels` collects how deep `??` is nested in it."""
        self.copies += 1
        if self.copies > MAX_COPIES:
            raise Refusal("SYN222", "?? and ?: are nested too deeply", node.position)
        levels.append(getattr(node, "coalescing", 0))
        made = copy.copy(node)
        for name, value in vars(node).items():
            if isinstance(value, Parser.Symbol) and name not in {"prefix", "environment"}:
                setattr(made, name, self.twin(value, levels))
            elif isinstance(value, list):
                setattr(made, name, [self._twin_item(item, levels) for item in value])
        return made

    def _twin_item(self, item: Any, levels: list[int]) -> Any:
        if isinstance(item, list):
            return [self._twin_item(inner, levels) for inner in item]
        return self.twin(item, levels) if isinstance(item, Parser.Symbol) else item


def _two_trees(symbol: Node, owner: PositionedParser, left: Node) -> None:
    """Give the condition and the value of `??` or `?:` a tree each."""
    levels = [0]
    symbol.then = owner.twin(left, levels)
    symbol.coalescing = 1 + max(levels)
    symbol.synthetic = True
    if symbol.coalescing > MAX_COALESCING:
        raise Refusal(
            "SYN222", f"?? and ?: are nested more than {MAX_COALESCING} deep", symbol.position
        )


class Coalesce(Parser.InfixCoalesce):  # type: ignore[misc]
    """`a ?? b`."""

    def led(self, left: Node) -> Node:
        """Parse the right side."""
        super().led(left)
        self.condition.position = self.condition.procedure.position = self.position
        self.condition.synthetic = True
        self.condition.span = left.span
        _two_trees(self, self._outer_instance, left)
        return self


class Default(Parser.InfixDefault):  # type: ignore[misc]
    """`a ?: b`."""

    def led(self, left: Node) -> Node:
        """Parse the right side."""
        super().led(left)
        _two_trees(self, self._outer_instance, left)
        return self
