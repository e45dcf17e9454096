"""Keys of records: what ranks them is a list, and nobody's name stands in them unhidden."""

from collections.abc import Iterator, Mapping
from typing import Any

from syncata.checks.rules.fields import properties_of, schema_of_records, stream_schema
from syncata.checks.rules.names import can_look_up, expressions, field_place, member_place
from syncata.checks.subject import Subject, finding
from syncata.errors import Finding, Position, Severity
from syncata.expressions import Expression
from syncata.expressions.parser import Node as Tree
from syncata.expressions.parser import parse
from syncata.spec.node import Node

_OF_THE_SOURCE = {("key",), ("person",), ("order",)}


def ranks_have_lists_as_keys(subject: Subject) -> Iterator[Finding]:
    """`$rank()` compares the last parts of keys, so the sync's key is a list of two or more."""
    for written, expression in expressions(subject):
        calls = [c for c in expression.calls if c.name == "rank" and not c.local]
        if not calls or not can_look_up(written):
            continue
        key = _compiled(subject, key_of(subject, subject.root["syncs"][written.sync]))
        if key is not None and not _is_list(parse(key.source.text)):
            message = f"$rank needs a list as the key of {written.sync}"
            hint = "records whose keys differ in the last part only are ranked: `key: '[a, b]'`"
            yield from (finding(c.position, "SYN341", message, hint, 5) for c in calls)


def keys_are_of_the_source(subject: Subject) -> Iterator[Finding]:
    """What `$ref` yields may be provisional while planning, so it makes no key and no order."""
    for written, expression in expressions(subject):
        word = written.node.path[2:]
        if not written.sync or word not in _OF_THE_SOURCE:
            continue
        for call in expression.calls:
            if call.name == "ref" and not call.local:
                message = f"$ref cannot be used in `{word[0]}`: the id may not be known yet"
                hint = "make it of what the source says; $ref stands in mappings and requests"
                yield finding(call.position, "SYN302", message, hint, len("$ref"))


def key_of(subject: Subject, sync: Node) -> Node:
    """The key of a sync's records: its own, or that of its stream."""
    return sync["key"] or subject.root["source"]["streams"][sync["from"].text()]["key"]


def _is_list(tree: Tree) -> bool:
    """Whether an expression always yields a list of two parts or more."""
    if tree.type == "block" and tree.expressions:
        return _is_list(tree.expressions[-1])
    if tree.type == "condition":
        otherwise = tree._else  # noqa: SLF001  the parser has no other name for it
        return otherwise is not None and _is_list(tree.then) and _is_list(otherwise)
    return bool(tree.type == "unary" and tree.value == "[" and len(tree.expressions) > 1)


def keys_hide_persons(subject: Subject) -> Iterator[Finding]:
    """A key, or an order, that reads personal data is kept as it is, unless there is `person`."""
    for name, sync in subject.root["syncs"].items():
        for node in () if sync["person"] else (key_of(subject, sync), sync["order"]):
            expression = _compiled(subject, node)
            if expression is not None:
                for field, place in _personal_reads(subject, sync, expression):
                    yield _shown_as_it_is(name, str(node.path[-1]), field, place)


def _personal_reads(
    subject: Subject, sync: Node, expression: Expression
) -> Iterator[tuple[str, tuple[Position, int]]]:
    records, parents = schema_of_records(subject, sync), properties_of(stream_schema(subject, sync))
    for path in expression.reads:
        if _is_personal(records, path):
            field = ".".join(path) or "the whole record"
            yield field, field_place(expression, path[0] if path else "$")
    for member in sorted(expression.variables.get("parent") or ()):
        rules = parents.get(member)  # what is read of its parts is not known here
        if isinstance(rules, Mapping) and rules.get("personal") is True:
            yield f"$parent.{member}", member_place(expression, "parent", member)


def _shown_as_it_is(sync: str, word: str, field: str, place: tuple[Position, int]) -> Finding:
    message = f"`{word}` of {sync} keeps {field}, which is personal, as it is"
    hint = "name in `person` who the record is about: keys then hold a keyed hash"
    if word == "order":
        hint = "order by something that tells of nobody, such as an instant"
    return finding(place[0], "SYN342", message, hint, place[1], severity=Severity.WARNING)


def _is_personal(schema: Any, path: tuple[str, ...]) -> bool:
    """Whether what a path leads to is personal, stands in something that is, or holds it."""
    if not isinstance(schema, Mapping):
        return False
    if schema.get("personal") is True or _is_personal(schema.get("items"), path):
        return True
    parts = properties_of(schema)
    if not path or "*" in path[0]:
        return any(_is_personal(part, path[1:]) for part in parts.values())
    return _is_personal(parts.get(path[0]), path[1:])


def _compiled(subject: Subject, node: Node) -> Expression | None:
    return next((t.expressions[0] for t in subject.written if t.node.path == node.path), None)
