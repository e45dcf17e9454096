"""One record looked for at its source: by the look-up `absent`, or page by page."""

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, replace

from syncata.api import CompiledRequest, answer_scope, as_list
from syncata.errors import RecordRejected
from syncata.expressions import UNDEFINED, ExpressionError, Scope, compile_expression
from syncata.inspection.judgement import Judge
from syncata.inspection.live import pages_of
from syncata.mapping.compiled import Item
from syncata.model import JsonObject, canonical, key_text
from syncata.pages import NextPage, Reading, require_data
from syncata.report.values import number
from syncata.session import Session
from syncata.source import StreamReader
from syncata.spec.model import Stream
from syncata.target.references import NotThereYet


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where a record was met, or that it is not there.

    `key` is the record's as the ledger has it. `how` tells how it was looked for. `absent`: it is
    proven not to be there.
    """

    key: str
    how: str
    page: int | None = None
    record: JsonObject | None = None
    item: Item | None = None
    absent: bool = False


async def find_record(session: Session, judge: Judge, wanted: str) -> Sighting:
    """Look for a record by its key, as people write it or as the ledger has it.

    Raises Unavailable, CredentialsRefused.
    """
    key = _Key(judge, wanted)
    stream = session.connection.spec.source.streams.get(judge.compiled.sync.stream or "")
    if stream is None:
        return key.among(session.connection.public_settings(), "its settings", None) or Sighting(
            wanted, "its settings have another key", absent=True
        )
    if not _is_looked_up(judge, stream):
        return await _by_reading(session, stream, key)
    if _answers_alike(stream):
        found = await _by_lookup(session, stream, key)
        if found is not None:
            return found
    seen = await _by_reading(session, stream, key)
    if seen.absent:
        return replace(seen, absent=not await _exists(session, stream, seen.key))
    return seen


def _is_looked_up(judge: Judge, stream: Stream) -> bool:
    """Whether the look-up `absent` goes by the same key as the sync."""
    sync = judge.compiled.sync
    same = sync.each is None and sync.key.text == stream.key.text
    return stream.absent is not None and same


def _answers_alike(stream: Stream) -> bool:
    """Whether the look-up asks for records as the stream does: else they may lack something."""
    assert stream.absent is not None, "asked before"
    one, two = stream.request, stream.absent.request
    same = (one.method, one.path.text) == (two.method, two.path.text)
    return same and one.params.keys() <= two.params.keys() and one.body is None


async def _exists(session: Session, stream: Stream, key: str) -> bool:
    scope = session.context.scope()
    return bool(await StreamReader(stream).existing(session.source, scope, [key]))


class _Key:
    """The key that is looked for; a person in it may stand there by name or as a hash."""

    def __init__(self, judge: Judge, wanted: str) -> None:
        self._judge = judge
        self.wanted = _canonical(wanted)
        self._expression = compile_expression(judge.compiled.sync.key)

    def among(self, record: JsonObject, how: str, page: int | None) -> Sighting | None:
        """The record, if it is the one, or the part of it that is."""
        try:
            items = list(self._judge.compiled.items(record))
        except RecordRejected:
            return None
        for item in items:
            key = self._of(item)
            if key is not None:
                return Sighting(key, how, page, record, item)
        return None

    def _of(self, item: Item) -> str | None:
        """The key of the record that is looked for, None for any other, or one without a key."""
        compiled = self._judge.compiled
        try:
            key, _ = compiled.key(item)
            return key if self.wanted in (key, self._written(item, compiled.scope(item))) else None
        except (RecordRejected, NotThereYet):
            return None

    def _written(self, item: Item, scope: Scope) -> str:
        return key_text(self._expression.evaluate(item.value, scope))


def _canonical(text: str) -> str:
    """A key as the ledger writes it: lists are JSON without blanks."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return canonical(value).decode() if isinstance(value, list) else text


async def _by_lookup(session: Session, stream: Stream, key: _Key) -> Sighting | None:
    """What the look-up `absent` says of the key; None where it knows it, but not the record."""
    how = "the look-up `absent`"
    async for record in _looked_up(session, stream, key.wanted):
        found = key.among(record, how, None)
        if found is not None:
            return found
    if await _exists(session, stream, key.wanted):
        return None
    return Sighting(key.wanted, how, absent=True)


async def _looked_up(session: Session, stream: Stream, key: str) -> AsyncIterator[JsonObject]:
    """The records in the look-up's answer, where it answers as the stream does."""
    assert stream.absent is not None, "asked before"
    scope = session.context.scope().child({"keys": [key]})
    request = CompiledRequest(stream.absent.request)
    asked = request.render(UNDEFINED, scope, kind="read", idempotent=True)
    reads, following = compile_expression(stream.records), NextPage(stream.pagination)
    async for answer in session.source.pages(asked, following.follow(scope, Reading())):
        if answer.ruling.then == "gone":
            return
        require_data(answer, "the look-up `absent`")
        try:
            records = as_list(reads.evaluate(answer.body, answer_scope(scope, answer)))
        except ExpressionError:
            return  # it answers otherwise: it can only say whether a key exists
        for record in records:
            if isinstance(record, dict):
                yield record


async def _by_reading(session: Session, stream: Stream, key: _Key) -> Sighting:
    reading, last = Reading(), 0
    async with aclosing(pages_of(session, stream.name, reading)) as pages:
        async for page, records in pages:
            last = page
            for record in records:
                found = key.among(record, f"reading {stream.name}", page)
                if found is not None:
                    return found
    many, on = number(reading.records, "record"), number(last, "page")
    read = f"reading {stream.name}: {many} on {on}"
    return Sighting(key.wanted, read, absent=reading.complete)
