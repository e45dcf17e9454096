"""`syncata demo`: the whole story on one machine, without an account or a question."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click

from syncata.cli.output import Output
from syncata.cli.project import Project, json_option
from syncata.cli.serve import serve as serve_project
from syncata.cli.story import Story
from syncata.document import folder, load_bytes
from syncata.errors import Exit, UsageError
from syncata.report.run import Report
from syncata.simulator import Options, serve

NAME = "demo"


@click.command("demo")
@click.option("--items", type=click.IntRange(20, 1_000_000), help="Size of the catalogue.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the project (connection and ledger) in this new directory.",
)
@click.option(
    "--serve",
    "serving",
    is_flag=True,
    help="Leave the simulators on, and run the connection by its schedule, until Ctrl-C.",
)
@json_option
def command(items: int | None, keep: Path | None, serving: bool, as_json: bool) -> int:
    """Run the packaged connector against simulated APIs: a first synchronization, a second one
    with nothing to do, then a week in which learners work and things change on both sides."""
    told = load_bytes(folder("mappings").joinpath("demo.yaml").read_bytes(), "demo.yaml").data
    output = Output(as_json=as_json)
    with _project_directory(keep) as root, ExitStack() as running:
        urls = {}
        options = Options(items=items or told["items"], job_seconds=0.05, rate_limits=False)
        for side, name in told["simulators"].items():
            urls[side] = running.enter_context(serve(name, options)).url
        output.tell([f"Simulated {n}: {urls[side]}" for side, n in told["simulators"].items()])
        project = _write_project(root, told, urls)
        reports = Story(project, NAME, output, urls).tell()
        if serving:
            where = f"--project {root}"
            output.message(f"\nThe project is in {root}; in another terminal try:")
            output.message(f"  syncata status {where}\n  syncata run {NAME} {where}\n")
            return serve_project(output, project, (NAME,), once=False)
    if as_json:
        output.document({"runs": reports})
        return _code(reports)
    if keep:
        output.message(f"The project is in {keep}; its simulators are gone.")
    output.message(
        "\nWhat to try next:\n"
        f"  syncata init my-project --from {told['spec']}    start a project of your own\n"
        "  syncata demo --serve    the same, and the simulators stay on\n"
        "  syncata --help"
    )
    return _code(reports)


def _code(reports: list[Report]) -> Exit:
    """Records that are set aside belong to the story."""
    good = all(report["exit_code"] in (Exit.OK, Exit.REJECTS) for report in reports)
    return Exit.OK if good else Exit.BUG


def _write_project(root: Path, told: dict[str, Any], urls: dict[str, str]) -> Project:
    """A project like any other: what the connection refers to lies in files beside it."""
    values = root / "values"
    for directory in (root / "connections", values):
        directory.mkdir(parents=True, mode=0o700)
    found = {**told["values"], **{f"{side}_url": url for side, url in urls.items()}}
    for name, value in found.items():
        file = values / name
        file.touch(mode=0o600)
        file.write_text(value, encoding="utf-8")
    text = json.dumps(told["connection"], indent=2)  # JSON is YAML
    text = text.replace("${file:", f"${{file:{values.resolve()}/")
    (root / "connections" / f"{NAME}.yaml").write_text(text, encoding="utf-8")
    return Project(root)


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
