"""What we remember: the ledger of one connection, and the file a plan's changes wait in.

The only package that opens a database. Synchronous; one user at a time per `Ledger` or `Staging`.
"""

from syncata.ledger.journal import Batch, Journal
from syncata.ledger.records import NOTHING, Confirmed, Seen, pages
from syncata.ledger.rejects import KeptReject, Rejects
from syncata.ledger.runs import Run, Runs
from syncata.ledger.staging import Staging, load_plan, new_plan
from syncata.ledger.store import Ledger, open_ledger

__all__ = [
    "NOTHING",
    "Batch",
    "Confirmed",
    "Journal",
    "KeptReject",
    "Ledger",
    "Rejects",
    "Run",
    "Runs",
    "Seen",
    "Staging",
    "load_plan",
    "new_plan",
    "open_ledger",
    "pages",
]
