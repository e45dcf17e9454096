"""One check of the spec in action: asked of the target, and judged."""

from typing import Any

from syncata.api import CompiledRequest, answer_scope, holds, refusal
from syncata.doctor.diagnosis import Diagnosis
from syncata.doctor.needs import Needs
from syncata.document import Scalar
from syncata.errors import CredentialsRefused, Exit
from syncata.expressions import (
    UNDEFINED,
    ExpressionError,
    Scope,
    compile_expression,
    compile_optional,
    compile_template,
)
from syncata.pages import NextPage, whole
from syncata.spec.model import Check
from syncata.transport import Answer, Endpoint


class Probe:
    """A check, compiled. `variables` are the names that its texts read."""

    def __init__(self, check: Check, needs: Needs) -> None:
        self.title = check.title
        self.scopes = tuple(scope for scope in check.scopes if scope in needs)
        self._needs = needs
        self._when = compile_optional(check.when)
        self._request = CompiledRequest(check.request)
        self._pages = NextPage(check.pagination)
        self._ok = compile_expression(check.ok)
        self._found, self._advice = check.found, check.advice
        self._is_for_scopes = bool(check.scopes)
        texts = [compile_template(text) for text in (check.found, check.advice) if text]
        parts = [self._ok, *(part for text in texts for part in text.expressions)]
        self.variables = self._request.variables | {n for part in parts for n in part.variables}

    def is_wanted(self, scope: Scope) -> bool:
        """Whether it has a point here: a check of scopes that nobody needs has none."""
        needed = bool(self.scopes) or not self._is_for_scopes
        return needed and (self._when is None or holds(self._when, UNDEFINED, scope))

    async def verdict(self, endpoint: Endpoint, scope: Scope, subject: str) -> Diagnosis:
        """What the target says. Raises Unavailable, CredentialsRefused, ExpressionError."""
        # What the spec sends is to change nothing; it takes a turn of the writes all the same.
        kind: Any = "read" if self._request.method == "GET" else "write"
        request = self._request.render(UNDEFINED, scope, kind=kind, idempotent=True)
        try:
            answer = await whole(endpoint, request, self._pages, scope)
        except CredentialsRefused as refused:
            if not refused.lacks_scope:
                raise
            return self._not_permitted(subject, refused)
        return self._judged(subject, answer, answer_scope(scope, answer))

    def _judged(self, subject: str, answer: Answer, scope: Scope) -> Diagnosis:
        body = answer.body if answer.is_json else UNDEFINED
        if holds(self._ok, body, scope):
            well = "permitted" if self.scopes else "as it should be"
            found = _text(self._found, body, scope) if self._found else well
            named = f" ({', '.join(self.scopes)})" if self.scopes else ""
            return Diagnosis(subject, found + named)
        found = "not as it should be" if answer.ruling.then == "ok" else refusal(answer)
        return Diagnosis(subject, found, _text(self._advice, body, scope), Exit.INVALID)

    def _not_permitted(self, subject: str, refused: CredentialsRefused) -> Diagnosis:
        if not self.scopes:  # no run asks for this, so none needs what it lacks
            found = f"not looked at: the credential lacks a scope\n{refused.message}"
            return Diagnosis(subject, found, "grant it, or let the first run tell")
        names = ", ".join(self.scopes)
        syncs = dict.fromkeys(sync for scope in self.scopes for sync in self._needs[scope])
        return Diagnosis(
            subject,
            f"the credential lacks the scope {names}\n{refused.message}",
            f"grant {names} to the credential: needed by {', '.join(syncs)}",
            Exit.CREDENTIALS,
        )


def _text(text: Scalar, body: Any, scope: Scope) -> str:
    """A text for people; as it was written where a part of it cannot be filled in."""
    try:
        return str(compile_template(text).render(body, scope))
    except ExpressionError:
        return text.text
