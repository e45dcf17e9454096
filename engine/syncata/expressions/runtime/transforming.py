"""`|pattern|update, delete|`: a function that yields a changed copy."""

from collections.abc import Callable
from typing import Any

from syncata.expressions.faults import Refusal
from syncata.expressions.runtime.functions import Function, call
from syncata.expressions.runtime.operators import shown
from syncata.expressions.runtime.signatures import Arguments, signature
from syncata.expressions.values import UNDEFINED

Evaluate = Callable[[Any], Any]
_SIGNATURE = signature("<(oa):o>")


class Transform(Function):
    """The function; pattern, update and delete are generated code, `clone` copies. `places` are
    the offsets of update, delete and the whole."""

    __slots__ = ("clone", "delete", "pattern", "places", "update")

    def __init__(
        self,
        clone: Any,
        pattern: Evaluate,
        update: Evaluate,
        delete: Evaluate | None,
        places: tuple[int, int, int],
    ) -> None:
        super().__init__("transform", 1)
        self.clone = clone
        self.pattern = pattern
        self.update = update
        self.delete = delete
        self.places = places

    def call(self, arguments: Arguments, context: Any = None) -> Any:
        """The changed copy of the argument."""
        (given,) = _SIGNATURE.complete(arguments, context, self.name)
        if given is UNDEFINED:
            return UNDEFINED
        if not isinstance(self.clone, Function):
            message = "$clone, which a transformation copies with, is no function"
            raise Refusal("T2013", message, self.places[2])
        copy = call(self.clone, (given,))
        found = self.pattern(copy)
        if found is not UNDEFINED:
            for match in found if isinstance(found, list) else [found]:
                self._change(match)
        return copy

    def _change(self, match: Any) -> None:
        update = self.update(match)
        if update is not UNDEFINED:
            if not isinstance(update, dict):
                message = f"the update of a transformation must be an object, not {shown(update)}"
                raise Refusal("T2011", message, self.places[0])
            if isinstance(match, dict):
                match.update(update)
        if self.delete is not None:
            self._drop(match, self.delete(match))

    def _drop(self, match: Any, names: Any) -> None:
        if names is UNDEFINED:
            return
        listed = names if isinstance(names, list) else [names]
        if not all(isinstance(name, str) for name in listed):
            message = f"what a transformation deletes must be names, not {shown(names)}"
            raise Refusal("T2012", message, self.places[1])
        if isinstance(match, dict):
            for name in listed:
                match.pop(name, None)
