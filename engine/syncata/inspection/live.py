"""Records of a connection looked at where they are: at the source, with what the ledger knows."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncata.api import holds
from syncata.errors import RecordRejected
from syncata.expressions import UNDEFINED, compile_expression
from syncata.inspection.judgement import Judge, Judgement
from syncata.ledger import NOTHING, Confirmed
from syncata.mapping.compiled import Item
from syncata.mapping.persons import keyed_hash
from syncata.model import JsonObject, Known, key_text
from syncata.pages import Reading
from syncata.planning.staged import known_payload
from syncata.session import Session
from syncata.source import StreamReader
from syncata.spec.model import Sync
from syncata.target.references import NotThereYet, ReferenceMissing


@dataclass(frozen=True, slots=True)
class Met:
    """A record of a stream, on which page it was, and what one sync makes of it."""

    page: int
    record: JsonObject
    judgement: Judgement
    known: Known | None


async def pages_of(
    session: Session, stream: str, reading: Reading, limit: int | None = None
) -> AsyncGenerator[tuple[int, list[JsonObject]], None]:
    """A stream's pages with their numbers. Raises Unavailable, CredentialsRefused."""
    reader = StreamReader(session.connection.spec.source.streams[stream])
    scope = session.context.scope()
    async for page in reader.read(session.source, scope, reading, limit=limit):
        session.progress("read", stream, len(page))
        yield reading.pages, page


async def preview(
    session: Session, syncs: Sequence[Sync], limit: int
) -> AsyncIterator[tuple[Sync, list[Met]]]:
    """What each sync makes of the first `limit` records of its stream, each stream read once.

    Raises Unavailable, CredentialsRefused.
    """
    streams: dict[str | None, list[tuple[int, JsonObject]]] = {}
    for sync in syncs:
        if sync.stream not in streams:
            streams[sync.stream] = await _first(session, sync.stream, limit)
        judge = _hopeful(session, sync)
        yield (
            sync,
            [
                met
                for page, r in streams[sync.stream]
                for met in await _met(session, judge, page, r)
            ],
        )


async def _first(session: Session, stream: str | None, limit: int) -> list[tuple[int, JsonObject]]:
    if stream is None:
        return [(1, session.connection.public_settings())]
    pages = pages_of(session, stream, Reading(), limit)
    return [(number, record) async for number, page in pages for record in page]


async def _met(session: Session, judge: Judge, page: int, record: JsonObject) -> list[Met]:
    try:
        items = list(judge.compiled.items(record))
    except RecordRejected as why:
        return [Met(page, record, Judgement(Item(record), rejected=why), None)]
    return [Met(page, record, *await judged_known(session, judge, item)) for item in items]


async def judged_known(
    session: Session, judge: Judge, item: Item
) -> tuple[Judgement, Known | None]:
    """A record judged with what the target confirmed of it, and what the ledger knows."""
    known, held = known_of(session, judge, item)
    return await judge.judge(item, known_payload(held)), known


def known_of(session: Session, judge: Judge, item: Item) -> tuple[Known | None, Confirmed]:
    """What the ledger knows of a record, and what the target confirmed; neither without a key."""
    name = judge.compiled.sync.name
    try:
        key, _ = judge.compiled.key(item)
    except (RecordRejected, NotThereYet):
        return None, NOTHING
    known = session.ledger.known(name, [key]).get(key)
    held = session.ledger.confirmed([known.id]).get(known.id, NOTHING) if known else NOTHING
    return known, held


def live_judge(session: Session, sync: Sync) -> Judge:
    """What judges records of a sync as of now: `$rank()` counts those that the ledger knows."""
    compiled, ledger = session.syncs[sync.name], session.ledger
    compiled.ranking.keys_between = lambda low, high: ledger.keys_between(sync.name, low, high)
    return Judge(compiled, session.fetch)


def is_on(session: Session, sync: Sync) -> bool:
    """Whether a sync takes part in runs."""
    scope = session.context.scope()
    return sync.when is None or holds(compile_expression(sync.when), UNDEFINED, scope)


def _hopeful(session: Session, sync: Sync) -> Judge:
    """A judge for which what was never synchronized is not missing but still to come."""
    functions: Mapping[str, Any] = {
        **session.references().functions(), **session.lookups.functions(),
    }  # fmt: skip
    synchronized, has = set(session.ledger.syncs()), functions["has"]

    def hopeful(name: Any, key: Any = UNDEFINED) -> bool:
        if str(name) not in synchronized:
            raise ReferenceMissing(str(name), None if key is UNDEFINED else key_text(key))
        return bool(has(name, key))

    judge = live_judge(session, sync)
    keyed = keyed_hash(session.ledger.consent.salt)
    judge.compiled.bind(
        session.context, {**functions, "has": hopeful}, lambda _label, _value: None, keyed=keyed
    )
    return judge
