"""Evaluates syntax trees with jsonata-python, mended against its defects.

Each evaluation has its own frame, so nothing is shared or persists between evaluations. Importing
jsonata raises this process's recursion limit to 10,000; deeper evaluation ends as D1011.
An endless loop is not stopped here: `isolation` runs this in a process that can be killed.
"""

import math
from collections.abc import Callable, Mapping
from inspect import Parameter, signature
from typing import Any

from jsonata.jexception import JException
from jsonata.jsonata import Jsonata
from jsonata.utils import Utils

from syncata.expressions.faults import HostFailure, Refusal, meaning
from syncata.expressions.parser import Node, parser
from syncata.expressions.values import NULL, UNDEFINED, inward, outward, text_of, visible_nulls


class Frame(Jsonata.Frame):  # type: ignore[misc]  # jsonata ships no types
    """Names an evaluation can see; a look-up goes outward without recursion."""

    def lookup(self, name: str) -> Any:
        """The value of a name, None (undefined) where nothing has it."""
        frame: Any = self
        while frame is not None:
            if name in frame.bindings:
                return frame.bindings[name]
            frame = frame.parent
        return None


def frame_of(names: Mapping[str, Any], parent: Frame | None = None) -> Frame:
    """A frame that holds inward values."""
    frame = Frame(parent)
    frame.bindings = dict(names)
    return frame


class HostFunction(Jsonata.JFunction):  # type: ignore[misc]
    """A Python function as a JSONata function: plain values in, a plain value or UNDEFINED out."""

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        super().__init__(None, None)
        self.function_name = name
        self.host = function
        self.signature = self
        given = [p for p in signature(function).parameters.values() if p.kind != p.KEYWORD_ONLY]
        self.least = sum(p.default is p.empty and p.kind != p.VAR_POSITIONAL for p in given)
        open_ended = any(p.kind == Parameter.VAR_POSITIONAL for p in given)
        self.most = math.inf if open_ended else len(given)

    def set_function_name(self, name: str) -> None:
        """The interpreter tells the name it binds the function to; ours stays."""

    def get_min_number_of_args(self) -> int:
        """How many arguments a call needs."""
        return self.least

    def get_number_of_args(self) -> int:
        """How many arguments a partial application may fill."""
        return self.least if self.most == math.inf else int(self.most)

    def validate(self, args: Any, context: Any) -> Any:  # noqa: ARG002  the interpreter passes both
        """Host functions check their own arguments."""
        return args

    def call(self, input: Any, args: Any) -> Any:  # noqa: A002, ARG002  the interpreter's names
        """Call the host function; its exceptions travel as HostFailure, refusals as they are."""
        if not self.least <= len(args) <= self.most:
            raise Refusal("T0410", f"${self.function_name} {self._wanted()}")
        values = [outward(arg) for arg in args]
        try:
            return inward(self.host(*values))
        except Refusal:
            raise
        except Exception as error:
            raise HostFailure(error) from error

    def _wanted(self) -> str:
        most = "or more" if self.most == math.inf else f"to {self.most}"
        count = f"{self.least}" if self.least == self.most else f"{self.least} {most}"
        return f"takes {count} argument{'' if count == '1' else 's'}"


class Interpreter(Jsonata):  # type: ignore[misc]
    """One per thread; it holds no state of an evaluation but the place of the last failure."""

    def __init__(self) -> None:
        self.parser = parser()
        self.input = self.environment = None
        self.failure: tuple[BaseException, Node] | None = None

    def run(self, tree: Node, value: Any, names: Frame) -> Any:
        """Evaluate a tree on a plain value; the result is still the interpreter's."""
        root = inward(value)
        frame = Frame(names)
        frame.bindings["$"] = root
        Jsonata.CURRENT.jsonata = self
        if isinstance(root, list):
            root = Utils.create_sequence(root)
            root.outer_wrapper = True
        return self.eval(tree, root, frame)

    def create_frame(self, enclosing_environment: Frame | None = None) -> Frame:
        """A frame inside another."""
        return Frame(enclosing_environment)

    def eval(self, expr: Node, input: Any, environment: Any) -> Any:  # noqa: A002
        """The value of a node; the innermost node that fails is remembered."""
        kind = expr.type
        try:
            step = DISPATCH.get(kind)
            result: Any = None if step is None else step(self, expr, input, environment)
            if expr.predicate is not None:
                for item in expr.predicate:
                    result = self.evaluate_filter(item.expr, result, environment)
            if expr.group is not None and kind != "path":
                result = self.evaluate_group_expression(expr.group, result, environment)
        except Exception as error:
            if self.failure is None or self.failure[0] is not error:
                self.failure = (error, expr)
            raise
        if type(result) is Utils.JList and result.sequence and not result.tuple_stream:
            if expr.keep_array:
                result.keep_singleton = True
            if not result:
                return None
            if len(result) == 1 and not result.keep_singleton:
                return result[0]
        return result

    def evaluate_binary(self, expr: Node, input: Any, environment: Any) -> Any:  # noqa: A002
        """Operators; `and` and `or` let errors of their right side through as they are."""
        if expr.value == "and":
            left = self.boolize(self.eval(expr.lhs, input, environment))
            return left and self.boolize(self.eval(expr.rhs, input, environment))
        if expr.value == "or":
            left = self.boolize(self.eval(expr.lhs, input, environment))
            return left or self.boolize(self.eval(expr.rhs, input, environment))
        return super().evaluate_binary(expr, input, environment)

    def evaluate_name(self, expr: Node, input: Any, environment: Any) -> Any:  # noqa: A002
        """A member of an object; null in a list stays visible."""
        if type(input) is dict:
            value = input.get(expr.value, UNDEFINED)
            return value if type(value) is str else inward(value)
        found = super().evaluate_name(expr, input, environment)
        return visible_nulls(found) if type(found) is list and None in found else found

    def evaluate_group_expression(self, expr: Node, input: Any, environment: Any) -> Any:  # noqa: A002
        """Objects and grouping; an empty list of the record is not written to."""
        given = [] if isinstance(input, list) and not input else input
        return super().evaluate_group_expression(expr, given, environment)

    def evaluate_partial_application(self, expr: Node, input: Any, environment: Any) -> Any:  # noqa: A002
        """`$f(?, x)`; the new function sees the names of this place."""
        self.environment = environment
        return super().evaluate_partial_application(expr, input, environment)

    def apply_inner(self, proc: Any, args: Any, input: Any, environment: Any) -> Any:  # noqa: A002
        """Call a function; the interpreter would print what is none to stdout."""
        if not self.is_function_like(proc):
            raise JException("T1006", 0)
        return super().apply_inner(proc, args, input, environment)

    def evaluate_numeric_expression(self, lhs: Any, rhs: Any, op: Any) -> Any:
        """Arithmetic; the remainder keeps its fraction."""
        if op != "%" or not (Utils.is_numeric(lhs) and Utils.is_numeric(rhs)):
            return super().evaluate_numeric_expression(lhs, rhs, op)
        if rhs == 0:
            raise ZeroDivisionError
        return Utils.convert_number(math.fmod(lhs, rhs))

    def evaluate_equality_expression(self, lhs: Any, rhs: Any, op: Any) -> bool:
        """`=` and `!=`; large integers compare exactly."""
        if lhs is None or rhs is None:
            return False
        equal = bool(Utils.is_deep_equal(lhs, rhs))
        return equal if op == "=" else not equal

    def evaluate_includes_expression(self, lhs: Any, rhs: Any) -> bool:
        """`in`; true is not 1."""
        if lhs is None or rhs is None:
            return False
        return any(
            Utils.is_deep_equal(item, lhs) for item in (rhs if isinstance(rhs, list) else [rhs])
        )

    def evaluate_string_concat(self, lhs: Any, rhs: Any) -> str:
        """`&`; integers keep all their digits."""
        return _concatenated(lhs) + _concatenated(rhs)


def _concatenated(value: Any) -> str:
    if type(value) is str:
        return value
    return "" if value is None or Utils.is_function(value) else text_of(outward(value))


def _literal(_: Interpreter, expr: Node, __: Any, ___: Any) -> Any:
    return NULL if expr.value is None else expr.value


def _variable(_: Interpreter, expr: Node, input: Any, environment: Any) -> Any:  # noqa: A002
    if expr.value == "":
        outer = isinstance(input, Utils.JList) and input.outer_wrapper
        return input[0] if outer else input
    return environment.lookup(expr.value)


DISPATCH: Mapping[str | None, Callable[[Interpreter, Node, Any, Any], Any]] = {
    "path": Interpreter.evaluate_path,
    "binary": Interpreter.evaluate_binary,
    "unary": Interpreter.evaluate_unary,
    "name": Interpreter.evaluate_name,
    "string": _literal,
    "number": _literal,
    "value": _literal,
    "wildcard": lambda self, expr, value, _: self.evaluate_wildcard(expr, value),
    "descendant": lambda self, expr, value, _: self.evaluate_descendants(expr, value),
    "parent": lambda _, expr, __, environment: environment.lookup(expr.slot.label),
    "condition": Interpreter.evaluate_condition,
    "block": Interpreter.evaluate_block,
    "bind": Interpreter.evaluate_bind_expression,
    "regex": lambda _, expr, __, ___: expr.value.interpreted(),
    "function": lambda self, expr, value, frame: self.evaluate_function(
        expr, value, frame, Utils.NONE
    ),
    "variable": _variable,
    "lambda": Interpreter.evaluate_lambda,
    "partial": Interpreter.evaluate_partial_application,
    "apply": Interpreter.evaluate_apply_expression,
    "transform": Interpreter.evaluate_transform_expression,
}


def interpreter() -> Interpreter:
    """This thread's interpreter."""
    current = getattr(Jsonata.CURRENT, "jsonata", None)
    if type(current) is Interpreter:
        return current
    made = Jsonata.CURRENT.jsonata = Interpreter()
    return made


def built_in_functions() -> dict[str, Any]:
    """The interpreter's own functions by name."""
    return dict(Jsonata.static_frame.bindings)


def fault(error: Exception, engine: Interpreter, tree: Node) -> tuple[str, str, int]:
    """Code, message and offset of what the interpreter raised."""
    failure = engine.failure
    node = failure[1] if failure is not None and failure[0] is error else tree
    called = node.procedure if node.type in {"function", "partial"} else None
    if node.type == "apply" and node.rhs.type == "function":
        called = node.rhs.procedure
    name = called.value if called is not None and called.type == "variable" else ""
    code, message = meaning(error, str(name or ""))
    return code, message, int((node if called is None else called).position)
