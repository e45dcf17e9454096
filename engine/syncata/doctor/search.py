"""`find` of a resource: does it work, and what does the target hold already?"""

from syncata.doctor.diagnosis import Diagnosis
from syncata.errors import Exit
from syncata.session import Session
from syncata.spec.model import Sync
from syncata.spec.operations import Find
from syncata.target.finder import Finder
from syncata.target.references import ReferenceMissing

_LATER = "can only be searched once another sync ran"


async def search_any(session: Session, find: Find, subject: str) -> Diagnosis:
    """Look for something: nothing need be found, but it must work.

    Raises SpecFailed, Unavailable, CredentialsRefused.
    """
    scope = session.context.scope(session.functions)
    try:
        await Finder(find).find(session.target, scope, "doctor")
    except ReferenceMissing:
        return Diagnosis(subject, _LATER)
    return Diagnosis(subject, "works")


async def search_one(session: Session, sync: Sync, find: Find, subject: str) -> Diagnosis:
    """Look for the one record of a sync from settings, and hold it against the ledger.

    Raises SpecFailed, Unavailable, CredentialsRefused, RecordRejected.
    """
    compiled = session.syncs[sync.name]
    (item, *_) = compiled.items(session.connection.public_settings())
    key, _person = compiled.key(item)
    scope = session.context.scope(session.functions)
    try:
        found = await Finder(find).find(session.target, scope, key)
    except ReferenceMissing:
        return Diagnosis(subject, _LATER)
    there = found.target_id if found else None
    known = session.ledger.target_id(sync.name, key)
    if known is not None:
        return _known(subject, key, known, there)
    if there is None:
        return Diagnosis(subject, f"{key} is not there yet: the first run makes it")
    return _foreign(subject, find.adopt, f"{key} is there already ({there})", session)


def _known(subject: str, key: str, known: str, there: str | None) -> Diagnosis:
    if there == known:
        return Diagnosis(subject, f"{key} is there, and known ({known})")
    if there is None:
        found = f"{key} ({known}) is not there any more"
        return Diagnosis(subject, found, "if it was taken away by hand, the next run puts it back")
    found = f"{key} is there as {there}, and was made as {known}"
    return Diagnosis(subject, found, "find out who made the other one")


def _foreign(subject: str, adopt: str, found: str, session: Session) -> Diagnosis:
    found = f"{found}, and not from this connection"
    name = session.connection.name
    match adopt:
        case "always":
            return Diagnosis(subject, found, "the first run takes it over")
        case "never":
            advice = "take it away there; the spec does not let a connection take it over"
            return Diagnosis(subject, found, advice, Exit.REJECTS)
        case _:
            advice = f"if this connection is to own it from now on: syncata run {name} --adopt"
            return Diagnosis(subject, found, advice, Exit.HELD)
