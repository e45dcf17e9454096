"""Which syncs take part, and which scopes of the credential they need."""

from collections.abc import Iterable, Mapping, Sequence

from syncata.api import holds
from syncata.expressions import UNDEFINED, compile_expression
from syncata.session import Session
from syncata.spec.model import Sync

Needs = Mapping[str, Sequence[str]]
"""Scopes, each with the names of the syncs that need it."""


def active_syncs(session: Session) -> list[Sync]:
    """The syncs that take part, as far as the look-ups known by now decide it."""
    scope = session.context.scope()
    return [
        sync
        for sync in session.connection.spec.syncs.values()
        if sync.when is None or holds(compile_expression(sync.when), UNDEFINED, scope)
    ]


def needs_of(session: Session, syncs: Iterable[Sync]) -> Needs:
    """The scopes that syncs need for what they write."""
    needs: dict[str, list[str]] = {}
    for sync in syncs:
        for scope in session.connection.spec.target.resources[sync.resource].needs:
            needs.setdefault(scope, []).append(sync.name)
    return needs
