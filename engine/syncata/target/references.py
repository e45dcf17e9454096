"""`$ref` and `$has`: the ids the target gave to records of other syncs."""

import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from syncata.errors import RecordRejected
from syncata.expressions import UNDEFINED
from syncata.model import key_text, provisional

# (sync, key; None for the sync's only record) -> the target's id, None where there is none
TargetId = Callable[[str, str | None], str | None]


class NotThereYet(Exception):
    """A record needs something the target does not hold yet; it waits. `what` names its kind."""

    def __init__(self, what: str, message: str) -> None:
        self.what = what
        super().__init__(message)


class ReferenceMissing(NotThereYet):
    """A record refers to another that the target does not hold yet."""

    def __init__(self, sync: str, key: str | None) -> None:
        self.sync, self.key = sync, key
        of = f" of {key}" if key is not None else ""
        super().__init__(sync, f"waits for {sync}{of}, which the target does not hold yet")


class MadeAnew(Exception):
    """What something belongs to is not there any more, and the plan makes it again."""


class PlannedTarget(Protocol):
    """What a plan will bring to the target."""

    def will_hold(self, sync: str, key: str) -> bool:
        """Whether the plan brings this record."""
        ...

    def makes_anew(self, sync: str, key: str | None) -> bool:
        """Whether the plan makes a known record (None: one of the sync) again."""
        ...

    def only_key(self, sync: str) -> str | None:
        """The key of the one record of a sync that the plan brings."""
        ...


class References:
    """The functions `ref` and `has` over what the target holds, and will hold after a plan.

    While planning, `ref` yields a provisional id for a record the plan brings; `resolved` puts the
    target's ids in the place of such marks once there are some. `mark` is in every one of them and
    in nothing else: it is drawn anew for each plan. `lost` are records (sync, key) that the target
    does not hold any more, though the plan does not say yet what becomes of them.
    """

    def __init__(
        self, target_id: TargetId, planned: PlannedTarget | None = None, mark: str = ""
    ) -> None:
        self._target_id = target_id
        self._planned = planned
        self.lost: set[tuple[str, str | None]] = set()
        self.mark = mark or f"\ue000{secrets.token_hex(8)}\ue001"
        self._marks = re.compile(re.escape(self.mark) + "([^\ue001]*)\ue001([^\ue002]*)\ue002")

    def functions(self) -> Mapping[str, Callable[..., Any]]:
        """The functions by name. `ref` raises ReferenceMissing where there is no such record."""
        return {"ref": self._ref, "has": self._has}

    def of_today(self) -> Mapping[str, Callable[..., Any]]:
        """The functions for looking at the target before the plan is carried out.

        `ref` raises MadeAnew for a record that is not there any more, ReferenceMissing for one
        that never was.
        """
        return {"ref": self._ref_today, "has": self._has}

    def _ref_today(self, sync: Any, key: Any = UNDEFINED) -> str:
        name, wanted = str(sync), None if key is UNDEFINED else _key(key)
        if self._is_gone(name, wanted):
            raise MadeAnew
        found = self._target_id(name, wanted)
        if found is None:
            raise ReferenceMissing(name, wanted)
        return found

    def _is_gone(self, sync: str, key: str | None) -> bool:
        """Whether the id in the ledger is of a thing that is not there any more."""
        if self._planned is None:
            return False
        return (sync, key) in self.lost or self._planned.makes_anew(sync, key)

    def _ref(self, sync: Any, key: Any = UNDEFINED) -> str:
        wanted = None if key is UNDEFINED else _key(key)
        found = self._held(str(sync), wanted)
        if found is None:
            raise ReferenceMissing(str(sync), wanted)
        return found

    def _has(self, sync: Any, key: Any = UNDEFINED) -> bool:
        return self._held(str(sync), None if key is UNDEFINED else _key(key)) is not None

    def _held(self, sync: str, key: str | None) -> str | None:
        found = self._target_id(sync, key)
        if self._planned is None or (found is not None and not self._is_gone(sync, key)):
            return found
        if key is None:
            key = self._planned.only_key(sync)
        elif not self._planned.will_hold(sync, key):
            return None
        return None if key is None else provisional(self.mark, sync, key)

    def resolved(self, value: Any) -> Any:
        """A JSON value with the target's ids in it. Raises ReferenceMissing."""
        match value:
            case str():
                return self._marks.sub(self._now_known, value) if self.mark in value else value
            case dict():
                return {name: self.resolved(part) for name, part in value.items()}
            case list():
                return [self.resolved(part) for part in value]
            case _:
                return value

    def _now_known(self, found: re.Match[str]) -> str:
        target_id = self._target_id(found[1], found[2])
        if target_id is None:
            raise ReferenceMissing(found[1], found[2])
        return target_id


def _key(value: Any) -> str:
    if value is None:
        raise RecordRejected("SYN603", "$ref was called with a key that is null")
    return key_text(value)
