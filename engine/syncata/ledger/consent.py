"""What a human decided: that a held run may pass, that a connection rests, whom to forget."""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from syncata.ledger.database import Database
from syncata.ledger.health import Health


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The guard of a sync may be passed by up to `number` records."""

    sync: str
    guard: str
    number: int


@dataclass(frozen=True, slots=True)
class Approval:
    """What somebody said of a held run: `word` is approved or rejected."""

    run: str
    made_at: str
    word: str
    ceilings: tuple[Ceiling, ...]


class Consent:
    """The tables `approval` and `forgotten`, and changes of the connection's standing.

    Each writing method is a transaction.
    """

    def __init__(self, database: Database, clock: Callable[[], str], health: Health) -> None:
        self._database = database
        self._clock = clock
        self._health = health

    def decide(self, run: str, word: str, ceilings: Sequence[Ceiling]) -> None:
        """Note what was said of a run; it replaces what was said of it before."""
        text = json.dumps([[c.sync, c.guard, c.number] for c in ceilings])
        with self._database.transaction():
            self._database.rows(
                "INSERT INTO approval (run, made_at, word, ceilings) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (run) DO UPDATE SET made_at = excluded.made_at, "
                "word = excluded.word, ceilings = excluded.ceilings",
                (run, self._clock(), word, text),
            )

    def decisions(self) -> list[Approval]:
        """Everything that was said and not used up yet."""
        sql = "SELECT run, made_at, word, ceilings FROM approval ORDER BY made_at"
        return [
            Approval(run, at, word, tuple(Ceiling(*c) for c in json.loads(text)))
            for run, at, word, text in self._database.rows(sql)
        ]

    def use_up(self, syncs: Collection[str]) -> None:
        """A run of these syncs has passed: what was said of one that they held is said and done."""
        done = [
            (said.run,) for said in self.decisions() if {c.sync for c in said.ceilings} & {*syncs}
        ]
        with self._database.transaction():
            self._database.many("DELETE FROM approval WHERE run = ?", done)

    @property
    def standing(self) -> str:
        """active, paused or deactivated."""
        return self._health.standing

    def stand(self, standing: str) -> None:
        """Note the connection's standing."""
        with self._database.transaction():
            self._health.stand(standing, self._clock())

    def take_over(self, salt: bytes, standing: str) -> None:
        """Go on with the secret and the standing of the ledger that this one takes the place of."""
        with self._database.transaction():
            self._database.rows("UPDATE meta SET value = ? WHERE key = 'salt'", (salt.hex(),))
            if standing != self.standing:
                self._health.stand(standing, self._clock())

    @property
    def salt(self) -> bytes:
        """The secret that keyed hashes of this ledger are made with."""
        return bytes.fromhex(self._database.value("SELECT value FROM meta WHERE key = 'salt'"))

    def forgotten(self) -> frozenset[str]:
        """The keyed hashes of people whose records are left alone."""
        return frozenset(row[0] for row in self._database.rows("SELECT person FROM forgotten"))
