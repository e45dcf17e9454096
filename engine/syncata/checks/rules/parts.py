"""Names that only some syncs and operations have: `$parent` with `each`, `$current` with `read`."""

from collections.abc import Iterator

from syncata.checks.rules.names import expressions
from syncata.checks.subject import Subject, Written, at_key, finding
from syncata.errors import Finding
from syncata.expressions import Expression
from syncata.spec.node import Node


def parents_have_parts(subject: Subject) -> Iterator[Finding]:
    """`$parent` is known where `each` makes several records out of one."""
    for written, expression in expressions(subject):
        sync = subject.root["syncs"][written.sync]
        if written.sync and not sync["each"]:
            message = f"$parent is not known: the sync {written.sync} has no `each`"
            hint = "without `each` the record is the stream's own: write its fields without $parent"
            yield from _unknown(written, expression, "parent", message, hint)


def current_was_read(subject: Subject) -> Iterator[Finding]:
    """`$current` is known where the operation reads before it writes."""
    for written, expression in expressions(subject):
        operation = _around(subject, written)
        if not operation["read"]:
            word = operation.path[-1] if operation.path else ""
            message = f"$current is not known: `{word}` has no `read`"
            hint = f"add `read: {{request: …}}` to `{word}`"
            yield from _unknown(written, expression, "current", message, hint)


def _unknown(
    written: Written, expression: Expression, name: str, message: str, hint: str
) -> Iterator[Finding]:
    position = expression.variable_positions.get(name)
    if position is not None and name in written.place.variables:
        yield finding(position, "SYN302", message, hint, len(name) + 1)


def _around(subject: Subject, written: Written) -> Node:
    node = subject.root
    for part in written.node.path[:4]:
        node = node[part]
    return node


def parts_have_keys(subject: Subject) -> Iterator[Finding]:
    """The stream's key identifies its records, not the parts that `each` makes of one."""
    for name, sync in subject.root["syncs"].items():
        from_stream = bool(subject.root["source"]["streams"][sync["from"].text()])
        if sync["each"] and not sync["key"] and from_stream:
            message = f"the sync {name} needs a key: the stream's is not that of its parts"
            hint = "write `key` over one part; $parent is the stream's record"
            yield at_key(sync["each"], "SYN328", message, hint)
