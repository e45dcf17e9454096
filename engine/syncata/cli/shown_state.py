"""What a ledger holds, in numbers: no record and nothing about a person."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from syncata.ledger import Ledger
from syncata.report.values import number


def state_data(ledger: Ledger) -> dict[str, Any]:
    """Everything `state show` tells."""
    rejects, ignored = ledger.reject_counts(), ledger.reject_counts(ignored=True)
    waiting = ledger.waiting_counts()
    counts = ledger.history.counts()
    named = {*counts, *(sync for sync, _ in (*rejects, *ignored)), *(w[0] for w in waiting)}
    return {
        "file": str(ledger.path),
        "bytes": ledger.path.stat().st_size,
        "version": ledger.version,
        "serial": ledger.serial,
        "identity": ledger.identity(),
        "condition": asdict(ledger.health.condition()),
        "in_doubt": ledger.doubts.syncs(),
        "syncs": {
            name: {
                **counts.get(name, {"live": 0, "archived": 0, "missed": 0}),
                "rejected": sum(n for (sync, _), n in rejects.items() if sync == name),
                "ignored": sum(n for (sync, _), n in ignored.items() if sync == name),
                "waiting": sum(n for sync, _, n, _ in waiting if sync == name),
                "read_up_to": cursor.value if (cursor := ledger.cursors.get(name)) else None,
            }
            for name in sorted(named)
        },
        "batches": [
            {
                "run": batch.run, "sync": batch.sync, "operation": batch.operation,
                "state": batch.state, "location": batch.location,
                "submitted_at": batch.submitted_at, "records": len(batch.changes),
            }
            for batch in ledger.open_batches()
        ],
        "decisions": [{"run": one.run, "word": one.word} for one in ledger.consent.decisions()],
        "forgotten": len(ledger.consent.forgotten()),
        "events": [asdict(event) for event in ledger.health.events()],
    }  # fmt: skip


def state_lines(data: Mapping[str, Any]) -> Iterator[str]:
    """The same as text."""
    yield f"{data['file']}: {data['bytes']:,} bytes, version {data['version']}"
    yield f"  stands: {_state(data['condition'])}"
    for name, value in data["identity"].items():
        yield f"  identity: {name}: {value}"
    for sync, counts in data["syncs"].items():
        read = counts["read_up_to"]
        numbers = {word: n for word, n in counts.items() if word != "read_up_to" and n}
        told = ", ".join(f"{n:,} {word}" for word, n in numbers.items())
        yield f"  {sync}: {told or 'nothing'}{f'; read up to {read}' if read else ''}"
    for sync, since in data["in_doubt"].items():
        yield f"  {sync}: in doubt since {since}: the next whole run sends every record once more"
    for batch in data["batches"]:
        job = f", job {batch['location']}" if batch["location"] else ""
        of = number(batch["records"], "record")
        yield f"  under way: {batch['operation']} of {of} of {batch['sync']}, {batch['state']}{job}"
    for decision in data["decisions"]:
        yield f"  the run {decision['run']} was {decision['word']}"
    for event in data["events"]:
        yield f"  {event['at']}: {event['before']} → {_state(event)}"


def _state(told: Mapping[str, Any]) -> str:
    """A state, and why it is so."""
    return f"{told['state']} ({told['reason']})" if told["reason"] else str(told["state"])
