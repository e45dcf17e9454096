"""When runs start: time tables, what is due, and the service that starts it.

`due` is plain functions of time tables and instants; `service` is the loop around them.
"""

from syncata.scheduling.due import CATCH_UP, Coming, Due, coming, reconciled, run_id
from syncata.scheduling.service import JOBS, Event, Runner, Service

__all__ = [
    "CATCH_UP",
    "JOBS",
    "Coming",
    "Due",
    "Event",
    "Runner",
    "Service",
    "coming",
    "reconciled",
    "run_id",
]
