"""How a connection stands, and every change of that: written down with what caused it, once."""

from collections.abc import Collection
from dataclasses import dataclass

from syncata.ledger.database import Database

OK, DEGRADED, HELD = "ok", "degraded", "held"
ACTIVE, PAUSED, DEACTIVATED = "active", "paused", "deactivated"

WHOLE = ""
"""Stands for a sync where something is wrong with the connection as a whole."""

_GRAVITY = {HELD: 0, DEGRADED: 1, OK: 2}

STATES = frozenset(_GRAVITY)
"""How a sync can stand."""


@dataclass(frozen=True, slots=True)
class Condition:
    """How a connection, or a sync of it, stands.

    `state` is ok, degraded, held, or (of a connection) paused or deactivated; `reason` is a word
    for why, such as credentials or guard; `run` is the run since which it is so.
    """

    state: str
    reason: str = ""
    run: str | None = None
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """How these `syncs` stand, as a run has shown; of others than `existing` nothing is kept."""

    syncs: Collection[str]
    existing: Collection[str]
    condition: Condition


@dataclass(frozen=True, slots=True)
class Event:
    """A change of how a connection stands: from `before` to `state`, for `reason`.

    It was written in the transaction that made the change, so there is one for each, whatever
    crashed. `told` is when somebody was told of it; None: nobody was yet. Who tells passes `id` on,
    so that a receiver can drop what it got twice.
    """

    id: int
    at: str
    run: str | None
    before: str
    state: str
    reason: str
    told: str | None


class Health:
    """The tables `health` and `event`, and the connection's standing.

    `conclude`, `died`, `fail` and `stand` run inside a transaction.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def standing(self) -> str:
        """What a human decided: active, paused or deactivated."""
        return str(self._database.value("SELECT value FROM meta WHERE key = 'standing'"))

    def stand(self, standing: str, now: str) -> None:
        """Note what a human decided."""
        before = self.condition()
        self._database.rows("UPDATE meta SET value = ? WHERE key = 'standing'", (standing,))
        self._changed(before, now, None)

    def condition(self) -> Condition:
        """How the connection stands: as the worst of its syncs, unless it rests."""
        if (standing := self.standing) != ACTIVE:
            return Condition(standing)
        found = sorted(self.syncs().items(), key=lambda pair: _weight(*pair))
        return found[0][1] if found else Condition(OK)

    def syncs(self) -> dict[str, Condition]:
        """How each sync stands that was part of a run; WHOLE for the connection."""
        rows = self._database.rows("SELECT sync, state, reason, run, since FROM health")
        return {sync: Condition(*rest) for sync, *rest in rows}

    def conclude(self, shown: Shown, now: str) -> None:
        """Note what was shown; since when it is so stays, as long as state and reason do."""
        before, found = self.condition(), shown.condition
        gone = [(name,) for name in self.syncs() if name not in shown.existing]
        self._database.many("DELETE FROM health WHERE sync = ?", gone)
        self._database.many(
            "INSERT INTO health (sync, state, reason, run, since) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (sync) DO UPDATE SET state = excluded.state, reason = excluded.reason, "
            "run = excluded.run, since = excluded.since "
            "WHERE health.state <> excluded.state OR health.reason <> excluded.reason",
            [(sync, found.state, found.reason, found.run, now) for sync in shown.syncs],
        )
        self._changed(before, now, found.run)

    def died(self, now: str) -> None:
        """A run has died: nobody knows how it would have ended."""
        for (run,) in self._database.rows("SELECT id FROM run WHERE state = 'running'"):
            self.fail("died", run, now)

    def fail(self, reason: str, run: str | None, now: str) -> None:
        """Something is wrong with the connection as a whole, until a run comes to its end."""
        found = Condition(DEGRADED, reason, run)
        self.conclude(Shown([WHOLE], [WHOLE, *self.syncs()], found), now)

    def _changed(self, before: Condition, now: str, run: str | None) -> None:
        after = self.condition()
        if (before.state, before.reason) != (after.state, after.reason):
            self._database.rows(
                "INSERT INTO event (at, run, before, state, reason) VALUES (?, ?, ?, ?, ?)",
                (now, run, before.state, after.state, after.reason),
            )

    def events(self, limit: int = 20) -> list[Event]:
        """The last changes, newest first."""
        sql = "SELECT id, at, run, before, state, reason, told FROM event ORDER BY id DESC LIMIT ?"
        return [Event(*row) for row in self._database.rows(sql, (limit,))]

    def untold(self) -> list[Event]:
        """The changes that nobody was told of yet, oldest first."""
        sql = (
            "SELECT id, at, run, before, state, reason, told FROM event "
            "WHERE told IS NULL ORDER BY id"
        )
        return [Event(*row) for row in self._database.rows(sql)]

    def tell(self, event: int, now: str) -> None:
        """Somebody was told of a change; a transaction of its own."""
        with self._database.transaction():
            self._database.rows("UPDATE event SET told = ? WHERE id = ?", (now, event))


def _weight(sync: str, found: Condition) -> tuple[int, str, str]:
    """The gravest first; of equals, what is wrong the longest."""
    return _GRAVITY[found.state], found.since or "", sync
