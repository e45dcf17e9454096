"""Code for paths that carry names (`@$v`, `#$i`, `%`): each step is a function of a tuple."""

from syncata.expressions import tree
from syncata.expressions.compiler.constructors import function, group
from syncata.expressions.compiler.filters import index_of
from syncata.expressions.compiler.names import carried_by
from syncata.expressions.compiler.values import Value
from syncata.expressions.compiler.writer import Place, Writer


def path(w: Writer, node: tree.Path, done: int, stream: Value, place: Place) -> Value:
    """The steps of a path that carry names, and what follows; `done` steps yielded `stream`."""
    carried = carried_by(node)
    for index, step in enumerate(node.steps[done:]):
        stream = _step(w, step, stream, place, carried, first=index == 0)
    if node.group is not None:
        return group(w, node.group, stream.code, place, carried)
    if node.carries:
        return stream
    code = f"values_of({stream.code})"
    return w.keep(Value(f"kept_path({code})" if node.keep else code, open=not node.keep))


def _step(
    w: Writer, step: tree.Step, stream: Value, place: Place, carried: frozenset[str], *, first: bool
) -> Value:
    if isinstance(step.node, tree.Sort):
        stream = _sort(w, step, stream, place, carried, first=first)
    else:
        name = function(w, "step", step.node, place, carried)
        begun = f"begun({stream.code})" if first else stream.code
        labels = f"{step.focus!r}, {step.index!r}, {step.ancestor!r}"
        w.spends = True
        stream = w.keep(Value(f"advanced({begun}, {name}, {labels}, budget)"))
    for stage in step.stages:
        if isinstance(stage, tree.Position):
            stream = w.keep(Value(f"indexed({stream.code}, {stage.name!r})"))
        else:
            stream = _filter(w, stage.test, stream, place, carried)
    return stream


def _filter(
    w: Writer, test: tree.Node, stream: Value, place: Place, carried: frozenset[str]
) -> Value:
    index = index_of(test)
    if index is not None:
        return w.keep(Value(f"item_at({stream.code}, {index})"))
    name = function(w, "test", test, place, carried)
    return w.keep(Value(f"filtered_tuples({stream.code}, {name})"))


def _sort(
    w: Writer, step: tree.Step, stream: Value, place: Place, carried: frozenset[str], *, first: bool
) -> Value:
    assert isinstance(step.node, tree.Sort)
    terms = ""
    for term in step.node.terms:
        terms += f"({function(w, 'key', term.key, place, carried)}, {term.descending}), "
    with w.placed(step.node.at):
        if first:
            code = f"begun_sorted(sequence_of({stream.code}), [{terms}], {step.index!r})"
        else:
            code = f"sorted_stream({stream.code}, [{terms}])"
        return w.keep(Value(code))


def carries(node: tree.Node) -> bool:
    """Whether a node's value is a stream of tuples."""
    if isinstance(node, tree.Block):
        return bool(node.nodes) and carries(node.nodes[-1])
    return isinstance(node, tree.Path) and node.carries


def filtered(w: Writer, value: Value, node: tree.Attached, place: Place) -> Value:
    """Filters behind a block whose value is a stream of tuples."""
    carried: frozenset[str] = frozenset()
    for inner in tree.walk(node.node):
        if isinstance(inner, tree.Path):
            carried |= carried_by(inner)
    for test in node.filters:
        value = _filter(w, test, value, place, carried)
    return value
