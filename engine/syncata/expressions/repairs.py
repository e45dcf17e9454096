"""Built-in functions that take the place of the interpreter's own, which go wrong."""

from collections.abc import Callable
from typing import Any

from jsonata.functions import Functions
from jsonata.jsonata import Jsonata
from jsonata.utils import Utils

from syncata.expressions import library
from syncata.expressions.faults import Refusal
from syncata.expressions.interpreter import HostFunction
from syncata.expressions.values import outward

MAX_WIDTH = 1_000_000


class ContextFunction(HostFunction):
    """A function that takes the context where its first argument is not written."""

    def validate(self, args: Any, context: Any) -> Any:
        """Fill in the context value."""
        if args:
            return args
        outer = isinstance(context, Utils.JList) and context.outer_wrapper
        return [context[0] if outer else context]

    def call(self, input: Any, args: Any) -> Any:  # noqa: A002  the interpreter's name
        """Call it; functions are arguments of the wrong type."""
        try:
            return super().call(input, args)
        except Refusal as refusal:
            if refusal.code == "SYN223":
                raise library.wrong_argument(1, self.function_name, "a value") from None
            raise


class StringFunction(ContextFunction):
    """`$string`: a function in a value is written as an empty text."""

    def call(self, input: Any, args: Any) -> Any:  # noqa: A002
        """Write the value."""
        return super().call(input, [without_functions(arg) for arg in args])


def without_functions(value: Any) -> Any:
    """A value in which functions are empty texts; looked at only if there may be one."""
    if isinstance(value, dict):
        return {name: without_functions(member) for name, member in value.items()}
    if isinstance(value, list):
        return [without_functions(item) for item in value]
    return "" if Utils.is_function(value) or Functions.is_lambda(value) else value


class SortFunction(Jsonata.JFunction):  # type: ignore[misc]  # jsonata ships no types
    """`$sort`: stable, also with a comparing function."""

    def __init__(self, original: Any) -> None:
        super().__init__(None, None)
        self.original = original
        self.signature = original.signature
        self.function_name = "sort"

    def get_number_of_args(self) -> int:
        """For partial application."""
        return 2

    def call(self, input: Any, args: Any) -> Any:  # noqa: A002
        """Sort; the comparing function tells whether its first argument comes after its second."""
        items, comparing = (*args, None)[:2]
        if comparing is None or not isinstance(items, list) or len(items) < 2:
            return self.original.call(input, args)

        class After:
            """Orders items as the comparing function does."""

            __slots__ = ("item",)

            def __init__(self, item: Any) -> None:
                self.item = item

            def __lt__(self, other: "After") -> bool:
                verdict = outward(Functions.func_apply(comparing, [other.item, self.item]))
                return bool(verdict)

        return sorted(items, key=After)


class Wrapped(Jsonata.JFunction):  # type: ignore[misc]
    """A built-in function whose arguments are looked at before it is called."""

    def __init__(self, original: Any, prepare: Callable[[list[Any]], list[Any]]) -> None:
        super().__init__(None, None)
        self.original = original
        self.prepare = prepare
        self.signature = original.signature
        self.function_name = original.function_name

    def get_number_of_args(self) -> int:
        """For partial application."""
        return int(self.original.get_number_of_args())

    def call(self, input: Any, args: Any) -> Any:  # noqa: A002
        """Call the original."""
        return self.original.call(input, self.prepare(list(args)))


def groups_only(args: list[Any]) -> list[Any]:
    """`$replace`: a replacing function sees the groups without the whole match."""
    replacing = args[2] if len(args) > 2 else None
    if not (Utils.is_function(replacing) or Functions.is_lambda(replacing)):
        return args

    def replaced(found: dict[str, Any]) -> Any:
        groups = [group or "" for group in found["groups"][1:]]
        return Functions.func_apply(replacing, [found | {"groups": groups}])

    return [*args[:2], Jsonata.JLambda(replaced), *args[3:]]


def narrow(args: list[Any]) -> list[Any]:
    """`$pad`: a width that would fill the memory is refused."""
    if len(args) > 1 and isinstance(args[1], (int, float)) and abs(args[1]) > MAX_WIDTH:
        raise Refusal("SYN222", f"$pad cannot pad to more than {MAX_WIDTH} characters")
    return args
