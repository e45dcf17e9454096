"""Records that were set aside, as data."""

from collections.abc import Collection
from itertools import islice
from typing import Any

from syncata.cli.project import Project
from syncata.ledger import KeptReject, open_ledger


def rejects_of(
    project: Project,
    name: str,
    limit: int = 10,
    *,
    syncs: Collection[str] = (),
    ignored: bool = False,
) -> list[dict[str, Any]]:
    """The records a connection has set aside, of these syncs or all: the ignored, or others."""
    with open_ledger(project.ledger_file(name), read_only=True) as ledger:
        found = ledger.rejects(ignored=ignored)
        chosen = (kept for kept in found if not syncs or kept.reject.sync in syncs)
        return [reject_data(kept) for kept in islice(chosen, limit)]


def reject_data(kept: KeptReject) -> dict[str, Any]:
    """One record that was set aside: why, since when, how often; not the record itself."""
    reject = kept.reject
    return {
        "sync": reject.sync,
        "key": reject.key,
        "stage": reject.stage,
        "code": reject.code,
        "field": reject.field,
        "message": reject.message,
        "position": reject.position,
        "first_seen": kept.first_seen,
        "last_seen": kept.last_seen,
        "first_run": kept.first_run,
        "last_run": kept.last_run,
        "attempts": kept.attempts,
        "ignored": kept.ignored,
    }
