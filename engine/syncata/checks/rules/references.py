"""References: syncs that need others, definitions that use others; neither goes in a circle."""

from collections.abc import Iterator, Mapping

from syncata.checks.draft7 import did_you_mean
from syncata.checks.places import NAMES
from syncata.checks.subject import Subject, at_key, at_value, finding
from syncata.errors import Finding
from syncata.expressions import FUNCTIONS, Call, Expression
from syncata.expressions.parser import Node as Tree
from syncata.expressions.parser import parse

_REFERENCES = ("ref", "has")


def references_name_syncs(subject: Subject) -> Iterator[Finding]:
    """`$ref('x')` and `$has('x')` name a sync of this spec, as a plain text."""
    syncs = subject.root["syncs"]
    for call in (call for _, call in _references(subject)):
        name = call.arguments[0] if call.arguments else None
        length = len(call.name) + 1
        if not isinstance(name, str):
            message = f"${call.name} needs the name of a sync as its first argument"
            hint = f"a plain text, so that the order of the syncs is known: ${call.name}('courses')"
            yield finding(call.position, "SYN309", message, hint, length)
        elif not syncs[name]:
            message = f"${call.name}: no sync is called {name}"
            hint = did_you_mean(name, syncs.mapping)
            yield finding(call.position, "SYN308", message, hint, length)
        elif len(call.arguments) == 1 and syncs[name]["from"].value != "settings":
            message = f"${call.name}('{name}') lacks a key: the sync {name} has many records"
            hint = f"write ${call.name}('{name}', key of the record meant)"
            yield finding(call.position, "SYN309", message, hint, length)


def lone_records_keep_their_key(subject: Subject) -> Iterator[Finding]:
    """A record made of settings that is referred to without a key is the only one, for ever."""
    streams, syncs = subject.root["source"]["streams"], subject.root["syncs"]
    calls = [call for _, call in _references(subject)]
    named = {str(call.arguments[0]) for call in calls if len(call.arguments) == 1}
    texts = {text.node.path: text for text in subject.written}
    for name, sync in syncs.items():
        text = texts.get(sync["key"].path)
        if name not in named or sync["from"].value != "settings" or streams["settings"] or not text:
            continue
        changing = _changing(subject, text.expressions[0])
        if changing:
            read = ", ".join(sorted(changing))
            message = f"the key of {name} can change with {read}; then two records would be live"
            hint = (
                "$ref without a key needs a lone record: write `identity: true` in each setting "
                "that its key reads"
            )
            yield at_value(sync["key"], "SYN337", message, hint)


def _changing(subject: Subject, key: Expression) -> set[str]:
    """What a key made of settings reads that is no setting with `identity: true`."""
    read = {path[0] if path else "$" for path in key.reads}
    for expression in [key, *subject.definitions_used(key).values()]:
        for variable in expression.variables:
            members = expression.variables[variable]
            if variable == "settings":
                read |= members if members is not None else {"$settings"}
            elif variable not in subject.definitions:
                read.add(f"${variable}")
    settings = subject.root["settings"]
    return {name for name in read if settings[name]["identity"].value is not True}


def definitions_are_values(subject: Subject) -> Iterator[Finding]:
    """A definition is computed once per run; a function is no value."""
    for name, expression in subject.definitions.items():
        if _is_function(parse(expression.source.text)):
            message = f"the definition {name} is a function; a definition is a value"
            hint = "write the function into the expressions that use it"
            yield at_value(subject.root["definitions"][name], "SYN333", message, hint)


def _is_function(tree: Tree) -> bool:
    while tree.type == "block" and tree.expressions:
        tree = tree.expressions[-1]
    return bool(tree.type == "lambda")


def syncs_without_cycles(subject: Subject) -> Iterator[Finding]:
    """No sync needs itself, directly or through others."""
    places = {(sync, call.arguments[0]): call.position for sync, call in _named(subject)}
    for circle in _circles(sync_needs(subject)):
        position = places[circle[0], circle[1 % len(circle)]]
        shown = " needs ".join([*circle, circle[0]])
        hint = "one of these references must go: a sync comes after those it refers to"
        yield finding(position, "SYN310", f"syncs refer to each other: {shown}", hint)


def definitions_without_cycles(subject: Subject) -> Iterator[Finding]:
    """No definition uses itself, directly or through others."""
    known = subject.definitions
    uses = {
        name: {v for v in expression.variables if v in known}
        | {call.name for call in expression.calls if call.name in known and not call.local}
        for name, expression in known.items()
    }
    for circle in _circles(uses):
        shown = " uses ".join(f"${name}" for name in [*circle, circle[0]])
        position = subject.root["definitions"][circle[0]].key_position
        message = f"definitions use each other: {shown}"
        yield finding(position, "SYN327", message, length=len(circle[0]))


def definitions_have_names_of_their_own(subject: Subject) -> Iterator[Finding]:
    """A definition hides no value and no function."""
    for name, node in subject.root["definitions"].items():
        if name in NAMES or name in FUNCTIONS:
            message = f"${name} is {'a value' if name in NAMES else 'a function'} already"
            yield at_key(node, "SYN332", message, "give the definition another name")


def sync_needs(subject: Subject) -> Mapping[str, set[str]]:
    """For each sync those it refers to, itself or by its resource's requests."""
    syncs = subject.root["syncs"].mapping
    needs: dict[str, set[str]] = {name: set() for name in syncs}
    for sync, call in _named(subject):
        if call.arguments[0] in needs:
            needs[sync].add(call.arguments[0])
    return needs


def _named(subject: Subject) -> Iterator[tuple[str, Call]]:
    for sync, call in _references(subject):
        if sync and call.arguments and isinstance(call.arguments[0], str):
            yield sync, call


def _references(subject: Subject) -> Iterator[tuple[str, Call]]:
    """Every `$ref` and `$has`, once for each sync it belongs to (or for none)."""
    for written in subject.written:
        owners = [written.sync] if written.sync else _writers(subject, written.node.path)
        for expression in written.expressions:
            for call in expression.calls:
                if call.name in _REFERENCES and not call.local:
                    yield from ((owner, call) for owner in owners or [""])


def _writers(subject: Subject, path: tuple[str | int, ...]) -> list[str]:
    """The syncs that write the resource a text belongs to."""
    if path[:2] != ("target", "resources"):
        return []
    return [name for name, sync in subject.root["syncs"].items() if sync["to"].value == path[2]]


def _circles(needs: Mapping[str, set[str]]) -> Iterator[list[str]]:
    """One circle for each group of names that need each other."""
    told: set[str] = set()
    for name in needs:
        circle = [] if name in told else _circle(name, needs)
        if circle:
            told.update(circle)
            yield circle


def _circle(start: str, needs: Mapping[str, set[str]]) -> list[str]:
    """The shortest way from a name back to itself; empty if there is none."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for other in sorted(needs.get(way[-1], ())):
            if other == start:
                return way
            if other not in seen:
                seen.add(other)
                ways.append([*way, other])
    return []
