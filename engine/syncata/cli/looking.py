"""What the commands share that look and change nothing: a ledger as it is, an open session."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from syncata.cli.operate import clocks
from syncata.cli.progress import progress_for
from syncata.cli.project import Project
from syncata.identity import check_identity
from syncata.ledger import Ledger, open_ledger
from syncata.session import Session, Surroundings, open_session
from syncata.spec.connection import Connection
from syncata.transport import Accounts


@contextmanager
def looked_at(path: Path) -> Iterator[Ledger]:
    """The ledger as it is; an empty one elsewhere where none was made yet."""
    if path.exists():
        with open_ledger(path, read_only=True) as ledger:
            yield ledger
        return
    with TemporaryDirectory() as place, open_ledger(Path(place) / "none.db") as ledger:
        yield ledger


@asynccontextmanager
async def looking(
    project: Project, connection: Connection, *, quiet: bool
) -> AsyncIterator[Session]:
    """A session that reads both APIs and the ledger; it takes no lock.

    Raises Held for another identity, SpecFailed, Unavailable, CredentialsRefused, StateProblem.
    """
    world = clocks()
    with (
        looked_at(project.ledger_file(connection.name)) as ledger,
        progress_for(quiet=quiet) as progress,
    ):
        around = Surroundings(world=world, accounts=Accounts(world), progress=progress.step)
        check_identity(connection, ledger)
        async with open_session(connection, ledger, around, around.world.now()) as session:
            await session.learn_lookups()
            yield session
