"""`$formatNumber`: numbers as a picture says, after XPath's format-number, as the reference has it.

Where the reference departs from XPath (it reports the last mistake of a picture, and takes what
follows a number without a decimal separator for its fraction), so does this.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache, reduce
from math import gcd, isfinite
from typing import Any

from syncata.expressions.faults import Refusal
from syncata.expressions.runtime.numbers import rounded
from syncata.expressions.values import UNDEFINED

_DEFAULTS = {
    "decimal-separator": ".", "grouping-separator": ",", "exponent-separator": "e",
    "infinity": "Infinity", "minus-sign": "-", "NaN": "NaN", "percent": "%", "per-mille": "‰",
    "zero-digit": "0", "digit": "#", "pattern-separator": ";",
}  # fmt: skip
_MISTAKES = {
    "D3080": "a picture has at most two parts",
    "D3081": "a picture has more than one decimal separator",
    "D3082": "a picture has more than one percent sign",
    "D3083": "a picture has more than one per-mille sign",
    "D3084": "a picture has both a percent and a per-mille sign",
    "D3085": "a picture has no digit before its exponent",
    "D3086": "a picture has other characters between its digits",
    "D3087": "a grouping separator stands beside the decimal separator",
    "D3088": "a grouping separator stands at the end of the integer part",
    "D3089": "two grouping separators stand side by side",
    "D3090": "an optional digit follows a mandatory one in the integer part",
    "D3091": "a mandatory digit follows an optional one in the fraction",
    "D3092": "a picture has both an exponent and a percent or per-mille sign",
    "D3093": "the exponent holds other characters than digits",
}


@dataclass(frozen=True, slots=True)
class Signs:
    """The characters of pictures and numbers."""

    decimal: str
    grouping: str
    exponent: str
    minus: str
    percent: str
    per_mille: str
    optional: str
    digits: str

    @property
    def active(self) -> str:
        """Characters that stand for the number."""
        return self.digits + self.decimal + self.exponent + self.grouping + self.optional

    def mandatory_in(self, part: str) -> int:
        """How many mandatory digits a part has."""
        return sum(character in self.digits for character in part)

    def digits_in(self, part: str) -> int:
        """How many digits a part has at most."""
        return sum(character in self.digits or character == self.optional for character in part)


@dataclass(frozen=True, slots=True)
class Parts:
    """A picture taken apart."""

    whole: str
    prefix: str
    suffix: str
    active: str
    mantissa: str
    exponent: str | None
    integer: str
    fraction: str


@dataclass(frozen=True, slots=True)
class Layout:
    """What a picture says about a number."""

    parts: Parts
    prefix: str
    groups: tuple[int, ...]
    regular: int
    fraction_groups: tuple[int, ...]
    least_integer: int
    scale: int
    least_fraction: int
    most_fraction: int
    least_exponent: int


def format_number(number: Any, picture: Any, options: Any = UNDEFINED) -> Any:
    """`$formatNumber`. Raises Refusal D3080 to D3093 for a picture that is none."""
    if number is UNDEFINED:
        return UNDEFINED
    given = () if options is UNDEFINED else tuple(sorted(options.items()))
    positive, negative, signs = _layouts(picture, given)
    if not isfinite(number):
        raise Refusal("D1001", "a number is out of range: a division by zero?")
    return _written(number, positive if number >= 0 else negative, signs)


@cache
def _known_signs(options: tuple[tuple[str, Any], ...]) -> tuple[Signs, str]:
    names = _DEFAULTS | {name: str(value) for name, value in options}
    zero = ord(names["zero-digit"])
    signs = Signs(
        names["decimal-separator"], names["grouping-separator"], names["exponent-separator"],
        names["minus-sign"], names["percent"], names["per-mille"], names["digit"],
        "".join(chr(zero + digit) for digit in range(10)),
    )  # fmt: skip
    return signs, names["pattern-separator"]


def _layouts(picture: str, options: tuple[tuple[str, Any], ...]) -> tuple[Layout, Layout, Signs]:
    """The layouts of positive and of negative numbers."""
    signs, separator = _known_signs(options)
    pictures = picture.split(separator)
    if len(pictures) > 2:
        raise _mistake("D3080")
    found = [_layout(_checked(_parts(each, signs), signs), signs) for each in pictures]
    if len(found) == 2:
        return found[0], found[1], signs
    return found[0], _layout(found[0].parts, signs, signs.minus), signs


def _mistake(code: str) -> Refusal:
    return Refusal(code, _MISTAKES[code])


def _parts(picture: str, signs: Signs) -> Parts:
    ends = [i for i, c in enumerate(picture) if c in signs.active and c != signs.exponent]
    prefix = picture[: ends[0]] if ends else ""
    suffix = picture[ends[-1] + 1 :] if ends else ""
    active = picture[len(prefix) : len(picture) - len(suffix)]
    at = picture.find(signs.exponent, len(prefix))
    if at < 0 or at > len(picture) - len(suffix):
        mantissa, exponent = active, None
    else:
        mantissa, exponent = active[:at], active[at + 1 :]
    integer, found, fraction = mantissa.partition(signs.decimal)
    fraction = fraction if found else suffix
    return Parts(picture, prefix, suffix, active, mantissa, exponent, integer, fraction)


def _checked(parts: Parts, signs: Signs) -> Parts:
    """The parts; raises Refusal for the last mistake found."""
    mistakes = [code for code, wrong in _judged(parts, signs) if wrong]
    if mistakes:
        raise _mistake(mistakes[-1])
    return parts


def _judged(parts: Parts, signs: Signs) -> list[tuple[str, bool]]:
    whole, exponent = parts.whole, parts.exponent
    percent, per_mille = whole.count(signs.percent), whole.count(signs.per_mille)
    at = whole.find(signs.decimal)
    beside = whole[max(at - 1, 0) : at] + whole[at + 1 : at + 2]
    before, _, _ = parts.integer.partition(signs.optional)
    after = parts.fraction.rpartition(signs.optional)[2]
    return [
        ("D3081", whole.count(signs.decimal) > 1),
        ("D3082", percent > 1),
        ("D3083", per_mille > 1),
        ("D3084", bool(percent and per_mille)),
        ("D3085", not signs.digits_in(parts.mantissa)),
        ("D3086", any(character not in signs.active for character in parts.active)),
        ("D3087", at >= 0 and signs.grouping in beside),
        ("D3088", at < 0 and parts.integer.endswith(signs.grouping)),
        ("D3089", signs.grouping * 2 in whole),
        ("D3090", signs.optional in parts.integer and signs.mandatory_in(before) > 0),
        ("D3091", signs.optional in parts.fraction and signs.mandatory_in(after) > 0),
        ("D3092", bool(exponent) and bool(percent or per_mille)),
        ("D3093", exponent is not None and signs.mandatory_in(exponent) < max(len(exponent), 1)),
    ]


def _layout(parts: Parts, signs: Signs, minus: str = "") -> Layout:
    least_integer = scale = signs.mandatory_in(parts.integer)
    least_fraction = signs.mandatory_in(parts.fraction)
    most_fraction = signs.digits_in(parts.fraction)
    exponent = parts.exponent is not None
    if not least_integer and not most_fraction:
        if exponent:
            least_fraction = most_fraction = 1
        else:
            least_integer = 1
    if exponent and not least_integer and signs.optional in parts.integer:
        least_integer = 1
    if not least_integer and not least_fraction:
        least_fraction = 1
    groups = _groups(parts.integer, parts, signs, to_left=False)
    return Layout(
        parts, minus + parts.prefix, groups, _regular(groups),
        _groups(parts.fraction, parts, signs, to_left=True), least_integer, scale,
        least_fraction, most_fraction, signs.mandatory_in(parts.exponent or ""),
    )  # fmt: skip


def _groups(part: str, parts: Parts, signs: Signs, *, to_left: bool) -> tuple[int, ...]:
    """How many digits stand between the grouping separators and the decimal separator."""
    found = []
    at = part.find(signs.grouping)
    while at >= 0:
        found.append(signs.digits_in(part[:at] if to_left else part[at:]))
        at = parts.integer.find(signs.grouping, at + 1)
    return tuple(found)


def _regular(groups: tuple[int, ...]) -> int:
    """The distance of groups that are equally long, else 0."""
    size = reduce(gcd, groups, 0)
    return size if all(n * size in groups for n in range(1, len(groups) + 1)) else 0


def _written(number: float, layout: Layout, signs: Signs) -> str:
    whole = layout.parts.whole
    factor = 100 if signs.percent in whole else 1000 if signs.per_mille in whole else 1
    mantissa, exponent = _scaled(number * factor, layout)
    value = rounded(mantissa, layout.most_fraction) if layout.most_fraction else rounded(mantissa)
    integer, _, fraction = _fixed(value, layout.most_fraction, signs).partition(".")
    zero = signs.digits[0]
    integer = integer.lstrip(zero).rjust(layout.least_integer, zero)
    fraction = fraction.rstrip(zero).ljust(layout.least_fraction, zero)
    text = _grouped(integer, layout, signs.grouping)
    for position in layout.fraction_groups:
        fraction = fraction[:position] + signs.grouping + fraction[position:]
    if fraction and signs.decimal in whole:
        text += signs.decimal + fraction
    elif fraction:
        text += signs.decimal + fraction[:-1]
    if exponent is not None:
        sign = signs.minus if exponent < 0 else ""
        digits = _fixed(exponent, 0, signs).rjust(layout.least_exponent, zero)
        text += signs.exponent + sign + digits
    return layout.prefix + text + layout.parts.suffix


def _scaled(number: float, layout: Layout) -> tuple[int | float, int | None]:
    """Mantissa and exponent, where the picture has one."""
    if not layout.least_exponent:
        return number, None
    exponent = 0
    if number:
        while abs(number) < 10 ** (layout.scale - 1):
            number, exponent = number * 10, exponent - 1
        while abs(number) > 10**layout.scale:
            number, exponent = number / 10, exponent + 1
    return number, exponent


def _fixed(number: float, places: int, signs: Signs) -> str:
    """The digits of a number without its sign."""
    text = format(abs(Decimal(repr(number))), f".{places}f")
    return text.translate({ord("0") + n: digit for n, digit in enumerate(signs.digits)})


def _grouped(integer: str, layout: Layout, separator: str) -> str:
    size = len(integer)
    if layout.regular:
        positions: list[int] = list(range(layout.regular, size, layout.regular))
    else:
        positions = [position for position in layout.groups if position <= size]
    for position in sorted(positions):
        at = size - position
        integer = integer[:at] + separator + integer[at:]
    return integer
