"""`syncata status [CONNECTION…]`."""

import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import click

from syncata.cli.events import entry_data
from syncata.cli.following import decision_of, following
from syncata.cli.operate import clocks
from syncata.cli.output import Output, paint
from syncata.cli.project import Project, find_project, json_option, project_option
from syncata.errors import Exit, UsageError
from syncata.holding import APPROVED
from syncata.ledger import (
    ACTIVE,
    DEGRADED,
    HELD,
    Entry,
    Ledger,
    Run,
    open_ledger,
    open_schedule,
)
from syncata.model import clean
from syncata.report.run import waiting_lines, waiting_report
from syncata.report.values import duration, local_time

EVENTS = 10
"""Changes of how a connection stands that are shown."""

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@click.command("status")
@click.argument("connections", nargs=-1, metavar="[CONNECTION]...")
@click.option("--max-age", metavar="26h", help="Exit 5 if a last good run is older than this.")
@json_option
@project_option
def command(
    connections: tuple[str, ...],
    max_age: str | None,
    as_json: bool,
    project_dir: Path | None,
) -> int:
    """How each connection stands: its last run, its last good run, what it set aside."""
    output = Output(as_json=as_json)
    project = find_project(project_dir)
    oldest = _age(max_age) if max_age else None
    now = clocks().now()
    names = project.chosen(connections)
    times, serving = _schedule(project)
    rows = [
        {
            **_status(project, name, now, oldest, times.get(name, [])),
            "schedule": [entry_data(entry) for entry in times.get(name, [])],
            "serving": serving,
        }
        for name in names
    ]
    if as_json:
        output.document({"connections": rows})
    else:
        output.result(line for row in rows for line in (*_lines(row), *_due_lines(row, now)))
        seen = [f"syncata report {row['last_run']}" for row in rows if "last_run" in row]
        waits = [row["next"] for row in rows if row.get("next")]
        output.next([*waits, *seen, f"syncata plan {names[0]}"][0])
    return Exit.UNAVAILABLE if any(row["stale"] for row in rows) else Exit.OK


def _age(text: str) -> timedelta:
    number, unit = text[:-1], text[-1:]
    if not re.fullmatch(r"[0-9]{1,9}", number) or unit not in _UNITS:
        raise UsageError(f"{text} is no age", hint="write it like 90m, 26h or 2d")
    return timedelta(**{_UNITS[unit]: int(number)})


def _schedule(project: Project) -> tuple[dict[str, list[Entry]], bool]:
    """The time tables that `serve` keeps, by connection, and whether it is on now."""
    times: dict[str, list[Entry]] = {}
    if not project.schedule_file.exists():
        return times, False
    with open_schedule(project.schedule_file, read_only=True) as schedule:
        for entry in schedule.entries():
            times.setdefault(entry.connection, []).append(entry)
        return times, schedule.is_in_use()


def _last_good(ledger: Ledger, times: list[Entry]) -> Run | None:
    """The last run that did all there is to do: a canary, or some of the syncs, proves little.

    If `serve` runs the syncs at times of their own, each of them needs a good run; what counts is
    the oldest of these.
    """
    syncs = {sync for entry in times for sync in entry.timetable.syncs} or {""}
    found = [ledger.last_run(partial(_is_good, sync)) for sync in syncs]
    good = [run for run in found if run is not None]
    return min(good, key=lambda run: run.started) if len(good) == len(found) else None


def _is_good(sync: str, run: Run) -> bool:
    only = run.header.get("only")
    whole = not run.header.get("limited") and (not only or sync in only)
    return whole and run.state in ("ok", "done with rejects")


def _status(
    project: Project, name: str, now: datetime, oldest: timedelta | None, times: list[Entry]
) -> dict[str, Any]:
    row: dict[str, Any] = {"connection": name, "state": "never ran", "stale": oldest is not None}
    path = project.ledger_file(name)
    if not path.exists():
        return row
    with open_ledger(path, read_only=True) as ledger:
        last, good = ledger.last_run(), _last_good(ledger, times)
        if last is None:
            return row
        age = (now - datetime.fromisoformat(good.started)).total_seconds() if good else None
        return {
            "connection": name,
            "state": ledger.state_of(last),
            "exit_code": last.exit_code,
            "last_run": last.id,
            "last_started": last.started,
            "last_good_run": good.id if good else None,
            "last_good_age_seconds": age,
            "stale": oldest is not None and (age is None or age > oldest.total_seconds()),
            "standing": ledger.consent.standing,
            "held": _held(last, ledger, now),
            "live": {sync: ledger.live_count(sync) for sync in ledger.syncs()},
            "rejects": sum(ledger.reject_counts().values()),
            "ignored": sum(ledger.reject_counts(ignored=True).values()),
            "condition": asdict(ledger.health.condition()),
            "events": [asdict(event) for event in ledger.health.events(EVENTS)],
            "waiting": waiting_report(ledger.waiting_counts()),
            "next": following(name, last, ledger) or None,
        }


def _held(run: Run, ledger: Ledger, now: datetime) -> dict[str, Any] | None:
    """What holds the last run, and what was said of it; None if nothing does."""
    if run.state != "held":
        return None
    decision = decision_of(ledger, run.id, now)
    error = run.header.get("error") or {}
    return {
        "by": "guard" if run.header.get("stops") else "refusal",
        "message": error.get("message", ""),
        "decision": decision.word if decision else None,
    }


def _lines(row: dict[str, Any]) -> Iterator[str]:
    if "last_run" not in row:
        yield f"{row['connection']}: {row['state']}"
        return
    rests = row["standing"] != ACTIVE
    good = row["state"] in ("ok", "done with rejects", "running")
    colour = "yellow" if rests else "green" if good else "red"
    state = paint(row["standing"] if rests else row["state"], colour)
    age = row["last_good_age_seconds"]
    ago = f"last good run {duration(age)} ago" if age is not None else "no good run yet"
    yield f"{row['connection']}: {state}, {ago}{', too old' if row['stale'] else ''}"
    yield from _condition_line(row["condition"])
    if rests:
        yield f"  runs are refused until: {row['next']}"
    elif row["held"]:
        yield f"  {_held_text(row['held'], row['last_run'])}"
    live = ", ".join(f"{sync} {number:,}" for sync, number in row["live"].items())
    aside = f"set aside: {row['rejects']:,}{_ignored(row)}"
    yield f"  live: {live or 'nothing'}; {aside}; last run {row['last_run']}"
    yield from waiting_lines(row["waiting"])


def _held_text(held: dict[str, Any], run: str) -> str:
    if held["decision"]:
        then = "the next run may do as much" if held["decision"] == APPROVED else "nothing is sent"
        return f"held, and {held['decision']}: {then}"
    if held["by"] == "guard":
        return f"held: syncata report {run}, then approve or reject it"
    return f"the last run was refused: {clean(held['message'])}"


def _ignored(row: dict[str, Any]) -> str:
    return f" (and {row['ignored']:,} ignored)" if row["ignored"] else ""


def _condition_line(condition: dict[str, Any]) -> Iterator[str]:
    """How the connection stands, where that is not well and not what a person decided."""
    if condition["state"] in (DEGRADED, HELD):
        words = f"{condition['state']} ({condition['reason']})"
        run = f", by the run {condition['run']}" if condition["run"] else ""
        yield f"  {paint(words, 'yellow')} since {condition['since']}{run}"


def _due_lines(row: dict[str, Any], now: datetime) -> Iterator[str]:
    if row.get("standing", ACTIVE) != ACTIVE:
        return  # nothing is due
    for times in row["schedule"]:
        moment = datetime.fromisoformat(times["next_due"])
        due = local_time(moment, times["timezone"])
        if moment > now:
            when = f"next due {due}"
        elif row["serving"]:
            when = f"{'running' if times['state'] == 'running' else 'waiting'}, due {due}"
        else:
            when = f"due since {due}, but no `syncata serve` is on"
        yield f"  {', '.join(times['syncs'])}: {when}"
