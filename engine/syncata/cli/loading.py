"""A connection that is to be run; if it cannot be read, its ledger remembers that."""

from contextlib import suppress

from syncata.cli.project import Project
from syncata.errors import CredentialsRefused, Locked, SpecInvalid, StateProblem
from syncata.ledger import open_ledger
from syncata.spec.connection import Connection


def loaded(project: Project, name: str) -> Connection:
    """The connection. Raises UsageError, SpecInvalid, CredentialsRefused.

    The last two are noted as how the connection stands: nothing else would tell who watches it.
    """
    try:
        return project.load(name)
    except SpecInvalid:
        _note(project, name, "invalid")
        raise
    except CredentialsRefused:
        _note(project, name, "credentials")
        raise


def _note(project: Project, name: str, reason: str) -> None:
    path = project.ledger_file(name)
    if path.exists():
        # Why the connection cannot be read is what is to be told, not what is wrong besides.
        with suppress(Locked, StateProblem), open_ledger(path) as ledger:
            ledger.unreadable(reason)
