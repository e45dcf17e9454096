"""What a target's bulk result can claim."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from tests.ledger.making import change, refused

from syncata.apply.recorder import MAX_MESSAGE, told
from syncata.document import Scalar
from syncata.expressions import Scope
from syncata.model import Outcome, Verdict
from syncata.spec.operations import Results
from syncata.target.jobs import ResultReader, pair_results

READER = ResultReader(
    Results(None, None, None, Scalar.of("id"), Scalar.of("ok"), None, Scalar.of("error"))
)
NOTHING = Scope({}, now=datetime(2026, 1, 1, tzinfo=UTC))


def outcomes(*results: Any) -> list[Outcome]:
    """What becomes of the records a and b."""

    async def given() -> AsyncIterator[Any]:
        for result in results:
            yield result

    async def read() -> list[Outcome]:
        sent = {"a": change("a"), "b": change("b")}
        return [outcome async for outcome in pair_results(READER, given(), NOTHING, sent)]

    return asyncio.run(read())


def test_a_result_that_is_not_ours_confirms_nothing() -> None:
    """Foreign ids, no ids, twice the same one and odd things are ignored; what has no result of
    its own stays unknown."""
    odd: list[Any] = [{"id": "z", "ok": True}, {"ok": True}, None, 7, "a", ["a"], {"id": ["a"]}]
    for found in (outcomes(*odd), outcomes(*odd, {"id": "a", "ok": True}, {"id": "a"})):
        verdicts = {outcome.change.key: outcome.verdict for outcome in found}
        assert len(found) == len(verdicts) == 2
        assert verdicts["b"] is Verdict.UNKNOWN
    assert verdicts["a"] is Verdict.OK


def test_a_long_message_is_cut() -> None:
    """After it was cleaned of secrets: half of one would not be found any more."""
    secret = "cAnaRy-1234567890"
    message = "x" * (MAX_MESSAGE - 5) + secret + "y" * 1_000_000
    kept = told(refused(change("a"), message), lambda text: text.replace(secret, "***")).message
    assert kept == "x" * (MAX_MESSAGE - 5) + "***yy"
    (whole,) = [o for o in outcomes({"id": "a", "error": message}) if o.change.key == "a"]
    assert told(whole, str).message.startswith("xxx")
