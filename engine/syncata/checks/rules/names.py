"""Names in expressions: every one must be known at its place."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from syncata.checks.draft7 import did_you_mean
from syncata.checks.places import NAMES
from syncata.checks.subject import Subject, Written, finding, occurrence
from syncata.errors import Finding, Position
from syncata.expressions import FUNCTIONS, Call, Expression

_PAGE = ("number", "count", "offset")
_CHANGING = frozenset({"now", "millis", "random", "shuffle"})


def names_known(subject: Subject) -> Iterator[Finding]:
    """Every `$name` is a value known at its place, or a definition that is known there."""
    for written, expression in expressions(subject):
        for name, position in expression.variable_positions.items():
            problem = _problem(subject, written, name)
            if problem:
                code, message, hint = problem
                yield finding(position, code, message, hint, len(name) + 1)


def _problem(subject: Subject, written: Written, name: str) -> tuple[str, str, str] | None:
    place, definitions = written.place, subject.root["definitions"].mapping
    visible = [*place.variables, *(definitions if place.definitions else ())]
    here = f"known in {place.name}: {', '.join(f'${n}' for n in visible) or 'no name at all'}"
    if name in definitions and place.definitions:
        return _definition_problem(subject, written, name)
    if name in place.variables:
        return None
    if name in NAMES or name in definitions:
        return "SYN302", f"${name} is not known in {place.name}", here
    near = did_you_mean(name, visible)
    near = near if "mean" in near else did_you_mean(name, FUNCTIONS, cutoff=0.8)
    near = near.replace('"', "").replace("mean ", "mean $") if "mean" in near else ""
    bare = f'; the field of the record is written without $: "{name}"' if place.record else ""
    return "SYN301", f"there is no ${name}", near or here + bare


def _definition_problem(
    subject: Subject, written: Written, name: str
) -> tuple[str, str, str] | None:
    """A definition may be used only where all that it reads is known."""
    known = subject.definitions
    if name not in known:
        return None  # it does not compile: said already
    used = {name: known[name], **subject.definitions_used(known[name])}
    for other, expression in used.items():
        for variable in expression.variables:
            unknown = variable in NAMES and variable not in written.place.variables
            if unknown and variable not in known:
                reason = f"the definition {other} reads ${variable}"
                message = f"${name} is not known in {written.place.name}: {reason}"
                return "SYN302", message, f"${variable}: {NAMES[variable]}"
    return None


def members_known(subject: Subject) -> Iterator[Finding]:
    """`$settings.x` is a declared setting, no secret in a mapping; `$lookups.x` a look-up."""
    settings = subject.root["settings"].mapping
    lookups = subject.root["target"]["lookups"].mapping
    for written, expression in expressions(subject):
        for member in sorted(expression.variables.get("settings") or ()):
            where = member_place(expression, "settings", member)
            yield from setting_known(settings, written, member, where)
        for member in sorted(expression.variables.get("lookups") or ()):
            if member not in lookups and "lookups" in written.place.variables:
                position, length = member_place(expression, "lookups", member)
                message, hint = f"no look-up is called {member}", did_you_mean(member, lookups)
                yield finding(position, "SYN306", message, hint, length)
        for member in sorted(expression.variables.get("page") or ()):
            if member not in _PAGE and "page" in written.place.variables:
                position, length = member_place(expression, "page", member)
                message, hint = f"$page has no {member}", did_you_mean(member, _PAGE)
                yield finding(position, "SYN301", message, hint, length)


def setting_known(
    settings: Mapping[str, Any], written: Written, name: str, where: tuple[Position, int]
) -> Iterator[Finding]:
    """A setting that is read is declared, and not secret where it would leak."""
    position, length = where
    if name not in settings:
        hint = did_you_mean(name, settings) or "declare it under `settings`"
        yield finding(position, "SYN305", f"no setting is called {name}", hint, length)
    elif _is_secret(settings, name) and not written.place.secrets:
        message = f"the setting {name} is secret; {written.place.name} cannot see it"
        hint = "secrets are for authentication, headers and requests"
        yield finding(position, "SYN307", message, hint, length)


def records_only_where_there_is_one(subject: Subject) -> Iterator[Finding]:
    """`$` and names of fields stand only where there is a record."""
    for written, expression in expressions(subject):
        if written.place.record or not expression.reads:
            continue
        name = next((path[0] for path in expression.reads if path), "$")
        position, length = field_place(expression, name)
        here = ", ".join(f"${n}" for n in written.place.variables)
        message = f"{name} is a field of a record; there is none in {written.place.name}"
        hint = f"known here: {here}; a text is written in quotes"
        yield finding(position, "SYN303", message, hint, length)


def functions_known(subject: Subject) -> Iterator[Finding]:
    """Every function that is called exists, and may be called there."""
    definitions = subject.root["definitions"].mapping
    for written, expression in expressions(subject):
        for call in expression.calls:
            if call.local or (call.name in definitions and written.place.definitions):
                continue
            length = len(call.name) + 1
            if call.name not in FUNCTIONS:
                near = did_you_mean(call.name, [*FUNCTIONS, *definitions])
                hint = re.sub(r'"(\w+)"', r"$\1", near) or "see docs/spec-language.md"
                message = f"there is no function ${call.name}"
                yield finding(call.position, "SYN304", message, hint, length)
            elif call.name in ("find", "rank") and not can_look_up(written):
                message = f"${call.name} cannot be used in {written.place.name}"
                hint = "it stands in the conditions and the mapping of a sync"
                yield finding(call.position, "SYN302", message, hint, length)
            elif call.name in ("ref", "has") and not written.place.references:
                message = f"${call.name} cannot be used in {written.place.name}"
                hint = "references stand in mappings, conditions and requests that write"
                yield finding(call.position, "SYN302", message, hint, length)


def can_look_up(written: Written) -> bool:
    """Whether a text is one of the conditions and the mapping of a sync: those are evaluated again
    once what they ask for was looked up."""
    return bool(written.sync) and written.place.references and "known" in written.place.variables


def clock_needs_volatile(subject: Subject) -> Iterator[Finding]:
    """What changes without the record changing stands in a sync only with `volatile: true`."""
    for written, expression in expressions(subject):
        sync = subject.root["syncs"][written.sync]
        if not written.sync or sync["volatile"].value is True:
            continue
        for call in _changing_calls(subject, expression):
            message = f"${call.name}() changes although the record does not"
            hint = f"write `volatile: true` in the sync {written.sync}, if that is wanted"
            yield finding(call.position, "SYN325", message, hint, len(call.name) + 1)


def _changing_calls(subject: Subject, expression: Expression) -> list[Call]:
    every = [expression, *subject.definitions_used(expression).values()]
    return [call for e in every for call in e.calls if call.name in _CHANGING and not call.local]


def expressions(subject: Subject) -> Iterator[tuple[Written, Expression]]:
    """Every expression of a spec, with the text it stands in."""
    for written in subject.written:
        for expression in written.expressions:
            yield written, expression


def member_place(expression: Expression, variable: str, member: str) -> tuple[Position, int]:
    """Where `$variable.member` stands in an expression first, and how long the member is."""
    position, length = occurrence(
        expression, rf"(?<=\${variable}\.)`?{re.escape(member)}\b", expression.source.position
    )
    return position, length


def field_place(expression: Expression, name: str) -> tuple[Position, int]:
    """Where a field's name stands in an expression first, and its length."""
    return occurrence(
        expression, rf"(?<![\w$\"'.]){re.escape(name)}(?!\w)", expression.source.position
    )


def _is_secret(settings: Mapping[str, Any], name: str) -> bool:
    rules = settings[name]
    return isinstance(rules, dict) and rules.get("secret") is True
