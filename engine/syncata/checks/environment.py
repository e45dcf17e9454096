"""What each expression of a spec sees, as types: the record, settings, what is known."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from syncata.checks.schema_files import record_schema
from syncata.checks.subject import Subject, Written
from syncata.expressions import Expression
from syncata.expressions.types import (
    ANY,
    UNDEFINED,
    Type,
    Typed,
    Way,
    facts_of,
    flat,
    infer,
    of_rules,
    of_schema,
)
from syncata.spec.node import Node

_PAYLOADS = ("known", "desired")


class Environment:
    """The types that a spec's own words give to what its expressions see."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._root = subject.root
        self._settings = of_rules(subject.root["settings"].mapping)
        self._definitions: dict[str, Type] = {}
        self._parts: dict[str, Type] = {}
        self._schema = cache(self._read)

    def typed(self, written: Written, expression: Expression) -> Typed:
        """The types of an expression at its place."""
        names = [*written.place.variables]
        outer = dict.fromkeys(names, ANY)
        if written.place.definitions:
            outer |= {name: self._definition(name) for name in self._root["definitions"].mapping}
        outer |= {name: self._value(name, written) for name in names}
        record = self._record(written)
        is_mapped = bool(written.sync) and written.node.path[2] == "map"
        facts = self._facts(written.sync, record, outer) if is_mapped else {}
        return infer(expression.tree, expression.source.text, record, outer, facts)

    def _facts(self, sync: str, record: Type, outer: dict[str, Type]) -> Mapping[Way, Type]:
        """What is known of a record that is mapped: `where` and `live` let it through."""
        facts: Mapping[Way, Type] = {}
        for written in self._subject.written:
            path = written.node.path
            if written.sync == sync and path[2:] in (("where",), ("live",)):
                for one in written.expressions:
                    facts = facts_of(one.tree, record, outer, facts)
        return facts

    def resource(self, name: str) -> Type:
        """What a resource's schema says of its things."""
        schema = self._root["target"]["resources"][name]["schema"].text()
        return self._schema(schema, "the resource's schema")

    def _read(self, name: str, whose: str) -> Type:
        schema = record_schema(name, self._subject.folders)
        return ANY if schema is None else of_schema(schema, whose)

    def _stream(self, name: str) -> Type:
        stream = self._root["source"]["streams"][name]
        if name == "settings" and not stream:
            return self._settings
        return self._schema(stream["schema"].text(), "the stream's schema")

    def _value(self, name: str, written: Written) -> Type:
        path = written.node.path
        if name == "settings":
            return self._settings
        if name == "parent" and written.sync:
            return self._stream(self._root["syncs"][written.sync]["from"].text())
        if name in _PAYLOADS:
            sync = self._root["syncs"][written.sync] if written.sync else None
            resource = str(path[2]) if sync is None else sync["to"].text()
            return self._payload(resource, known=name == "known")
        return ANY

    def _payload(self, resource: str, *, known: bool) -> Type:
        """What was sent, or is to be; what is known may be of an earlier mapping, or nothing."""
        of = self.resource(resource)
        if not known or of.shape is None:
            return of
        members = {name: held | UNDEFINED for name, held in of.shape.members.items()}
        return replace(of, shape=replace(of.shape, members=members)) | UNDEFINED

    def _record(self, written: Written) -> Type:
        """What `$` is."""
        path = written.node.path
        if not written.place.record:
            return ANY
        if written.sync:
            sync = self._root["syncs"][written.sync]
            whole = not sync["each"] or path[2] == "each"
            return self._stream(sync["from"].text()) if whole else self._part(written.sync, sync)
        if written.place.record == "the record":
            return self._stream(str(path[2]))
        if written.place.record == "what the target should hold":
            return self.resource(str(path[2]))
        return ANY

    def _part(self, name: str, sync: Node) -> Type:
        """What `each` makes of a record."""
        if name not in self._parts:
            self._parts[name] = ANY
            place = sync["each"].path
            for written in self._subject.written:
                if written.node.path == place:
                    found = flat(self.typed(written, written.expressions[0]).type).defined
                    self._parts[name] = found if found.kinds else ANY
        return self._parts[name]

    def _definition(self, name: str) -> Type:
        """The type of a definition; of one that needs itself nothing is known."""
        if name not in self._definitions:
            self._definitions[name] = ANY
            expression = self._subject.definitions.get(name)
            if expression is not None:
                others = {other: self._definition(other) for other in expression.variables
                          if other in self._root["definitions"].mapping}  # fmt: skip
                outer = {"settings": self._settings, "lookups": ANY, **others}
                self._definitions[name] = _typed(expression, ANY, outer).type
        return self._definitions[name]


def _typed(expression: Expression, context: Type, outer: dict[str, Type]) -> Typed:
    return infer(expression.tree, expression.source.text, context, outer)
