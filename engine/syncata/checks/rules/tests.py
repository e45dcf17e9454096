"""Tests in a spec: each says one thing, about what the spec has.

What is wrong with a test stops no run, so it is a warning; `syncata test` refuses it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from syncata.checks.codes import CODES
from syncata.checks.draft7 import did_you_mean, schema_problem, violations
from syncata.checks.subject import Subject, at_key, at_value
from syncata.errors import Finding, Severity
from syncata.spec.build import RULE_WORDS
from syncata.spec.build_resources import OPERATIONS
from syncata.spec.build_tests import instant, streams_of
from syncata.spec.node import Node

_OF_RECORDS = (
    "given", "without", "parent", "known", "lookups", "found", "refs", "rank", "now", "expect",
    "exactly", "absent", "excluded", "closed", "final", "nothing", "reject", "waits", "key",
    "unmapped",
)  # fmt: skip
_OF_DAYS = ("start", "target")
_PAYLOAD = ("expect", "exactly", "absent")
_VERDICTS = ("excluded", "closed", "final", "nothing", "reject", "waits")
_CONDITIONS = ("key", "person", "each", "where", "live", "final", "order")
_BY_SYNC = ("holds", "current", "ids", "fail", "refuse", "answer", "by_hand")
_BY_LOOKUP = ("lookups", "found")
_OF_A_RUN = ("rejects", "requests", "sent", "payloads")


def tests_can_be_run(subject: Subject) -> Iterator[Finding]:
    """Tests are told apart, expect one thing each, and name what the spec has."""
    for part in (_are_told_apart, _say_one_thing, _name_what_exists, _give_settings_that_fit):
        for found in part(subject):
            yield replace(found, severity=Severity.WARNING)


def _are_told_apart(subject: Subject) -> Iterator[Finding]:
    """Whoever reads that a test failed knows which."""
    met: dict[str, Node] = {}
    for test in subject.root["tests"].elements():
        name = test["name"]
        first = met.setdefault(name.text(), name)
        if name.text() and first.path != name.path:
            message = f"another test is called so, too (line {first.position.line})"
            yield at_value(name, "SYN351", message, "give it a name of its own")


def _say_one_thing(subject: Subject) -> Iterator[Finding]:
    """A test is about one record or about days, and a record has one verdict."""
    for test in subject.root["tests"].elements():
        if bool(test["sync"]) == bool(test["days"]):
            message = "a test has either `sync` (one record) or `days` (whole runs)"
            yield at_key(test["days"] or test, "SYN350", message)
            continue
        kind, foreign = ("sync", _OF_DAYS) if test["sync"] else ("days", _OF_RECORDS)
        for word in foreign:
            if word in test.mapping:
                message = f"`{word}` has no effect in a test with `{kind}`"
                yield at_key(test[word], "SYN350", message, "leave it out")
        if test["sync"]:
            yield from _one_verdict(test)
            yield from _fits_sync(test, subject.root["syncs"][test["sync"].text()])


def _one_verdict(test: Node) -> Iterator[Finding]:
    said = [word for word in _VERDICTS if word in test.mapping]
    payload = [word for word in _PAYLOAD if word in test.mapping]
    if len(said) + bool(payload) != 1:
        message = "a test of a record expects one verdict"
        hint = f"write `expect`, `exactly` or `absent`, or one of {', '.join(_VERDICTS)}"
        yield at_key(test[said[-1]] if said else test, "SYN350", message, hint)
    if "expect" in payload and "exactly" in payload:
        message = "`exactly` tells the whole payload already"
        yield at_key(test["expect"], "SYN350", message, "leave one of them out")


def _fits_sync(test: Node, sync: Node) -> Iterator[Finding]:
    """What only some syncs have is expected of those only."""
    lists = [w for w in ("expect", "exactly") if isinstance(test[w].value, list)]
    needs = [("parent", "each"), ("nothing", "each"), ("final", "final")]
    needs += [(word, "each") for word in lists]
    for word, needed in needs:
        if sync and word in test.mapping and not sync[needed]:
            message = f"`{word}` makes no sense here: the sync has no `{needed}`"
            yield at_key(test[word], "SYN350", message)
    if test["final"] and not test["known"]:
        yield at_key(test["final"], "SYN350", "only a known record is final", "add `known`")
    if test["given"] and not test["parent"] and not isinstance(test["given"].value, dict):
        yield at_value(test["given"], "SYN350", "a record is an object, with names and values")
    if test["parent"] and not test["given"]:
        message = "`parent` needs `given`, the part that is judged"
        yield at_key(test["parent"], "SYN350", message)
    if test["given"] and sync["from"].text() == "settings":
        message = "the record of this sync is made of the settings"
        yield at_key(test["given"], "SYN350", message, "write `settings` instead")


def _name_what_exists(subject: Subject) -> Iterator[Finding]:
    """Syncs, streams, look-ups, fields and codes of tests are those of the spec."""
    root = subject.root
    yield from _unknown(root["samples"], root["source"]["streams"].mapping, "stream")
    for test in root["tests"].elements():
        yield from _moment(test["now"])
        yield from _moment(test["start"])
        if test["sync"]:
            yield from _of_record(test, root)
        yield from _of_target(test["target"], root)
        for day in test["days"].elements():
            yield from _of_day(day, root)


def _moment(node: Node) -> Iterator[Finding]:
    if node.text() and instant(node.text()) is None:
        yield at_value(node, "SYN350", f"{node.text()} is no day of the calendar")


def _of_record(test: Node, root: Node) -> Iterator[Finding]:
    syncs = root["syncs"].mapping
    sync = test["sync"]
    if sync.text() not in syncs:
        yield _no("sync", sync, syncs, at_value)
        return
    fields = root["syncs"][sync.text()]["map"].mapping
    for word in ("expect", "exactly"):
        parts = test[word].elements() if isinstance(test[word].value, list) else [test[word]]
        for part in parts:
            yield from _unknown(part, fields, "field")
    yield from _unknown_items(test["absent"], fields, "field")
    yield from _unknown(test["refs"], syncs, "sync")
    for word in _BY_LOOKUP:
        yield from _unknown(test[word], root["target"]["lookups"].mapping, "look-up")
    awaited = [*syncs, *root["target"]["lookups"].mapping]
    if test["waits"].text() and test["waits"].text() not in awaited:
        yield _no("look-up or sync", test["waits"], awaited, at_value)
    yield from _of_reject(test["reject"], fields)


def _of_reject(node: Node, fields: Mapping[str, Any]) -> Iterator[Finding]:
    code = node["code"] if isinstance(node.value, dict) else node
    if code.text() and code.text() not in CODES:
        yield _no("code", code, [c for c in CODES if c.startswith("SYN6")], at_value)
    named, known = node["field"].text(), [*fields, *_CONDITIONS]
    if named and named.split(".")[0].split("[")[0] not in known and code.text() != "SYN605":
        yield _no("field", node["field"], known, at_value)


def _of_day(day: Node, root: Node) -> Iterator[Finding]:
    syncs, streams = root["syncs"].mapping, root["source"]["streams"].mapping
    for name, part in streams_of(day):
        if name not in streams:
            yield _no("stream", part, streams, at_key)
    for word in ("without", "exists"):
        yield from _unknown(day[word], streams, "stream")
    yield from _unknown_items(day["syncs"], syncs, "sync")
    yield from _of_target(day["target"], root)
    expected = day["expect"]
    for name, part in expected.items():
        if name not in (*_OF_A_RUN, "exit") and name not in syncs:
            yield _no("sync", part, syncs, at_key)
    for word in _OF_A_RUN:
        yield from _unknown(expected[word], syncs, "sync")
    for name, requests in [*expected["requests"].items(), *expected["sent"].items()]:
        yield from _of_requests(requests, root["target"]["resources"], root["syncs"][name])
    for name, payloads in expected["payloads"].items():
        for payload in payloads.values():
            yield from _unknown(payload, root["syncs"][name]["map"].mapping, "field")


def _of_requests(requests: Node, resources: Node, sync: Node) -> Iterator[Finding]:
    resource = resources[sync["to"].text()].mapping
    if resource:  # one that is not there is told where it is named
        yield from _unknown(requests, [o for o in OPERATIONS if o in resource], "operation")


def _of_target(target: Node, root: Node) -> Iterator[Finding]:
    for word in _BY_SYNC:
        yield from _unknown(target[word], root["syncs"].mapping, "sync")
    for word in _BY_LOOKUP:
        yield from _unknown(target[word], root["target"]["lookups"].mapping, "look-up")
    for name, changes in target["by_hand"].items():
        yield from _of_hand(changes, root["syncs"][name], root["target"]["resources"])


def _of_hand(changes: Node, sync: Node, resources: Node) -> Iterator[Finding]:
    """Only what a run looks at is seen to have changed."""
    if sync and not resources[sync["to"].text()]["observe"]:
        message = f"nobody looks: the resource {sync['to'].text()} has no `observe`"
        yield at_key(changes, "SYN350", message)
    for change in changes.values():
        if isinstance(change.value, dict):
            yield from _unknown(change, sync["map"].mapping, "field")


def _unknown(node: Node, known: Iterable[str], what: str) -> Iterator[Finding]:
    names = list(known)
    return (_no(what, part, names, at_key) for name, part in node.items() if name not in names)


def _unknown_items(node: Node, known: Iterable[str], what: str) -> Iterator[Finding]:
    names = list(known)
    items = (item for item in node.elements() if isinstance(item.value, str))
    return (_no(what, item, names, at_value) for item in items if item.value not in names)


def _no(what: str, node: Node, known: Iterable[str], place: Any) -> Finding:
    name = str(node.path[-1]) if place is at_key else node.text()
    found: Finding = place(
        node, "SYN352", f"the spec has no {what} {name}", did_you_mean(name, known)
    )
    return found


def _give_settings_that_fit(subject: Subject) -> Iterator[Finding]:
    """Settings that a test gives are declared, no secrets, and fit their rules."""
    declared = subject.root["settings"]
    for test in subject.root["tests"].elements():
        for holder in (test, *test["days"].elements()):
            for name, given in holder["settings"].items():
                yield from _setting(declared[name], name, given, declared.mapping)


def _setting(rules: Node, name: str, given: Node, declared: Mapping[str, Any]) -> Iterator[Finding]:
    if name not in declared:
        yield _no("setting", given, declared, at_key)
    elif rules["secret"].value is True:
        message = f"the setting {name} is secret: its value cannot stand here"
        yield at_key(given, "SYN350", message, "leave it out: tests make one up")
    else:
        form = {word: rules[word].value for word in RULE_WORDS if rules[word]}
        if not schema_problem(form):
            for violation in violations(form, given.value):
                message = violation.message.replace("the value", name, 1)
                yield at_value(given, "SYN350", message, violation.hint)
