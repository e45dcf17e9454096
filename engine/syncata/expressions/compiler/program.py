"""Compiles a tree: collects the code of all nodes into one Python function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from syncata.expressions import tree
from syncata.expressions.compiler import calls, constructors, operands, paths
from syncata.expressions.compiler.names import Frame
from syncata.expressions.compiler.values import Kind, NotCovered, Value
from syncata.expressions.compiler.writer import Place, Rule, Writer
from syncata.expressions.runtime import (
    filtering,
    functions,
    grouping,
    operators,
    ordering,
    sequences,
    texts,
    transforming,
    tuples,
)
from syncata.expressions.runtime.builtins import BUILT_IN
from syncata.expressions.runtime.functions import Builtin
from syncata.expressions.runtime.limits import Budget
from syncata.expressions.values import UNDEFINED, no_function, plain

Run = Callable[[Any, Mapping[str, Any]], Any]
"""Generated code: takes the input and the names of the scope."""


def _open(name: str) -> Rule:
    """The rule of a node that is one call on the context."""

    def rule(w: Writer, _node: Any, place: Place, _outward: bool) -> Value:
        return w.keep(Value(f"{name}({place.context.code})", open=True))

    return rule


def _member(w: Writer, node: tree.Name, place: Place, _outward: bool) -> Value:
    """A step that is a name and has something attached."""
    at = w.hold(place.context).code
    code = (
        f"{at}.get({node.name!r}, UNDEFINED) if type({at}) is dict else member({at}, {node.name!r})"
    )
    return w.keep(Value(code, Kind.FLAT if place.plain else Kind.ANY, open=True))


RULES: Mapping[type, Rule] = {
    tree.Literal: operands.literal,
    tree.Regex: operands.regex,
    tree.Variable: operands.variable,
    tree.Parent: operands.parent,
    tree.Name: _member,
    tree.Wildcard: _open("wildcard"),
    tree.Descendants: _open("descendants"),
    tree.Path: paths.path,
    tree.Attached: paths.attached,
    tree.Array: constructors.array,
    tree.Object: constructors.object_,
    tree.Negation: operands.negation,
    tree.Binary: operands.binary,
    tree.Condition: operands.condition,
    tree.Block: operands.block,
    tree.Bind: operands.bind,
    tree.Lambda: calls.lambda_,
    tree.Call: calls.call,
    tree.PartialCall: calls.partial,
    tree.Apply: calls.apply,
    tree.Transform: calls.transform,
}

_RUN_TIME: dict[str, Any] = {
    name: value
    for module in (
        filtering, functions, grouping, operators, ordering, sequences, texts, transforming, tuples,
    )
    for name, value in vars(module).items()
    if not name.startswith("_")
} | {
    "Budget": Budget,
    "UNBOUND": object(),
    "UNDEFINED": UNDEFINED,
    "no_function": no_function,
    "plain": plain,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled expression: its function, its source, and the offset of each line's node.

    `built_in` are the functions it takes for granted: a scope must not hide them.
    """

    run: Run
    source: str
    offsets: tuple[int, ...]
    built_in: frozenset[str]
    names: Mapping[str, Any]

    def offset(self, traceback: TracebackType | None) -> int | None:
        """The offset of the node whose code raised an exception."""
        found = None
        while traceback is not None:
            if traceback.tb_frame.f_globals is self.names:
                found = self.offsets[traceback.tb_lineno - 1]
            traceback = traceback.tb_next
        return found


def compile_tree(node: tree.Node, hidden: frozenset[str] = frozenset()) -> Program:
    """Compile an expression for scopes that hide these built-in functions.

    Raises NotCovered.
    """
    w = Writer(RULES, hidden)
    names = constructors.own_frame(w, None, (node,))
    value = w.node(
        node, Place(Value("root", Kind.JSON), names, root=True, often=True), outward=True
    )
    w.emit(f"return {value.code}")
    source, offsets = _assembled(w)
    run_time: dict[str, Any] = dict(_RUN_TIME)
    run_time |= {f"f_{name}": BUILT_IN[name] for name in w.built_in}
    run_time |= {f"d_{name}": _direct(name) for name in w.direct}
    run_time |= w.constants
    try:
        exec(compile(source, "<expression>", "exec"), run_time)  # noqa: S102  our own source
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise NotCovered(str(error)) from None
    return Program(run_time["expression"], source, offsets, frozenset(w.built_in), run_time)


def _direct(name: str) -> Any:
    found = BUILT_IN[name]
    assert isinstance(found, Builtin)
    return found.function


def _assembled(w: Writer) -> tuple[str, tuple[int, ...]]:
    """The source of the whole function, and the offset of each line."""
    head = ["def expression(root, names):"]
    head += [f"    {v} = names.get({n!r}, UNDEFINED)" for n, v in w.free.items()]
    if w.spends:
        head.append("    budget = Budget()")
    body = ["    " * line.indent + line.text for line in w.lines]
    offsets = (0,) * len(head) + tuple(line.at for line in w.lines)
    return "\n".join([*head, *body, ""]), offsets


__all__ = ["Frame", "NotCovered", "Program", "compile_tree"]
