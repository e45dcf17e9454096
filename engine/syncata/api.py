"""The spec's words about an API in action: templates become requests, rules judge answers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar
from urllib.parse import quote

import orjson

from syncata.document import Scalar
from syncata.errors import RecordRejected
from syncata.expressions import (
    UNDEFINED,
    Expression,
    ExpressionError,
    Scope,
    Template,
    compile_expression,
    compile_template,
)
from syncata.model import canonical, key_text
from syncata.spec.requests import Request as RequestSpec
from syncata.spec.requests import ResponseRule, Wait
from syncata.transport import Answer, Request, Ruling, asked_wait

T = TypeVar("T")

Kind = Literal["read", "write"]


class CompiledRequest:
    """A request of the spec whose templates are compiled once."""

    def __init__(self, spec: RequestSpec) -> None:
        self.method = spec.method
        self._path = compile_template(spec.path)
        self._params = {name: compile_template(text) for name, text in spec.params.items()}
        self._headers = {name: compile_template(text) for name, text in spec.headers.items()}
        self._body = None if spec.body is None else _compile_body(spec.body.data)
        self._has_body = spec.body is not None

    @property
    def variables(self) -> frozenset[str]:
        """The names that the request's texts read."""
        return frozenset(n for part in self._expressions() for n in part.variables)

    @property
    def lone_references(self) -> frozenset[str]:
        """The syncs of one record (`$ref('sync')`) that the request belongs to."""
        return frozenset(
            str(call.arguments[0])
            for part in self._expressions()
            for call in part.calls
            if call.name == "ref" and len(call.arguments) == 1 and not call.local
        )

    def _expressions(self) -> Iterator[Expression]:
        texts = [self._path, *self._params.values(), *self._headers.values()]
        for text in (*texts, *_templates(self._body)):
            yield from text.expressions

    def around(self, name: str) -> tuple[bytes, bytes] | None:
        """The body's text before and after `{$name}`; None where more of the request needs it.

        Who has the value's JSON text already need not decode it to have it encoded again.
        """
        rest = [self._path, *self._params.values(), *self._headers.values()]
        if any(name in part.variables for t in rest for part in t.expressions):
            return None
        templates = list(_templates(self._body))
        if len(templates) != 1 or templates[0].source.text != f"{{${name}}}":
            return None
        mark = f"\0{name}\0"  # no text of a spec holds it
        pieces = encode_body(_filled(self._body, mark)).split(encode_body(mark))
        return (pieces[0], pieces[1]) if len(pieces) == 2 else None

    def render(
        self, value: Any, scope: Scope, *, kind: Kind, idempotent: bool, body: bytes | None = None
    ) -> Request:
        """The request for `value` (`$`) in `scope`; `body` where it is at hand already.

        Raises ExpressionError where a text cannot be made, RecordRejected where the body is no
        JSON text.
        """
        return Request(
            method=self.method,
            url=self._url(value, scope),
            params=tuple(self._pairs(value, scope)),
            headers={n: text_of(t.render(value, scope), "") for n, t in self._headers.items()},
            body=self._encoded(value, scope) if body is None else body,
            kind=kind,
            idempotent=idempotent,
        )

    def _url(self, value: Any, scope: Scope) -> str:
        path = self._path.render(value, scope, encode=_in_path)
        if isinstance(path, str) and path:
            return path
        message = "the path of a request must be a text, and this one is not"
        raise ExpressionError("SYN210", message, self._path.source.position)

    def _encoded(self, value: Any, scope: Scope) -> bytes | None:
        return encode_body(self.body(value, scope)) if self._has_body else None

    def body(self, value: Any, scope: Scope) -> Any:
        """The request's body as JSON data."""
        return _render_body(self._body, value, scope)

    def _pairs(self, value: Any, scope: Scope) -> list[tuple[str, str]]:
        pairs = []
        for name, template in self._params.items():
            rendered = template.render(value, scope)
            items = rendered if isinstance(rendered, list) else [rendered]
            pairs += [(name, key_text(i)) for i in items if i is not UNDEFINED and i is not None]
        return pairs


def _in_path(text: str) -> str:
    return quote(text, safe="")


def text_of(value: Any, otherwise: T) -> str | T:
    """What an expression yields, as text; `otherwise` where that is nothing, or null."""
    return otherwise if value is UNDEFINED or value is None else key_text(value)


def _compile_body(data: Any) -> Any:
    if isinstance(data, Scalar):
        return compile_template(data)
    if isinstance(data, Mapping):
        return {name: _compile_body(value) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [_compile_body(value) for value in data]
    return data


def _render_body(data: Any, value: Any, scope: Scope) -> Any:
    if isinstance(data, Template):
        return data.render(value, scope)
    if isinstance(data, dict):
        rendered = {name: _render_body(part, value, scope) for name, part in data.items()}
        return {name: part for name, part in rendered.items() if part is not UNDEFINED}
    if isinstance(data, list):
        parts = [_render_body(part, value, scope) for part in data]
        return [part for part in parts if part is not UNDEFINED]
    return data


def _templates(data: Any) -> Iterator[Template]:
    if isinstance(data, Template):
        yield data
    elif isinstance(data, dict | list):
        for part in data.values() if isinstance(data, dict) else data:
            yield from _templates(part)


def _filled(data: Any, filling: str) -> Any:
    """A body in which every template has this value."""
    if isinstance(data, dict):
        return {name: _filled(part, filling) for name, part in data.items()}
    if isinstance(data, list):
        return [_filled(part, filling) for part in data]
    return filling if isinstance(data, Template) else data


def encode_body(data: Any) -> bytes:
    """JSON text of a body. Raises RecordRejected for what JSON cannot hold."""
    try:
        return orjson.dumps(data)
    except TypeError:  # beyond orjson: integers of more than 64 bits, or a mistake
        pass
    try:
        return canonical(data)
    except ValueError as error:
        raise RecordRejected("SYN609", f"the request is no valid JSON text: {error}") from error


@dataclass(frozen=True, slots=True)
class _Rule:
    when: Expression
    spec: ResponseRule
    message: Template | None


class AnswerRules:
    """The `responses` of an API: what a whole answer means, where the defaults do not fit."""

    def __init__(
        self, rules: tuple[ResponseRule, ...], scope: Scope, now: Callable[[], datetime]
    ) -> None:
        self._scope = scope
        self._now = now
        self._rules = [
            _Rule(
                compile_expression(rule.when),
                rule,
                compile_template(rule.message) if rule.message else None,
            )
            for rule in rules
        ]

    def __call__(self, answer: Answer) -> Ruling | None:
        """The first rule that holds; None: the defaults decide."""
        if not self._rules:
            return None
        scope = answer_scope(self._scope, answer)
        body = answer.body if answer.is_json else UNDEFINED
        for rule in self._rules:
            if _holds(rule.when, body, scope):
                message = _message(rule.message, body, scope)
                return Ruling(rule.spec.then, self._seconds(rule.spec.wait, answer), message)
        return None

    def _seconds(self, wait: Wait | None, answer: Answer) -> float | None:
        if wait is None:
            return None
        if wait.header and (asked := asked_wait(answer, self._now, wait.header)) is not None:
            return asked
        if wait.epoch and (until := _until_epoch(answer, wait.epoch, self._now())) is not None:
            return until
        return wait.seconds


def answer_scope(scope: Scope, answer: Answer) -> Scope:
    """`scope` with `$response`, `$status` and `$headers` of an answer."""
    return scope.child(
        {
            "response": answer.body if answer.is_json else UNDEFINED,
            "status": answer.status,
            "headers": dict(answer.headers),
        }
    )


def _holds(condition: Expression, body: Any, scope: Scope) -> bool:
    try:
        return condition.evaluate(body, scope) is True
    except ExpressionError:
        return False  # a rule written for another shape of answer


def _message(template: Template | None, body: Any, scope: Scope) -> str:
    if template is None:
        return ""
    try:
        return str(template.render(body, scope))
    except ExpressionError:
        return template.source.text


def _until_epoch(answer: Answer, header: str, now: datetime) -> float | None:
    try:
        return max(0.0, float(answer.headers.get(header.lower(), "")) - now.timestamp())
    except ValueError:
        return None


def holds(condition: Expression, value: Any, scope: Scope) -> bool:
    """Whether a condition on an answer or a candidate yields true."""
    return condition.evaluate(value, scope) is True


def as_list(value: Any) -> list[Any]:
    """A sequence as the language gives it: nothing is empty, a single value is one."""
    if value is UNDEFINED or value is None:
        return []
    return value if isinstance(value, list) else [value]


def refusal(answer: Answer) -> str:
    """What an API said when it refused, for people."""
    if answer.ruling.message:
        return answer.ruling.message
    return f"it answered {answer.status}: {answer.excerpt}"
