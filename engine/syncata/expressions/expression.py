"""Expressions: compiled once, evaluated on many values."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from syncata.document import Scalar
from syncata.errors import Position
from syncata.expressions import isolation
from syncata.expressions.analysis import analyse
from syncata.expressions.compiler.program import Run, compile_tree, offset_of
from syncata.expressions.compiler.values import NotCovered
from syncata.expressions.faults import ExpressionError, HostFailure, Refusal, meaning
from syncata.expressions.findings import Found
from syncata.expressions.interpreter import fault, interpreter
from syncata.expressions.lower import lower
from syncata.expressions.parser import Node, parse
from syncata.expressions.runtime.functions import Host
from syncata.expressions.scope import Scope
from syncata.expressions.tree import Node as TreeNode
from syncata.expressions.values import UNDEFINED, outward


@dataclass(frozen=True, slots=True)
class Call:
    """A function called by name: its literal arguments (UNDEFINED for others) and its place.

    `local`: the name is bound in the expression itself, not by the scope.
    """

    name: str
    arguments: tuple[Any, ...]
    position: Position
    local: bool = False


class Expression:
    """A compiled JSONata expression.

    `reads`: the paths it reads of its input (`*`: any name, `**`: any below, `()`: all of it).
    `needs`: the plain paths of names that a condition must find present: not those tested by
    `$exists` or left of `??`. `variables`: for each free variable the members it reads, None for
    all of it; `variable_positions`: where each occurs first. `calls`: every call by name.
    `tree`: its syntax tree.
    """

    __slots__ = (
        "_run", "_tree", "calls", "needs", "reads", "source", "tree", "variable_positions",
        "variables",
    )  # fmt: skip

    def __init__(
        self, source: Scalar, tree: Node, found: Found, lowered: TreeNode, run: Run | None
    ) -> None:
        self.source = source
        self._tree = tree
        self.tree = lowered
        self._run = run
        self.reads: tuple[tuple[str, ...], ...] = tuple(found.reads)
        self.needs: tuple[tuple[str, ...], ...] = tuple(
            path for path in found.needed if path not in found.tested
        )
        self.variables: Mapping[str, frozenset[str] | None] = MappingProxyType(
            {n: None if m is None else frozenset(m) for n, m in found.variables.items()}
        )
        self.variable_positions: Mapping[str, Position] = MappingProxyType(
            {name: source.at(offset) for name, offset in found.variable_offsets.items()}
        )
        self.calls = tuple(
            Call(name, values, source.at(offset), local)
            for name, values, offset, local in found.calls
        )

    @property
    def compiled(self) -> bool:
        """Whether it runs as compiled Python; else it is interpreted."""
        return self._run is not None

    def evaluate(self, value: Any, scope: Scope) -> Any:
        """The expression's value on a plain JSON value: plain JSON, or UNDEFINED.

        The result may share parts with the input and the scope: copy it before changing it.
        Raises ExpressionError; what a function of the scope raises comes out unchanged.
        """
        run = self._run
        if run is None:
            return self._isolated(value, scope)
        try:
            return run(value, scope)
        except HostFailure as failure:
            raised: Exception = failure.error
        except Exception as error:  # noqa: BLE001  Python's own errors mean something here, too
            raised = self._fault(error)
        raise raised

    def _fault(self, error: Exception) -> ExpressionError:
        """What an exception of compiled code says, at the node whose code raised it."""
        code, message = meaning(error, "")
        offset = offset_of(error.__traceback__)
        if isinstance(error, Refusal) and error.offset is not None:
            offset = error.offset
        return ExpressionError(code, message, self.source.at(offset))

    def _at(self, offset: int) -> Position:
        return self.source.at(min(offset, len(self.source.text)))

    def _isolated(self, value: Any, scope: Scope) -> Any:
        """Interpret it in a process that can be killed; it is told no more than it mentions."""
        hosts = {n: v for n, v in scope.names.items() if isinstance(v, Host)}
        names = {n: v for n, v in scope.names.items() if n in self.variables and n not in hosts}
        names = {n: v for n, v in names.items() if v is not UNDEFINED}
        try:
            return isolation.evaluate(self.source.text, value, names, hosts)
        except HostFailure as failure:
            raised: Exception = failure.error
        except Refusal as refusal:
            raised = ExpressionError(refusal.code, refusal.message, self._at(refusal.offset or 0))
        raise raised

    def _interpret(self, value: Any, scope: Scope) -> Any:
        """Interpret it here: for a comparison."""
        engine = interpreter()
        try:
            return outward(engine.run(self._tree, value, scope.frame))
        except HostFailure as failure:
            raised = failure.error
        except Exception as error:  # noqa: BLE001  the interpreter raises whatever Python raises
            code, message, offset = fault(error, engine, self._tree)
            raised = ExpressionError(code, message, self._at(offset))
        finally:
            engine.failure = None
        raise raised

    def __repr__(self) -> str:
        return f"Expression({self.source.text!r})"


def _compiled(lowered: TreeNode) -> Run | None:
    """The expression as Python code, None where the compiler does not cover it."""
    try:
        return compile_tree(lowered).run
    except NotCovered:
        return None


def generated(expression: Expression) -> str:
    """The Python source of a compiled expression, to read or to print. Raises NotCovered."""
    return compile_tree(expression.tree).source


@lru_cache(maxsize=4096)
def _understood(text: str) -> tuple[Node, Found, TreeNode, Run | None]:
    """What a text means, wherever it stands. A spec is checked and then run, and run again."""
    tree = parse(text)
    lowered = lower(tree)
    return tree, analyse(tree), lowered, _compiled(lowered)


def compile_optional(source: Scalar | None) -> Expression | None:
    """The expression of a text that a spec may leave out. Raises ExpressionError."""
    return compile_expression(source) if source else None


def compile_expression(source: Scalar) -> Expression:
    """Compile a text. Raises ExpressionError at the exact character."""
    try:
        return Expression(source, *_understood(source.text))
    except Refusal as refusal:
        fault = ExpressionError(refusal.code, refusal.message, source.at(refusal.offset or 0))
    except RecursionError:
        fault = ExpressionError("SYN222", "the expression is nested too deeply", source.position)
    raise fault
