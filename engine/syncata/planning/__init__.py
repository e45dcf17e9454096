"""From source records to staged changes: every record is judged, compared and counted."""

from syncata.planning.planner import SyncPlanner
from syncata.planning.retiring import forget_refusals, retire_all

__all__ = ["SyncPlanner", "forget_refusals", "retire_all"]
