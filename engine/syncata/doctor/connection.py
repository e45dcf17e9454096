"""Does a connection work? Everything is asked that can be asked without changing anything."""

from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial

from syncata.doctor.diagnosis import Diagnosis, failed
from syncata.doctor.needs import active_syncs
from syncata.doctor.sides import Side, examined
from syncata.doctor.standing import Service, standing, times
from syncata.doctor.target import questions
from syncata.errors import SpecFailed, SyncataError
from syncata.ledger import Ledger
from syncata.pages import Reading
from syncata.report.values import number
from syncata.session import Session, Surroundings, open_session
from syncata.source import StreamReader
from syncata.spec.connection import Connection
from syncata.spec.model import Stream


async def connection(
    subject: Connection, ledger: Ledger, around: Surroundings, service: Service
) -> AsyncIterator[Diagnosis]:
    """Ledger, decisions, schedule; then credentials, clocks and answers of both APIs."""
    now = around.world.now()
    stands = ledger.consent.standing
    for diagnosis in (*standing(subject, ledger), *times(subject, stands, service, now)):
        yield diagnosis
    try:
        async with open_session(subject, ledger, around, now) as session:
            with suppress(SpecFailed):  # what needs a look-up is told when these are known
                session.context.learn_lookups({})
            # The target first: its look-ups can decide which syncs take part.
            target = await examined(session.target, subject.spec, partial(questions, session))
            source = await examined(session.source, subject.spec, partial(_streams, session))
    except SyncataError as error:  # no request was sent: what describes the APIs is wrong
        yield failed("APIs", error)
        return
    for diagnosis in (*source, *target):
        yield diagnosis


async def _streams(session: Session, side: Side) -> list[Diagnosis]:
    read = {sync.stream for sync in active_syncs(session)}
    streams = session.connection.spec.source.streams
    return [
        diagnosis
        for name, stream in streams.items()
        if name in read
        for diagnosis in await side.ask(name, partial(_stream, session, stream))
    ]


async def _stream(session: Session, stream: Stream, subject: str) -> Diagnosis:
    """The first page of a stream."""
    reading = Reading()
    pages = StreamReader(stream).read(session.source, session.context.scope(), reading, limit=1)
    async for _page in pages:
        pass
    return Diagnosis(subject, f"{number(reading.on_page, 'record')} on the first page")
