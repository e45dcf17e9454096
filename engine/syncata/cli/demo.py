"""`syncata demo`: the whole story on one machine, without an account or a question."""

import json
import os
import shutil
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click

from syncata.cli.operate import PlanView, make_plan, make_run
from syncata.cli.output import Output, paint
from syncata.cli.project import Project, json_option
from syncata.document import folder, load_bytes
from syncata.errors import Exit, UsageError
from syncata.report.run import Report, applied_text
from syncata.report.values import duration, number, text_lines
from syncata.run import RunOptions
from syncata.simulator import Options, serve

NAME = "demo"


@click.command("demo")
@click.option("--items", type=click.IntRange(1, 1_000_000), help="Size of the catalogue.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the project (connection and ledger) in this new directory.",
)
@json_option
def command(items: int | None, keep: Path | None, as_json: bool) -> int:
    """Run the packaged connector against simulated APIs: a first synchronization, a second one
    with nothing to do, then a day of changes."""
    story = load_bytes(folder("mappings").joinpath("demo.yaml").read_bytes(), "demo.yaml").data
    output = Output(as_json=as_json)
    with _project_directory(keep) as root, ExitStack() as running:
        urls = {}
        options = Options(items=items or story["items"], job_seconds=0.3)
        for side, name in story["simulators"].items():
            urls[side] = running.enter_context(serve(name, options)).url
        output.tell([f"Simulated {n}: {urls[side]}" for side, n in story["simulators"].items()])
        project = _write_project(root, story, urls)
        reports = _tell(project, output, urls["source"])
    if as_json:
        output.document({"runs": reports})
        return _code(reports)
    if keep:
        output.message(f"The project is in {keep}; its simulators are gone.")
    output.message(
        "\nWhat to try next:\n"
        f"  syncata init my-project --from {story['spec']}    start a project of your own\n"
        "  syncata simulate    the simulated APIs alone, with faults to switch on\n"
        "  syncata --help"
    )
    return _code(reports)


def _code(reports: list[Report]) -> Exit:
    """Records that are set aside belong to the story."""
    good = all(report["exit_code"] in (Exit.OK, Exit.REJECTS) for report in reports)
    return Exit.OK if good else Exit.BUG


def _tell(project: Project, output: Output, source: str) -> list[Report]:
    output.tell(["", paint("1. First synchronization", "bold")])
    first = _run(project, output)
    output.tell(["", paint("2. Again, with nothing changed", "bold")])
    second = _run(project, output)
    writes = second["requests"].get("target", {}).get("write", 0)
    output.tell([f"   {number(writes, 'write')} sent."])
    output.tell(["", paint("3. A day of changes at the source", "bold")])
    day = _post(f"{source}/_simulator/day")
    told = [f"{len(day[what])} {what}" for what in ("new", "edited", "closed", "reopened", "gone")]
    output.tell([f"   {', '.join(told)}. The plan:"])
    if not output.as_json:
        make_plan(project, NAME, (), None, PlanView(output))
    output.tell(["", paint("4. The plan carried out", "bold")])
    third = _run(project, output)
    return [first, second, third]


def _run(project: Project, output: Output) -> Report:
    report = make_run(project, NAME, RunOptions(command="run"), quiet=output.as_json)
    for sync in report["syncs"]:
        counts = {a: sum(reasons.values()) for a, reasons in sync["planned"].items()}
        planned = ", ".join(f"{n:,} {action}" for action, n in counts.items() if n)
        done = applied_text(sync["applied"]) if sync["applied"] else ""
        output.tell([f"   {sync['sync']}: read {sync['read']:,}; {planned}", f"     {done}"])
    requests = {side: sum(kinds.values()) for side, kinds in report["requests"].items()}
    sides = ", ".join(f"{total:,} to the {side}" for side, total in requests.items())
    output.tell([f"   {duration(report['seconds'])}; requests: {sides}"])
    if report["error"]:
        output.tell(f"   {line}" for line in text_lines(report["error"]["message"]))
    output.tell(f"   {stop['sync']}: {stop['measured']}" for stop in report["stops"])
    return report


def _write_project(root: Path, story: dict[str, Any], urls: dict[str, str]) -> Project:
    (root / "connections").mkdir(parents=True)
    text = json.dumps(story["connection"], indent=2)  # JSON is YAML
    (root / "connections" / f"{NAME}.yaml").write_text(text, encoding="utf-8")
    addresses = {f"{side.upper()}_URL": url for side, url in urls.items()}
    return Project(root, {**os.environ, **story["environment"], **addresses})


@contextmanager
def _project_directory(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        if keep.exists() and any(keep.iterdir()):
            raise UsageError(f"{keep} is not empty", hint="name a new directory")
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    root = Path(tempfile.mkdtemp(prefix="syncata-demo-"))
    try:
        yield root
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _post(url: str) -> dict[str, Any]:
    request = urllib.request.Request(url, method="POST", data=b"")  # noqa: S310  loopback
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        data: dict[str, Any] = json.load(answer)
    return data
