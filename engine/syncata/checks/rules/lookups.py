"""Look-ups: of one value as `$lookups.<name>`, or by keys through `$find`, and never both."""

from collections.abc import Iterator

from syncata.checks.draft7 import did_you_mean
from syncata.checks.rules.names import can_look_up, expressions, member_place
from syncata.checks.subject import Subject, at_key, finding
from syncata.errors import Finding
from syncata.expressions import Call
from syncata.spec.node import Node

_BY_KEYS = ("fold", "batch", "missing")
_ONE_VALUE = ("when", "one", "message")


def lookup_words_have_effect(subject: Subject) -> Iterator[Finding]:
    """Words of look-ups by keys need `by`, and those of a single value stand without it."""
    for name, lookup in subject.root["target"]["lookups"].items():
        for word in _ONE_VALUE if lookup["by"] else _BY_KEYS:
            if not lookup[word]:
                continue
            if lookup["by"]:
                message = f"`{word}` has no effect beside `by`: the look-up {name} is for keys"
                hint = "leave it out; `missing` says what becomes of a record that finds nothing"
            else:
                message = f"`{word}` has no effect: the look-up {name} has no `by`"
                hint = "add `by`, or leave it out"
            yield at_key(lookup[word], "SYN329", message, hint)


def keys_are_asked_for(subject: Subject) -> Iterator[Finding]:
    """`$keys` in a request needs `by`; without it JSONata takes the name for its function."""
    lookups = subject.root["target"]["lookups"]
    for written, expression in expressions(subject):
        path = written.node.path
        if path[:2] != ("target", "lookups") or path[3] != "request" or lookups[path[2]]["by"]:
            continue
        for call in expression.calls:
            # A function that something is passed to (`~> $keys`) stands there without arguments.
            is_value = not call.arguments and "~>" not in expression.source.text
            if call.name == "keys" and is_value and not call.local:
                message = f"$keys is not known: the look-up {path[2]} has no `by`"
                hint = "add `by: …`, what a found thing is known by"
                yield finding(call.position, "SYN302", message, hint, len("$keys"))


def finds_name_lookups(subject: Subject) -> Iterator[Finding]:
    """`$find('x', key)` names a look-up by keys, as a plain text, and gives a key."""
    for written, expression in expressions(subject):
        for call in expression.calls:
            if call.name == "find" and not call.local and can_look_up(written):
                problem = _problem(subject.root["target"]["lookups"], call)
                if problem:
                    code, message, hint = problem
                    yield finding(call.position, code, message, hint, len("$find"))


def _problem(lookups: Node, call: Call) -> tuple[str, str, str] | None:
    name = call.arguments[0] if call.arguments else None
    if not isinstance(name, str):
        message = "$find needs the name of a look-up as its first argument, as a plain text"
        return "SYN340", message, "for example $find('user', email)"
    if not lookups[name]:
        by_keys = [other for other, lookup in lookups.items() if lookup["by"]]
        return "SYN306", f"no look-up is called {name}", did_you_mean(name, by_keys)
    if not lookups[name]["by"]:
        message = f"$find: the look-up {name} is one value: it has no `by`"
        return "SYN340", message, f"write $lookups.{name}, or add `by` to the look-up"
    if len(call.arguments) < 2:
        message = f"$find('{name}') lacks the key to look for"
        return "SYN340", message, f"write $find('{name}', key of what is meant)"
    return None


def keyed_lookups_are_no_values(subject: Subject) -> Iterator[Finding]:
    """`$lookups` holds no look-up by keys."""
    lookups = subject.root["target"]["lookups"]
    for written, expression in expressions(subject):
        members = sorted(expression.variables.get("lookups") or ())
        for member in members if "lookups" in written.place.variables else ():
            if lookups[member]["by"]:
                position, length = member_place(expression, "lookups", member)
                message = f"the look-up {member} is for keys, and no value: it has `by`"
                hint = f"write $find('{member}', key) in the conditions or the mapping of a sync"
                yield finding(position, "SYN340", message, hint, length)
