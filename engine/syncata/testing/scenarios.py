"""Tests of whole runs: day after day everything is planned and applied, against staged APIs."""

import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from syncata.errors import SpecFailed
from syncata.expressions import Scope
from syncata.ledger import Ledger, open_ledger
from syncata.mapping.context import Watch
from syncata.mapping.persons import keyed_hash
from syncata.run import RunOptions, run_connection
from syncata.session import Surroundings
from syncata.spec.connection import Connection
from syncata.spec.model import Spec
from syncata.spec.tests import Day, Scenario
from syncata.testing.days import DayRun, day_mismatches, ended_well
from syncata.testing.held import Held
from syncata.testing.settings import settings_of
from syncata.testing.source import StagedSource
from syncata.testing.stage import staged
from syncata.testing.target import StagedTarget
from syncata.testing.verdicts import Mismatch
from syncata.testing.writings import writings_of
from syncata.transport import Accounts, Reply, Sent, World


async def scenario_mismatches(
    spec: Spec, test: Scenario, watch: Watch | None
) -> AsyncIterator[Mismatch]:
    """Everything that is not as the test expects, day by day. Raises SpecFailed.

    A day that ends otherwise than expected is the last one.
    """
    clock = _Clock(test.days[0].at)
    with tempfile.TemporaryDirectory(prefix="syncata-test-") as folder:
        path = Path(folder) / "state" / "test.db"
        with open_ledger(path, clock=lambda: clock.now().isoformat(timespec="seconds")) as ledger:
            for number, day in enumerate(test.days, 1):
                clock.begin(day.at)
                run = await _run(_connection(spec, test, day), day, ledger, clock, watch)
                for mismatch in day_mismatches(number, day, run, ledger):
                    yield mismatch
                if not ended_well(day, run):
                    return


@dataclass(slots=True)
class _Clock:
    """The time of a test: it stands still but for waits, and those take none."""

    instant: datetime
    waited: float = 0.0

    def begin(self, day: datetime) -> None:
        """Another day begins."""
        self.instant = day

    def now(self) -> datetime:
        """What clocks on the wall show."""
        return self.instant

    def monotonic(self) -> float:
        """Seconds that were waited so far."""
        return self.waited

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        self.waited += seconds
        self.instant += timedelta(seconds=seconds)


def _connection(spec: Spec, test: Scenario, day: Day) -> Connection:
    """One deployment of the staged spec. Raises SpecFailed for settings without a value."""
    resolved = settings_of(spec, test.node, day.settings)
    if resolved.findings:
        first = resolved.findings[0]
        raise SpecFailed(first.message, hint=f"{first.hint} of the test")
    return Connection(
        name="test",
        file=spec.file,
        spec=staged(spec, day.target),
        settings=resolved.values,
        secrets=frozenset(name for name, setting in spec.settings.items() if setting.secret),
        guards=spec.guards,
        schedule=(),
        proxy=None,
        ca_file=None,
    )


async def _run(
    connection: Connection, day: Day, ledger: Ledger, clock: _Clock, watch: Watch | None
) -> DayRun:
    writings = writings_of(keyed_hash(ledger.consent.salt))
    scope = Scope({"settings": connection.public_settings()}, now=day.at)
    held = Held(ledger, day.target.by_hand, writings)
    source = StagedSource(day)
    target = StagedTarget(connection.spec, day.target, held, scope, writings)

    def respond(sent: Sent) -> Reply:
        return source.respond(sent) if sent.side == "source" else target.respond(sent)

    world = World(
        now=clock.now,
        monotonic=clock.monotonic,
        sleep=clock.sleep,
        random=lambda: 0.5,
        respond=respond,
    )
    around = Surroundings(world=world, accounts=Accounts(world), watch=watch)
    report = await run_connection(connection, ledger, around, RunOptions(syncs=day.syncs))
    if target.problem is not None:  # the test's fault, whatever the run makes of it
        raise target.problem
    return DayRun(report, target.sent, writings)
