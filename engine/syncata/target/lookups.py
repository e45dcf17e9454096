"""Values read from the target once per run: `lookups` without `by`."""

from typing import Any

from syncata.api import CompiledRequest, answer_scope, as_list, holds, refusal
from syncata.errors import SpecFailed, Unavailable
from syncata.expressions import (
    UNDEFINED,
    ExpressionError,
    Scope,
    compile_expression,
    compile_template,
)
from syncata.pages import NextPage, whole
from syncata.spec.model import Lookup
from syncata.transport import Endpoint


async def look_up(lookup: Lookup, endpoint: Endpoint, scope: Scope) -> Any:
    """The value of a look-up; UNDEFINED where its `when` does not hold.

    Raises SpecFailed where `one` value is wanted and there is another number.
    """
    if lookup.when and not holds(compile_expression(lookup.when), UNDEFINED, scope):
        return UNDEFINED
    request = CompiledRequest(lookup.request)
    asked = request.render(UNDEFINED, scope, kind="read", idempotent=True)
    answer = await whole(endpoint, asked, NextPage(lookup.pagination), scope)
    gone = answer.ruling.then == "gone"
    if not gone and answer.ruling.then != "ok":
        raise SpecFailed(f"the look-up {lookup.name} was refused: {refusal(answer)}")
    try:
        result = compile_expression(lookup.result).evaluate(
            UNDEFINED if gone else answer.body, answer_scope(scope, answer)
        )
    except ExpressionError as error:
        raise Unavailable(
            f"{error.position}: the target's answer to the look-up {lookup.name} is not what it "
            f"should be: {error.message}"
        ) from error
    if not lookup.one:
        return result
    values = [] if gone else as_list(result)
    if len(values) != 1:
        raise SpecFailed(_failure(lookup, scope, len(values)))
    return values[0]


def _failure(lookup: Lookup, scope: Scope, number: int) -> str:
    if number == 0 and lookup.message:
        return str(compile_template(lookup.message).render(UNDEFINED, scope))
    found = "nothing" if number == 0 else f"{number} results"
    return f"the look-up {lookup.name} must give one result; it gave {found}"
