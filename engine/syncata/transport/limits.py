"""What an account allows: requests per time, bulk jobs at once, and the pauses it asks for.

An account is named by its scope, not by its host: thousands of tenants share one host, and one
tenant's limit must not slow another.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Literal

from syncata.spec.requests import Rate
from syncata.transport.values import Kind, World

Counted = Kind | Literal["request"]
"""What a rate counts: one kind of requests, or all of them."""


class TooLate(Exception):
    """The next turn comes after the end of the run; `asked`: because the account asked so."""

    def __init__(self, wait: float, *, asked: bool) -> None:
        super().__init__(f"{wait:g} s")
        self.wait = wait
        self.asked = asked


class Window:
    """At most `number` turns in any `seconds`, as early as that allows."""

    def __init__(self, rate: Rate) -> None:
        """Start with all turns free."""
        self.rate = rate
        self._turns: deque[float] = deque(maxlen=rate.number)

    def next(self, now: float) -> float:
        """When the next turn is; none comes before one that was given out already."""
        if not self._turns:
            return now
        earliest = max(now, self._turns[-1])
        if len(self._turns) < self.rate.number:
            return earliest
        return max(earliest, self._turns[0] + self.rate.seconds)

    def take(self, turn: float) -> None:
        """Take the turn that `next` named."""
        self._turns.append(turn)


class Account:
    """The limits of one account, shared by everything in the process that uses it."""

    def __init__(self, world: World, jobs: int) -> None:
        """Without rates; `jobs` bulk jobs at the same time."""
        self._monotonic: Callable[[], float] = world.monotonic
        self._sleep: Callable[[float], Awaitable[None]] = world.sleep
        self._windows: dict[Counted, Window] = {}
        self._jobs = asyncio.Semaphore(max(1, jobs))
        self._paused_until = float("-inf")

    def limit(self, kind: Counted, rate: Rate | None) -> None:
        """Apply a rate; of two for the same account the slower holds."""
        present = self._windows.get(kind)
        if rate is None or (present is not None and _speed(present.rate) <= _speed(rate)):
            return
        self._windows[kind] = Window(rate)

    async def turn(self, kind: Kind, latest: float) -> None:
        """Wait until a request may be sent; TooLate at once if that is after `latest`.

        A turn that a pause overtakes is taken anew: else all that waited would start together.
        """
        while True:
            now = self._monotonic()
            if now < self._paused_until:
                await self._wait_until(self._paused_until, now, latest, asked=True)
                continue
            both: tuple[Counted, ...] = (kind, "request")
            windows = [w for counted in both if (w := self._windows.get(counted))]
            turn = max((window.next(now) for window in windows), default=now)
            if turn > latest:
                raise TooLate(turn - now, asked=False)
            for window in windows:
                window.take(turn)
            if turn > now:
                await self._wait_until(turn, now, latest, asked=False)
            if self._monotonic() >= self._paused_until:
                return

    def pause(self, seconds: float) -> None:
        """Let nobody send for that long."""
        self._paused_until = max(self._paused_until, self._monotonic() + seconds)

    @asynccontextmanager
    async def job(self) -> AsyncIterator[None]:
        """Hold one of the account's places for a bulk job, from its request to its last status."""
        async with self._jobs:
            yield

    async def _wait_until(self, then: float, now: float, latest: float, *, asked: bool) -> None:
        if then > latest:
            raise TooLate(then - now, asked=asked)
        while now < then:
            await self._sleep(then - now)
            now = self._monotonic()


def _speed(rate: Rate) -> float:
    return rate.number / rate.seconds


class Accounts:
    """All accounts of a process, by scope."""

    def __init__(self, world: World | None = None) -> None:
        """Without any account yet."""
        self._world = world or World()
        self._by_scope: dict[str, Account] = {}

    def account(
        self,
        scope: str,
        *,
        reads: Rate | None = None,
        writes: Rate | None = None,
        requests: Rate | None = None,
        jobs: int = 1,
    ) -> Account:
        """Return the account of a scope, with these limits applied."""
        account = self._by_scope.setdefault(scope, Account(self._world, jobs))
        account.limit("read", reads)
        account.limit("write", writes)
        account.limit("request", requests)
        return account
