"""What the target of a test holds when a day begins: what it confirmed, and what was done by hand.

`observe` sees it as values, as if the expressions of the spec had been evaluated already.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from syncata.document import Scalar
from syncata.errors import SpecFailed
from syncata.ledger import NOTHING, Confirmed, Ledger
from syncata.model import Known
from syncata.spec.model import Sync
from syncata.spec.operations import Observe, ObserveList, ObserveOne
from syncata.spec.requests import Request
from syncata.spec.tests import ARCHIVED, DELETED, LIVE
from syncata.testing.writings import Writings
from syncata.transport import Reply

_STATES = {ARCHIVED: True, LIVE: False}


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing of the target, and the ledger's key of its record."""

    key: str
    id: str | None
    archived: bool
    fields: Mapping[str, Any]

    @property
    def seen(self) -> dict[str, Any]:
        """The thing as a staged `observe` reads it."""
        return {"id": self.id, "archived": self.archived, "fields": self.fields}


class Held:
    """The things of all syncs. `by_hand` says, by sync and key, what somebody made of a thing.

    Raises SpecFailed for a key that the target does not hold.
    """

    def __init__(
        self, ledger: Ledger, by_hand: Mapping[str, Mapping[str, Any]], writings: Writings
    ) -> None:
        self._ledger = ledger
        self._by_hand = by_hand
        self._things: dict[str, dict[str, Thing]] = {}
        for sync, changes in by_hand.items():
            self._things[sync] = self._changed(sync, changes, writings)

    def of(self, sync: str) -> dict[str, Thing]:
        """What there is of a sync, by the ledger's key; of archived things only what is named."""
        if sync not in self._things:
            self._things[sync] = self._confirmed(list(self._ledger.live(sync)))
        return self._things[sync]

    def listed(self, sync: str) -> Reply:
        """The answer to a request for all things."""
        return Reply(body=[thing.seen for thing in self.of(sync).values() if thing.id])

    def one(self, sync: str, key: str) -> Reply:
        """The answer to a request for one thing."""
        thing = self.of(sync).get(key)
        return Reply(404) if thing is None else Reply(body=thing.seen)

    def _confirmed(self, known: Collection[Known]) -> dict[str, Thing]:
        held = self._ledger.confirmed([one.id for one in known])
        return {one.key: _thing(one, held.get(one.id, NOTHING)) for one in known}

    def _changed(
        self, sync: str, changes: Mapping[str, Any], writings: Writings
    ) -> dict[str, Thing]:
        things = self._confirmed(list(self._ledger.live(sync)))
        for name, change in changes.items():
            known = self._ledger.known(sync, writings(name))
            if not known:
                raise SpecFailed(
                    f"`by_hand` changes {name} of {sync}, which the target does not hold",
                    hint="the days before must have brought it there",
                )
            (thing,) = self._confirmed(list(known.values())).values()
            things[thing.key] = _by_hand(thing, change)
            if change == DELETED:
                del things[thing.key]
        return things


def _thing(known: Known, confirmed: Confirmed) -> Thing:
    fields = json.loads(confirmed.payload or "{}")
    return Thing(known.key, confirmed.target_id, known.archived is not None, fields)


def _by_hand(thing: Thing, change: Any) -> Thing:
    if isinstance(change, dict):
        return replace(thing, fields={**thing.fields, **change})
    return replace(thing, archived=_STATES.get(change, thing.archived))


def staged_observe(sync: Sync, observe: Observe, every: Request, single: Request) -> Observe:
    """An `observe` that reads `Thing.seen`: of every thing there is, whatever `share` says."""
    return Observe(
        _list(observe.list, every) if observe.list else None,
        _one(observe.one, single, sync.map) if observe.one else None,
    )


def _list(spec: ObserveList, request: Request) -> ObserveList:
    return ObserveList(
        request, None, None, Scalar.of("id"), _archived(spec.archived), None, _fields(spec.fields)
    )


def _one(spec: ObserveOne, request: Request, every_field: Collection[str]) -> ObserveOne:
    fields = _fields(every_field if spec.fields is None else spec.fields)
    return ObserveOne(request, None, _archived(spec.archived), None, fields, share=1)


def _archived(text: Scalar | None) -> Scalar | None:
    return Scalar.of("archived") if text else None


def _fields(names: Collection[str]) -> dict[str, Scalar]:
    return {name: Scalar.of(f"$lookup(fields, {json.dumps(name)})") for name in names}
