# ruff: noqa: S608  only names of columns and `?` marks are put into SQL, never values
"""Runs: when each began and ended, how, and what it counted."""

from dataclasses import dataclass

import orjson

from syncata.ledger.database import Database, Row
from syncata.model import JsonObject

_COLUMNS = "id, command, started, ended, state, exit_code, header"


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


class Runs:
    """The table `run`. Writing methods run inside a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, number: str, command: str, header: JsonObject, now: str) -> None:
        """Note a run that starts; one that still seems to run has died, for we hold the lock.

        A run that died and is started again under its id goes on as the same run.
        """
        sql = "UPDATE run SET state = 'interrupted', ended = ? WHERE state = 'running'"
        self._database.rows(sql, (now,))
        self._database.rows(
            "INSERT INTO run (id, command, started, state, header) "
            "VALUES (?, ?, ?, 'running', ?) ON CONFLICT (id) DO UPDATE SET "
            "state = 'running', ended = NULL, exit_code = NULL, header = excluded.header",
            (number, command, now, orjson.dumps(header).decode()),
        )

    def finish(
        self, number: str, state: str, exit_code: int, header: JsonObject | None, now: str
    ) -> None:
        """Note how a run ended; its header is replaced where one is given."""
        text = None if header is None else orjson.dumps(header).decode()
        self._database.rows(
            "UPDATE run SET state = ?, exit_code = ?, ended = ?, header = coalesce(?, header) "
            "WHERE id = ?",
            (state, exit_code, now, text, number),
        )

    def listed(self, limit: int) -> list[Run]:
        """The last runs, newest first."""
        sql = f"SELECT {_COLUMNS} FROM run ORDER BY number DESC LIMIT ?"
        return [_run(row) for row in self._database.rows(sql, (limit,))]

    def get(self, number: str) -> Run | None:
        """One run; None if there is none of this id."""
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM run WHERE id = ?", (number,))
        return _run(rows[0]) if rows else None

    def last(self, *, state: str | None = None, command: str | None = None) -> Run | None:
        """The newest run, or the newest one of this state and command."""
        sql = (
            f"SELECT {_COLUMNS} FROM run WHERE (? IS NULL OR state = ?) "
            "AND (? IS NULL OR command = ?) ORDER BY number DESC LIMIT 1"
        )
        rows = self._database.rows(sql, (state, state, command, command))
        return _run(rows[0]) if rows else None


def _run(row: Row) -> Run:
    number, command, started, ended, state, exit_code, header = row
    return Run(number, command, started, ended, state, exit_code, orjson.loads(header))
