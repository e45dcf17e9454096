"""`$current`: a fresh look at one thing just before it is written."""

from typing import Any

from syncata.api import CompiledRequest, answer_scope, holds, refusal
from syncata.errors import RecordRejected
from syncata.expressions import UNDEFINED, Scope, compile_expression, compile_optional
from syncata.pages import NextPage, whole
from syncata.spec.operations import Read
from syncata.transport import Endpoint


class CurrentReader:
    """The `read` of an operation, compiled."""

    def __init__(self, spec: Read) -> None:
        self._when = compile_optional(spec.when)
        self._request = CompiledRequest(spec.request)
        self._pages = NextPage(spec.pagination)
        self._result = compile_expression(spec.result)

    async def current(self, endpoint: Endpoint, scope: Scope) -> Any:
        """What the target holds; UNDEFINED where it need not be known, or nothing is there.

        Raises RecordRejected where it is refused, ExpressionError, Unavailable, ReferenceMissing.
        """
        if self._when is not None and not holds(self._when, UNDEFINED, scope):
            return UNDEFINED
        request = self._request.render(UNDEFINED, scope, kind="read", idempotent=True)
        answer = await whole(endpoint, request, self._pages, scope)
        if answer.ruling.then == "gone":
            return UNDEFINED
        if answer.ruling.then != "ok":
            raise RecordRejected("SYN608", f"what is there cannot be read: {refusal(answer)}")
        return self._result.evaluate(answer.body, answer_scope(scope, answer))
