"""`syncata test PATH…`."""

import shlex
from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path

import click

from syncata.checks import SUFFIXES, is_connection, read_spec, spec_with_tests
from syncata.cli.operate import in_loop
from syncata.cli.output import Output, paint
from syncata.cli.project import find_project, json_option
from syncata.cli.sampled import show_sample
from syncata.cli.specs import named_spec
from syncata.document import Document, load_file
from syncata.errors import Exit, UsageError
from syncata.testing import TestRun, run_tests
from syncata.testing.coverage import percentage
from syncata.testing.junit import junit
from syncata.testing.mending import mended
from syncata.testing.shown import coverage_lines, result_lines, run_document


@click.command("test")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("-k", "text", metavar="TEXT", help="Only tests with this text in their name.")
@click.option("--update", is_flag=True, help="Rewrite expectations to what was found.")
@click.option(
    "--junit",
    "junit_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the results to this file, as JUnit does.",
)
@click.option("--coverage", is_flag=True, help="Show which parts of mappings no test reaches.")
@click.option(
    "--min-coverage",
    type=click.FloatRange(0, 100),
    help="Fail if tests reach less than this share, in percent.",
)
@click.option(
    "--sample",
    metavar="[STREAM=]FILE",
    help="Instead of tests: what becomes of the records in this file, and what falls through.",
)
@json_option
def command(
    paths: tuple[str, ...],
    text: str | None,
    update: bool,
    junit_file: Path | None,
    coverage: bool,
    min_coverage: float | None,
    sample: str | None,
    as_json: bool,
) -> int:
    """Run the tests that live in specs, offline.

    PATH is a spec, a directory of them, or the name of a packaged one.
    """
    output = Output(as_json=as_json)
    if sample is not None:
        return _sample(output, paths, sample, missing=coverage)
    if update and not all(Path(path).exists() for path in paths):
        raise UsageError(
            "--update rewrites files, so PATH must be one",
            hint="`syncata init DIR --from NAME` makes a copy of a packaged spec",
        )
    measure = coverage or min_coverage is not None
    runs = [(run, document) for run, document in _runs(paths, text, measure=measure)]
    if not any(run.results for run, _ in runs):
        wanted = f' with "{text}" in its name' if text else ""
        raise UsageError(
            f"there is no test{wanted} in {', '.join(paths)}",
            hint="tests stand under `tests` in a spec; see docs/spec-language.md",
        )
    if junit_file is not None:
        _write(junit_file, junit(run for run, _ in runs))
    _show(output, runs)
    failed = sum(not result.passed for run, _ in runs for result in run.results)
    if update and failed:
        failed -= _update(output, runs)
        if failed:
            output.message(f"{failed:,} left: what they expect is to be corrected by hand")
    low = _too_low(output, runs, min_coverage)
    if failed or low:
        output.next(f"syncata test {' '.join(paths)}{'' if update else ' --update'}")
    return Exit.INVALID if failed or low else Exit.OK


def _sample(output: Output, paths: tuple[str, ...], sample: str, *, missing: bool) -> int:
    documents = list(_documents(paths))
    if len(documents) != 1:
        raise UsageError(
            f"a sample is of one spec, and these are {len(documents)}", hint="name one spec"
        )
    (document,) = documents
    show_sample(output, spec_with_tests(document), document, sample, missing=missing)
    output.next(f"syncata test {shlex.join(paths)} --coverage")
    return Exit.OK


def _runs(
    paths: tuple[str, ...], text: str | None, *, measure: bool
) -> Iterator[tuple[TestRun, Document]]:
    """Raises SpecInvalid for a spec that is wrong, UsageError for a path that is not there."""
    for document in _documents(paths):
        spec = spec_with_tests(document)
        chosen = [
            test for test in spec.tests if not text or text.casefold() in test.name.casefold()
        ]
        yield in_loop(run_tests(spec, chosen, measure=measure)), document


def _documents(paths: tuple[str, ...]) -> Iterator[Document]:
    for text in paths:
        path = Path(text)
        if path.is_dir():
            files = sorted(p for p in path.rglob("*") if p.suffix in SUFFIXES)
            documents = (load_file(file) for file in files)
            yield from (document for document in documents if not is_connection(document))
        elif path.exists() or path.suffix not in SUFFIXES:
            yield read_spec(path) if path.exists() else named_spec(find_project(None), text)
        else:
            raise UsageError(f"there is no file {path}")


def _show(output: Output, runs: list[tuple[TestRun, Document]]) -> None:
    if output.as_json:
        output.document({"specs": [run_document(run, document) for run, document in runs]})
        return
    for run, document in runs:
        lines = [*result_lines(run, document, paint)]
        if run.coverage:
            lines += coverage_lines(run.coverage, document)
        output.result(lines)


def _update(output: Output, runs: list[tuple[TestRun, Document]]) -> int:
    """Rewrite what can be; how many tests that mends."""
    total = 0
    for run, document in runs:
        text, number = mended(document, run.results)
        if number:
            path = Path(document.file)
            before = path.read_bytes()
            newline = "\r\n" if b"\r\n" in before else "\n"
            mark = BOM_UTF8 if before.startswith(BOM_UTF8) else b""
            _write(path, mark + text.replace("\n", newline).encode())
            some = "1 test expects" if number == 1 else f"{number:,} tests expect"
            output.message(f"{path}: {some} what was found now")
        total += number
    return total


def _too_low(output: Output, runs: list[tuple[TestRun, Document]], least: float | None) -> bool:
    reports = [report for run, _ in runs for report in run.coverage]
    share = percentage(reports)
    if least is None or share >= least:
        return False
    output.message(f"Mapping coverage is {share:.1f} %, the least is {least:g} % (--min-coverage)")
    return True


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
