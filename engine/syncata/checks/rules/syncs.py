"""Syncs: what they join exists, and what they do to the target is possible."""

from collections.abc import Iterator
from typing import Any

from syncata.checks.draft7 import did_you_mean
from syncata.checks.schema_files import record_schema
from syncata.checks.subject import Subject, at_key, at_value
from syncata.errors import Finding
from syncata.spec.node import Node

_TAKES_AWAY = ("archive", "remove")


def syncs_join_what_exists(subject: Subject) -> Iterator[Finding]:
    """`from` is a stream or `settings`, `to` a resource."""
    streams = subject.root["source"]["streams"].mapping
    resources = subject.root["target"]["resources"].mapping
    for sync in subject.root["syncs"].values():
        start, end = sync["from"], sync["to"]
        if start.text() and start.text() not in [*streams, "settings"]:
            hint = did_you_mean(start.text(), [*streams, "settings"])
            yield at_value(start, "SYN311", f"no stream is called {start.text()}", hint)
        if end.text() and end.text() not in resources:
            hint = did_you_mean(end.text(), resources)
            yield at_value(end, "SYN312", f"no resource is called {end.text()}", hint)
        if start.text() == "settings" and "settings" not in streams:
            yield from _single(sync)


def _single(sync: Node) -> Iterator[Finding]:
    """The single record made of settings needs a key of its own, and cannot go missing."""
    if not sync["key"]:
        message = "a sync from settings needs a key: settings have none of their own"
        yield at_key(sync, "SYN328", message, "write for example `key: platform_name`")


def required_fields_are_mapped(subject: Subject) -> Iterator[Finding]:
    """`require` names fields of `map`."""
    for sync in subject.root["syncs"].values():
        fields = sync["map"].mapping
        for name in sync["require"].elements():
            if name.text() and name.text() not in fields:
                message = f"{name.text()} is required, but `map` does not give it"
                yield at_value(name, "SYN313", message, did_you_mean(name.text(), fields))


def mapped_fields_fit_schema(subject: Subject) -> Iterator[Finding]:
    """What is mapped is known to the resource's schema, and what that requires is mapped."""
    resources = subject.root["target"]["resources"]
    for sync in subject.root["syncs"].values():
        name = resources[sync["to"].text()]["schema"].text()
        schema = record_schema(name, subject.folders) or {}
        properties = _as_dict(schema.get("properties"))
        required = schema.get("required")
        closed = schema.get("additionalProperties") is False
        for field, node in sync["map"].items():
            if closed and field not in properties:
                message = f"the resource's schema has no field {field}"
                yield at_key(node, "SYN320", message, did_you_mean(field, properties))
        for field in required if isinstance(required, list) and sync["map"] else ():
            if field not in sync["map"].mapping:
                message = f"the resource's schema requires {field}, but `map` does not give it"
                yield at_key(sync["map"], "SYN321", message, f"add `{field}: …` to `map`")


def _as_dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def taking_away_is_possible(subject: Subject) -> Iterator[Finding]:
    """Archiving and removing need an operation; doing so to missing records needs a proof."""
    for name, sync in subject.root["syncs"].items():
        resource = subject.root["target"]["resources"][sync["to"].text()]
        if not resource:
            continue
        for word in ("on_missing", "on_excluded", "on_disabled"):
            operation = sync[word].text("keep")
            if operation in _TAKES_AWAY and not resource[operation]:
                yield _lacks(sync[word], sync["to"].text(), operation)
        if sync["live"] and not resource["archive"]:
            yield _lacks(sync["live"], sync["to"].text(), "archive")
        for word, condition in (("on_excluded", "where"), ("on_disabled", "when")):
            if sync[word] and not sync[condition]:
                message = f"`{word}` has no effect: the sync {name} has no `{condition}`"
                hint = f"add `{condition}`, or leave it out"
                yield at_key(sync[word], "SYN329", message, hint)
        yield from _absence_is_proven(subject, sync)


def absent_is_asked_for_the_same_keys(subject: Subject) -> Iterator[Finding]:
    """What `absent` is asked for are keys of the stream."""
    for name, sync in subject.root["syncs"].items():
        if sync["on_missing"].text() not in _TAKES_AWAY:
            continue
        stream = subject.root["source"]["streams"][sync["from"].text()]
        own, key = sync["key"].text().strip(), stream["key"].text().strip()
        if sync["each"] or sync["person"]:
            yield from _never_asked(name, sync)
        elif own and key and own != key:
            message = f"`absent` would be asked for the stream's keys, not for those of {name}"
            hint = "leave `key` out of the sync, or write `on_missing: keep`"
            yield at_value(sync["key"], "SYN336", message, hint)


def _never_asked(name: str, sync: Node) -> Iterator[Finding]:
    """Parts of records, and people, are nothing that `absent` could be asked for."""
    if sync["each"]:
        message = f"`absent` is asked for records of the stream, not for the parts that {name} has"
        yield at_key(sync["each"], "SYN336", message, "write `on_missing: keep`")
    if sync["person"]:
        message = f"`absent` cannot be asked for the keys of {name}: they are kept as hashes"
        yield at_key(sync["person"], "SYN336", message, "write `on_missing: keep`")


def _lacks(node: Node, resource: str, operation: str) -> Finding:
    word = node.path[-1]
    message = f"`{word}` needs the resource {resource} to have the operation `{operation}`"
    return at_key(node, "SYN314", message, f"add `{operation}` to the resource, or change `{word}`")


def _absence_is_proven(subject: Subject, sync: Node) -> Iterator[Finding]:
    stream = subject.root["source"]["streams"][sync["from"].text()]
    asked = stream["absent"] or sync["each"] or sync["person"]
    if sync["on_missing"].text() not in _TAKES_AWAY or (stream and asked):
        return  # proven, or SYN336 says why it never is
    message = f"`on_missing: {sync['on_missing'].text()}` needs a proof that a record is gone"
    if stream:
        hint = f"give the stream {sync['from'].text()} an `absent` look-up, or write `keep`"
        yield at_value(sync["on_missing"], "SYN315", message, hint)
    elif sync["from"].text() == "settings":
        hint = "the single record made of settings never goes missing: write `keep`"
        yield at_value(sync["on_missing"], "SYN315", message, hint)
