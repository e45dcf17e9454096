"""Who holds a ledger: a lock that dies with its process, and a note that says whose it is."""

import fcntl
import getpass
import json
import os
import socket
from pathlib import Path
from typing import Any

from syncata.errors import Locked
from syncata.ledger.database import reported


def lock_file(path: Path) -> Path:
    """Where the lock of a file lies."""
    return path.with_name(f"{path.name}.lock")


class Lock:
    """The exclusive right to write one ledger. Holding it is having the file open."""

    def __init__(self, path: Path, since: str) -> None:
        """Take the lock. Raises Locked, naming the holder, or StateProblem."""
        self.path = path
        with reported(path):
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            with reported(path):
                self._take(since)
        except BaseException:
            os.close(self._handle)
            raise

    def _take(self, since: str) -> None:
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _locked(self.path, os.pread(self._handle, 4096, 0)) from None
        self._note({"user": _user(), "pid": os.getpid(), "host": _host(), "since": since})

    def _note(self, holder: dict[str, object]) -> None:
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, json.dumps(holder).encode(), 0)

    def release(self) -> None:
        """Let go. The file stays: removing it would let two holders lock two files."""
        with reported(self.path):
            try:
                os.ftruncate(self._handle, 0)
            finally:
                os.close(self._handle)


def is_held(path: Path) -> bool:
    """Whether some process holds this lock now."""
    if not path.exists():
        return False
    with reported(path):
        handle = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
    return False


def _locked(path: Path, note: bytes) -> Locked:
    ledger = path.with_suffix("")
    try:
        holder: dict[str, Any] = json.loads(note)
        who = "{user}, process {pid} on {host}, since {since}".format_map(holder)
    except (ValueError, KeyError, TypeError):  # the holder is just writing it
        who = "another process"
    hint = "wait until it ends; the lock goes when the process does"
    return Locked(f"{ledger}: in use by {who}", hint=hint)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a user without a name
        return str(os.getuid())


def _host() -> str:
    return socket.gethostname()
