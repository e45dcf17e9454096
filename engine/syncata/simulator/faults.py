"""The one mechanism behind every fault: a table of switches, and the values they have now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["count", "number", "delay", "text", "list", "choice", "flag"]

VALUES: Mapping[str, str] = {
    "count": "N | every N | on, then @TEXT to strike only where `METHOD path?query` contains TEXT",
    "number": "a number",
    "delay": "SECONDS, then @TEXT to wait only where `METHOD path?query` contains TEXT",
    "text": "a text",
    "list": "names separated by commas",
    "flag": "on",
}


@dataclass(frozen=True, slots=True)
class Switch:
    """A fault that can be switched on: what kind of value it takes, and what it does."""

    kind: Kind
    explanation: str
    choices: tuple[str, ...] = ()
    """Values of a choice; the first holds while it is off."""

    @property
    def form(self) -> str:
        """What its value looks like."""
        return " | ".join(self.choices) or VALUES[self.kind]


KEYED: dict[str, Switch] = {
    "http_500": Switch("count", "answer 500 and do nothing"),
    "http_429": Switch("count", "answer 429 and do nothing; see retry_after"),
    "retry_after": Switch(
        "text", "Retry-After of a 429: seconds, `date:SECONDS` for an HTTP date, or any text"
    ),
    "slow": Switch("delay", "wait before answering"),
    "html_200": Switch("count", "answer a login page in HTML under 200 and do nothing"),
    "truncated": Switch("count", "cut the body in half: fewer bytes than announced"),
    "half_body": Switch("count", "cut the body in half and announce the shorter length"),
    "drop_connection": Switch("count", "do the work, then hang up without an answer"),
    "revoke_token": Switch("number", "refuse a token after so many calls; 0 refuses all"),
}
"""What can be switched on in any simulator, also in one whose clients have their keys for good."""

COMMON: dict[str, Switch] = KEYED | {
    "token_seconds": Switch("number", "life of a token, announced and real"),
    "token_dies": Switch("number", "real life of a token in seconds, whatever is announced"),
}


class Faults:
    """The switches of one simulator and their present values."""

    def __init__(self, table: Mapping[str, Switch], values: Mapping[str, str]) -> None:
        """Start with `values`; raises ValueError for an unknown switch or a bad value."""
        self.table = table
        self.values: dict[str, str] = {}
        self._seen: dict[str, int] = {}
        for name, value in values.items():
            self.set(name, value)

    def set(self, name: str, value: str | None) -> None:
        """Switch `name` to `value`, or off with None."""
        if name not in self.table:
            known = ", ".join(sorted(self.table))
            raise ValueError(f"unknown fault switch {name!r}; known: {known}")
        self._seen.pop(name, None)
        if value is None:
            self.values.pop(name, None)
            return
        _check(name, self.table[name], value)
        self.values[name] = value

    def on(self, name: str) -> bool:
        """Whether a flag is on."""
        return self.values.get(name, "off").casefold() not in {"off", "false", "no", "0"}

    def text(self, name: str, default: str = "") -> str:
        """Value of a switch that takes a text."""
        return self.values.get(name, default)

    def choice(self, name: str) -> str:
        """Value of a switch that takes one of some choices."""
        return self.values.get(name, self.table[name].choices[0])

    def number(self, name: str, default: float) -> float:
        """Value of a switch that takes a number."""
        return float(self.values[name]) if name in self.values else default

    def names(self, name: str) -> frozenset[str]:
        """Value of a switch that takes a list."""
        return frozenset(part.strip() for part in self.values.get(name, "").split(",")) - {""}

    def strike(self, name: str, request: str = "") -> bool:
        """Whether a counted fault hits this request; counts it when it does."""
        value = self.values.get(name)
        if value is None:
            return False
        count, _, fragment = value.partition("@")
        if fragment not in request:
            return False
        if count.startswith("every "):
            self._seen[name] = self._seen.get(name, 0) + 1
            return self._seen[name] % int(count.removeprefix("every ")) == 0
        if count.isdigit():
            self._count_down(name, int(count), fragment)
        return True

    def _count_down(self, name: str, count: int, fragment: str) -> None:
        if count > 1:
            self.values[name] = f"{count - 1}@{fragment}"
        else:
            del self.values[name]


def _check(name: str, switch: Switch, value: str) -> None:
    kind = switch.kind
    if kind == "choice" and value not in switch.choices:
        raise ValueError(f"{name}: expected {switch.form}, got {value!r}")
    if kind == "count" and not _is_count(value.partition("@")[0]):
        raise ValueError(f"{name}: expected {VALUES['count']}, got {value!r}")
    if kind in {"number", "delay"}:
        try:
            float(value.partition("@")[0] if kind == "delay" else value)
        except ValueError:
            raise ValueError(f"{name}: expected a number, got {value!r}") from None


def _is_count(text: str) -> bool:
    number = text.removeprefix("every ")
    return text == "on" or (number.isdigit() and int(number) > 0)
