"""Another ledger in the place of the one that is there, which is kept."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from syncata.errors import StateProblem
from syncata.ledger import database as files
from syncata.ledger import schema
from syncata.ledger.database import Database, exists, reported
from syncata.ledger.locking import Lock, lock_file
from syncata.ledger.opening import open_ledger
from syncata.ledger.store import Ledger


class Replacing:
    """A ledger is made at `draft`, and then takes its place; until then nothing has changed."""

    def __init__(self, path: Path, draft: Path, clock: Callable[[], str]) -> None:
        """Use `replacing`."""
        self.path = path
        self.draft = draft
        self._clock = clock

    def copy_of(self, backup: Path) -> Ledger:
        """A backup as the draft, brought to this version; close it before it is `put`.

        Raises StateProblem unless it is a sound ledger, of this version or an older one.
        """
        if not exists(backup):
            raise StateProblem(f"{backup}: there is no such file", hint="check the path")
        database = Database(backup, mode="ro")
        try:
            files.judge(database, schema.LEDGER_ID, schema.LEDGER_VERSION, "ledger")
            database.copy(self.draft)
        finally:
            database.close()
        ledger = open_ledger(self.draft, clock=self._clock)
        if problems := ledger.verify():
            ledger.close()
            hint = "use an older backup, or `syncata state rebuild`"
            raise StateProblem(f"{backup}: it is damaged: {problems[0]}", hint=hint)
        return ledger

    @contextmanager
    def current(self) -> Iterator[Ledger | None]:
        """The ledger that is replaced, to be read; None if it is not there or cannot be read."""
        ledger = None
        with suppress(StateProblem):
            ledger = open_ledger(self.path, read_only=True)
            if ledger.verify():
                ledger.close()
                ledger = None
        try:
            yield ledger
        finally:
            if ledger is not None:
                ledger.close()

    def put(self, name: str) -> Path | None:
        """Let the draft take its place; where what was there is kept now: its name ends in `name`.

        Killed at any time, there is one ledger or the other, and the old one is kept. Its journal
        goes with it: it would spoil the new one.
        """
        kept = self._free(f"{self.path.name}.{name}")
        journal = self.path.with_name(f"{self.path.name}-journal")
        there = exists(self.path)
        if there:
            self._keep(kept)
        with reported(journal), suppress(FileNotFoundError):
            journal.rename(kept.with_name(f"{kept.name}-journal"))
            there = True
        files.put_in_place(self.draft, self.path)
        return kept if there else None

    def _free(self, name: str) -> Path:
        kept, number = self.path.with_name(name), 1
        while exists(kept):
            number += 1
            kept = self.path.with_name(f"{name}-{number}")
        return kept

    def _keep(self, kept: Path) -> None:
        """Have the file under another name, too. A copy, where a file can have but one."""
        try:
            os.link(self.path, kept)
        except OSError:
            files.private_file(kept)
            with reported(kept):
                shutil.copyfile(self.path, kept)
        files.sync_directory(kept.parent)


@contextmanager
def replacing(path: Path, clock: Callable[[], str]) -> Iterator[Replacing]:
    """Hold the ledger at `path`, which need not be there, while another one is made.

    Raises Locked, StateProblem.
    """
    files.private_directory(path.parent)
    lock = Lock(lock_file(path), clock())
    try:
        with reported(path.parent):
            place = TemporaryDirectory(prefix=".new-", dir=path.parent)
        with place as name:
            yield Replacing(path, Path(name) / path.name, clock)
    finally:
        lock.release()


def default_backup(path: Path, now: datetime) -> Path:
    """Where a backup of a ledger goes if nobody says where; its directory is made."""
    folder = path.parent / "backups"
    files.private_directory(folder)
    return folder / f"{path.stem}-{now:%Y%m%dT%H%M%SZ}.db"


def back_up(path: Path, to: Path) -> None:
    """Copy a ledger, as one instant has it, also while a run writes it; `to` must not be there.

    Raises StateProblem, also if what was copied is damaged: then there is no copy.
    """
    if exists(to):
        hint = "name another file; a backup is never overwritten"
        raise StateProblem(f"{to}: there is such a file", hint=hint)
    with open_ledger(path, read_only=True) as ledger:
        ledger.copy(to)
    with open_ledger(to, read_only=True) as copy:
        problems = copy.verify()
    if problems:
        with reported(to):
            to.unlink()
        hint = f"syncata state verify {path.stem} tells all; restore an older backup"
        raise StateProblem(f"{path}: it is damaged, so it was not copied: {problems[0]}", hint=hint)
