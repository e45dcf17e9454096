"""What `serve` tells on the way: a line for people, or one JSON object per line for programs."""

from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any

from syncata.cli.operate import failed_report
from syncata.cli.output import Output, paint, write_details
from syncata.errors import Exit, SpecInvalid, SyncataError
from syncata.ledger import Entry
from syncata.report.values import duration, local_time, number
from syncata.scheduling import CATCH_UP, Event


def teller(output: Output) -> Callable[[Event], None]:
    """A function that tells events as they come: text on stderr, or JSON on stdout."""

    def tell(event: Event) -> None:
        if output.as_json:
            output.line(event_data(event))
            return
        output.message(f"{event.at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ} {event_text(event)}")
        if event.error is not None:
            tell_error(output, event.error)

    return tell


def tell_error(output: Output, error: Exception) -> None:
    """What ended a run, as text; the details of a bug are written to a file."""
    match error:
        case SpecInvalid():
            output.findings(error.findings)
        case SyncataError():
            output.error(error)
        case _:
            output.bug(error, write_details(error))


def event_text(event: Event) -> str:
    """What happened, in one line."""
    entry, due = event.entry, event.due
    syncs = ", ".join(entry.timetable.syncs)
    at = local_time(due.at, entry.timetable.timezone)
    match event.kind:
        case "started":
            told = f"started {syncs}, due {at}{_stands_for(due.earlier)}; run {due.run}"
        case "ended":
            told = f"ended {syncs} with {_how(event)}; {next_due(entry)}"
        case "locked":
            told = f"{syncs} must wait and is tried again each minute"
        case "rests":
            told = f"{syncs} failed again and again: it rests for {duration(event.seconds or 0)}"
        case "missed":
            hours = CATCH_UP / timedelta(hours=1)
            told = f"missed {syncs}, due {at}, more than {hours:g} h ago; {next_due(entry)}"
        case _:
            told = f"stopped {syncs}; the next start takes it up"
    return f"{entry.connection}: {told}"


def _stands_for(earlier: int) -> str:
    return f" (and {number(earlier, 'time')} before)" if earlier else ""


def _how(event: Event) -> str:
    code = f"exit {event.exit_code} in {duration(event.seconds or 0)}"
    if not event.exit_code:
        return paint(code, "green")
    report = "" if event.error else f" (syncata report {event.due.run})"
    return f"{paint(code, 'red')}{report}"


def next_due(entry: Entry) -> str:
    """When a time table is due next, where it is."""
    return f"next due {local_time(entry.next_due, entry.timetable.timezone)}"


def entry_data(entry: Entry) -> dict[str, Any]:
    """A time table and where it stands, as JSON data."""
    return {
        "syncs": entry.timetable.syncs,
        "cron": entry.timetable.cron,
        "timezone": entry.timetable.timezone,
        "next_due": entry.next_due.isoformat(),
        "last_due": entry.last_due.isoformat() if entry.last_due else None,
        "last_run": entry.last_run,
        "state": entry.state,
        "exit_code": entry.exit_code,
    }


def event_data(event: Event) -> dict[str, Any]:
    """An event as JSON data; what it does not have is left out."""
    error = _error_data(event.entry.connection, event.error) if event.error else {}
    data = {
        "event": event.kind,
        "at": event.at.astimezone(UTC).isoformat(timespec="seconds"),
        "connection": event.entry.connection,
        "syncs": event.entry.timetable.syncs,
        "due": event.due.at.isoformat(),
        "earlier": event.due.earlier,
        "run": None if event.kind in ("locked", "missed", "rests") else event.due.run,
        "exit_code": event.exit_code,
        "seconds": event.seconds,
        "next_due": event.entry.next_due.isoformat(),
    }
    return {name: value for name, value in data.items() if value is not None} | error


def _error_data(connection: str, error: Exception) -> dict[str, Any]:
    if isinstance(error, SyncataError):
        failed = failed_report(connection, error)
        return {name: failed[name] for name in ("error", "findings") if name in failed}
    details = write_details(error)
    where = f"; the details are in {details}" if details else ""
    message = f"this is a bug in syncata ({type(error).__name__}){where}"
    return {"error": {"exit_code": int(Exit.BUG), "message": message}}
