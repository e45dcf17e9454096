"""Functions as values: built-in ones, those of the scope, and those an expression writes."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any

from syncata.expressions.faults import HostFailure, Refusal
from syncata.expressions.runtime.limits import Budget
from syncata.expressions.runtime.signatures import Arguments, Signature
from syncata.expressions.values import UNDEFINED, plain


class Function(ABC):
    """A function; `arity` is how many arguments a higher-order function gives it."""

    __slots__ = ("arity", "name")

    def __init__(self, name: str, arity: int) -> None:
        self.name = name
        self.arity = arity

    @abstractmethod
    def call(self, arguments: Arguments, context: Any = None) -> Any:
        """Its value for these arguments; `context` stands for what is missing, if it may."""

    def apply(self, *arguments: Any) -> Any:
        """Its value for as many of the arguments as it takes, at least one."""
        return self.call(arguments[: max(self.arity, 1)])


class Builtin(Function):
    """A function of the language: a signature, and an implementation that takes what fits."""

    __slots__ = ("function", "signature", "spends")

    def __init__(
        self,
        name: str,
        sign: Signature,
        arity: int,
        function: Callable[..., Any],
        *,
        spends: bool = False,
    ) -> None:
        super().__init__(name, arity)
        self.signature = sign
        self.function = function
        self.spends = spends

    def call(self, arguments: Arguments, context: Any = None) -> Any:
        """Complete the arguments, then compute."""
        return self.function(*self.signature.complete(arguments, context, self.name))


class Host(Function):
    """A Python function of the scope: plain values in, a plain value or UNDEFINED out.

    What it raises travels as HostFailure, but refusals as they are.
    """

    __slots__ = ("function", "least", "most")

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        given = [p for p in signature(function).parameters.values() if p.kind != p.KEYWORD_ONLY]
        self.least = sum(p.default is p.empty and p.kind != p.VAR_POSITIONAL for p in given)
        open_ended = any(p.kind == Parameter.VAR_POSITIONAL for p in given)
        self.most = None if open_ended else len(given)
        self.function = function
        super().__init__(name, self.least)

    def call(self, arguments: Arguments, context: Any = None) -> Any:  # noqa: ARG002  takes none
        """Call the Python function with plain values."""
        return self.take(*[plain(value) for value in arguments])

    def take(self, *arguments: Any) -> Any:
        """The same for arguments that are plain values already."""
        if len(arguments) < self.least or (self.most is not None and len(arguments) > self.most):
            raise Refusal("T0410", f"${self.name} {self._wanted()}")
        try:
            return self.function(*arguments)
        except Refusal:
            raise
        except Exception as error:
            raise HostFailure(error) from error

    def _wanted(self) -> str:
        more = "or more" if self.most is None else f"to {self.most}"
        count = f"{self.least}" if self.least == self.most else f"{self.least} {more}"
        return f"takes {count} argument{'' if count == '1' else 's'}"


class TailCall:
    """What a written function yields whose value is that of another call: who calls it goes on
    with that one, so that recursion at the end needs no stack."""

    __slots__ = ("arguments", "context", "function")

    def __init__(self, function: Any, arguments: Arguments, context: Any) -> None:
        self.function = function
        self.arguments = arguments
        self.context = context


class Closure(Function):
    """A function written in an expression; `function` is generated code."""

    __slots__ = ("budget", "function", "signature")

    def __init__(
        self,
        function: Callable[..., Any],
        arity: int,
        budget: Budget,
        sign: Signature | None = None,
        name: str = "function",
    ) -> None:
        super().__init__(name, arity)
        self.function = function
        self.budget = budget
        self.signature = sign

    def call(self, arguments: Arguments, context: Any = None) -> Any:
        """Run it, and the calls at its end."""
        budget = self.budget
        depth = budget.depth
        result = self.step(arguments, context)
        while type(result) is TailCall:
            budget.depth = depth
            called = result.function
            if type(called) is Closure:
                result = called.step(result.arguments, result.context)
            else:
                result = call(called, result.arguments, result.context)
        budget.depth = depth
        return result

    def step(self, arguments: Arguments, context: Any) -> Any:
        """Run it once; the result may be a TailCall."""
        self.budget.enter()
        if self.signature is not None:
            arguments = self.signature.complete(arguments, context, self.name)
        return self.function(*arguments)


def call(function: Any, arguments: Arguments, context: Any = None, name: str = "") -> Any:
    """The value of a call. Raises Refusal T1006 for what is no function."""
    if isinstance(function, Function):
        return function.call(arguments, context)
    shown = f"${name}" if name else "what is called"
    raise Refusal("T1006", f"{shown} is not a function")


def forgotten_dollar(name: str, code: str) -> Refusal:
    """A function is called by its name without the `$`."""
    return Refusal(code, f"{name} is not a function: is ${name} meant?")


class Composed(Function):
    """`$f ~> $g`: the second applied to what the first yields."""

    __slots__ = ("first", "second")

    def __init__(self, first: Function, second: Function) -> None:
        super().__init__("function", 1)
        self.first = first
        self.second = second

    def call(self, arguments: Arguments, context: Any = None) -> Any:  # noqa: ARG002
        """Call both; only the first argument counts."""
        given = arguments[0] if arguments else UNDEFINED
        return self.second.call((self.first.call((given,)),))


def applied(value: Any, function: Any) -> Any:
    """`value ~> function`; two functions make one. Raises Refusal T2006 for what is none."""
    if not isinstance(function, Function):
        raise Refusal("T2006", "the right side of ~> must be a function")
    if isinstance(value, Function):
        return Composed(value, function)
    return function.call((value,))


PLACEHOLDER = object()
"""Stands for a `?` among the arguments of a partial application."""


class Partial(Function):
    """`$f(?, x)`: a function of the arguments that were left open."""

    __slots__ = ("function", "given")

    def __init__(self, function: Function, given: Arguments) -> None:
        super().__init__(function.name, sum(value is PLACEHOLDER for value in given))
        self.function = function
        self.given = given

    def call(self, arguments: Arguments, context: Any = None) -> Any:  # noqa: ARG002
        """Fill the open places in order."""
        rest = iter(arguments)
        filled = (next(rest, UNDEFINED) if v is PLACEHOLDER else v for v in self.given)
        return self.function.call(tuple(filled))


def partial(function: Any, given: Arguments) -> Partial:
    """A partial application. Raises Refusal T1008 for what is no function."""
    if not isinstance(function, Function):
        raise Refusal("T1008", "only a function can be partially applied")
    return Partial(function, given)
