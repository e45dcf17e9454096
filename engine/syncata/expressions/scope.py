"""The names an evaluation can see: values, host functions, the run's instant, our own functions."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from jsonata.functions import Functions

from syncata.expressions import library
from syncata.expressions.faults import Refusal
from syncata.expressions.interpreter import HostFunction, built_in_functions, frame_of
from syncata.expressions.repairs import (
    ContextFunction,
    SortFunction,
    StringFunction,
    Wrapped,
    groups_only,
    narrow,
)
from syncata.expressions.runtime.builtins import BUILT_IN, OWN
from syncata.expressions.runtime.functions import Host
from syncata.expressions.values import UNDEFINED, inward

Note = Callable[[str, Any], None]


class Scope:
    """Names for evaluations: cheap to build once per run and to reuse for every record.

    `names` are plain values, or UNDEFINED for a name that is not bound. `functions` are called
    with plain values (UNDEFINED for undefined, None for null) and return one; what they raise
    comes out of `Expression.evaluate` unchanged. `now` is what `$now()` and `$millis()` yield.
    `note` receives label and value of every `$unmapped(label, value)` that has a value.
    Values are not copied: they must not change while the scope is in use.
    """

    __slots__ = ("_frame", "hides", "names")

    def __init__(
        self,
        names: Mapping[str, Any] | None = None,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        *,
        now: datetime,
        note: Note | None = None,
    ) -> None:
        own = _clock(now) | {"unmapped": _unmapped(note)} | dict(functions or {})
        self._bind({name: Host(name, f) for name, f in own.items()} | dict(names or {}))

    def _bind(self, names: dict[str, Any]) -> None:
        self.names: Mapping[str, Any] = names
        self.hides = frozenset(names.keys() & BUILT_IN.keys())
        self._frame: Any = None

    def child(self, names: Mapping[str, Any]) -> "Scope":
        """A scope that has these names too; they hide equal names of this one."""
        made = object.__new__(Scope)
        made._bind({**self.names, **names})
        return made

    @property
    def frame(self) -> Any:
        """The same names for the interpreter."""
        if self._frame is None:
            bound = {name: _inward(value) for name, value in self.names.items()}
            self._frame = frame_of(bound, library_frame())
        return self._frame


def _inward(value: Any) -> Any:
    return HostFunction(value.name, value.function) if isinstance(value, Host) else inward(value)


@cache
def library_frame() -> Any:
    """A frame with every function that needs no scope."""
    made = built_in_functions()
    made |= {name: HostFunction(name, function) for name, function in OWN.items()}
    made["number"] = ContextFunction("number", library.number)
    made["string"] = StringFunction("string", library.string)
    made["sort"] = SortFunction(made["sort"])
    made["replace"] = Wrapped(made["replace"], groups_only)
    made["pad"] = Wrapped(made["pad"], narrow)
    made["eval"] = HostFunction("eval", _refused_eval)
    return frame_of(made)


def _refused_eval(*_: Any) -> Any:
    raise Refusal("SYN220", "$eval is not available: an expression cannot build expressions")


def _clock(now: datetime) -> dict[str, Callable[..., Any]]:
    """`$now` and `$millis` of one instant (naive: taken as UTC)."""
    instant = now if now.tzinfo else now.replace(tzinfo=UTC)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    span = instant - epoch
    millis = (span.days * 86_400 + span.seconds) * 1000 + span.microseconds // 1000
    text = instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{millis % 1000:03d}Z"

    def current(picture: Any = UNDEFINED, timezone: Any = UNDEFINED) -> Any:
        if picture is UNDEFINED and timezone is UNDEFINED:
            return text
        chosen = [None if value is UNDEFINED else value for value in (picture, timezone)]
        return Functions.datetime_from_millis(millis, *chosen)

    return {"now": current, "millis": lambda: millis}


def _unmapped(note: Note | None) -> Callable[[Any, Any], Any]:
    def unmapped(label: Any, value: Any) -> Any:
        if note is not None and value is not UNDEFINED and value is not None:
            note(str(label), value)
        return UNDEFINED

    return unmapped
