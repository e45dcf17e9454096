"""Writes Python source line by line, and knows which node each line belongs to."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from syncata.expressions import tree
from syncata.expressions.compiler.names import Frame, variable
from syncata.expressions.compiler.values import Kind, NotCovered, Value

MAX_INDENT = 60
MAX_LOOPS = 12


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node is evaluated: the context and the names around it.

    `root`: the context is the input as a whole, of which a list counts as one item. `plain`: the
    context came out of JSON. `loops` counts the loops of the generated function around, `repeated`
    says that the code may run more than once in an evaluation. `often`: so many members of the
    context are read that it pays to ask only once what it is.
    """

    context: Value
    names: Frame
    root: bool = False
    loops: int = 0
    often: bool = False
    repeated: bool = False

    @property
    def plain(self) -> bool:
        """Whether the context holds neither sequences nor functions."""
        return self.context.kind is Kind.JSON

    def within(self, context: Value) -> "Place":
        """The place inside a step, with another context."""
        return replace(self, context=context, root=False, often=context.code == "root")


Rule = Callable[["Writer", Any, Place, bool], Value]
"""Writes the code of a node; the flag says that the value leaves the expression, so that it must
be plain JSON."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of source: its indentation, its text, and the offset of its node."""

    indent: int
    text: str
    at: int


class Writer:
    """Collects lines, and hands out names for what generated code uses."""

    def __init__(self, rules: Mapping[type, Rule], hidden: frozenset[str]) -> None:
        self._rules = rules
        self.hidden = hidden
        self.lines: list[Line] = []
        self.constants: dict[str, Any] = {}
        self.free: dict[str, str] = {}
        self.readers: dict[str, str] = {}
        self.built_in: set[str] = set()
        self.direct: set[str] = set()
        self.spends = self.grows = False
        self.function = 0
        self._functions = 0
        self._numbers = 0
        self._indent = 1
        self._known: list[dict[tuple[object, ...], Value]] = [{}]
        self._at = 0

    def node(self, node: tree.Node, place: Place, *, outward: bool = False) -> Value:
        """Write a node's code: its value, collapsed, unless whoever called a function does that."""
        value = self.open_node(node, place, outward=outward)
        if isinstance(node, tree.Call) and node.tail:
            return self.hold(replace(value, open=False))
        with self.placed(node.at):
            value = self.collapse(value)
            return self.exit(value) if outward else value

    def collapse(self, value: Value) -> Value:
        """A value as that of an expression."""
        if not value.open:
            return value
        code = f"gathered({value.items})" if value.items else f"collapsed({value.code})"
        return self.keep(Value(code, value.kind))

    def open_node(self, node: tree.Node, place: Place, *, outward: bool = False) -> Value:
        """Write a node's code: its value, which may be a sequence not collapsed yet."""
        if self._indent > MAX_INDENT:
            raise NotCovered("nested too deeply")
        with self.placed(node.at):
            return self._rules[type(node)](self, node, place, outward)

    @contextmanager
    def placed(self, at: int) -> Iterator[None]:
        """Lines that belong to the node at an offset."""
        before, self._at = self._at, at
        yield
        self._at = before

    def exit(self, value: Value) -> Value:
        """The value as plain JSON, for what is outside the expression."""
        if value.kind is Kind.COMPUTED:
            held = self.hold(value)
            code = f"{held.code} if type({held.code}) is int else exit_number({held.code})"
            return self.keep(replace(value, code=code, kind=Kind.NUMBER))
        if value.kind is Kind.FLAT:
            held = self.hold(value)
            code = f"list({held.code}) if isinstance({held.code}, Sequence) else {held.code}"
            return Value(f"({code})", Kind.JSON, value.defined)
        if value.kind is Kind.FREE:
            return self.keep(replace(value, code=f"no_function({value.code})", kind=Kind.JSON))
        if value.kind in {Kind.ANY, Kind.FUNCTION}:
            return self.keep(replace(value, code=f"plain({value.code})", kind=Kind.JSON))
        return value

    def emit(self, text: str) -> None:
        """One line."""
        self.lines.append(Line(self._indent, text, self._at))

    def patch(self, index: int, text: str) -> None:
        """Another text for a line."""
        self.lines[index] = replace(self.lines[index], text=text)

    @contextmanager
    def indented(self) -> Iterator[None]:
        """Lines inside the line before."""
        self._indent += 1
        self._known.append({})
        yield
        self._known.pop()
        self._indent -= 1

    def remembered(self, *key: object) -> Value | None:
        """A value that was computed before, on every way to this line."""
        return next((known[key] for known in self._known if key in known), None)

    def remember(self, value: Value, *key: object) -> Value:
        """Keep a value, which never changes, for those who ask for it again."""
        self._known[-1][key] = value
        return value

    def remember_always(self, value: Value, *key: object) -> Value:
        """Keep a value that the prologue of the whole function computes."""
        self._known[0][key] = value
        return value

    def name(self, prefix: str = "t") -> str:
        """A new Python variable."""
        self._numbers += 1
        return f"{prefix}{self._numbers}"

    def variable(self, name: str) -> str:
        """A new Python variable for a name of the expression."""
        self._numbers += 1
        return variable(name, self._numbers)

    def keep(self, value: Value) -> Value:
        """Compute a value now."""
        name = self.name()
        self.emit(f"{name} = {value.code}")
        return value.named(name)

    def once(self, value: Value) -> Value:
        """As `keep`, for code that yields the same whenever it runs: it need not run again."""
        known = self.remembered("code", value.code)
        return known or self.remember(self.keep(value), "code", value.code)

    def hold(self, value: Value) -> Value:
        """A value that can be written more than once."""
        return value if value.atom else self.keep(value)

    def charge(self, code: str, place: Place) -> None:
        """Have a loop over these items pay, if it may run more than once, or over what was made."""
        if place.repeated or self.spends:
            self.spends = True
            self.emit(f"budget.step(len({code}))")

    def constant(self, value: Any, prefix: str = "c") -> str:
        """A name for an object that exists before the code runs."""
        name = self.name(prefix)
        self.constants[name] = value
        return name

    @contextmanager
    def nested(self, prefix: str, parameters: str) -> Iterator[str]:
        """A function inside; what is written meanwhile is its body."""
        name = self.name(prefix)
        self.emit(f"def {name}({parameters}):")
        before = self.function, self._known
        self._functions += 1
        self.function, self._known = self._functions, []
        with self.indented():
            yield name
        self.function, self._known = before

    def frame(self, parent: Frame | None, **names: Any) -> Frame:
        """A frame of names in the function that is being written."""
        return Frame(parent, self.function, **names)

    def assign(self, frame: Frame, name: str, code: str) -> None:
        """Give a name of a frame a value."""
        if frame.function != self.function:
            raise NotCovered(f"${name} is bound inside a function that is no frame")
        self.emit(f"{frame.local[name]} = {code}")

    def scope_name(self, name: str) -> str:
        """The variable that holds a name of the scope."""
        if name not in self.free:
            self.free[name] = self.variable(name)
        return self.free[name]
