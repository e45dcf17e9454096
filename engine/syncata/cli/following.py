"""Which command people need after a run: the word of somebody, a look, or nothing but time."""

from datetime import datetime

from syncata.cli.operate import clocks
from syncata.cli.project import Project
from syncata.errors import Exit
from syncata.holding import ACTIVATE, APPROVED, recent
from syncata.ledger import DEACTIVATED, PAUSED, Approval, Ledger, Run, open_ledger

WAKES = {PAUSED: "resume", DEACTIVATED: "activate"}
"""What ends each way to rest."""

_TO_EXAMINE = (Exit.CREDENTIALS, Exit.INVALID)


def decision_of(ledger: Ledger, run: str, now: datetime) -> Approval | None:
    """What was said of a run, if that still counts."""
    said = recent(ledger.consent.decisions(), now)
    return next((decision for decision in said if decision.run == run), None)


def after_run(project: Project, name: str, run: str, otherwise: str) -> str:
    """The command that people need after a run; `otherwise` where nothing waits for them."""
    with open_ledger(project.ledger_file(name), read_only=True) as ledger:
        found = ledger.run(run)
        return following(name, found, ledger) or otherwise if found else otherwise


def following(name: str, run: Run, ledger: Ledger) -> str:
    """What a connection whose last run this is waits for; empty if for nobody."""
    standing = ledger.consent.standing
    if standing in WAKES and run.command != ACTIVATE:
        return f"syncata {WAKES[standing]} {name}"
    if ledger.state_of(run) in ("died", "interrupted"):  # what it began is taken up
        return f"syncata run {name}"
    if run.state == "held" and run.header.get("stops"):
        decision = decision_of(ledger, run.id, clocks().now())
        if decision is None:
            return f"syncata approve {run.id}, or syncata reject {run.id}"
        again = ACTIVATE if run.command == ACTIVATE else "run"
        return f"syncata {again if decision.word == APPROVED else 'plan'} {name}"
    return f"syncata doctor {name}" if run.exit_code in _TO_EXAMINE else ""
