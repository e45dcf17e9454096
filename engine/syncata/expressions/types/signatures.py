"""Which arguments the functions take: read from their signatures (`<s-n?:s>`)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from syncata.expressions.runtime.builtins import BUILT_IN
from syncata.expressions.runtime.functions import Builtin
from syncata.expressions.runtime.signatures import Signature, signature
from syncata.expressions.types.model import Type, kind

# Functions of the engine, which have no signature of their own: null is nothing to them.
_OF_THE_ENGINE: Mapping[str, str] = MappingProxyType(
    {
        "duration": "<(snl)s:n>",
        "language": "<(sl)(as):s>",
        "text": "<(sl):s>",
        "html": "<(sl):s>",
        "link": "<(sl)s:s>",
        "unmapped": "<xx:x>",
        "ref": "<sx?:s>",
        "has": "<sx?:b>",
        "find": "<sx:x>",
        "rank": "<:n>",
        "now": "<s?s?:s>",
        "millis": "<:n>",
    }
)
_YIELDS = re.compile(r":([a-z])(?:<[a-z]>)?>$")
_LETTERS = {
    "s": "string", "n": "number", "b": "boolean", "l": "null", "o": "object", "a": "array",
    "f": "function", "m": "undefined",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken:
    """One parameter: the kinds it takes. `items`: a list must hold this kind only, and so must a
    value that stands for a list. `context`: the context can stand for it."""

    kinds: frozenset[str]
    optional: bool = False
    repeated: bool = False
    context: bool = False
    items: str = ""

    def takes(self, of: Type) -> bool:
        """Whether a value of this type may be taken; undefined is by all but functions."""
        given = of.defined.kinds
        if not given:
            return not of.kinds or "undefined" in self.kinds
        return any(self._takes_kind(name, of) for name in given & self.kinds)

    def _takes_kind(self, name: str, of: Type) -> bool:
        if not self.items:
            return True
        if name != "array":
            return name == self.items
        held = of.element.defined.kinds
        return not held or self.items in held

    @property
    def wanted(self) -> Type:
        """What it takes, for messages."""
        if self.items:
            return kind(self.items)
        return kind(*self.kinds).but("undefined")


@dataclass(frozen=True, slots=True)
class Profile:
    """What a function takes, and the kind of what it yields (empty: any)."""

    parameters: tuple[Taken, ...]
    yields: str

    def fits(self, arguments: Sequence[Type], context: Type) -> bool:
        """Whether arguments of these types may be taken, with the context for a first one that is
        left out."""
        return self._matches(arguments, context, 0, 0)

    def refused(self, arguments: Sequence[Type]) -> tuple[int, Taken] | None:
        """Of arguments that do not fit the first that is not taken, and the parameter it is for;
        None where one is missing."""
        for index, (of, parameter) in enumerate(zip(arguments, self.parameters, strict=False)):
            if not parameter.takes(of):
                return index, parameter
        return None

    def _matches(self, arguments: Sequence[Type], context: Type, at: int, place: int) -> bool:
        if place == len(self.parameters):
            return at == len(arguments)
        parameter = self.parameters[place]
        if at < len(arguments) and parameter.takes(arguments[at]):
            if self._matches(arguments, context, at + 1, place + 1):
                return True
            if parameter.repeated and self._matches(arguments, context, at + 1, place):
                return True
        left_out = parameter.takes(context) if parameter.context else parameter.optional
        return left_out and self._matches(arguments, context, at, place + 1)


@cache
def profile(name: str) -> Profile | None:
    """What a function takes and yields; None for one that is not known."""
    if name in _OF_THE_ENGINE:
        return _profile(signature(_OF_THE_ENGINE[name]))
    found = BUILT_IN.get(name)
    return _profile(found.signature) if isinstance(found, Builtin) else None


def _profile(sign: Signature) -> Profile:
    found = _YIELDS.search(sign.text)
    letter = "x" if found is None else found[1]
    return Profile(
        tuple(_taken(p.pattern, p.context, p.items, p.is_array) for p in sign.parameters),
        _LETTERS.get(letter, ""),
    )


def _taken(pattern: str, context: str, items: str, is_array: bool) -> Taken:
    letters = pattern.rstrip("?+").strip("[]")
    return Taken(
        frozenset(_LETTERS[letter] for letter in letters if letter in _LETTERS),
        optional=pattern.endswith("?"),
        repeated=pattern.endswith("+"),
        context=bool(context),
        items=_LETTERS.get(items, "") if is_array else "",
    )
