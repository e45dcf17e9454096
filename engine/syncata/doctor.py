"""Checks of an installation and of a connection, each with what to do about it."""

import platform
import sqlite3
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import packages_distributions
from pathlib import Path

from syncata import __version__
from syncata.api import CompiledRequest
from syncata.errors import CredentialsRefused, Exit, RecordRejected, SyncataError
from syncata.expressions import UNDEFINED, ExpressionError
from syncata.identity import check_identity
from syncata.ledger import Ledger
from syncata.pages import Reading
from syncata.session import Session, Surroundings, open_session
from syncata.source import StreamReader
from syncata.spec.connection import Connection
from syncata.target.finder import Finder
from syncata.target.references import ReferenceMissing

MAX_SKEW = 300.0  # seconds between two clocks before they count as apart
PRIVATE = 0o077
_FAILURES = (SyncataError, ExpressionError, RecordRejected)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at. `code` is what a run would end with; OK: it is well."""

    subject: str
    found: str
    advice: str = ""
    code: Exit = Exit.OK


def installation() -> Iterator[Diagnosis]:
    """Is this installation sound?"""
    yield Diagnosis("syncata", f"{__version__}, Python {platform.python_version()}")
    owners = sorted(set(packages_distributions().get("jsonata", [])))
    yield Diagnosis(
        "jsonata",
        f"provided by {', '.join(owners) or 'nothing'}",
        "several packages use that import name: install syncata alone in a virtual environment",
        Exit.OK if owners == ["jsonata-python"] else Exit.BUG,
    )
    yield Diagnosis("SQLite", sqlite3.sqlite_version)


def state_directory(path: Path) -> Iterator[Diagnosis]:
    """Can the ledgers lie here, and only their owner read them?"""
    if not path.exists():
        yield Diagnosis("state", f"{path} will be made by the first run")
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    yield Diagnosis(
        "state",
        f"{path} has mode {mode:03o}",
        f"ledgers are confidential: chmod 700 {path}",
        Exit.STATE if mode & PRIVATE else Exit.OK,
    )


async def connection(
    subject: Connection, ledger: Ledger, around: Surroundings
) -> AsyncIterator[Diagnosis]:
    """Does a connection work: ledger, identity, credentials, streams, look-ups, clocks?"""
    problems = ledger.verify()
    yield Diagnosis(
        "ledger",
        problems[0] if problems else "made by the first run" if ledger.created else "sound",
        "restore the ledger from a backup",
        Exit.STATE if problems else Exit.OK,
    )
    yield _tried("identity", lambda: check_identity(subject, ledger))
    try:
        async with open_session(subject, ledger, around, datetime.now(UTC)) as session:
            async for diagnosis in _source(session):
                yield diagnosis
            yield await _target(session)
    except SyncataError as error:  # no request was sent: what describes the APIs is wrong
        yield _failed("APIs", error)


async def _target(session: Session) -> Diagnosis:
    try:
        await session.learn_lookups()
        await _search(session)
    except _FAILURES as error:
        return _failed("target", error)
    if not session.target.requests:
        return Diagnosis("target", "not asked: the spec has neither a look-up nor a `find`")
    return Diagnosis("target", "answers; the credentials are good for its look-ups")


async def _search(session: Session) -> None:
    """Look for something in each resource that can be searched; nothing need be found."""
    for resource in session.connection.spec.target.resources.values():
        if resource.find is not None:
            with suppress(ReferenceMissing):  # it can only be searched once another sync ran
                scope = session.context.scope(session.functions)
                await Finder(resource.find).find(session.target, scope, "doctor")


async def _source(session: Session) -> AsyncIterator[Diagnosis]:
    for name, stream in session.connection.spec.source.streams.items():
        scope = session.context.scope()
        try:
            request = CompiledRequest(stream.request)
            answer = await session.source.send(
                request.render(UNDEFINED, scope, kind="read", idempotent=True)
            )
            reading = Reading()
            async for _page in StreamReader(stream).read(session.source, scope, reading, limit=1):
                pass
            records = "a record" if reading.records else "no record"
            yield Diagnosis(f"source: {name}", f"answers with {records}")
            if answer.date is not None:
                yield _clock(answer.date)
        except _FAILURES as error:
            yield _failed(f"source: {name}", error)


def _clock(theirs: datetime) -> Diagnosis:
    apart = abs((datetime.now(UTC) - theirs).total_seconds())
    return Diagnosis(
        "clock",
        f"{apart:.0f} s apart from the source's",
        "set this machine's clock by NTP",
        Exit.UNAVAILABLE if apart > MAX_SKEW else Exit.OK,
    )


def _tried(subject: str, check: Callable[[], None]) -> Diagnosis:
    try:
        check()
    except SyncataError as error:
        return _failed(subject, error)
    return Diagnosis(subject, "as it was")


def _failed(subject: str, error: SyncataError | ExpressionError | RecordRejected) -> Diagnosis:
    if not isinstance(error, SyncataError):
        return Diagnosis(subject, str(error), "correct the spec", Exit.INVALID)
    advice = error.hint
    if isinstance(error, CredentialsRefused) and not advice:
        advice = "check the credentials in the connection and their scopes"
    return Diagnosis(subject, error.message, advice, error.exit_code)
