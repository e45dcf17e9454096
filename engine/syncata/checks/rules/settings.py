"""Settings: their rules are possible, and their defaults satisfy them."""

from collections.abc import Iterator

from syncata.checks.draft7 import schema_problem, violations
from syncata.checks.subject import Subject, at_key, at_value, finding, hiding
from syncata.errors import Finding
from syncata.expressions import PatternError, pattern_of
from syncata.spec.build import RULE_WORDS
from syncata.spec.node import Node

_PAIRS = (("minLength", "maxLength"), ("minimum", "maximum"))
_OF_TEXT = ("pattern", "format", "minLength", "maxLength")
_OF_NUMBERS = ("minimum", "maximum")
# Where a key is the user name, there is no password.
_CONVINCING = ("password", "token", "value", "client_secret", "username")
_TELLING = ("authorization", "proxy-authorization", "cookie", "x-api-key", "api-key")
_ADVICE = "make a setting with `secret: true`, and write {$settings.NAME} here"


def settings_are_possible(subject: Subject) -> Iterator[Finding]:
    """The rules of a setting fit its type and each other; a secret has no default."""
    for name, setting in subject.root["settings"].items():
        kind = setting["type"].text()
        foreign = _OF_NUMBERS if kind == "string" else _OF_TEXT if kind else ()
        for word in foreign:
            if setting[word]:
                message = f"`{word}` has no meaning for a setting of the type {kind}"
                yield at_key(setting[word], "SYN402", message)
        for least, most in _PAIRS:
            low, high = setting[least].value, setting[most].value
            if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
                message = f"`{least}` ({low}) is more than `{most}` ({high})"
                yield at_value(setting[least], "SYN402", message)
        if setting["secret"].value is True and setting["default"]:
            message = f"the setting {name} is secret: a spec cannot hold its value"
            hint = "leave `default` out; connections give it as ${env:NAME} or ${file:/path}"
            yield at_key(setting["default"], "SYN402", message, hint)
        if setting["secret"].value is True and setting["identity"].value is True:
            message = f"the setting {name} is secret: it cannot say which account is written to"
            hint = "secrets are renewed, an identity never changes: leave `identity` out"
            yield at_key(setting["identity"], "SYN402", message, hint)
        yield from _pattern(setting["pattern"])


def credentials_are_secret(subject: Subject) -> Iterator[Finding]:
    """What an API is convinced by comes from a secret setting, and stands in no spec."""
    secret = {n for n, s in subject.root["settings"].items() if s["secret"].value is True}
    used = {
        text.node.path: {n for e in text.expressions for n in e.variables.get("settings") or secret}
        for text in subject.written
        if "settings" in text.place.variables
    }
    for side in ("source", "target"):
        auth = subject.root[side]["auth"]
        fields = [auth[word] for word in _CONVINCING if auth[word].text()]
        known = [used[field.path] for field in fields if field.path in used]
        if fields and len(known) == len(fields) and secret.isdisjoint(set().union(*known)):
            found = at_value(fields[0], "SYN405", "this credential is no secret", _ADVICE)
            yield hiding(found, fields[0])
        for name, header in subject.root[side]["headers"].items():
            telling = name.lower() in _TELLING and header.path in used
            if telling and secret.isdisjoint(used[header.path]):
                message = f"the header {name} holds a credential"
                yield hiding(at_value(header, "SYN405", message, _ADVICE), header)


def _pattern(node: Node) -> Iterator[Finding]:
    try:
        pattern_of(node.text())
    except PatternError as error:
        yield at_value(node, "SYN403", error.message)


def defaults_fit(subject: Subject) -> Iterator[Finding]:
    """A default without expressions satisfies the setting's own rules."""
    templates = {text.node.path: text for text in subject.written}
    for setting in subject.root["settings"].values():
        default = setting["default"]
        text = templates.get(default.path)
        if not default or (text is not None and text.expressions):
            continue
        for word, node in (("default", default), *(("example", e) for e in _examples(setting))):
            yield from _fits(setting, word, node)
    yield from _circles(subject)


def _examples(setting: Node) -> Iterator[Node]:
    return setting["examples"].elements()


def _fits(setting: Node, word: str, node: Node) -> Iterator[Finding]:
    rules = {rule: setting[rule].value for rule in RULE_WORDS if setting[rule]}
    if schema_problem(rules) or any(_pattern(setting["pattern"])):
        return  # the rules themselves are wrong: said already
    for violation in violations(rules, node.value):
        message = f"the {word} does not fit the setting: {violation.message}"
        yield at_value(node, "SYN401", message, violation.hint)


def _circles(subject: Subject) -> Iterator[Finding]:
    """Defaults that need each other can never be computed."""
    needs = {
        str(text.node.path[1]): {m for e in text.expressions for m in e.variables["settings"] or ()}
        for text in subject.written
        if text.node.path[0] == "settings"
        and all("settings" in e.variables for e in text.expressions)
    }
    for name, first in needs.items():
        seen, waiting = set[str](), list(first)
        while waiting:
            other = waiting.pop()
            if other == name:
                node = subject.root["settings"][name]["default"]
                message = f"the default of {name} needs the value of {name} itself"
                yield finding(node.position, "SYN404", message, "give one of them a plain value")
                break
            if other not in seen:
                seen.add(other)
                waiting += needs.get(other, ())
