"""How a stream is read in one run: all of it, or what has changed since the last good one."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from syncata.pages import Reading, instant_of, instant_text
from syncata.planning import SyncPlanner
from syncata.session import Session
from syncata.source import StreamReader
from syncata.spec.model import Incremental


async def read_stream(
    session: Session, name: str, planners: Sequence[SyncPlanner], limit: int | None, *, full: bool
) -> Reading:
    """Read a stream once for all syncs that take from it; each judges page by page.

    Raises Unavailable, CredentialsRefused.
    """
    stream = session.connection.spec.source.streams[name]
    now = session.world.now()
    since = None
    if stream.incremental is not None and not full:
        since = _since(session, stream.incremental, planners, now)
    reading, scope = Reading(), session.context.scope()
    pages = StreamReader(stream).read(session.source, scope, reading, limit=limit, since=since)
    async for page in pages:
        for planner in planners:
            await planner.take(page, reading.digests)
        session.progress("read", name, len(page))
    for planner in planners:
        if stream.incremental is not None:
            await planner.take_parked()
            if reading.whole:
                _note_cursor(session, planner, reading, since, now)
    return reading


def _since(
    session: Session, spec: Incremental, planners: Sequence[SyncPlanner], now: datetime
) -> datetime | None:
    """From when on changes are read; None: everything is."""
    starts = []
    for planner in planners:
        cursor = session.ledger.cursors.get(planner.name)
        value = instant_of(cursor.value) if cursor else None
        full_at = instant_of(cursor.full_at) if cursor else None
        if cursor is None or value is None or full_at is None:
            return None
        if cursor.basis != planner.compiled.basis:
            return None  # what was mapped otherwise must be mapped again
        if now - full_at >= timedelta(seconds=spec.full_every):
            return None
        starts.append(value)
    return min(starts) - timedelta(seconds=spec.overlap)


def _note_cursor(
    session: Session,
    planner: SyncPlanner,
    reading: Reading,
    since: datetime | None,
    now: datetime,
) -> None:
    """Where the next reading begins, once everything that was read is settled."""
    clock = reading.began or now
    # A record dated in the future must not hide what changes until then.
    latest = min(reading.latest, clock) if reading.latest else None
    before = session.ledger.cursors.get(planner.name)
    if latest is None:
        latest = (instant_of(before.value) if before and since else None) or clock
    planner.header.since = instant_text(since) if since else ""
    planner.header.cursor = instant_text(latest)
    planner.header.basis = planner.compiled.basis
