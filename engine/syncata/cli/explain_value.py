"""One record's whole history and derivation: source, ledger, each field, and what comes next."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from shlex import quote
from typing import Any

from syncata.cli.explained import explained_lines
from syncata.cli.judged import judged_data, with_reads
from syncata.cli.looking import looking
from syncata.cli.masking import MASK, Masks
from syncata.cli.operate import in_loop
from syncata.cli.output import Output
from syncata.cli.project import Project
from syncata.errors import Exit, UsageError
from syncata.expressions import UNDEFINED
from syncata.inspection import (
    Decided,
    Judgement,
    Sighting,
    Step,
    decide_record,
    find_record,
    judged_known,
    live_judge,
    trace,
)
from syncata.ledger import NOTHING, Confirmed, KeptReject, KeptWaiting, Ledger, Written
from syncata.model import Known, shown_provisional
from syncata.plan import MISSING, field_changes
from syncata.planning.staged import known_payload
from syncata.session import Session, chosen_syncs
from syncata.spec.connection import Connection
from syncata.spec.model import Sync


@dataclass(frozen=True, slots=True)
class History:
    """What the ledger holds about one record."""

    known: Known | None
    held: Confirmed
    written: Written | None
    waiting: KeptWaiting | None
    reject: KeptReject | None
    put_back: dict[str, int]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is held."""
        return self.known is None and self.waiting is None and self.reject is None

    @property
    def confirmed(self) -> dict[str, Any]:
        """The payload that the target confirmed last."""
        return json.loads(self.held.payload) if self.held.payload else {}


@dataclass(frozen=True, slots=True)
class Explained:
    """Everything there is to tell about one record; `steps` are those of one field."""

    seen: Sighting
    history: History
    made: Judgement | None
    decided: Decided
    steps: list[Step]


def explain_value(
    project: Project, name: str, sync: str, key: str, field: str | None, output: Output
) -> Exit:
    """Tell how a record, or one field of it, came to be what it is.

    Raises UsageError for what does not exist, Held for another identity, Unavailable,
    CredentialsRefused, StateProblem.
    """
    connection = project.load(name)
    (chosen,) = chosen_syncs(connection, (sync,))
    if field is not None and field not in chosen.map:
        raise UsageError(
            f"the sync {sync} maps no field {field}", hint=f"it maps {', '.join(chosen.map)}"
        )
    found = in_loop(_explained(project, connection, chosen, key, field, quiet=output.as_json))
    masks = Masks.of(connection, chosen)
    data = _data(connection, chosen, found, masks, field)
    if output.as_json:
        output.document(data)
        return Exit.OK
    output.result(explained_lines(data))
    if field is None:
        output.next(f"syncata explain {name} {sync} {quote(key)} FIELD")
    else:
        output.next(f"syncata plan {name} --sync {sync}")
    return Exit.OK


async def _explained(
    project: Project,
    connection: Connection,
    sync: Sync,
    key: str,
    field: str | None,
    *,
    quiet: bool,
) -> Explained:
    async with looking(project, connection, quiet=quiet) as session:
        judge = live_judge(session, sync)
        seen = await find_record(session, judge, key)
        history = _history(session.ledger, sync.name, seen.key)
        if seen.record is None and history.is_empty:
            raise UsageError(
                f"there is no record {key} of {sync.name}: neither the ledger knows one, nor is "
                f"it at the source ({seen.how})",
                hint=f"keys stand in `syncata preview {connection.name} --sync {sync.name}`",
            )
        made, steps = None, list[Step]()
        if seen.item is not None:
            made, _ = await judged_known(session, judge, seen.item)
            steps = _steps(session, sync, seen, history, field)
        decided = await decide_record(session, sync, seen, made)
        return Explained(seen, history, made, decided, steps)


def _steps(
    session: Session, sync: Sync, seen: Sighting, history: History, field: str | None
) -> list[Step]:
    if field is None or seen.item is None:
        return []
    scope = session.syncs[sync.name].scope(seen.item, known_payload(history.held))
    return trace(sync.map[field], seen.item.value, scope)


def _history(ledger: Ledger, sync: str, key: str) -> History:
    known = ledger.known(sync, [key]).get(key)
    held = ledger.confirmed([known.id]).get(known.id, NOTHING) if known else NOTHING
    waiting = next((w for w in ledger.waiting(sync) if w.waiting.key == key), None)
    reject = next((r for r in ledger.rejects(sync) if r.reject.key == key), None)
    times = {field: n for (_, field), n in ledger.drifts.times(sync, [key]).items()}
    return History(known, held, ledger.history.written(sync, key), waiting, reject, times)


def _data(
    connection: Connection, sync: Sync, found: Explained, masks: Masks, field: str | None
) -> dict[str, Any]:
    made = found.made and masks.judgement(found.made)
    judged = None
    if made is not None:
        judged = with_reads(judged_data(made, masks.personal), masks, made)
        del judged["key"]
    return {
        "connection": connection.name,
        "sync": sync.name,
        "key": masks.key(found.seen.key),
        "source": _source(found.seen, masks),
        "ledger": _ledger(found.history, masks),
        "judged": judged,
        "field": None if field is None else _field(sync, field, found, masks),
        "decision": _decision(found.decided, masks),
    }


def _source(seen: Sighting, masks: Masks) -> dict[str, Any]:
    record = None if seen.record is None else masks.record(seen.record)
    return {
        "found": seen.record is not None, "how": seen.how, "page": seen.page,
        "proven_absent": seen.absent, "record": record,
    }  # fmt: skip


def _ledger(history: History, masks: Masks) -> dict[str, Any]:
    known, reject, waiting = history.known, history.reject, history.waiting
    data: dict[str, Any] = {"known": known is not None, "waiting": None, "set_aside": None}
    if known is not None:
        data |= {
            **(asdict(history.written) if history.written else {}),
            "target_id": history.held.target_id,
            "archived": known.archived,
            "misses": known.misses,
            "confirmed": masks.payload(history.confirmed),
            "put_back": history.put_back,
        }
    if waiting is not None:
        what = {"for": waiting.waiting.what, "since": waiting.first_seen}
        data["waiting"] = {**what, "attempts": waiting.attempts}
    if reject is not None:
        why = reject.reject
        data["set_aside"] = {
            "stage": why.stage, "code": why.code, "field": why.field,
            "message": MASK if why.field in masks.personal else why.message,
            "position": why.position, "since": reject.first_seen, "attempts": reject.attempts,
        }  # fmt: skip
    return data


def _field(sync: Sync, name: str, found: Explained, masks: Masks) -> dict[str, Any]:
    hidden, source = name in masks.personal, sync.map[name]
    data = {"field": name, "expression": source.text, "position": str(source.position)}
    confirmed = found.history.confirmed
    if name in confirmed:
        data["confirmed"] = MASK if hidden else confirmed[name]
    return {**data, "steps": [_step(step, hidden) for step in found.steps]}


def _step(step: Step, hidden: bool) -> dict[str, Any]:
    data: dict[str, Any] = {
        "part": step.text, "position": str(step.position), "depth": step.depth, "name": step.name
    }  # fmt: skip
    if step.problem:
        return {**data, "problem": MASK if hidden else step.problem}
    if step.value is UNDEFINED:
        return {**data, "nothing": True}
    return {**data, "value": MASK if hidden else step.value}


def _decision(decided: Decided, masks: Masks) -> dict[str, Any]:
    return {
        "action": str(decided.action),
        "reason": str(decided.reason),
        "because": decided.because,
        "changes": list(_changes(decided, masks)),
    }


def _changes(decided: Decided, masks: Masks) -> Iterator[dict[str, Any]]:
    change = decided.change
    if change is None or change.desired is None:
        return
    before = json.loads(change.confirmed) if change.confirmed else None
    for name, old, new in field_changes(before, json.loads(shown_provisional(change.desired))):
        if name in masks.personal:
            yield {"field": name, "personal": True}
            continue
        values = {"before": old, "after": new}
        yield {"field": name, **{n: v for n, v in values.items() if v is not MISSING}}
