"""`$ref` and `$has`: the ids the target gave to records of other syncs."""

from collections.abc import Callable, Mapping
from typing import Any

from syncata.errors import RecordRejected
from syncata.expressions import UNDEFINED
from syncata.model import key_text

# (sync, key; None for the sync's only record) -> the target's id, None where there is none
TargetId = Callable[[str, str | None], str | None]


class ReferenceMissing(Exception):
    """A record refers to another that the target does not hold yet; it waits."""

    def __init__(self, sync: str, key: str | None) -> None:
        self.sync, self.key = sync, key
        of = f" of {key}" if key is not None else ""
        super().__init__(f"waits for {sync}{of}, which the target does not hold yet")


def reference_functions(target_id: TargetId) -> Mapping[str, Callable[..., Any]]:
    """The functions `ref` and `has` over the ledger's knowledge.

    `ref` raises ReferenceMissing where the target holds no such record.
    """

    def ref(sync: Any, key: Any = UNDEFINED) -> str:
        wanted = None if key is UNDEFINED else _key(key)
        found = target_id(str(sync), wanted)
        if found is None:
            raise ReferenceMissing(str(sync), wanted)
        return found

    def has(sync: Any, key: Any = UNDEFINED) -> bool:
        return target_id(str(sync), None if key is UNDEFINED else _key(key)) is not None

    return {"ref": ref, "has": has}


def _key(value: Any) -> str:
    if value is None:
        raise RecordRejected("SYN603", "$ref was called with a key that is null")
    return key_text(value)
