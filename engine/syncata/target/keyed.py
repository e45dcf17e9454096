"""`$find`: things of the target looked up by keys that records give, many in one request."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from syncata.api import CompiledRequest, answer_scope, as_list, refusal
from syncata.errors import RecordRejected, Unavailable
from syncata.expressions import UNDEFINED, ExpressionError, Scope, compile_expression
from syncata.model import key_text
from syncata.pages import NextPage, Reading
from syncata.spec.model import Lookup
from syncata.target.references import NotThereYet
from syncata.transport import Endpoint

ROUNDS = 10
"""How often a record is judged anew because its look-ups took their keys from other look-ups."""


class LookupPending(Exception):
    """A key was asked for that has not been looked up yet; it is now on the list."""


class _Keyed:
    """One look-up by keys, compiled, with everything it found in this run."""

    def __init__(self, lookup: Lookup) -> None:
        assert lookup.by is not None
        self.lookup = lookup
        self._request = CompiledRequest(lookup.request)
        self._pages = NextPage(lookup.pagination)
        self._result = compile_expression(lookup.result)
        self._by = compile_expression(lookup.by)
        self.found: dict[str, Any] = {}
        self.pending: dict[str, set[str]] = {}  # as the keys are compared: as they were asked for

    def folded(self, key: str) -> str:
        return key.casefold() if self.lookup.fold == "case" else key

    async def fetch(self, endpoint: Endpoint, scope: Scope) -> None:
        waiting = sorted(self.pending)
        for start in range(0, len(waiting), self.lookup.batch):
            some = waiting[start : start + self.lookup.batch]
            # A target that compares letter by letter must be asked in the writing it may have.
            asked = sorted({text for key in some for text in {key, *self.pending[key]}})
            self.found |= dict.fromkeys(some, UNDEFINED)
            async for thing in self._things(endpoint, scope.child({"keys": asked})):
                name = self._by.evaluate(thing, scope)
                if name is not UNDEFINED and name is not None:
                    self._take(self.folded(key_text(name)), thing)
        self.pending.clear()

    def _take(self, name: str, thing: Any) -> None:
        if self.found.get(name) is UNDEFINED:
            self.found[name] = thing

    async def _things(self, endpoint: Endpoint, scope: Scope) -> Any:
        request = self._request.render(UNDEFINED, scope, kind="read", idempotent=True)
        request, reading, name = self._pages.first(request), Reading(), self.lookup.name
        async for answer in endpoint.pages(request, self._pages.follow(scope, reading)):
            if answer.ruling.then != "ok":
                raise Unavailable(f"the look-up {name} was refused: {refusal(answer)}")
            try:
                things = as_list(self._result.evaluate(answer.body, answer_scope(scope, answer)))
            except ExpressionError as error:
                raise Unavailable(
                    f"{error.position}: the target's answer to the look-up {name} is not what it "
                    f"should be: {error.message}"
                ) from error
            reading.took(len(things))
            for thing in things:
                yield thing


class KeyedLookups:
    """Every look-up by keys of a run. What was found once is not asked for again."""

    def __init__(self, lookups: Iterable[Lookup]) -> None:
        self._keyed = {lookup.name: _Keyed(lookup) for lookup in lookups if lookup.by}

    def functions(self) -> Mapping[str, Callable[..., Any]]:
        """The function `find`. It raises LookupPending for a key that is to be fetched first,
        NotThereYet or RecordRejected for one that is not found."""
        return {"find": self._find}

    async def fetch(self, endpoint: Endpoint, scope: Scope) -> None:
        """Look up every key that is on the list. Raises Unavailable, CredentialsRefused."""
        for keyed in self._keyed.values():
            if keyed.pending:
                await keyed.fetch(endpoint, scope)

    def answer(self, given: Mapping[str, Mapping[str, Any]]) -> None:
        """Take what is on the list from `given` (look-up, key) instead of the target."""
        for name, keyed in self._keyed.items():
            things = {keyed.folded(key): thing for key, thing in given.get(name, {}).items()}
            keyed.found |= {key: things.get(key, UNDEFINED) for key in keyed.pending}
            keyed.pending.clear()

    def _find(self, name: Any, key: Any = UNDEFINED) -> Any:
        if key is UNDEFINED or key is None:
            return UNDEFINED
        keyed, text = self._keyed[str(name)], key_text(key)
        folded = keyed.folded(text)
        if folded not in keyed.found:
            keyed.pending.setdefault(folded, set()).add(text)
            raise LookupPending
        thing = keyed.found[folded]
        if thing is UNDEFINED and keyed.lookup.missing == "wait":
            raise NotThereYet(str(name), f"waits for a {name} that the target does not hold yet")
        if thing is UNDEFINED and keyed.lookup.missing == "reject":
            message = f"the look-up {name} finds nothing in the target"
            raise RecordRejected("SYN613", message)
        return thing
