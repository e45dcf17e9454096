"""How a connection stands: its ledger, what waits for a human, what waits for its time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from syncata.doctor.diagnosis import Diagnosis, failed, judged
from syncata.errors import Exit, SyncataError
from syncata.identity import check_identity
from syncata.ledger import ACTIVE, DEACTIVATED, OK, PAUSED, Condition, Entry, Ledger, Run
from syncata.report.values import local_time, number
from syncata.spec.connection import Connection
from syncata.spec.model import ScheduleEntry
from syncata.spec.schedule import next_due

_RESTS = {
    PAUSED: ("it is paused: no run starts", "resume"),
    DEACTIVATED: ("it is deactivated: what it made is archived, and no run starts", "activate"),
}


@dataclass(frozen=True, slots=True)
class Service:
    """What `serve` knows of a connection: its time tables, and whether it is on now."""

    entries: Sequence[Entry] = ()
    is_on: bool = False


def standing(subject: Connection, ledger: Ledger) -> Iterator[Diagnosis]:
    """Is the ledger sound and of this connection, and does anything in it wait for somebody?"""
    problems = ledger.verify()
    yield judged(
        "ledger",
        problems[0] if problems else "made by the first run" if ledger.created else "sound",
        Exit.STATE if problems else Exit.OK,
        "restore the ledger from a backup",
    )
    kept = "as it was" if ledger.identity() else "none yet: the first run keeps it"
    yield _tried("identity", kept, lambda: check_identity(subject, ledger))
    if not problems and not ledger.created:
        yield from _human(subject, ledger)
        yield from _aside(ledger)


def _tried(subject: str, well: str, check: Callable[[], None]) -> Diagnosis:
    try:
        check()
    except SyncataError as error:
        return failed(subject, error)
    return Diagnosis(subject, well)


def _human(subject: Connection, ledger: Ledger) -> Iterator[Diagnosis]:
    """What somebody decided, or has to decide."""
    if rests := _RESTS.get(ledger.consent.standing):
        found, command = rests
        yield Diagnosis("standing", found, f"syncata {command} {subject.name}")
    else:
        yield _condition(ledger.health.condition())
    decided = ledger.consent.decisions()
    for decision in decided:
        text = f"the run {decision.run} was {decision.word} on {decision.made_at[:10]}"
        yield Diagnosis("decision", f"{text}; the next run goes by it")
    last = ledger.last_run()
    if last is not None:
        decided_now = any(decision.run == last.id for decision in decided)
        yield _last_run(last, ledger.state_of(last), subject.name, decided=decided_now)


def _condition(condition: Condition) -> Diagnosis:
    """How the connection stands; the last run tells of only some of its syncs, perhaps."""
    if condition.state == OK:
        return Diagnosis("condition", OK)
    found = f"{condition.state} ({condition.reason}) since {condition.since}"
    if condition.run is None:
        return Diagnosis("condition", found, "the next run that comes to its end clears it")
    # What is set aside is told below, by sync.
    advice = "" if condition.reason == "rejects" else f"syncata report {condition.run}"
    return Diagnosis("condition", found, advice)


def _last_run(run: Run, state: str, name: str, *, decided: bool) -> Diagnosis:
    code = "" if run.exit_code is None else f", exit {run.exit_code}"
    found = f"{run.id} of {run.started[:10]}: {state}{code}"
    stops = run.header.get("stops", [])
    if state == "died":
        return Diagnosis("last run", found, f"the next run takes it up: syncata run {name}")
    if state != "held" or decided or not stops:  # identity and rest are told for themselves
        return Diagnosis("last run", found)
    measured = [f"; {s['sync']}: {s['measured']}, limit {s['limit']}" for s in stops]
    decide = f"syncata report {run.id}, then syncata approve {run.id}, or syncata reject {run.id}"
    advice = dict.fromkeys([*(s["advice"] for s in stops), decide])
    return Diagnosis("last run", found + "".join(measured), "\n".join(advice), Exit.HELD)


def _aside(ledger: Ledger) -> Iterator[Diagnosis]:
    """What is not at the target yet, in numbers."""
    for sync, what, records, since in ledger.waiting_counts():
        found = f"{number(records, 'record')} for {what}, the oldest since {since[:10]}"
        yield Diagnosis(f"waiting: {sync}", found)
    last = ledger.last_run()
    advice = f"syncata report {last.id}" if last else "look at the report of the next run"
    for (sync, _stage), records in ledger.reject_counts(ignored=True).items():
        yield Diagnosis(f"set aside: {sync}", f"{number(records, 'record')} that somebody ignores")
    for (sync, stage), records in ledger.reject_counts().items():
        by = "the target" if stage == "target" else "the mapping"
        yield Diagnosis(f"set aside: {sync}", f"{number(records, 'record')} by {by}", advice)


def times(subject: Connection, stands: str, service: Service, now: datetime) -> Iterator[Diagnosis]:
    """When is each time table due, and will anything start its runs?"""
    kept = {entry.timetable: entry for entry in service.entries}
    if stands != ACTIVE:
        yield Diagnosis("schedule", f"nothing runs while it is {stands}")
        return
    for table in subject.schedule:
        yield _due(table, kept.get(table), service, now)
    if not subject.schedule:
        yield Diagnosis("schedule", "none: a run starts when somebody starts it")
    elif not service.is_on:
        advice = f"start it, or let cron call it or `syncata run {subject.name}`"
        yield Diagnosis("schedule", "no `syncata serve` is on", advice)


def _due(table: ScheduleEntry, kept: Entry | None, service: Service, now: datetime) -> Diagnosis:
    moment = kept.next_due if kept else next_due(table, now)
    due = local_time(moment, table.timezone)
    subject = f"schedule: {', '.join(table.syncs)}"
    if moment > now:
        return Diagnosis(subject, f"next due {due}")
    if service.is_on:
        return Diagnosis(subject, f"running or waiting, due {due}")
    return Diagnosis(subject, f"due since {due}")
