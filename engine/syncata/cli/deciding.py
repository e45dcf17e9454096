"""What the commands share by which people decide: the run meant, the ledger that remembers."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from syncata.cli.following import decision_of, following
from syncata.cli.operate import clocks, instant
from syncata.cli.output import Output
from syncata.cli.project import Project
from syncata.errors import UsageError
from syncata.holding import APPROVED
from syncata.ledger import Ceiling, Ledger, Run, open_ledger


def find_run(project: Project, run: str) -> tuple[str, Run]:
    """The connection and the run of that id. Raises UsageError where there is none."""
    for name in project.names():
        path = project.ledger_file(name)
        if not path.exists():
            continue
        with open_ledger(path, read_only=True) as ledger:
            found = ledger.run(run)
            if found is not None:
                return name, replace(found, state=ledger.state_of(found))
    raise UsageError(f"there is no run {run}", hint="see `syncata runs CONNECTION`")


def decide(output: Output, project: Project, run: str, word: str) -> None:
    """Note what somebody says of a held run. Raises UsageError, Locked, StateProblem."""
    name, found = find_run(project, run)
    stops = _stops(name, found)
    with open_ledger(project.ledger_file(name), clock=instant) as ledger:
        last = ledger.last_run(lambda other: other.id == run or _is_about(other, found))
        if last is not None and last.id != run:
            raise UsageError(
                f"there was a later run of {name}: {last.id}",
                hint=f"look at that one: syncata report {last.id}",
            )
        before = decision_of(ledger, run, clocks().now())
        again = before is not None and before.word == word
        if not again:
            ledger.consent.decide(run, word, _ceilings(stops))
        then = following(name, found, ledger)
    if output.as_json:
        output.document({"run": run, "connection": name, "decision": word, "stops": stops})
        return
    output.result(f"{'already ' * again}{word}: {s['sync']}: {s['measured']}" for s in stops)
    if word == APPROVED:
        output.message("The next run may do as much as that, and no more; good for two days.")
    else:
        output.message("Nothing of it is sent; the next run is held again if it asks for the same.")
    output.next(then)


def _stops(name: str, run: Run) -> list[dict[str, Any]]:
    """The guards that held a run. Raises UsageError where none did: nobody can let it pass."""
    stops: list[dict[str, Any]] = run.header.get("stops", [])
    if run.state != "held":
        raise UsageError(
            f"the run {run.id} is not held by a guard: it is {run.state}",
            hint=f"see `syncata status {name}` for what waits for somebody",
        )
    if not stops:
        error = run.header.get("error") or {}
        raise UsageError(
            f"no guard held the run {run.id}, so no word lets it pass: {error.get('message', '')}",
            hint=error.get("hint") or f"see `syncata report {run.id}`",
        )
    return stops


def _is_about(other: Run, held: Run) -> bool:
    """Whether a run that came later is about what was held: it read the same syncs as a whole."""
    if other.command in ("deactivate", "activate") or other.header.get("limited"):
        return False
    ours, theirs = held.header.get("only"), other.header.get("only")
    return not ours or not theirs or bool({*ours} & {*theirs})


def _ceilings(stops: list[dict[str, Any]]) -> list[Ceiling]:
    return [
        Ceiling(stop["sync"], stop["guard"].removeprefix("guards."), stop["number"])
        for stop in stops
    ]


def stand(project: Project, name: str, before: str, after: str) -> dict[str, Any]:
    """Move a connection from one standing to another. Raises UsageError if it is not in that."""

    def change(ledger: Ledger) -> dict[str, Any]:
        if ledger.consent.standing != before:
            raise UsageError(
                f"{name} is {ledger.consent.standing}", hint=f"see `syncata status {name}`"
            )
        ledger.consent.stand(after)
        return {"connection": name, "standing": after}

    return remembered(project, name, change)


def remembered(
    project: Project, name: str, change: Callable[[Ledger], dict[str, Any]]
) -> dict[str, Any]:
    """Change what a connection's ledger remembers. Raises UsageError, Locked, StateProblem."""
    with open_ledger(project.ledger_that_is(name), clock=instant) as ledger:
        return change(ledger)
