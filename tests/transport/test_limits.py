"""Rates, pauses and places of an account."""

import asyncio

import pytest
from tests.transport.serving import (
    Asked,
    Bench,
    FakeWorld,
    Reply,
    answer,
    finished,
    on_bench,
    replies,
)

from syncata.errors import Unavailable
from syncata.spec.requests import Rate
from syncata.transport import Account, Accounts, Endpoint, Request, Site
from syncata.transport.limits import TooLate, Window
from syncata.transport.values import Kind

READ = Request("GET", "/things")


async def _turns(account: Account, time: FakeWorld, number: int) -> list[float]:
    taken = []
    for _ in range(number):
        await account.turn("read", 1e9)
        taken.append(time.seconds)
    return taken


def test_no_span_of_time_ever_holds_more_than_the_rate() -> None:
    """Three in ten seconds: three at once, then as early as each of them leaves the span."""

    async def run() -> None:
        time = FakeWorld()
        account = Accounts(time.world).account("a", reads=Rate(3, 10.0))
        assert await _turns(account, time, 4) == [0, 0, 0, 10]
        time.seconds = 15
        assert await _turns(account, time, 4) == [15, 15, 20, 25]

    finished(run())


def test_many_that_ask_together_are_spread() -> None:
    """Turns are given out in order, whoever waits."""

    async def run() -> None:
        time = FakeWorld()
        account = Accounts(time.world).account("a", reads=Rate(2, 1.0))
        await asyncio.gather(*(account.turn("read", 1e9) for _ in range(7)))
        assert time.seconds >= 3

    finished(run())


def test_reads_and_writes_have_rates_of_their_own() -> None:
    """A write does not wait for reads; without a rate nobody waits."""

    async def run() -> None:
        time = FakeWorld()
        account = Accounts(time.world).account("a", reads=Rate(1, 60.0))
        await account.turn("read", 1e9)
        await account.turn("write", 1e9)
        assert time.waits == []

    finished(run())


def test_a_rate_of_all_requests_counts_reads_and_writes_together() -> None:
    """Three in ten seconds, whatever they are; a slower rate of one kind holds besides."""

    async def run() -> None:
        time = FakeWorld()
        accounts = Accounts(time.world)
        account = accounts.account("a", requests=Rate(3, 10.0), writes=Rate(1, 15.0))
        kinds: list[Kind] = ["read", "write", "read", "read", "write", "read", "read"]
        taken = []
        for kind in kinds:
            await account.turn(kind, 1e9)
            taken.append(time.seconds)
        assert taken == [0, 0, 0, 10, 15, 15, 20]

    finished(run())


def test_nobody_overtakes_a_turn_that_was_given_out() -> None:
    """A write that has to wait for its own rate keeps its place among all requests."""
    window = Window(Rate(2, 1.0))
    window.take(100.0)
    assert window.next(0.0) == 100
    window.take(100.0)
    assert window.next(0.0) == 101


def test_accounts_are_shared_by_scope_and_the_slower_rate_holds() -> None:
    """One scope is one account; another one is not touched by its pauses."""

    async def run() -> None:
        time = FakeWorld()
        accounts = Accounts(time.world)
        one = accounts.account("a", reads=Rate(10, 1.0))
        assert accounts.account("a", reads=Rate(1, 5.0)) is one
        assert accounts.account("a", reads=Rate(10, 1.0)) is one
        assert await _turns(one, time, 2) == [0, 5]
        one.pause(100)
        await accounts.account("b").turn("read", 1e9)
        assert time.seconds == 5
        await one.turn("write", 1e9)
        assert time.seconds == 105

    finished(run())


def test_a_pause_overtakes_turns_that_were_given_out() -> None:
    """Who waited when the account was paused waits anew, within the rate."""

    async def run() -> None:
        time = FakeWorld()
        account = Accounts(time.world).account("a", reads=Rate(1, 1.0))
        starts: list[float] = []

        async def one() -> None:
            await account.turn("read", 1e9)
            starts.append(time.seconds)

        await account.turn("read", 1e9)
        waiting = [asyncio.create_task(one()) for _ in range(3)]
        account.pause(50)
        await asyncio.gather(*waiting)
        assert min(starts) >= 50

    finished(run())


def test_a_turn_after_the_end_of_the_run_is_refused_at_once() -> None:
    """Nobody waits for what cannot come in time."""

    async def run() -> None:
        time = FakeWorld()
        account = Accounts(time.world).account("a", reads=Rate(1, 3600.0))
        await account.turn("read", 60)
        with pytest.raises(TooLate):
            await account.turn("read", 60)
        assert time.waits == []

    finished(run())


def test_the_endpoint_words_a_limit_that_leaves_no_turn() -> None:
    """The message says which limit and how long the run still has."""

    async def test(bench: Bench) -> None:
        account = Accounts(bench.time.world).account("x", reads=Rate(1, 3600.0))
        site = Site(name="source", base_url=bench.server.url)
        endpoint = Endpoint(site, account, deadline=60, world=bench.time.world)
        await endpoint.send(Request("GET", "/a"))
        with pytest.raises(Unavailable, match="its limit of reads leaves no turn in the 60 s"):
            await endpoint.send(Request("GET", "/b"))
        await endpoint.aclose()

    on_bench(replies(answer(body=[])), test)


def test_bulk_jobs_hold_their_places() -> None:
    """Of five jobs two run at the same time."""

    async def run() -> None:
        account = Accounts(FakeWorld().world).account("a", jobs=2)
        running, most = 0, 0

        async def job() -> None:
            nonlocal running, most
            async with account.job():
                running += 1
                most = max(most, running)
                await asyncio.sleep(0)
                running -= 1

        await asyncio.gather(*(job() for _ in range(5)))
        assert most == 2

    finished(run())


def test_one_accounts_rate_limit_stops_all_its_requests() -> None:
    """While the account is paused nobody knocks, whoever was told to wait."""
    early: list[float] = []

    async def test(bench: Bench) -> None:
        def behaviour(asked: Asked) -> Reply:
            if not early:
                early.append(bench.time.seconds)
                return answer(429, retry_after="10")
            early.append(bench.time.seconds)
            return answer(body=[])

        bench.server.behaviour = behaviour
        await bench.endpoint.send(READ)
        await asyncio.gather(*(bench.endpoint.send(READ) for _ in range(5)))
        assert [seconds for seconds in early[1:] if seconds < 10] == []

    on_bench(replies(answer()), test)
