"""What was noted of an expression, as a tree of constructs with their operands."""

from dataclasses import dataclass

from syncata.expressions.syntax import Frame, Noted, Token


@dataclass(frozen=True, slots=True)
class Atom:
    """A name, a literal, a variable, `*`, `%`, or the `?` of a partial call."""

    text: str

    @property
    def literal(self) -> bool:
        """Whether it is a text, a number, true, false or null."""
        return self.text[0] in "\"'0123456789" or self.text in ("true", "false", "null")


@dataclass(frozen=True, slots=True)
class Item:
    """One operand of several; `breaks`: line breaks written before it."""

    node: "Construct"
    breaks: int
    value: "Construct | None" = None


@dataclass(frozen=True, slots=True)
class Bracket:
    """`(…)`, `[…]`, `{…}` with what stands inside, as an operand of its own or (`of`) behind one.

    `separator` is what stands between items; `open_end`: one stands behind the last, too.
    """

    opening: str
    items: tuple[Item, ...]
    separator: str = ","
    of: "Construct | None" = None
    open_end: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """`function(…)<…>{…}`."""

    head: Bracket
    signature: str
    body: "Construct"


@dataclass(frozen=True, slots=True)
class Prefix:
    """`-x`, and `<x`, `>x` within a sort."""

    operator: str
    operand: "Construct"


@dataclass(frozen=True, slots=True)
class Infix:
    """An operator between two operands."""

    operator: str
    left: "Construct"
    right: "Construct"


@dataclass(frozen=True, slots=True)
class Condition:
    """`test ? then : otherwise`."""

    test: "Construct"
    then: "Construct"
    otherwise: "Construct | None"


@dataclass(frozen=True, slots=True)
class Transform:
    """`|pattern|update, delete|`."""

    parts: tuple["Construct", ...]


Construct = Atom | Bracket | Function | Prefix | Infix | Condition | Transform

CLOSING = {"(": ")", "[": "]", "{": "}", "|": "|"}


def grammar(noted: Noted) -> Construct:
    """The constructs of an expression."""
    return _Reader(noted, noted.frame).whole()


class _Reader:
    """Reads one frame from left to right."""

    def __init__(self, noted: Noted, frame: Frame) -> None:
        self._noted = noted
        self._rest = list(reversed(frame))

    def whole(self) -> Construct:
        node = self._head()
        while self._rest:
            node = self._behind(node)
        return node

    def _next(self) -> str:
        """The text of the next token, empty where an operand or nothing is next."""
        following = self._rest[-1] if self._rest else None
        return following.text if isinstance(following, Token) else ""

    def _token(self) -> str:
        token = self._rest.pop()
        assert isinstance(token, Token)
        return token.text

    def _operand(self) -> Construct:
        return self._item().node

    def _item(self) -> Item:
        piece = self._rest.pop()
        if isinstance(piece, Token):
            return Item(Atom(piece.text), 0)
        return Item(_Reader(self._noted, piece).whole(), self._noted.lines_before(piece))

    def _head(self) -> Construct:
        if not isinstance(self._rest[-1], Token):
            return self._operand()
        text = self._token()
        if text == "-" and self._rest:
            return Prefix("-", self._operand())
        if text == "|":
            return self._transform()
        if text in ("(", "[", "{"):
            return self._bracket(text, ";" if text == "(" else ",")
        return Atom(text)

    def _transform(self) -> Construct:
        parts = [self._operand()]
        while self._token() in ("|", ",") and self._rest and not self._next():
            parts.append(self._operand())
        return Transform(tuple(parts))

    def _bracket(self, opening: str, separator: str, of: Construct | None = None) -> Bracket:
        items: list[Item] = []
        open_end = False
        while self._next() != CLOSING[opening]:
            items.append(self._member())
            open_end = self._next() == separator
            if open_end:
                self._token()
        self._token()
        return Bracket(opening, tuple(items), separator, of, open_end)

    def _member(self) -> Item:
        """An operand with what belongs to it: `from..to`, `key: value`, `<term`."""
        sorting = self._token() if self._next() in ("<", ">") else ""
        item = self._item()
        if self._next() == "..":
            self._token()
            return Item(Infix("..", item.node, self._operand()), item.breaks)
        if self._next() == ":":
            self._token()
            return Item(item.node, item.breaks, self._operand())
        return Item(Prefix(sorting, item.node), item.breaks) if sorting else item

    def _behind(self, left: Construct) -> Construct:
        operator = self._token()
        if operator == "(":
            call = self._bracket("(", ",", left)
            return self._function(call) if left in _FUNCTION else call
        if operator in ("[", "{"):
            return self._bracket(operator, ",", left)
        if operator == "^":
            self._token()
            return self._bracket("(", ",", Infix("^", left, Atom("")))
        if operator == "?":
            then = self._operand()
            other = self._token() and self._operand() if self._next() == ":" else None
            return Condition(left, then, other or None)
        return Infix(operator, left, self._operand())

    def _function(self, head: Bracket) -> Construct:
        signature = ""
        while self._next() not in ("{", ""):
            signature += self._token()
        self._token()
        body = self._operand()
        self._token()
        return Function(head, signature, body)


_FUNCTION = (Atom("function"), Atom("\u03bb"))
