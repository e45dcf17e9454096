"""What becomes of one record: the change it needs, as it is staged."""

import json
from typing import Any, NamedTuple

from syncata.expressions import UNDEFINED
from syncata.ledger import Confirmed
from syncata.mapping.compiled import Item, Standing
from syncata.model import (
    IN_DOUBT,
    Action,
    Change,
    JsonObject,
    Known,
    Reason,
    Stamp,
    canonical,
    refusal,
)
from syncata.plan import Decision, decide, keep_omitted
from syncata.spec.model import Sync
from syncata.spec.operations import Resource


class Keyed(NamedTuple):
    """A record with its key, what the ledger knows of it, and the token of what was refused."""

    key: str
    stamp: Stamp
    item: Item
    known: Known | None = None
    refused: bytes | None = None


class Judged(NamedTuple):
    """A record that is not settled: what its sync says of it.

    `text` is the JSON text of `payload`. `final`: it is left alone.
    """

    keyed: Keyed
    standing: Standing
    payload: JsonObject | None
    text: str | None
    order: str = ""
    final: bool = False


def decision_of(
    judged: Judged, before: Confirmed, desired: str | None, sync: Sync, resource: Resource
) -> Decision:
    """What a judged record needs. What is in doubt is sent again, although it was confirmed."""
    known = judged.keyed.known
    if judged.final:
        return Decision(Action.UNCHANGED, Reason.SOURCE)
    in_doubt = known is not None and known.stamp.source == IN_DOUBT
    return decide(
        judged.standing,
        known,
        judged.keyed.stamp,
        same=desired == before.payload and not (in_doubt and resource.rewrite is not None),
        on_excluded=sync.on_excluded,
    )


def was_refused(keyed: Keyed, desired: str | None) -> bool:
    """Whether the target refused exactly this before: the whole payload, as it would be sent."""
    return keyed.refused is not None and keyed.refused == refusal(keyed.stamp, desired)


def desired_of(judged: Judged, confirmed: str | None, resource: Resource) -> str | None:
    """The payload to send, as JSON text, with what becomes of fields we send no longer."""
    update = resource.rewrite
    if update is None or not confirmed or judged.payload is None or judged.text == confirmed:
        return judged.text
    kept = keep_omitted(judged.payload, json.loads(confirmed), update.omitted)
    return judged.text if kept is judged.payload else canonical(kept).decode()


def change_of(
    sync: str,
    judged: Judged,
    before: Confirmed,
    decision: Decision,
    desired: str | None,
    record: str | None,
) -> Change:
    """The change that carries a decision out."""
    known = judged.keyed.known
    retires = decision.action in (Action.ARCHIVE, Action.REMOVE)
    return Change(
        sync=sync,
        key=judged.keyed.key,
        action=decision.action,
        reason=decision.reason,
        stamp=judged.keyed.stamp,
        desired=desired,
        confirmed=before.payload,
        target_id=before.target_id,
        known_id=known.id if known else None,
        archived=decision.reason if retires else known.archived if known else None,
        order=judged.order,
        record=record,
    )


def shown_reason(action: Action, reason: Reason) -> str:
    """The reason a change is counted under; what needs nothing needs no reason."""
    return "" if action is Action.UNCHANGED else str(reason)


def known_payload(held: Confirmed | None) -> Any:
    """What the target confirmed last, as `$known`."""
    return json.loads(held.payload) if held is not None and held.payload else UNDEFINED
