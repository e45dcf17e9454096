"""One API for one run: what is sent, sent again, waited for and given up."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import NoReturn

import httpx

from syncata.errors import CredentialsRefused, Unavailable
from syncata.transport.auth import ClientCredentials, Token, fixed, read_token, secrets, token_body
from syncata.transport.egress import Egress, origin, path
from syncata.transport.exchange import Call, Failure, exchange, wire_request
from syncata.transport.limits import Account, TooLate
from syncata.transport.pages import walk
from syncata.transport.pool import proxy_of, transport_to
from syncata.transport.stream import Stream
from syncata.transport.values import (
    OK,
    Answer,
    Classify,
    Event,
    InDoubt,
    NextPage,
    Request,
    Ruling,
    Site,
    World,
    parse_date,
)
from syncata.transport.verdict import asked_wait, back_off, default_ruling, forbids, is_unclear
from syncata.transport.wording import LONGER, Wording, in_seconds

_PLAIN = {"accept": "application/json", "accept-encoding": "gzip"}
_RETURNED = ("ok", "gone", "skip", "reject")


class Endpoint:
    """One API, source or target, for the length of one run.

    `requests` counts the attempts by kind and status, 0 where no complete answer came.
    """

    def __init__(
        self,
        site: Site,
        account: Account,
        *,
        deadline: float,
        classify: Classify | None = None,
        redact: Callable[[str], str] = str,
        observe: Callable[[Event], None] | None = None,
        world: World | None = None,
    ) -> None:
        """Check where requests will go; nothing is sent yet. `deadline` is `monotonic` time."""
        self.site = site
        self.account = account
        self.requests: Counter[tuple[str, int]] = Counter()
        self._deadline = deadline
        self._classify = classify
        self._observe = observe
        self._world = world or World()
        self._egress = Egress(site.name, site.base_url, site.origins)
        self._pool = transport_to(site, self._world)
        proxy = proxy_of(site)
        hidden = (*secrets(site.credentials), *(proxy.auth or () if proxy else ())[1:])
        self._wording = Wording(site.name, hidden, redact)
        own_headers, self._own_params = fixed(site.credentials)
        self._plain = _PLAIN | {"user-agent": site.user_agent}
        self._own = {name.lower(): text for name, text in (*site.headers.items(), *own_headers)}
        self._heard = "", self._world.now()
        self._token: Token | None = None
        if isinstance(site.credentials, ClientCredentials):
            self._token = Token(self._fetch_token, self._world.monotonic)

    @property
    def clock_ahead(self) -> float | None:
        """Seconds that the other side's clock was ahead of ours in its last answer, if it told."""
        theirs, ours = parse_date(self._heard[0]), self._heard[1]
        return None if theirs is None else (theirs - ours).total_seconds()

    async def send(self, request: Request) -> Answer:
        """Return the answer, whose ruling is ok, gone, skip or reject.

        Everything else is dealt with here. Raises CredentialsRefused; Unavailable when the limits
        are reached; InDoubt when it was a write that may have been carried out.
        """
        return await self._until_settled(Call(request, self._url(request)))

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[Stream]:
        """Open a large JSON array, to be read item by item; a success is not classified.

        What fails before the first item is tried again; a failure later on is Unavailable.
        """
        call = Call(request, self._url(request), streaming=True)
        answer = await self._until_settled(call)
        try:
            yield Stream(
                answer,
                call.response,
                site=self.site,
                left=self._left,
                failed=lambda why: Unavailable(
                    self._wording.failed(why, request.method, path(call.url), answer.attempts)
                ),
            )
        finally:
            if call.response is not None:
                await call.response.aclose()

    def pages(self, request: Request, next_page: NextPage) -> AsyncIterator[Answer]:
        """Yield the answer to each page; the last one may be ruled otherwise than ok.

        `next_page` sees an answer and its number from 1. It returns parameters, which are merged
        over the request's; or a URL, which carries its own and is resolved against the page's; or
        nothing, which ends. A page that comes twice is Unavailable.
        """
        return walk(self.send, self._egress, request, next_page, name=self.site.name)

    def resolve(self, reference: str, answer: Answer) -> str:
        """Return the URL that an answer refers to, a job's Location; Unavailable if outside."""
        return str(self._egress.follow(reference, answer.url))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._pool.aclose()

    def _url(self, request: Request) -> httpx.URL:
        return self._egress.url(request.url, request.params)

    async def _until_settled(self, call: Call) -> Answer:
        while True:
            call.attempt += 1
            try:
                answer = await self._attempt(call)
            except Failure as failure:
                await self._after_failure(call, failure)
                continue
            ruling = self._judge(call, answer)
            if ruling is OK:
                return answer
            if ruling.then in _RETURNED:
                said = replace(ruling, message=self._wording.clean(ruling.message))
                return replace(answer, ruling=said, excerpt=self._wording.excerpt(answer.raw))
            await self._after_answer(call, answer, ruling)

    async def _attempt(self, call: Call) -> Answer:
        await self._turn(call)
        headers = self._plain
        params: tuple[tuple[str, str], ...] = ()
        if origin(call.url) == self._egress.home and not call.for_token:
            headers = self._plain | self._own
            params = self._own_params
            if self._token is not None:
                call.token = await self._token.current()
                headers["authorization"] = f"Bearer {call.token}"
        seconds = min(self.site.timeout, self._left())
        if seconds <= 0:
            raise Failure("the run's time is up", again=False, sent=False)
        outgoing = wire_request(call, headers, params)
        started = self._world.monotonic()
        status = 0
        try:
            answer = await exchange(
                self._pool, call, outgoing, seconds=seconds, max_body=self.site.max_body
            )
            status = answer.status
            self._heard = answer.headers.get("date", ""), self._world.now()
            return answer
        finally:
            self._note(call, status, self._world.monotonic() - started)

    async def _turn(self, call: Call) -> None:
        if call.for_token:  # asked for inside a turn
            return
        try:
            await self.account.turn(call.request.kind, self._deadline)
        except TooLate as late:
            left = in_seconds(self._left())
            if late.asked:
                text = f"{self.site.name} asked to come back in {in_seconds(late.wait)} s"
                self._give_up(call, f"{text}; the run has {left} s left", late.wait, hint=LONGER)
            text = f"{self.site.name}: its limit of {call.request.kind}s leaves no turn"
            self._give_up(call, f"{text} in the {left} s that the run has left", hint=LONGER)

    def _judge(self, call: Call, answer: Answer) -> Ruling:
        if call.for_token:
            return Ruling("auth") if answer.status == 400 else default_ruling(answer)
        if call.response is not None:
            return OK
        ruling = self._classify(answer) if self._classify is not None else None
        return default_ruling(answer) if ruling is None else ruling

    async def _after_failure(self, call: Call, failure: Failure) -> None:
        call.unclear = call.unclear or failure.sent
        text = self._wording.failed(
            failure.problem, call.request.method, path(call.url), call.attempt
        )
        if not failure.again or (failure.sent and not call.request.may_repeat):
            self._give_up(call, text)
        await self._back_off(call, text)

    async def _after_answer(self, call: Call, answer: Answer, ruling: Ruling) -> None:
        text = self._wording.about(
            answer, call.request.method, path(call.url), extra=self._wording.clean(ruling.message)
        )
        if ruling.then == "stop":
            self._give_up(call, text, hint=self._redirect_hint(answer))
        if ruling.then == "auth":
            self._renew_or_refuse(call, answer, text)
            return
        call.unclear = call.unclear or is_unclear(answer, ruling)
        if call.unclear and not call.request.may_repeat:
            self._give_up(call, text)
        wait = ruling.wait if ruling.wait is not None else asked_wait(answer, self._world.now)
        if not wait:
            await self._back_off(call, text, pause=ruling.then == "rate_limit")
            return
        if ruling.then == "retry":
            self._count_failure(call, text)
        await self._wait(call, wait, text, pause=ruling.then == "rate_limit", asked=True)

    async def _back_off(self, call: Call, text: str, *, pause: bool = False) -> None:
        self._count_failure(call, text)
        wait = back_off(call.failures, self._world.random)
        await self._wait(call, wait, text, pause=pause, asked=False)

    def _count_failure(self, call: Call, text: str) -> None:
        call.failures += 1
        if call.failures >= self.site.max_attempts:
            self._give_up(call, text)

    async def _wait(
        self, call: Call, seconds: float, text: str, *, pause: bool, asked: bool
    ) -> None:
        """Wait if the run's time allows; a rate limit makes the whole account wait."""
        left = self._left()
        if pause:
            self.account.pause(seconds)
        if seconds >= left:
            said = f"; asked to come back in {in_seconds(seconds)} s" if asked else ""
            text = f"{text}{said}; the run has {in_seconds(left)} s left"
            self._give_up(call, text, seconds if asked else None, hint=LONGER)
        if not pause or call.for_token:
            await self._world.sleep(seconds)

    def _renew_or_refuse(self, call: Call, answer: Answer, text: str) -> None:
        """Let the request be sent once more with a new token, or end."""
        if call.for_token:
            error = answer.body.get("error") if isinstance(answer.body, dict) else None
            what = self._wording.clean(error)[:60] if isinstance(error, str) else ""
            raise CredentialsRefused(
                f"{self.site.name} token endpoint answered {answer.status} {what}".rstrip(),
                hint=f"check client id, client secret and scope of the {self.site.name}",
            )
        if call.token and not call.renewed and answer.status != 403 and self._token is not None:
            call.renewed = True
            self._token.refused(call.token)
            return
        hint = f"check the credentials of the {self.site.name}"
        if lacks_scope := forbids(answer):
            hint = "the credentials may lack a scope or permission"
        raise CredentialsRefused(text, hint=hint, lacks_scope=lacks_scope)

    def _redirect_hint(self, answer: Answer) -> str:
        location = answer.headers.get("location")
        if location is None or not 300 <= answer.status < 400:
            return ""
        return self._wording.clean(self._egress.advice(location, answer.url))

    def _give_up(
        self, call: Call, text: str, retry_after: float | None = None, *, hint: str = ""
    ) -> NoReturn:
        in_doubt = call.unclear and call.request.kind == "write"
        raise (InDoubt if in_doubt else Unavailable)(text, hint=hint, retry_after=retry_after)

    async def _fetch_token(self) -> tuple[str, float | None]:
        credentials = self.site.credentials
        assert isinstance(credentials, ClientCredentials)
        headers, body = token_body(credentials)
        request = Request("POST", credentials.token_url, headers=headers, body=body)
        answer = await self._until_settled(Call(request, self._url(request), for_token=True))
        found = read_token(answer.body) if answer.ruling is OK else None
        if found is None:
            text = self._wording.about(replace(answer, raw=b""), "POST", path(self._url(request)))
            raise Unavailable(f"{text}, which holds no token")
        self._wording.learn(found[0])
        return found

    def _left(self) -> float:
        return self._deadline - self._world.monotonic()

    def _note(self, call: Call, status: int, seconds: float) -> None:
        self.requests["token" if call.for_token else call.request.kind, status] += 1
        if self._observe is not None:
            method, where = call.request.method, self._wording.clean(path(call.url))
            self._observe(Event(self.site.name, method, where, status, seconds, call.attempt))
