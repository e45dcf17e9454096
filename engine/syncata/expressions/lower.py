"""From the parser's tree to our own."""

from collections.abc import Callable
from typing import Any

from syncata.expressions import tree
from syncata.expressions.parser import Node


def lower(node: Node) -> tree.Node:
    """The tree of an expression, from the parser's."""
    if node.type == "path":
        return _path(node)
    core = _core(node)
    if node.predicate is None and node.group is None and not node.keep_array:
        return core
    return tree.Attached(
        at=node.position,
        span=getattr(node, "span", core.span),
        node=core,
        filters=tuple(lower(item.expr) for item in node.predicate or ()),
        group=None if node.group is None else _group(node.group),
        keep=bool(node.keep_array),
    )


def _place(node: Node) -> dict[str, Any]:
    at = node.position
    return {"at": at, "span": getattr(node, "inner", getattr(node, "span", (at, at)))}


def _core(node: Node) -> tree.Node:
    """A node without what is attached to it."""
    rule = _RULES.get(node.type)
    if rule is None:
        raise AssertionError(f"the parser knows no {node.type}")
    return rule(node)


def _path(node: Node) -> tree.Node:
    return tree.Path(
        **_place(node),
        steps=_steps(node.steps),
        keep=bool(node.keep_singleton_array or node.keep_array),
        carries=bool(node.tuple),
        group=None if node.group is None else _group(node.group),
    )


def _steps(nodes: list[Node]) -> tuple[tree.Step, ...]:
    """From the first step that carries names on, all do."""
    steps, streaming = [], False
    for node in nodes:
        streaming = streaming or bool(node.tuple)
        steps.append(_step(node, streaming=streaming))
    return tuple(steps)


def _step(node: Node, *, streaming: bool) -> tree.Step:
    return tree.Step(
        node=lower(node),
        stages=tuple(_stage(stage) for stage in node.stages or ()),
        focus=node.focus,
        index=node.index,
        ancestor=None if node.ancestor is None else node.ancestor.label,
        streaming=streaming,
    )


def _stage(node: Node) -> tree.Filter | tree.Position:
    if node.type == "filter":
        return tree.Filter(test=lower(node.expr))
    return tree.Position(name=node.value)


def _group(node: Node) -> tree.Group:
    pairs = _pairs(node.lhs_object)
    return tree.Group(at=node.position, span=_hull(node, pairs), pairs=pairs)


def _hull(node: Node, pairs: tuple[tuple[tree.Node, ...], ...]) -> tree.Span:
    """From where a node stands to the end of what it holds; the parser knows no more of it."""
    ends = [held.span[1] for pair in pairs for held in pair]
    return node.position, max(ends, default=node.position)


def _pairs(pairs: list[list[Node]]) -> tree.Pairs:
    return tuple((lower(key), lower(value)) for key, value in pairs)


def _literal(node: Node) -> tree.Node:
    return tree.Literal(**_place(node), value=node.value)


def _variable(node: Node) -> tree.Node:
    return tree.Variable(**_place(node), name=node.value)


def _name(node: Node) -> tree.Node:
    return tree.Name(**_place(node), name=str(node.value))


def _sort(node: Node) -> tree.Node:
    terms = [tree.Term(key=lower(t.expression), descending=bool(t.descending)) for t in node.terms]
    span = _hull(node, tuple((term.key,) for term in terms))
    return tree.Sort(at=node.position, span=span, terms=tuple(terms))


def _unary(node: Node) -> tree.Node:
    if node.value == "{":
        return tree.Object(**_place(node), pairs=_pairs(node.lhs_object))
    if node.value == "[":
        items = tuple(map(lower, node.expressions))
        return tree.Array(**_place(node), items=items, cons=bool(node.consarray))
    return tree.Negation(**_place(node), operand=lower(node.expression))


def _binary(node: Node) -> tree.Node:
    left, right = lower(node.lhs), lower(node.rhs)
    if node.value == "..":
        span = (left.span[0], right.span[1])
        return tree.Range(at=node.position, span=span, first=left, last=right)
    return tree.Binary(**_place(node), operator=str(node.value), left=left, right=right)


def _condition(node: Node) -> tree.Node:
    other = node._else  # noqa: SLF001  the parser's name for it
    return tree.Condition(
        **_place(node),
        test=lower(node.condition),
        then=lower(node.then),
        otherwise=None if other is None else lower(other),
    )


def _block(node: Node) -> tree.Node:
    return tree.Block(**_place(node), nodes=tuple(map(lower, node.expressions)))


def _bind(node: Node) -> tree.Node:
    return tree.Bind(**_place(node), name=node.lhs.value, value=lower(node.rhs))


def _lambda(node: Node) -> tree.Node:
    if node.thunk:
        return _function(node.body, tail=True)
    sign = node.signature
    return tree.Lambda(
        **_place(node),
        parameters=tuple(parameter.value for parameter in node.arguments),
        body=lower(node.body),
        signature=None if sign is None else sign.text,
    )


def _function(node: Node, first: Node | None = None, *, tail: bool = False) -> tree.Node:
    """A call; `first` comes from the left side of `~>`."""
    given = [] if first is None else [lower(first)]
    start, end = _place(node)["span"]
    return tree.Call(
        at=node.procedure.position,
        span=(given[0].span[0] if given else start, end),
        function=lower(node.procedure),
        arguments=(*given, *map(lower, node.arguments)),
        tail=tail,
    )


def _partial(node: Node) -> tree.Node:
    arguments = [None if a.type == "operator" else lower(a) for a in node.arguments]
    return tree.PartialCall(
        at=node.procedure.position,
        span=_place(node)["span"],
        function=lower(node.procedure),
        arguments=tuple(arguments),
    )


def _apply(node: Node) -> tree.Node:
    """`~>`: before a call, its left side is the first argument; what is attached to the call
    counts for nothing, as in the reference."""
    if node.rhs.type == "function":
        return _function(node.rhs, node.lhs)
    return tree.Apply(**_place(node), value=lower(node.lhs), function=lower(node.rhs))


def _transform(node: Node) -> tree.Node:
    return tree.Transform(
        **_place(node),
        pattern=lower(node.pattern),
        update=lower(node.update),
        delete=None if node.delete is None else lower(node.delete),
    )


_RULES: dict[str, Callable[[Node], tree.Node]] = {
    "string": _literal,
    "number": _literal,
    "value": _literal,
    "regex": lambda node: tree.Regex(**_place(node), pattern=node.value),
    "variable": _variable,
    "name": _name,
    "wildcard": lambda node: tree.Wildcard(**_place(node)),
    "descendant": lambda node: tree.Descendants(**_place(node)),
    "parent": lambda node: tree.Parent(**_place(node), label=node.slot.label),
    "sort": _sort,
    "unary": _unary,
    "binary": _binary,
    "condition": _condition,
    "block": _block,
    "bind": _bind,
    "lambda": _lambda,
    "function": _function,
    "partial": _partial,
    "apply": _apply,
    "transform": _transform,
}
