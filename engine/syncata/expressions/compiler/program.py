"""Compiles a tree: collects the code of all nodes into one Python function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol

from syncata.expressions import tree
from syncata.expressions.compiler import calls, constructors, operands, paths
from syncata.expressions.compiler.members import readers
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
from syncata.expressions.runtime.limits import Budget, grown, refill
from syncata.expressions.values import UNDEFINED, no_function, plain


class Names(Protocol):
    """What generated code needs of a scope."""

    names: Mapping[str, Any]
    hides: frozenset[str]


GROWING = frozenset({"pad", "replace", "join"})
"""Functions whose texts may be larger than what they are given."""

Run = Callable[[Any, Names], Any]
"""Generated code: takes the input and the scope."""


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
    "grown": grown,
    "refill": refill,
    "UNBOUND": object(),
    "UNDEFINED": UNDEFINED,
    "no_function": no_function,
    "plain": plain,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled expression: its function, and the function's source."""

    run: Run
    source: str


def offset_of(traceback: TracebackType | None) -> int:
    """The offset of the node whose code raised an exception."""
    found = 0
    while traceback is not None:
        offsets = traceback.tb_frame.f_globals.get("OFFSETS")
        if offsets is not None:
            found = offsets[traceback.tb_lineno - 1]
        traceback = traceback.tb_next
    return found


def compile_tree(node: tree.Node, hidden: frozenset[str] = frozenset()) -> Program:
    """Compile an expression for scopes that hide these built-in functions.

    For scopes that hide others, the function compiles the expression anew when it meets them.
    Raises NotCovered.
    """
    w = Writer(RULES, hidden)
    frame = constructors.own_frame(w, None, (node,))
    place = Place(Value("root", Kind.JSON), frame, root=True, often=True)
    value = w.node(node, place, outward=True)
    w.emit(f"return {value.code}")
    head = _head(w)
    lines = [*head, *("    " * line.indent + line.text for line in w.lines)]
    source = "\n".join([*lines, ""])
    run_time = _RUN_TIME | w.constants | {f"f_{name}": BUILT_IN[name] for name in w.built_in}
    run_time |= {f"d_{name}": _direct(name) for name in w.direct}
    run_time["BUILT_IN"] = frozenset(w.built_in)
    run_time["OFFSETS"] = (0,) * len(head) + tuple(line.at for line in w.lines)
    run_time["hiding"] = _hiding(node)
    try:
        exec(compile(source, "<expression>", "exec"), run_time)  # noqa: S102  our own source
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise NotCovered(str(error)) from None
    return Program(run_time["expression"], source)


def _direct(name: str) -> Any:
    found = BUILT_IN[name]
    assert isinstance(found, Builtin)
    return found.function


def _hiding(node: tree.Node) -> Run:
    """Evaluates an expression in scopes that have names like built-in functions."""
    programs: dict[frozenset[str], Program] = {}

    def run(value: Any, scope: Names) -> Any:
        program = programs.get(scope.hides)
        if program is None:
            program = programs[scope.hides] = compile_tree(node, scope.hides)
        return program.run(value, scope)

    return run


def _head(w: Writer) -> list[str]:
    """What stands before the code of the nodes."""
    lines = []
    if w.built_in:
        hidden = "scope.hides and not scope.hides.isdisjoint(BUILT_IN)"
        lines.append(f"if {hidden}: return hiding(root, scope)")
    if w.free:
        lines.append("names = scope.names")
    lines += [f"{v} = names.get({n!r}, UNDEFINED)" for n, v in w.free.items()]
    if w.spends:
        lines.append("budget = Budget()")
    if w.grows or not GROWING.isdisjoint(w.built_in):
        lines.append("refill()")
    lines += readers(w)
    return ["def expression(root, scope):", *(f"    {line}" for line in lines)]
