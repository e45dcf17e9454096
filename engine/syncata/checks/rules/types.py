"""Types of expressions: what can never work, and what the target refuses whatever the record."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from syncata.checks.draft7 import did_you_mean, explain, violations
from syncata.checks.environment import Environment
from syncata.checks.rules.doubtful import (
    missing_at_times,
    null_at_times,
    refused_at_times,
    unhandled,
)
from syncata.checks.rules.names import expressions
from syncata.checks.schema_files import record_schema
from syncata.checks.subject import Subject, Written, finding
from syncata.errors import Finding, Severity
from syncata.expressions import Expression, tree
from syncata.expressions.types import (
    UNDEFINED,
    Misfit,
    Mistake,
    Type,
    Typed,
    in_words,
    misfit,
    outcomes,
)

_CONDITIONS = ("where", "live", "final")
_MUST_VARY = ("where", "live", "final", "when")
_NEVER = {
    "where": "so every record is excluded",
    "live": "so every record counts as closed",
    "when": "so the sync never takes part",
    "final": "so no record is ever final",
}
_FOLDED = "the place is where the text begins: after `|` instead of `>` it is exact"


@dataclass(frozen=True, slots=True)
class Judged:
    """An expression with its types, and the word of a sync that it is the value of."""

    written: Written
    expression: Expression
    typed: Typed

    @property
    def word(self) -> str:
        """`where`, `key`, `map`; empty outside of syncs."""
        return str(self.written.node.path[2]) if self.written.sync else ""


def types_fit(subject: Subject) -> Iterator[Finding]:
    """Every expression can work on what it is given, and yields what is wanted of it."""
    environment = Environment(subject)
    for written, expression in expressions(subject):
        try:
            judged = Judged(written, expression, environment.typed(written, expression))
        except RecursionError:
            continue  # nested as deeply as an expression may be: judged when it runs
        mistakes = [*judged.typed.mistakes]
        if judged.word in _MUST_VARY:
            mistakes = _of_condition(judged, mistakes)
        if judged.word in ("map", "key") and not mistakes:
            mistakes += _always_undefined(judged)
        if judged.word == "map":
            mistakes += _results(subject, judged, environment)
            if not mistakes:
                mistakes += _without_counterpart(judged)
                mistakes += unhandled(judged.typed, judged.expression.tree)
        yield from (_found(judged, mistake) for mistake in mistakes if _is_told(mistake))


def _is_told(mistake: Mistake) -> bool:
    """An open schema may lack a field; one that is nearly called the same is worth a warning."""
    if mistake.code != "SYN330" or mistake.certain:
        return True
    return "mean" in did_you_mean(mistake.name, mistake.known)


def _found(judged: Judged, mistake: Mistake) -> Finding:
    source = judged.expression.source
    hint = mistake.hint
    if mistake.name and not hint:
        hint = did_you_mean(mistake.name, mistake.known)
    length = len(source.text[mistake.offset :][: mistake.length].partition("\n")[0])
    scalar = judged.written.node.scalar()
    if scalar is not None and scalar.style == ">":
        hint, length = "; ".join(filter(None, [hint, _FOLDED])), 1
    severity = Severity.ERROR if mistake.certain else Severity.WARNING
    position = source.at(mistake.offset)
    return finding(position, mistake.code, mistake.message, hint, length, severity=severity)


def _at(node: tree.Node, code: str, message: str, *, certain: bool = True) -> Mistake:
    start, end = node.span
    return Mistake(code, start, end - start, message, certain=certain)


def _of_condition(judged: Judged, mistakes: list[Mistake]) -> list[Mistake]:
    """A condition yields true or false, and not always the same."""
    of, root, word = judged.typed.type, judged.expression.tree, judged.word
    kinds = of.defined.kinds
    if word in _CONDITIONS and kinds and "boolean" not in kinds:
        message = f"`{word}` must yield true or false; this is {in_words(of)}"
        return [*mistakes, _at(root, "SYN268", message)]
    known = of.values("boolean")
    reads = judged.expression.reads or judged.expression.variables.keys() & {"settings", "known"}
    if of.kinds != {"boolean"} or known is None or len(known) != 1 or not reads:
        return mistakes
    holds = True in known
    reason = next((m for m in mistakes if m.code == "SYN266"), None)
    result = f"`{word}` is always {'true' if holds else 'false'}"
    result += "" if holds else f", {_NEVER[word]}"
    message = f"{reason.message}: {result}" if reason else result
    whole = _at(root, "SYN265", message, certain=not holds and word != "final")
    if reason is None:
        return [*mistakes, whole]
    start, length = reason.offset, reason.length
    told = Mistake("SYN265", start, length, message, "", reason.name, reason.known, whole.certain)
    return [*(m for m in mistakes if m.code != "SYN266"), told]


def _always_undefined(judged: Judged) -> Iterator[Mistake]:
    if judged.typed.type == UNDEFINED:
        what = "the key" if judged.word == "key" else f"the field {judged.written.node.path[3]}"
        message = f"this never yields anything, so {what} is never there"
        yield _at(judged.expression.tree, "SYN264", message)


def _results(subject: Subject, judged: Judged, environment: Environment) -> Iterator[Mistake]:
    """What a field is mapped to is possible in the resource's schema."""
    sync = subject.root["syncs"][judged.written.sync]
    name = sync["to"].text()
    field = str(judged.written.node.path[3])
    shape = environment.resource(name).shape
    if shape is None or field not in shape.members:
        return
    wanted = shape.members[field].defined
    is_meant = field in (sync["require"].value or ())
    for node in outcomes(judged.expression.tree):
        of = judged.typed.of(node)
        if of is None:
            continue
        if isinstance(node, tree.Literal):
            yield from _of_literal(subject, name, field, node, wanted)
        elif (reason := misfit(of, wanted)) is not None:
            yield _at(node, "SYN263", _refused(judged, node, field, reason))
        else:
            yield from refused_at_times(judged.typed, node, field, wanted)
            if not is_meant:
                yield from null_at_times(judged.typed, node, field, wanted)
    if field in shape.required and not is_meant and not judged.typed.mistakes:
        yield from missing_at_times(judged.typed, judged.expression.tree, field)


def _of_literal(
    subject: Subject, resource: str, field: str, node: tree.Literal, wanted: Type
) -> Iterator[Mistake]:
    """A constant is judged as a record with it would be."""
    file = subject.root["target"]["resources"][resource]["schema"].text()
    schema: dict[str, Any] = {**(record_schema(file, subject.folders) or {}), "required": []}
    for path, message in explain(schema, {field: node.value}):
        if path == field:
            start, end = node.span
            words = tuple(sorted(wanted.values("string") or ()))
            name = node.value if words and isinstance(node.value, str) else ""
            told = f"the resource's schema refuses this: {message}"
            yield Mistake("SYN263", start, end - start, told, "", name, words)
            return
    for found in violations(schema, {field: node.value}):
        if found.keyword == "format":  # of records no format is checked, but here it is known
            told = f"the resource's schema wants another text here: {found.message}"
            yield _at(node, "SYN263", told, certain=False)


def _refused(judged: Judged, node: tree.Node, field: str, reason: Misfit) -> str:
    way = ".".join([field, *reason.path]).replace(".[]", "[]")
    if reason.wanted is None:
        return f"the resource's schema has no field {way}"
    if reason.made is None:
        return f"the resource's schema requires {way}, which is never there"
    wanted, made = in_words(reason.wanted), in_words(reason.made)
    if wanted == made:
        return f"the resource's schema allows none of the values that {way} can have here"
    subject = "this" if reason.path else judged.typed.shown(node)
    return f"the resource's schema wants {wanted} for {way}; {subject} is {made}"


def _without_counterpart(judged: Judged) -> Iterator[Mistake]:
    """Values of a closed list that the table lacks by which alone a field is mapped."""
    node = judged.expression.tree
    if not isinstance(node, tree.Call) or not _is_call_of(node, "lookup"):
        return
    if len(node.arguments) != 2:
        return
    table, key = (judged.typed.of(argument) for argument in node.arguments)
    shape = None if table is None or table.kinds != {"object"} else table.shape
    words = None if key is None else key.values("string")
    if shape is None or shape.rest is not None or not words:
        return
    missing = sorted(word for word in words if word not in shape.members)
    if missing:
        shown = ", ".join(f'"{word}"' for word in missing[:8])
        message = f"the table has nothing for {shown}: the field is then left out"
        yield _at(node, "SYN267", message, certain=False)


def _is_call_of(node: tree.Node, name: str) -> bool:
    called = node.function if isinstance(node, tree.Call) else None
    return isinstance(called, tree.Variable) and called.name == name
