# ruff: noqa: S608  only names of columns and `?` marks are put into SQL, never values
"""Runs: when each began and ended, how, and what it counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson

from syncata.errors import StateProblem
from syncata.ledger.codec import storable
from syncata.ledger.database import Database, Row
from syncata.model import JsonObject

_COLUMNS = "id, command, started, ended, state, exit_code, header"
_PAGE = 20


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `state` is `running`, `interrupted` (it died) or the word it ended with.

    `header` is what the run says about itself: counts, guards, hashes.
    """

    id: str
    command: str
    started: str
    ended: str | None
    state: str
    exit_code: int | None
    header: JsonObject

    @property
    def has_ended(self) -> bool:
        """Whether it came to an end of its own: then nothing begins again under its id."""
        return self.state not in ("running", "interrupted")


class Runs:
    """The table `run`. Writing methods run inside a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, number: str, command: str, header: JsonObject, now: str) -> None:
        """Note a run that starts; one that still seems to run has died, for we hold the lock.

        A run that died and is started again under its id goes on as the same run. Raises
        StateProblem for an id whose run has ended.
        """
        before = self.get(number)
        if before is not None and before.has_ended:
            hint = f"nothing is to do; see: syncata report {number}"
            raise StateProblem(f"the run {number} has ended already", hint=hint)
        sql = "UPDATE run SET state = 'interrupted', ended = ? WHERE state = 'running'"
        self._database.rows(sql, (now,))
        self._database.rows(
            "INSERT INTO run (id, command, started, state, header) "
            "VALUES (?, ?, ?, 'running', ?) ON CONFLICT (id) DO UPDATE SET "
            "state = 'running', ended = NULL, exit_code = NULL, header = excluded.header",
            (number, command, now, _text(header)),
        )

    def finish(
        self, number: str, state: str, exit_code: int, header: JsonObject | None, now: str
    ) -> None:
        """Note how a run ended; its header is replaced where one is given."""
        text = None if header is None else _text(header)
        self._database.rows(
            "UPDATE run SET state = ?, exit_code = ?, ended = ?, header = coalesce(?, header) "
            "WHERE id = ?",
            (state, exit_code, now, text, number),
        )

    def newest_first(self) -> Iterator[Run]:
        """Every run, the one that began last first; a few are read at a time."""
        sql = f"SELECT number, {_COLUMNS} FROM run WHERE number < ? ORDER BY number DESC LIMIT ?"
        before = 1 << 62
        while rows := self._database.rows(sql, (before, _PAGE)):
            yield from (_run(row[1:]) for row in rows)
            before = rows[-1][0]

    def listed(self, limit: int) -> list[Run]:
        """The last runs, newest first."""
        return list(islice(self.newest_first(), limit))

    def get(self, number: str) -> Run | None:
        """One run; None if there is none of this id."""
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM run WHERE id = ?", (number,))
        return _run(rows[0]) if rows else None


def _text(header: JsonObject) -> str:
    """A header as JSON text. Half a surrogate pair in what an API said does not lose a report."""
    try:
        return orjson.dumps(header).decode()
    except TypeError:
        return orjson.dumps(_storable(header)).decode()


def _storable(value: Any) -> Any:
    match value:
        case str():
            return storable(value)
        case dict():
            return {storable(str(name)): _storable(item) for name, item in value.items()}
        case list() | tuple():
            return [_storable(item) for item in value]
        case _:
            return value


def _run(row: Row) -> Run:
    number, command, started, ended, state, exit_code, header = row
    return Run(number, command, started, ended, state, exit_code, orjson.loads(header))
