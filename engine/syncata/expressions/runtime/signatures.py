"""Signatures of functions (`<s-n?:s>`): which arguments fit, and how they are completed."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from syncata.expressions.faults import Refusal
from syncata.expressions.values import UNDEFINED

Arguments = tuple[Any, ...]

_SYMBOLS: Final[dict[type, str]] = {
    str: "s", int: "n", float: "n", bool: "b", dict: "o", list: "a", type(None): "l",
    type(UNDEFINED): "m",
}  # fmt: skip
_PLURALS = {"s": "texts", "n": "numbers", "b": "booleans", "o": "objects", "a": "arrays"}
_ONE = {"a": "[asnblfom]", "f": "f", "j": "[asnblom]", "x": "[asnblfom]"}
_TOKEN = re.compile(r"([snblo]|[afjx])|(-)|([?+])|\(([^)]*)\)|<((?:[^<>]|<[^<>]*>)*)>")


def symbol_of(value: Any) -> str:
    """The letter of a value's type."""
    known = _SYMBOLS.get(type(value))
    if known is not None:
        return known
    return "a" if isinstance(value, list) else "o" if isinstance(value, dict) else "f"


@dataclass(slots=True)
class Parameter:
    """One parameter: a pattern of type letters, whether the context can stand for it."""

    pattern: str
    is_array: bool
    context: str = ""
    items: str = ""


class Signature:
    """A signature, ready to judge arguments. Raises Refusal S0401, S0402 for a malformed one."""

    __slots__ = ("_fits", "_pattern", "parameters", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.parameters = _parameters(text)
        self._pattern = re.compile("".join(f"({p.pattern})" for p in self.parameters))
        self._fits: dict[str, re.Match[str] | None] = {}

    def complete(self, arguments: Arguments, context: Any, name: str) -> Arguments:
        """The arguments as the function takes them: single values as arrays, the context where
        the first is missing. Raises Refusal T0410, T0411, T0412."""
        symbols = "".join(map(symbol_of, arguments))
        fit = self._fits.get(symbols)
        if fit is None:
            fit = self._pattern.fullmatch(symbols)
            if fit is None:
                raise self._misfit(symbols, name)
            if len(self._fits) < 256:  # hostile data cannot fill the memory
                self._fits[symbols] = fit
        return self._taken(fit, arguments, context, name)

    def _taken(
        self, fit: re.Match[str], arguments: Arguments, context: Any, name: str
    ) -> Arguments:
        taken: list[Any] = []
        at = 0
        for parameter, matched in zip(self.parameters, fit.groups(), strict=True):
            if matched == "" and parameter.context:
                if not re.match(parameter.context, symbol_of(context)):
                    message = f"the context is not of the type of argument {at + 1} of ${name}"
                    raise Refusal("T0411", message)
                taken.append(context)
                continue
            for letter in matched or "m":
                value = arguments[at] if at < len(arguments) else UNDEFINED
                if parameter.is_array and letter != "m":
                    value = _array(parameter, letter, matched, value, (at + 1, name))
                taken.append(value)
                at += 1
        return tuple(taken)

    def _misfit(self, symbols: str, name: str) -> Refusal:
        """Which argument is the first that does not fit."""
        pattern, good = "", 0
        for parameter in self.parameters:
            pattern += parameter.pattern
            found = re.match(pattern, symbols)
            if found is None:
                break
            good = found.end()
        message = f"argument {good + 1} of ${name} is missing, too many or of the wrong type"
        return Refusal("T0410", message)


def _array(
    parameter: Parameter, letter: str, matched: str, value: Any, place: tuple[int, str]
) -> Any:
    """An argument as array; the types of its items are checked where they are said."""
    if parameter.items:
        if letter == "a":
            wanted = parameter.items[0]
            fits = all(symbol_of(item) == wanted for item in value)
        else:
            fits = matched == parameter.items
        if not fits:
            plural = _PLURALS.get(parameter.items, "values of its type")
            raise Refusal("T0412", f"argument {place[0]} of ${place[1]} must hold only {plural}")
    return value if letter == "a" else [value]


def _parameters(text: str) -> tuple[Parameter, ...]:
    body = text.strip()[1:-1]
    found: list[Parameter] = []
    at = 0
    while at < len(body) and body[at] != ":":
        token = _TOKEN.match(body, at)
        if token is None:
            at += 1
            continue
        at = token.end()
        _take(token, found)
    return tuple(found)


def _take(token: re.Match[str], found: list[Parameter]) -> None:
    letter, dash, repeated, choice, items = token.groups()
    if letter:
        found.append(Parameter(_ONE.get(letter, f"[{letter}m]"), letter == "a"))
    elif choice is not None:
        if "<" in choice:
            raise Refusal("S0402", "types in a choice of a signature take no parameters", 0)
        found.append(Parameter(f"[{choice}m]", is_array=False))
    elif items is not None:
        if not found or not (found[-1].is_array or found[-1].pattern == "f"):
            message = "only arrays and functions of a signature take parameters"
            raise Refusal("S0401", message, 0)
        found[-1].items = items
    elif found and dash:
        found[-1].context = found[-1].pattern
        found[-1].pattern += "?"
    elif found:
        found[-1].pattern += repeated


@cache
def signature(text: str) -> Signature:
    """The signature of a text; equal texts share one."""
    return Signature(text)
