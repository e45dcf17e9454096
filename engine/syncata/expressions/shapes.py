"""How each construct of an expression is laid out."""

from collections.abc import Callable, Mapping
from typing import Any

from syncata.expressions.grammar import (
    CLOSING,
    Atom,
    Bracket,
    Condition,
    Construct,
    Function,
    Infix,
    Item,
    Prefix,
    Transform,
)
from syncata.expressions.layout import (
    Layout,
    Line,
    OneLine,
    either,
    group,
    hard,
    join,
    nest,
)

# Operators of one kind, in one chain, begin lines together.
_KINDS = {
    operator: kind
    for kind in ("and", "or", "& + -", "* / %", "= != < > <= >= in", "~>", ".", "?: ??", ":=")
    for operator in kind.split()
}
_TIGHT = ("..", "@", "#", "^")


def layout_of(node: Construct) -> Layout:
    """The layout of a construct."""
    rule: Callable[[Any], Layout] = _RULES[type(node)]
    return rule(node)


def _atom(node: Atom) -> Layout:
    return node.text


def _prefix(node: Prefix) -> Layout:
    return join(node.operator, layout_of(node.operand))


def _transform(node: Transform) -> Layout:
    pattern, *rest = (layout_of(part) for part in node.parts)
    return join("|", pattern, "|", *_listed(rest, ", "), "|")


def _listed(parts: list[Layout], separator: str) -> list[Layout]:
    return [piece for part in parts for piece in (separator, part)][1:]


def _bracket(node: Bracket) -> Layout:
    before = "" if node.of is None else layout_of(node.of)
    if not node.items:
        return join(before, node.opening, CLOSING[node.opening])
    if node.separator == ";":
        return _block(node)
    if node.of is None and _is_data(node):
        return _data(node)
    if node.opening == "(" and not _sorts(node):
        return join(before, _arguments(node))
    return join(before, _enclosed(node))


def _sorts(node: Bracket) -> bool:
    return isinstance(node.of, Infix) and node.of.operator == "^"


def _enclosed(node: Bracket, *, broken: bool = False) -> Layout:
    """All items on one line, or each on its own."""
    inner: list[Layout] = []
    for item in node.items:
        inner += [_item(item), ",", Line(" ")]
    closing = CLOSING[node.opening]
    return group(node.opening, nest(Line(), *inner[:-2]), Line(), closing, broken=broken)


def _item(item: Item) -> Layout:
    if item.value is None:
        return layout_of(item.node)
    return join(layout_of(item.node), ": ", nest(layout_of(item.value)))


def _block(node: Bracket) -> Layout:
    """One operand in parentheses, or statements, each on a line of its own; those that are
    written on one line stay there if they fit."""
    several = len(node.items) > 1 and any(item.breaks for item in node.items)
    inner: list[Layout] = []
    for index, item in enumerate(node.items):
        if index:
            inner += [";", Line(" ", hard=several)]
            inner += [Line(hard=True)] if item.breaks > 1 else []
        inner.append(layout_of(item.node))
    end = ";" if node.open_end else ""
    return group("(", nest(Line(hard=several), *inner, end), Line(hard=several), ")")


def _is_block(node: Construct) -> bool:
    """Whether it is several statements in parentheses."""
    return isinstance(node, Bracket) and node.separator == ";" and len(node.items) > 1


def _is_data(node: Construct | None) -> bool:
    """Whether it holds literals only: a table, whose rows the author has chosen."""
    if isinstance(node, Atom):
        return node.literal
    if isinstance(node, Prefix):
        return _is_data(node.operand)
    return (
        isinstance(node, Bracket)
        and node.separator == ","
        and node.of is None
        and all(_is_data(i.node) and (i.value is None or _is_data(i.value)) for i in node.items)
    )


def _data(node: Bracket) -> Layout:
    """Rows as they are written if each fits, or else filled up one after the other."""
    last = len(node.items) - 1
    texts = [join(_item(item), "," if at < last else "") for at, item in enumerate(node.items)]
    rows: list[Layout] = texts[:1]
    filled: list[Layout] = texts[:1]
    for item, text in zip(node.items[1:], texts[1:], strict=True):
        rows += [Line(" ") if item.breaks else " ", text]
        filled.append(group(Line(" "), text))
    closing = CLOSING[node.opening]
    as_written, refilled = (
        group(node.opening, nest(Line(), *parts), Line(), closing, broken=True)
        for parts in (rows, filled)
    )
    return either(as_written, refilled, whole=True)


def _arguments(node: Bracket) -> Layout:
    """The arguments of a call; a last one with brackets of its own may be the only broken one."""
    plain = _enclosed(node)
    *others, last = node.items
    head = _listed([_item(item) for item in others], ", ")
    if not _opens(last.node) or any(hard(part) for part in head):
        return plain
    hugged = join("(", OneLine(join(*head, ", " if head else "")), _broken(last.node), ")")
    return either(hugged, plain)


def _opens(node: Construct) -> bool:
    """Whether it begins with a bracket, or is a function: its end closes what it opened."""
    if isinstance(node, Function):
        return True
    return isinstance(node, Bracket) and node.of is None and bool(node.items)


def _broken(node: Construct) -> Layout:
    if isinstance(node, Bracket) and node.separator == "," and not _is_data(node):
        return _enclosed(node, broken=True)
    if isinstance(node, Function):
        return _function(node, broken=True)
    if isinstance(node, Bracket) and node.separator == ";" and len(node.items) == 1:
        return group("(", nest(Line(), layout_of(node.items[0].node)), Line(), ")", broken=True)
    return layout_of(node)


def _function(node: Function, *, broken: bool = False) -> Layout:
    head = OneLine(join(layout_of(node.head), node.signature, " {"))
    body = layout_of(node.body)
    if isinstance(node.body, Bracket) and node.body.separator == ";":
        return join(head, body, "}")
    return group(head, nest(Line(), body), Line(), "}", broken=broken)


def _infix(node: Infix) -> Layout:
    left, right = layout_of(node.left), layout_of(node.right)
    if node.operator in _TIGHT:
        return join(left, node.operator, right) if node.operator != "^" else join(left, "^")
    if node.operator == ":=":
        return join(left, " := ", right)
    if node.operator == ".":
        return _path(node)
    first, rest = _chain(node)
    lines: list[Layout] = []
    for operator, operand in rest:
        lines += [Line(" "), f"{operator} ", layout_of(operand)]
    return group(layout_of(first), nest(*lines))


def _chain(node: Infix) -> tuple[Construct, list[tuple[str, Construct]]]:
    """The first operand of a chain of operators of one kind, and the others in order."""
    rest: list[tuple[str, Construct]] = []
    first: Construct = node
    while isinstance(first, Infix) and _KINDS.get(first.operator) == _KINDS[node.operator]:
        rest.append((first.operator, first.right))
        first = first.left
    return first, rest[::-1]


def _path(node: Infix) -> Layout:
    """Broken within the brackets of its last step, or else at its dots."""
    first, rest = _chain(node)
    steps = [layout_of(step) for _, step in rest]
    last = rest[-1][1]
    if len(steps) < 2 or _is_block(last) or any(hard(step) for step in steps):
        return join(layout_of(first), *(join(".", step) for step in steps))
    plain = group(layout_of(first), nest(*(join(Line(), ".", step) for step in steps)))
    if not _opens(last):
        return plain
    head = OneLine(join(layout_of(first), *(join(".", step) for step in steps[:-1]), "."))
    return either(join(head, _broken(last)), plain)


def _condition(node: Condition) -> Layout:
    test, then = layout_of(node.test), layout_of(node.then)
    if node.otherwise is None:
        plain = group(test, nest(Line(" "), "? ", nest(then)))
        return _hugging(node.then, [test, " ? "], plain)
    if isinstance(node.otherwise, Condition):
        return _cases(node)
    other = layout_of(node.otherwise)
    plain = group(test, nest(Line(" "), "? ", nest(then), Line(" "), ": ", nest(other)))
    return _hugging(node.otherwise, [test, " ? ", then, " : "], plain)


def _hugging(last: Construct, head: list[Layout], plain: Layout) -> Layout:
    """`test ? then : (` on one line, where the statements below end it."""
    if not _is_block(last):
        return plain
    if any(hard(part) for part in head):
        return plain
    return either(join(OneLine(join(*head)), layout_of(last)), plain)


def _cases(node: Condition) -> Layout:
    """`a ? b : c ? d : e`, one case a line."""
    cases: list[Layout] = [layout_of(node.test), " ? ", nest(layout_of(node.then))]
    rest = node.otherwise
    while isinstance(rest, Condition):
        cases += [nest(Line(" "), ": ", _case(rest))]
        rest = rest.otherwise
    if rest is not None:
        cases += [nest(Line(" "), ": ", nest(layout_of(rest)))]
    return group(*cases)


def _case(node: Condition) -> Layout:
    return join(layout_of(node.test), " ? ", nest(layout_of(node.then)))


_RULES: Mapping[type, Callable[[Any], Layout]] = {
    Atom: _atom,
    Bracket: _bracket,
    Condition: _condition,
    Function: _function,
    Infix: _infix,
    Prefix: _prefix,
    Transform: _transform,
}
