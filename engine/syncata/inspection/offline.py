"""A sync bound to values that somebody wrote down, with neither a connection nor an API."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from syncata.api import holds
from syncata.checks.values import References, resolve_settings
from syncata.document import load_bytes
from syncata.errors import RecordRejected, UsageError
from syncata.expressions import UNDEFINED, Expression, compile_expression
from syncata.inspection.judgement import Judge
from syncata.mapping.context import Context, Definitions, Note
from syncata.mapping.persons import keyed_hash
from syncata.model import key_text
from syncata.session import compiled_sync
from syncata.spec.connection import Connection
from syncata.spec.model import Lookup, Setting, Spec
from syncata.spec.node import Node
from syncata.target.references import NotThereYet

_UNFILLED = "SYN412"  # a setting without a value: the mapping shows where it is needed
_SALT = b"no ledger"  # the same person has the same hash in every trial


@dataclass(frozen=True, slots=True)
class Found:
    """What the target is taken to hold.

    `lookups`: values of look-ups that are one value each. `things`: of look-ups by keys, by name
    and key. `ids`: of the records of other syncs, by sync and key.
    """

    lookups: dict[str, Any] = field(default_factory=dict)
    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    ids: dict[str, dict[str, str]] = field(default_factory=dict)


def found_of(spec: Spec, given: Iterable[tuple[str, str]]) -> Found:
    """What was written as (look-up or sync, `KEY=JSON` or JSON). Raises UsageError."""
    found = Found()
    for name, text in given:
        lookup = spec.target.lookups.get(name)
        if lookup is not None and lookup.by is None:
            found.lookups[name] = json_or_text(text)
            continue
        if lookup is None and name not in spec.syncs:
            names = [*spec.target.lookups, *spec.syncs]
            raise UsageError(
                f"there is no look-up and no sync {name} in {spec.name}",
                hint=f"there are {', '.join(names)}",
            )
        key, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"{name} {text} lacks a value", hint=f"write {name} KEY=JSON")
        if lookup is None:
            found.ids.setdefault(name, {})[key] = key_text(json_or_text(value))
        else:
            found.things.setdefault(name, {})[_folded(lookup, key)] = json_or_text(value)
    return found


def json_or_text(text: str) -> Any:
    """The JSON that a text holds, or the text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def settings_of(spec: Spec, given: Mapping[str, str]) -> dict[str, Any]:
    """The value of every setting that needs no secret: as given, by default, or its own example.

    Raises UsageError for a setting that does not exist or a value that does not fit.
    """
    values = {name: _value(spec.settings.get(name), text) for name, text in given.items()}
    values |= {
        name: setting.examples[0]
        for name, setting in spec.settings.items()
        if setting.examples and _is_needed(setting, values)
    }
    text = json.dumps({"settings": values})
    node = Node.root(load_bytes(text.encode(), "--settings"))["settings"]
    resolved = resolve_settings(spec, node, References(None, Path()))
    wrong = [finding for finding in resolved.findings if finding.code != _UNFILLED]
    if wrong:
        raise UsageError(wrong[0].message, hint=wrong[0].hint)
    return resolved.values


def _value(setting: Setting | None, text: str) -> Any:
    value = json_or_text(text)
    is_text = setting is not None and setting.rules.get("type") == "string"
    return text if is_text and not isinstance(value, str) else value


def _is_needed(setting: Setting, given: Mapping[str, Any]) -> bool:
    if setting.secret or setting.has_default or setting.name in given:
        return False
    other = setting.required_without
    return setting.required if other is None else other not in given


def offline(
    spec: Spec,
    sync: str,
    settings: Mapping[str, Any],
    found: Found,
    *,
    now: datetime,
    note: Note,
) -> Judge:
    """What judges records of a sync by these values alone. Raises SpecFailed."""
    secrets = frozenset(name for name, setting in spec.settings.items() if setting.secret)
    connection = Connection(
        "offline", spec.file, spec, settings, secrets, spec.guards, (), None, None
    )
    public = connection.public_settings()
    definitions = Definitions(spec.definitions)
    context = Context(definitions, public, now=now)
    context.learn_lookups(found.lookups)
    compiled = compiled_sync(spec, spec.syncs[sync])
    compiled.bind(context, _Given(spec, found).functions(), note, keyed=keyed_hash(_SALT))
    compiled.ranking.keys_between = lambda _low, _high: []  # it is the only record
    unknown = [
        name
        for name, lookup in spec.target.lookups.items()
        if lookup.by is None and name not in found.lookups and _is_made(lookup, context)
    ]
    missing = {
        name: tuple(n for n in unknown if n in _lookups_read(spec, definitions, text))
        for name, text in ((n, compile_expression(t)) for n, t in spec.syncs[sync].map.items())
    }
    return Judge(compiled, missing=missing)


def _is_made(lookup: Lookup, context: Context) -> bool:
    if lookup.when is None:
        return True
    return holds(compile_expression(lookup.when), UNDEFINED, context.scope())


def _lookups_read(spec: Spec, definitions: Definitions, expression: Expression) -> set[str]:
    """The look-ups that an expression reads, itself or through definitions."""
    used = definitions.names_used(expression.variables)
    read: set[str] = set()
    for one in (expression, *(compile_expression(spec.definitions[name]) for name in used)):
        if "lookups" in one.variables:
            members = one.variables["lookups"]
            read |= set(spec.target.lookups) if members is None else members
    return read


@dataclass(frozen=True, slots=True)
class _Given:
    """`$ref`, `$has` and `$find` over what was given; for all else a record waits."""

    spec: Spec
    found: Found

    def functions(self) -> Mapping[str, Callable[..., Any]]:
        return {"ref": self._ref, "has": self._has, "find": self._find}

    def _ref(self, sync: Any, key: Any = UNDEFINED) -> str:
        ids, wanted = self.found.ids.get(str(sync), {}), _wanted(key)
        if wanted is None and len(ids) == 1:
            return next(iter(ids.values()))
        if wanted is None or wanted not in ids:
            raise _not_given(sync, wanted)
        return ids[wanted]

    def _has(self, sync: Any, key: Any = UNDEFINED) -> bool:
        ids, wanted = self.found.ids.get(str(sync)), _wanted(key)
        if ids is None:
            raise _not_given(sync, wanted)
        return bool(ids) if wanted is None else wanted in ids

    def _find(self, name: Any, key: Any = UNDEFINED) -> Any:
        if key is UNDEFINED or key is None:
            return UNDEFINED
        lookup, things = self.spec.target.lookups[str(name)], self.found.things.get(str(name))
        folded = _folded(lookup, key_text(key))
        if things is not None and folded in things:
            return things[folded]
        if things is None or lookup.missing == "wait":
            raise _not_given(name, None)
        if lookup.missing == "reject":
            raise RecordRejected("SYN613", f"the look-up {name} finds nothing in the target")
        return UNDEFINED


def _wanted(key: Any) -> str | None:
    return None if key is UNDEFINED else key_text(key)


def _not_given(name: Any, key: str | None) -> NotThereYet:
    of = "" if key is None else f" of {key}"
    return NotThereYet(str(name), f"waits for {name}{of}, which was not given")


def _folded(lookup: Lookup, key: str) -> str:
    return key.casefold() if lookup.fold == "case" else key
