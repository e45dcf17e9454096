"""A project directory: where `connections/` lies, with `mappings/` and `state/` beside it."""

import difflib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from syncata.document import as_named
from syncata.errors import UsageError
from syncata.spec.connection import Connection
from syncata.spec.model import ScheduleEntry, Spec

SUFFIX = ".yaml"
LIKENESS = 0.7  # of a name to what it may have been meant for
_ELSEWHERE = "cd to a project, name one with --project DIR, or start one: syncata init DIR"
RESERVED = "schedule"  # state/schedule.db is the schedule, so it cannot be a ledger


@dataclass(frozen=True, slots=True)
class Project:
    """The files of one project; `environ` is what `${env:…}` sees."""

    root: Path
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @property
    def mappings(self) -> Path:
        """Where specs of the project's own lie."""
        return self.root / "mappings"

    def names(self) -> list[str]:
        """The connections there are."""
        found = (path.stem for path in (self.root / "connections").glob(f"*{SUFFIX}"))
        return sorted(name for name in found if name.casefold() != RESERVED)

    def chosen(self, names: Sequence[str]) -> list[str]:
        """These connections, or all there are. Raises UsageError for one, or if there is none."""
        for name in names:
            self.connection_file(name)
        chosen = list(dict.fromkeys(names)) or self.names()
        if not chosen:
            raise self._without_connections()
        return chosen

    def _without_connections(self) -> UsageError:
        """There is nothing to work with: most likely somebody is in another directory."""
        where = self.root.resolve()
        if (self.root / "connections").is_dir():
            return UsageError(f"no connection is in {where / 'connections'}", hint=_ELSEWHERE)
        return UsageError(f"{where} is no project: it has no connections/", hint=_ELSEWHERE)

    def connection_file(self, name: str) -> Path:
        """The file of a connection. Raises UsageError where there is none."""
        path = self.root / "connections" / f"{name}{SUFFIX}"
        if name.casefold() == RESERVED:
            raise UsageError(
                f'no connection can be called "{name}": {self.schedule_file} is something else',
                hint=f"give {path} another name",
            )
        if path.is_file():
            return path
        names = self.names()
        if not names:
            raise self._without_connections()
        near = difflib.get_close_matches(name, names, n=1, cutoff=LIKENESS)
        listed = f"the connections are {', '.join(names)}"
        hint = f'did you mean "{near[0]}"?' if near else listed
        raise UsageError(f'there is no connection "{name}" in {path.parent}', hint=hint)

    def load(self, name: str, *, spec: Spec | None = None) -> Connection:
        """A connection with its settings resolved; `spec` takes the place of its own.

        Raises UsageError, SpecInvalid with all findings, CredentialsRefused.
        """
        from syncata.checks import load_connection  # noqa: PLC0415  start-up time

        path = self.connection_file(name)
        return load_connection(path, self.environ, spec=spec)

    def schedule(self, name: str) -> tuple[ScheduleEntry, ...]:
        """When the syncs of a connection run; its secrets need not be there.

        Raises UsageError, SpecInvalid with all findings.
        """
        from syncata.checks import connection_schedule  # noqa: PLC0415  start-up time

        return connection_schedule(self.connection_file(name))

    @property
    def schedule_file(self) -> Path:
        """Where the schedule of the project lies."""
        return self.root / "state" / "schedule.db"

    def ledger_file(self, name: str) -> Path:
        """Where the ledger of a connection lies."""
        return self.root / "state" / f"{name}.db"

    def ledger_that_is(self, name: str) -> Path:
        """The ledger of a connection that ran. Raises UsageError where there is none."""
        self.connection_file(name)
        path = self.ledger_file(name)
        if not path.exists():
            raise UsageError(f"{name} never ran", hint=f"start with: syncata plan {name}")
        return path


def find_project(given: Path | None) -> Project:
    """The project that was named, or the nearest one from here upwards, or here."""
    if given is not None:
        return Project(given)
    here = Path.cwd()
    for place in (here, *here.parents):
        if (place / "connections").is_dir():
            return Project(as_named(place))
    return Project(Path())


def project_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--project DIR`."""
    return click.option(
        "--project",
        "project_dir",
        type=click.Path(file_okay=False, path_type=Path),
        help="Directory with connections/ (default: here, or the nearest above).",
    )(command)


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(command)


def sync_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--sync NAME`, repeatable."""
    return click.option(
        "--sync", "syncs", multiple=True, metavar="NAME", help="Only this sync (repeatable)."
    )(command)


def full_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--full`."""
    return click.option(
        "--full", is_flag=True, help="Read everything, also where usually only changes are read."
    )(command)
