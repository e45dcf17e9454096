"""`syncata doctor [CONNECTION]`."""

import asyncio
from dataclasses import asdict
from pathlib import Path

import click

from syncata.cli.looking import looked_at
from syncata.cli.operate import clocks, most_urgent
from syncata.cli.output import Output, paint
from syncata.cli.project import Project, find_project, json_option, project_option
from syncata.doctor import Diagnosis, Service, connection, installation, state_directory
from syncata.errors import Exit, SpecInvalid, StateProblem, SyncataError, UsageError
from syncata.ledger import open_schedule
from syncata.report.values import text_lines
from syncata.session import Surroundings

PATIENCE = 120.0  # seconds for all questions to one API: somebody is waiting for the answers


@click.command("doctor")
@click.argument("name", metavar="[CONNECTION]", required=False)
@json_option
@project_option
def command(
    name: str | None,
    as_json: bool,
    project_dir: Path | None,
) -> int:
    """Check the installation and, if named, a CONNECTION: each finding says what to do.

    Looks at credentials, scopes, clocks, settings and state; changes nothing on either side.
    """
    output = Output(as_json=as_json)
    project = find_project(project_dir)
    diagnoses = [*installation(), *state_directory(project.root / "state")]
    if name is not None:
        diagnoses += examined(project, name)
    if as_json:
        output.document({"checks": [_data(diagnosis) for diagnosis in diagnoses]})
    else:
        for diagnosis in diagnoses:
            _show(output, diagnosis)
        if name is not None:
            well = all(diagnosis.code is Exit.OK for diagnosis in diagnoses)
            output.next(f"syncata {'plan' if well else 'doctor'} {name}")
        else:
            names = project.names()
            output.next(f"syncata doctor {names[0]}" if names else "syncata init DIR")
    return most_urgent([Exit.OK, *(d.code for d in diagnoses)])


def examined(project: Project, name: str) -> list[Diagnosis]:
    """What there is to say of a connection. Raises SpecInvalid, UsageError for no connection."""
    try:
        subject = project.load(name)
    except (SpecInvalid, UsageError):
        raise
    except SyncataError as error:
        return [Diagnosis("connection", error.message, error.hint, error.exit_code)]

    found = [Diagnosis("connection", f"{subject.file}: {subject.spec.title}")]

    async def examine() -> None:
        around = Surroundings(world=clocks(), deadline=PATIENCE)
        service, problem = _service(project, name)
        found.extend(problem)
        # A ledger that is there needs no lock to be looked at: a run may be under way.
        with looked_at(project.ledger_file(name)) as ledger:
            async for diagnosis in connection(subject, ledger, around, service):
                found.append(diagnosis)  # noqa: PERF401  what was found is kept if the next fails

    try:
        asyncio.run(examine())
    except SyncataError as error:  # what comes from the APIs is a diagnosis already
        found.append(Diagnosis("ledger", error.message, error.hint, error.exit_code))
    return found


def _service(project: Project, name: str) -> tuple[Service, list[Diagnosis]]:
    """What `serve` knows of a connection, and what is wrong with its file."""
    if not project.schedule_file.exists():
        return Service(), []
    try:
        with open_schedule(project.schedule_file, read_only=True) as schedule:
            return Service(schedule.entries(name), schedule.is_in_use()), []
    except StateProblem as error:
        return Service(), [Diagnosis("schedule", error.message, error.hint, error.exit_code)]


def _data(diagnosis: Diagnosis) -> dict[str, object]:
    return {**asdict(diagnosis), "state": diagnosis.state}


_MARKS = {"ok": ("ok  ", "green"), "note": ("note", "yellow"), "failed": ("FAIL", "red")}


def _show(output: Output, diagnosis: Diagnosis) -> None:
    first, *more = text_lines(diagnosis.found) or [""]
    output.result([f"{paint(*_MARKS[diagnosis.state])}  {diagnosis.subject}: {first}"])
    output.result(f"      {line}" for line in (*more, *text_lines(diagnosis.advice)))
