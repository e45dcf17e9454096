"""What never changes under a connection: identity settings, and how its records are told apart."""

from syncata.errors import Held
from syncata.ledger import Ledger
from syncata.spec.connection import Connection

# Names of syncs are kept beside those of settings, under a name no setting can have.
_KEY_OF = "key of "


def check_identity(connection: Connection, ledger: Ledger) -> None:
    """Refuse a connection whose identity changed. Raises Held."""
    kept, current = _kept(ledger), _identity(connection)
    for name, before in kept.items():
        if name in current and current[name] != before:
            raise _changed(name, before, current[name])
    for sync in ledger.syncs():
        live = ledger.live_count(sync)
        if live and sync not in connection.spec.syncs:
            raise Held(
                f"the ledger holds {live:,} live records of the sync {sync}, which the spec has "
                "lost; under another name all of them would be made again",
                hint=f"give the sync its name {sync} back; to stop it, add `when: 'false'` to it",
            )


def remember_identity(connection: Connection, ledger: Ledger) -> None:
    """Keep the identity of a connection, where none is kept yet."""
    kept, current = _kept(ledger), _identity(connection)
    if current.keys() - kept.keys():
        ledger.set_identity({**current, **kept})


def _kept(ledger: Ledger) -> dict[str, str]:
    """What binds: nothing does until the target may hold something of ours."""
    return ledger.identity() if ledger.syncs() or ledger.open_batches() else {}


def _changed(name: str, before: str, now: str) -> Held:
    if name.startswith(_KEY_OF):
        sync = name.removeprefix(_KEY_OF)
        return Held(
            f"the key of the sync {sync} was `{before}` when this connection first ran and is "
            f"`{now}` now: every record would be made again under its new key",
            hint="write the old key, or make a new connection",
        )
    return Held(
        f"the setting {name} was {before} when this connection first ran and is {now} now; it is "
        "part of the connection's identity",
        hint="make a new connection for it; this one goes on with the old value",
    )


def _identity(connection: Connection) -> dict[str, str]:
    spec = connection.spec
    settings = {
        name: str(connection.settings[name])
        for name in spec.settings
        if spec.settings[name].identity and name in connection.settings
    }
    keys = {f"{_KEY_OF}{name}": sync.key.text.strip() for name, sync in spec.syncs.items()}
    return {**settings, **keys}
