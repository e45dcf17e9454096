"""What we remember: the ledger of one connection, the file a plan's changes wait in, the schedule.

The only package that opens a database. Synchronous; one user at a time per `Ledger`, `Staging` or
`Schedule`.
"""

from syncata.ledger.consent import Approval, Ceiling
from syncata.ledger.cursors import Cursor
from syncata.ledger.forgetting import Pruned
from syncata.ledger.health import (
    ACTIVE,
    DEACTIVATED,
    DEGRADED,
    HELD,
    OK,
    PAUSED,
    WHOLE,
    Condition,
    Event,
    Shown,
)
from syncata.ledger.history import Written
from syncata.ledger.journal import Batch, Journal
from syncata.ledger.neighbours import claimed
from syncata.ledger.opening import open_ledger
from syncata.ledger.plans import load_plan, new_plan
from syncata.ledger.records import NOTHING, Confirmed, Seen, pages
from syncata.ledger.rejects import KeptReject, Rejects
from syncata.ledger.replacing import Replacing, back_up, default_backup, replacing
from syncata.ledger.runs import Run, Runs
from syncata.ledger.schedule import Entry, Schedule, open_schedule
from syncata.ledger.staging import Staging
from syncata.ledger.store import Ledger
from syncata.ledger.waiting import KeptWaiting

__all__ = [
    "ACTIVE",
    "DEACTIVATED",
    "DEGRADED",
    "HELD",
    "NOTHING",
    "OK",
    "PAUSED",
    "WHOLE",
    "Approval",
    "Batch",
    "Ceiling",
    "Condition",
    "Confirmed",
    "Cursor",
    "Entry",
    "Event",
    "Journal",
    "KeptReject",
    "KeptWaiting",
    "Ledger",
    "Pruned",
    "Rejects",
    "Replacing",
    "Run",
    "Runs",
    "Schedule",
    "Seen",
    "Shown",
    "Staging",
    "Written",
    "back_up",
    "claimed",
    "default_backup",
    "load_plan",
    "new_plan",
    "open_ledger",
    "open_schedule",
    "pages",
    "replacing",
]
