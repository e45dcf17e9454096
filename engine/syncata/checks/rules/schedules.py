"""Schedules: syncs exist, times come, zones are known."""

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import available_timezones

from syncata.checks.draft7 import did_you_mean
from syncata.checks.subject import Subject, at_value
from syncata.errors import Finding
from syncata.spec.node import Node
from syncata.spec.schedule import cron_problem, zone


def schedule_is_possible(subject: Subject) -> Iterator[Finding]:
    """The spec's own schedule."""
    yield from schedule_findings(subject.root["schedule"], subject.root["syncs"].mapping)


def schedule_findings(schedule: Node, syncs: Mapping[str, Any]) -> Iterator[Finding]:
    """What is wrong with a schedule, of a spec or of a connection."""
    for entry in schedule.elements():
        for name in entry["syncs"].elements():
            if name.text() and name.text() not in syncs:
                hint = did_you_mean(name.text(), syncs)
                yield at_value(name, "SYN322", f"no sync is called {name.text()}", hint)
        cron = entry["cron"]
        problem = cron_problem(cron.text()) if cron.text() else ""
        if problem:
            hint = 'five fields, such as "0 8 * * *" for 08:00 every day'
            yield at_value(cron, "SYN323", f'the cron expression "{cron.text()}" {problem}', hint)
        yield from _zone(entry["timezone"])


def _zone(node: Node) -> Iterator[Finding]:
    try:
        zone(node.text("UTC"))
    except ValueError as error:
        near = did_you_mean(node.text(), available_timezones())
        hint = near or "an IANA zone such as Europe/Paris, or a fixed offset such as +01:00"
        yield at_value(node, "SYN324", str(error), hint)
