"""Is this installation sound, and may only its owner read what it keeps?"""

import platform
import sqlite3
import stat
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from syncata import __version__
from syncata.doctor.diagnosis import Diagnosis, judged
from syncata.errors import Exit

PRIVATE = 0o077
SHOWN = 5


def installation() -> Iterator[Diagnosis]:
    """Versions, and whether the libraries are those that were meant."""
    yield Diagnosis("syncata", f"{__version__}, Python {platform.python_version()}")
    owners = sorted(set(packages_distributions().get("jsonata", [])))
    yield judged(
        "jsonata",
        f"provided by {', '.join(owners) or 'nothing'}",
        Exit.OK if owners == ["jsonata-python"] else Exit.BUG,
        "several packages use that import name: install syncata alone in a virtual environment",
    )
    yield Diagnosis("SQLite", sqlite3.sqlite_version)


def state_directory(path: Path) -> Iterator[Diagnosis]:
    """Can the ledgers lie here, and only their owner read them?"""
    if not path.exists():
        yield Diagnosis("state", f"{path} will be made by the first run")
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    yield judged(
        "state",
        f"{path} has mode {mode:03o}",
        Exit.STATE if mode & PRIVATE else Exit.OK,
        f"ledgers are confidential: chmod 700 {path}",
    )
    if readable := sorted(_readable(path)):
        shown = ", ".join(str(file.relative_to(path)) for file in readable[:SHOWN])
        more = f" and {len(readable) - SHOWN:,} more" if len(readable) > SHOWN else ""
        advice = f"they hold data of your records: chmod -R go= {path}"
        yield Diagnosis("state files", f"others may read {shown}{more}", advice, Exit.STATE)


def _readable(path: Path) -> Iterator[Path]:
    """Files below `path` that not only their owner may read."""
    for file in path.rglob("*"):
        if not file.is_symlink() and file.stat().st_mode & PRIVATE:
            yield file
