"""What `syncata demo` tells: a set-up, a first synchronization, and a week of changes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from syncata.cli.doctor import examined
from syncata.cli.operate import TOLD, clocks, make_run
from syncata.cli.output import Output, paint
from syncata.cli.project import Project
from syncata.report.run import Report, applied_text, waiting_lines
from syncata.report.values import duration, number, text_lines
from syncata.run import RunOptions
from syncata.simulator.scenario import WEEK, play
from syncata.transport import World

_QUIET = ("unchanged", "ignored")
_SHORT = 40


@dataclass(slots=True)
class Story:
    """Runs the connection through a week at both simulators, whose clocks it moves."""

    project: Project
    connection: str
    output: Output
    urls: Mapping[str, str]
    days: int = 0
    reports: list[Report] = field(default_factory=list)

    def tell(self) -> list[Report]:
        """The whole story; the reports of its runs."""
        self._head("1. The set-up, looked at before anything is written")
        self.output.tell(f"     {line}" for line in self._set_up())
        self._head("2. First synchronization")
        self._run()
        self._head("3. Again, with nothing changed")
        self._unchanged()
        self._head("4. A week")
        for number_of_day, day in enumerate(WEEK, 1):
            self.output.tell(["", f"   {paint(f'Day {number_of_day}', 'bold')}: {day.title}"])
            happened = play(number_of_day, self.urls["source"], self.urls["target"])
            self.output.tell(f"     - {line}" for line in happened)
            self.days += 1
            self._run(changes_only=True)
        self._head("5. After the week, with nothing changed")
        self._unchanged()
        return self.reports

    def _set_up(self) -> Iterator[str]:
        diagnoses = examined(self.project, self.connection)
        well = [one for one in diagnoses if one.state == "ok"]
        yield f"{len(well)} of {len(diagnoses)} checks are well, among them:"
        for one in well:
            if one.subject.startswith("target: ") and len(one.found) < _SHORT:
                yield f"  {one.subject.removeprefix('target: ')}: {one.found}"

    def _head(self, text: str) -> None:
        self.output.tell(["", paint(text, "bold")])

    def _unchanged(self) -> None:
        report = self._run(changes_only=True)
        writes = report["requests"].get("target", {}).get("write", 0)
        self.output.tell([f"     {number(writes, 'write')} sent."])

    def _run(self, *, changes_only: bool = False) -> Report:
        options = RunOptions(command="run")
        quiet = self.output.as_json
        report = make_run(self.project, self.connection, options, quiet=quiet, world=self._world())
        self.reports.append(report)
        self.output.tell(_lines(report, changes_only=changes_only))
        return report

    def _world(self) -> World:
        """The clock of this machine, as many days ahead as the simulators' are."""

        def now() -> datetime:
            return clocks().now() + timedelta(days=self.days)

        return World(now=now, sleep=TOLD.sleep)


def _lines(report: Report, *, changes_only: bool) -> Iterator[str]:
    for sync in report["syncs"]:
        counts = {
            f"{action}{_why(reasons)}": sum(reasons.values())
            for action, reasons in sync["planned"].items()
            if not (changes_only and action in _QUIET)
        }
        planned = ", ".join(f"{n:,} {action}" for action, n in counts.items() if n)
        if changes_only and not planned:
            continue
        yield f"     {sync['sync']}: {planned or 'nothing'}{_applied(sync)}"
    yield from (f"   {line}" for line in waiting_lines(report.get("waiting", [])))
    requests = {side: sum(kinds.values()) for side, kinds in report["requests"].items()}
    sides = ", ".join(f"{total:,} to the {side}" for side, total in requests.items())
    yield f"     {duration(report['seconds'])}; requests: {sides}"
    if report["error"]:
        yield from (f"     {line}" for line in text_lines(report["error"]["message"]))
    for stop in report["stops"]:
        yield f"     {stop['sync']}: {stop['measured']}"


def _applied(sync: Mapping[str, Any]) -> str:
    return f"; {applied_text(sync['applied'])}" if sync["applied"] else ""


def _why(reasons: Mapping[str, int]) -> str:
    named = [reason for reason, n in reasons.items() if n and reason not in ("", "source")]
    return f" ({', '.join(named)})" if named else ""
