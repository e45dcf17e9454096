"""A connection's settings: references resolved, defaults computed, values held to their rules."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from syncata.checks.draft7 import did_you_mean, violations
from syncata.checks.subject import at_key, at_value, hiding
from syncata.document import Scalar
from syncata.errors import Finding
from syncata.expressions import UNDEFINED, ExpressionError, Scope, compile_template
from syncata.spec.model import Setting, Spec
from syncata.spec.node import Node

MAX_FILE = 64 * 1024
_REFERENCE = re.compile(r"\$\{([^}]*)\}?")
_KNOWN = re.compile(r"(env|file):(.+)", re.DOTALL)
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1", None)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # no default depends on the time: `$now` is not known


@dataclass(slots=True)
class Resolved:
    """What became of a connection's values. `refused` tells which secrets have no value."""

    values: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class References:
    """Where references lead: variables, and the folder that file names are relative to.

    `environ` is None where references are only to be read, not followed.
    """

    environ: Mapping[str, str] | None
    folder: Path

    @property
    def followed(self) -> bool:
        """Whether references are followed."""
        return self.environ is not None


class UnresolvedError(ValueError):
    """A reference that is malformed (`code` SYN415) or leads nowhere (SYN416)."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint


def resolve_settings(
    spec: Spec, given: Node, around: References, known: Mapping[str, Any] | None = None
) -> Resolved:
    """The value of every setting, or why it has none; `known` are values that are there anyway."""
    resolved = Resolved(dict(known or {}))
    for name, node in given.items():
        setting = spec.settings.get(name)
        if setting is None:
            hint = did_you_mean(name, spec.settings)
            message = f"the spec {spec.name} has no setting {name}"
            # Perhaps the name of a secret was written wrongly.
            resolved.findings.append(hiding(at_key(node, "SYN411", message, hint), node))
        else:
            _resolve(setting, node, around, resolved)
    _add_defaults(spec, given, resolved)
    resolved.findings += _missing(spec, given, resolved)
    return resolved


def resolve_text(text: str, around: References) -> str:
    """A text with its references replaced; what is put in is not looked at again.

    Raises UnresolvedError.
    """
    return _REFERENCE.sub(lambda match: _referenced(match, around), text)


def _resolve(setting: Setting, node: Node, around: References, resolved: Resolved) -> None:
    value = node.value
    if value is None:  # not filled in: as if it were not there
        return
    if setting.secret and (not isinstance(value, str) or not _REFERENCE.search(value)):
        message = f"the setting {setting.name} is secret: its value cannot stand here"
        hint = f"write ${{env:{setting.name.upper()}}} or ${{file:/run/secrets/{setting.name}}}"
        resolved.findings.append(hiding(at_value(node, "SYN414", message, hint), node))
        return
    try:
        value = _typed(setting, value, around)
    except UnresolvedError as problem:
        if setting.secret and problem.code == "SYN416":
            resolved.refused.append(f"{setting.name}: {problem.message}")
        else:
            found = at_value(node, problem.code, problem.message, problem.hint)
            resolved.findings.append(found)
        return
    if not around.followed and isinstance(node.value, str) and _REFERENCE.search(node.value):
        return
    if setting.secret and value == "":
        resolved.refused.append(f"{setting.name}: what {node.value} leads to is empty")
        return
    wrong = list(_wrong(setting, value, node))
    resolved.findings += wrong
    if not wrong:
        resolved.values[setting.name] = value


def _wrong(setting: Setting, value: Any, node: Node) -> Iterator[Finding]:
    """In what a value does not fit; a secret's value is never shown."""
    for violation in violations(setting.rules, value):
        what = violation.message.replace("the value", setting.name, 1)
        hint = setting.description if violation.keyword in ("pattern", "format") else ""
        yield at_value(node, "SYN413", what, "" if setting.secret else violation.hint or hint)


def _typed(setting: Setting, value: Any, around: References) -> Any:
    """The value; what comes from outside is text and is read as the setting's type."""
    if not isinstance(value, str) or not _REFERENCE.search(value):
        return value
    text = resolve_text(value, around)
    kind = setting.rules.get("type")
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    if kind == "integer" and re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    if kind == "number" and re.fullmatch(r"-?\d{1,18}(\.\d{1,18})?", text):
        return float(text) if "." in text else int(text)
    return text


def _referenced(match: re.Match[str], around: References) -> str:
    known = _KNOWN.fullmatch(match[1]) if match[0].endswith("}") else None
    if known is None:
        name = match[1] if re.fullmatch(r"\w+", match[1]) else "NAME"
        hint = f"write ${{env:{name}}} or ${{file:/path}}; expressions do not stand in connections"
        raise UnresolvedError("SYN415", f"{match[0]} is no reference", hint)
    kind, name = known[1], known[2].strip()
    if around.environ is None:
        return ""
    if kind == "file":
        return _file(name, around.folder)
    value = around.environ.get(name)
    if value is None:
        message = f"the environment variable {name} is not set"
        raise UnresolvedError("SYN416", message, f"set it: export {name}=…")
    return value.rstrip("\r\n")  # as a file's last line break: no secret ends with one


def _file(name: str, base: Path) -> str:
    path = base / name
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE + 1)
        if len(content) > MAX_FILE:
            raise UnresolvedError("SYN416", f"the file {path} is larger than {MAX_FILE} bytes", "")
        return content.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise UnresolvedError("SYN416", f"the file {path} is not UTF-8 text", "") from None
    except OSError as error:
        reason = error.strerror or os.strerror(error.errno or 0)
        message = f"the file {path} cannot be read: {reason}"
        raise UnresolvedError("SYN416", message, "") from error


def _add_defaults(spec: Spec, given: Node, resolved: Resolved) -> None:
    """Defaults of what is not given, each after the settings it uses."""
    waiting = {n: s for n, s in spec.settings.items() if s.has_default and n not in given.mapping}
    while waiting:
        ready = [n for n in waiting if not _uses(waiting[n]) & waiting.keys()]
        for name in ready:
            _add_default(waiting.pop(name), given, resolved)
        assert ready, "checked: defaults do not need each other in a circle"


def _add_default(setting: Setting, given: Node, resolved: Resolved) -> None:
    value = setting.default
    if isinstance(value, Scalar):
        if _uses(setting) - resolved.values.keys():
            return  # what it needs is missing or wrong: said there, or left out like that
        scope = Scope({"settings": resolved.values}, now=_EPOCH)
        try:
            value = compile_template(value).render(UNDEFINED, scope)
        except ExpressionError as error:
            message = f"the default of {setting.name} cannot be computed: {error.message}"
            hint = f"give {setting.name} a value here; the default stands at {error.position}"
            resolved.findings.append(at_key(given, "SYN417", message, hint))
            return
    wrong = list(violations(setting.rules, value))
    for violation in wrong:
        what = violation.message.replace("the value", f"the default of {setting.name}", 1)
        hint = f"give {setting.name} a value here"
        resolved.findings.append(at_key(given, "SYN417", what, hint))
    if not wrong and value is not UNDEFINED:
        resolved.values[setting.name] = value


def address_findings(spec: Spec, given: Node, resolved: Resolved) -> Iterator[Finding]:
    """Addresses that credentials would go to in the clear: plain http is for this machine only."""
    scope = Scope({"settings": resolved.values}, now=_EPOCH)
    for api in (spec.source.api, spec.target.api):
        template = compile_template(api.base_url)
        try:
            address = str(template.render(UNDEFINED, scope))
        except ExpressionError:
            continue  # a setting that it needs is missing, and said to be
        parts = urlsplit(address)
        if parts.scheme == "https" or parts.hostname in _THIS_MACHINE or not resolved.values:
            continue
        named = [n for e in template.expressions for n in e.variables.get("settings") or ()]
        place = next((given[name] for name in named if name in given.mapping), None)
        message = f"{address} is no address that credentials can be sent to"
        hint = "it begins with https://; plain http:// is for 127.0.0.1 and localhost"
        yield (
            at_value(place, "SYN419", message, hint)
            if place
            else at_key(given, "SYN419", message, hint)
        )


def _uses(setting: Setting) -> set[str]:
    """The settings that a default uses."""
    if not isinstance(setting.default, Scalar):
        return set()
    expressions = compile_template(setting.default).expressions
    return {name for e in expressions for name in e.variables.get("settings") or ()}


def _missing(spec: Spec, given: Node, resolved: Resolved) -> Iterator[Finding]:
    for name, setting in spec.settings.items():
        other = setting.required_without
        alone = other is not None and other not in resolved.values
        needed = (setting.required and not setting.has_default) or alone
        if needed and given[name].value is None and name not in resolved.values:
            value = f'"${{env:{name.upper()}}}"' if setting.secret else _example(setting)
            if name in given.mapping:
                message = f"the setting {name} is not filled in ({setting.title})"
                yield at_key(given[name], "SYN412", message, f"write `{name}: {value}`")
                continue
            message = f"the setting {name} is missing ({setting.title})"
            hint = f"add `{name}: {value}` to `settings`{f', or {other}' if other else ''}"
            yield at_key(given, "SYN412", message, hint)


def _example(setting: Setting) -> str:
    return json.dumps(setting.examples[0], ensure_ascii=False) if setting.examples else "…"
