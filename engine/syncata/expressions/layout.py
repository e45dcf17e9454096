"""Laying text out in lines of a given width: what fits stays on one line, what does not is broken.

A layout is built of texts, places where a line may be broken, and groups whose places are broken
together (after Wadler's "A prettier printer").
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

STEP = 2


@dataclass(frozen=True, slots=True)
class Line:
    """A line break; on one line it is `flat`. `hard`: it is broken in any case."""

    flat: str = ""
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Join:
    """Parts one after the other."""

    parts: tuple["Layout", ...]
    hard: bool


@dataclass(frozen=True, slots=True)
class Nest:
    """Lines that begin further to the right."""

    inner: "Layout"
    hard: bool


@dataclass(frozen=True, slots=True)
class Group:
    """All breaks of it, or none. `broken`: all, unless what is around it stays on one line."""

    inner: "Layout"
    hard: bool
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Either:
    """`first` if its first line fits (`whole`: all its lines), else `second`; on one line they are
    the same."""

    first: "Layout"
    second: "Layout"
    hard: bool
    whole: bool = False


@dataclass(frozen=True, slots=True)
class OneLine:
    """Never broken."""

    inner: "Layout"
    hard: bool = False


Layout = str | Line | Join | Nest | Group | Either | OneLine

_Entry = tuple[int, bool, Layout]
"""Indentation, whether it stays on one line, and what is to be laid out."""


def hard(layout: Layout) -> bool:
    """Whether it holds a break that is made in any case."""
    return not isinstance(layout, str) and layout.hard


def join(*parts: Layout) -> Layout:
    """Parts one after the other."""
    return Join(parts, any(hard(part) for part in parts))


def nest(*parts: Layout) -> Layout:
    """Parts whose lines begin further to the right."""
    inner = join(*parts)
    return Nest(inner, hard(inner))


def group(*parts: Layout, broken: bool = False) -> Layout:
    """Parts that are broken together."""
    inner = join(*parts)
    return Group(inner, hard(inner), broken)


def either(first: Layout, second: Layout, *, whole: bool = False) -> Layout:
    """The first layout if its first line fits (`whole`: all its lines), else the second."""
    return Either(first, second, hard(first) or hard(second), whole)


def one_line(layout: Layout) -> str:
    """All of it on one line, however long."""
    return "".join(_texts([(0, True, layout)], 0))


def lines(layout: Layout, width: int) -> list[str]:
    """The layout in lines of that width, where it can be."""
    text = "".join(_texts([(0, False, layout)], width))
    return [line.rstrip() for line in text.split("\n")]


def _texts(waiting: list[_Entry], width: int, column: int = 0) -> Iterator[str]:
    while waiting:
        indent, flat, layout = waiting.pop()
        if isinstance(layout, str):
            column += len(layout)
            yield layout
        elif isinstance(layout, Line) and not flat:
            column = indent
            yield "\n" + " " * indent
        else:
            waiting += _unfolded(indent, layout, (column, width), waiting, flat=flat)


def _unfolded(
    indent: int, layout: Layout, at: tuple[int, int], rest: Sequence[_Entry], *, flat: bool
) -> list[_Entry]:
    """What a layout is made of, last part first, decided on how it is laid out. `at`: the column
    reached, and the width."""
    if isinstance(layout, Group) and not flat:
        whole: _Entry = (indent, True, layout.inner)
        fits = not layout.hard and not layout.broken and _fits(whole, rest, at[1] - at[0])
        return [whole if fits else (indent, False, layout.inner)]
    if isinstance(layout, Either) and not flat:
        return [_chosen(indent, layout, at, rest)]
    return _inside(indent, layout, flat=flat)


def _chosen(indent: int, layout: Either, at: tuple[int, int], rest: Sequence[_Entry]) -> _Entry:
    column, width = at
    if not layout.hard and _fits((indent, True, layout.first), rest, width - column):
        return (indent, True, layout.first)
    first: _Entry = (indent, False, layout.first)
    fits = _fits(first, rest, width - column)
    if fits and layout.whole:
        made = " " * column + "".join(_texts([first], width, column))
        fits = all(len(line) <= width for line in made.split("\n"))
    return first if fits else (indent, False, layout.second)


def _inside(indent: int, layout: Layout, *, flat: bool) -> list[_Entry]:
    if isinstance(layout, str):
        return [(indent, flat, layout)]
    if isinstance(layout, Line):
        return [(indent, True, layout.flat)]
    if isinstance(layout, Join):
        return [(indent, flat, part) for part in reversed(layout.parts)]
    if isinstance(layout, Nest):
        return [(indent + STEP, flat, layout.inner)]
    if isinstance(layout, Either):
        return [(indent, flat, layout.first)]
    return [(indent, flat or isinstance(layout, OneLine), layout.inner)]


def _fits(entry: _Entry, rest: Sequence[_Entry], room: int) -> bool:
    """Whether the text up to the next line break has room; what follows counts, too."""
    waiting, behind = [entry], len(rest)
    while room >= 0:
        if not waiting:
            if not behind:
                return True
            behind -= 1
            waiting.append(rest[behind])
        indent, flat, layout = waiting.pop()
        if isinstance(layout, str):
            room -= len(layout)
        elif isinstance(layout, Line) and not flat:
            return True
        else:
            waiting += _inside(indent, layout, flat=flat)
    return False
