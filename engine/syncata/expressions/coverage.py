"""Which parts of an expression are reached: it is interpreted beside the evaluation proper.

Nothing here is on the way of a run. A probe walks the same tree that the parser gives to everybody
and only counts; what it yields, or raises, is of no interest to anyone.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jsonata.jsonata import Jsonata
from jsonata.parser import Parser

from syncata.document import Scalar
from syncata.errors import Position
from syncata.expressions.faults import Refusal
from syncata.expressions.interpreter import Frame, HostFunction, Interpreter, frame_of
from syncata.expressions.parser import Node, parse
from syncata.expressions.scope import Scope
from syncata.expressions.values import UNDEFINED, json_text, outward

LITERALS = frozenset({"string", "number", "value"})
_EMPTY: tuple[Any, ...] = (UNDEFINED, None, "", 0, False, [])
_NO_CHILD = frozenset({"prefix", "environment"})


@dataclass(slots=True)
class Part:
    """One thing that tests can reach: a value, a way of a branch, an entry of a table."""

    position: Position
    what: str
    reached: bool = False


@dataclass(slots=True)
class Table:
    """The entries of a list or an object that is written out, by their JSON text."""

    entries: dict[str, Part] = field(default_factory=dict)
    used: bool = False

    def reach(self, value: Any) -> list[Any]:
        """An entry, or each of several, was come to; which values have none."""
        missing = []
        for one in value if isinstance(value, list) else [value]:
            part = self.entries.get(_text(one))
            if part is not None:
                part.reached = True
            else:
                missing.append(one)
        return missing


@dataclass(slots=True)
class Fall:
    """A place where values fall through: a branch for all else, a list or object that lacks them.

    `times` is how often that happened, `values` how often with which (as JSON text), where they
    can be told.
    """

    position: Position
    what: str
    times: int = 0
    values: Counter[str] = field(default_factory=Counter)

    def take(self, value: Any) -> None:
        """A value fell through; of a list each."""
        for one in value if isinstance(value, list) else [value]:
            self.values[_text(one) or "nothing"] += 1


Tables = Mapping[str, Table]


def table_of(source: Scalar) -> Table | None:
    """The entries of a definition that is a list of plain values, or an object; None: neither."""
    return _table(parse(source.text), source)


def _table(tree: Node, source: Scalar) -> Table | None:
    if tree.type != "unary" or tree.value not in ("[", "{"):
        return None
    listed = tree.value == "["
    nodes = tree.expressions if listed else [key for key, _ in tree.lhs_object]
    if not nodes or any(node.type not in LITERALS for node in nodes):
        return None
    return Table(
        {_text(n.value): Part(source.at(n.position), f"the entry {_text(n.value)}") for n in nodes}
    )


def _text(value: Any) -> str:
    try:
        return json_text(value)
    except (Refusal, TypeError, ValueError):
        return ""


class Probe:
    """One expression, watched. `parts` are what it has, beside the entries of `tables`.

    `tables` are the definitions that are written out as lists or objects. `condition`: it must
    come out true as well as false.
    """

    def __init__(self, source: Scalar, tables: Tables, *, condition: bool = False) -> None:
        self._tree = parse(source.text)
        self._engine = _Counting()
        self._ways: list[tuple[Part, Callable[[], bool]]] = []
        self._source, self._tables = source, tables
        self._own: list[Table] = []
        self._falls: list[tuple[Fall, Callable[[], int]]] = []
        self._values: set[bool] = set()
        self._value = Part(source.position, "a value")
        if condition and self._tree.type not in LITERALS:
            for value in (True, False):
                way = Part(source.position, f"the result {str(value).lower()}")
                self._ways.append((way, lambda value=value: value in self._values))  # type: ignore[misc]
        self._note(self._tree, set())

    @property
    def parts(self) -> list[Part]:
        """Everything there is to reach, with what was reached."""
        for part, is_reached in self._ways:
            part.reached = part.reached or is_reached()
        entries = [part for table in self._own for part in table.entries.values()]
        # The left side of `??` is there twice, and either may be come to.
        merged: dict[tuple[Position, str], Part] = {}
        for part in (self._value, *(way for way, _ in self._ways), *entries):
            first = merged.setdefault((part.position, part.what), part)
            first.reached = first.reached or part.reached
        return list(merged.values())

    @property
    def falls(self) -> list[Fall]:
        """Where values fell through, and how often."""
        for fall, times in self._falls:
            fall.times = times()
        return [fall for fall, _ in self._falls if fall.times > 0]

    def watch(self, value: Any, scope: Scope) -> None:
        """Evaluate, and note what is reached."""
        silent = HostFunction("unmapped", lambda _label, _value=UNDEFINED: UNDEFINED)
        before = getattr(Jsonata.CURRENT, "jsonata", None)
        try:
            found = outward(
                self._engine.run(self._tree, value, frame_of({"unmapped": silent}, scope.frame))
            )
        except Exception:  # noqa: BLE001  the evaluation proper tells what is wrong
            return
        finally:
            Jsonata.CURRENT.jsonata = before
        if found is not UNDEFINED:
            self._value.reached = True
        if isinstance(found, bool):
            self._values.add(found)

    def _note(self, node: Node, met: set[int]) -> None:
        if id(node) in met:
            return
        met.add(id(node))
        if node.type == "condition":
            self._note_condition(node)
        elif node.type == "binary" and node.value in ("and", "or"):
            self._note_operator(node)
        elif node.type == "binary" and node.value == "in":
            self._note_table(node, node.rhs, node.lhs)
        elif _is_lookup(node):
            self._note_table(node, *node.arguments)
        for child in _children(node):
            self._note(child, met)

    def _note_condition(self, node: Node) -> None:
        begun, ended = self._engine.begun, self._engine.ended
        test, then, otherwise = id(node.condition), id(node.then), node._else  # noqa: SLF001
        fallback = getattr(node, "synthetic", False)
        self._way(
            node.then,
            "the left side" if fallback else "the branch for true",
            lambda: begun[then] > 0,
        )
        words = "the right side" if fallback else "the branch for false"
        if otherwise is None:
            self._way(node, words, lambda: ended[test] > begun[then])
        else:
            other = id(otherwise)
            self._way(otherwise, words, lambda: begun[other] > 0)
        if otherwise is None or otherwise.type != "condition":  # else the next one decides
            fall = self._fall(node, words)
            self._falls.append((fall, lambda: ended[test] - begun[then]))
            sought = _compared(node.condition)
            if sought is not None:
                self._engine.refused[test] = (sought, fall)
            elif node.condition.type == "path":
                self._engine.empty[test] = fall

    def _fall(self, node: Node, what: str) -> Fall:
        return Fall(self._source.at(node.position or 0), what)

    def _note_operator(self, node: Node) -> None:
        begun, ended = self._engine.begun, self._engine.ended
        left, right = id(node.lhs), id(node.rhs)
        decides = "false" if node.value == "and" else "true"
        self._way(
            node.lhs,
            f"the left side of `{node.value}` being {decides}",
            lambda: ended[left] > begun[right],
        )
        self._way(node.rhs, f"the right side of `{node.value}`", lambda: begun[right] > 0)

    def _way(self, node: Node, what: str, is_reached: Callable[[], bool]) -> None:
        self._ways.append((Part(self._source.at(node.position or 0), what), is_reached))

    def _note_table(self, node: Node, listed: Node, sought: Node) -> None:
        table = self._tables.get(listed.value) if listed.type == "variable" else None
        if table is None:
            table = _table(listed, self._source)
            if table is None:
                return
            self._own.append(table)
        table.used = True
        name = f"${listed.value}" if listed.type == "variable" else "the list"
        fall = self._fall(node, f"not in {name}")
        self._falls.append((fall, fall.values.total))
        self._engine.sought[id(node)] = (sought, table, fall)


def _compared(test: Node) -> Node | None:
    """What a condition compares with a plain value, or looks for in a list, if it does."""
    if test.type != "binary" or test.value not in ("=", "in"):
        return None
    if test.value == "in" or test.rhs.type in LITERALS:
        return test.lhs
    return test.rhs if test.lhs.type in LITERALS else None


def _is_lookup(node: Node) -> bool:
    named = node.type == "function" and node.procedure.type == "variable"
    return named and node.procedure.value == "lookup" and len(node.arguments) == 2


def _children(node: Node) -> Iterator[Node]:
    for name, value in vars(node).items():
        if name not in _NO_CHILD:
            yield from _nodes(value)


def _nodes(value: Any) -> Iterator[Node]:
    if isinstance(value, Parser.Symbol):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _nodes(item)


class _Counting(Interpreter):
    """Counts how often the evaluation of each node began and ended, and what tables are asked."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: Counter[int] = Counter()
        self.ended: Counter[int] = Counter()
        self.sought: dict[int, tuple[Node, Table, Fall]] = {}
        self.refused: dict[int, tuple[Node, Fall]] = {}
        self.empty: dict[int, Fall] = {}

    def eval(self, expr: Node, input: Any, environment: Frame) -> Any:  # noqa: A002
        """The value of a node."""
        self.begun[id(expr)] += 1
        found = super().eval(expr, input, environment)
        self.ended[id(expr)] += 1
        if id(expr) in self.sought:
            sought, table, fall = self.sought[id(expr)]
            missing = table.reach(outward(super().eval(sought, input, environment)))
            if missing:
                fall.take(missing)
        if found is False and id(expr) in self.refused:
            sought, fall = self.refused[id(expr)]
            fall.take(outward(super().eval(sought, input, environment)))
        elif id(expr) in self.empty and outward(found) in _EMPTY:
            self.empty[id(expr)].take(outward(found))
        return found
