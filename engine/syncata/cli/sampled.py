"""`syncata test SPEC --sample FILE`: what real records become, and what falls through."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from syncata.cli.operate import clocks
from syncata.cli.output import Output, paint
from syncata.cli.sample_files import records_of
from syncata.document import Document
from syncata.errors import UsageError
from syncata.expressions.coverage import Fall
from syncata.inspection import settings_of
from syncata.model import clean
from syncata.report.values import number
from syncata.spec.model import Spec
from syncata.testing import Sampled, sampled
from syncata.testing.shown import coverage_lines, missing_data

SHOWN = 8
WIDTH = 60


def show_sample(
    output: Output, spec: Spec, document: Document, given: str, *, missing: bool
) -> None:
    """Judge the records of a sample (`FILE`, or `STREAM=FILE`) and show what becomes of them.

    `missing`: also which parts of the mapping no record reaches. Raises UsageError, SpecFailed.
    """
    stream, file = stream_of(spec, given)
    made = sampled(spec, stream, records_of(file), settings_of(spec, {}), clocks().now())
    if output.as_json:
        data = {"spec": spec.name, "stream": stream, "sample": file}
        output.document({**data, "syncs": [_data(one, missing) for one in made]})
        return
    for one in made:
        output.result(_lines(one, file))
        if missing:
            output.result(coverage_lines([one.coverage], document, by="record"))


def stream_of(spec: Spec, given: str) -> tuple[str, str]:
    """The stream a sample is of, and its file. Raises UsageError."""
    streams = spec.source.streams
    name, equals, file = given.partition("=")
    if not equals or (name not in streams and Path(given).exists()):
        file = given
        name = next(iter(streams)) if len(streams) == 1 else Path(given).stem
    if name not in streams:
        raise UsageError(
            f"the spec {spec.name} has no stream {name}",
            hint=f"write --sample STREAM=FILE, with one of {', '.join(streams)}",
        )
    return name, file


def _lines(one: Sampled, file: str) -> Iterator[str]:
    became = ", ".join(f"{times:,} {word}" for word, times in one.became.most_common())
    records = number(one.records, "record")
    yield f"{paint(one.sync, 'bold')}: {records} of {clean(file)}: {became or 'none'}"
    rows = [*_unmapped_rows(one), *_fall_rows(one.falls)]
    width = max((len(where) for where, _, _ in rows), default=0)
    for where, what, values in rows:
        yield f"  {where:<{width}}  {what}{f': {values}' if values else ''}"
    if not rows:
        yield "  nothing falls through"
    yield ""


def _unmapped_rows(one: Sampled) -> Iterator[tuple[str, str, str]]:
    labels: dict[str, Counter[str]] = {}
    for (label, value), times in one.unmapped.items():
        labels.setdefault(label, Counter())[value] = times
    for label, values in labels.items():
        yield "$unmapped", f"{values.total():,} × {clean(label)}", _values(values)


def _fall_rows(falls: list[tuple[str, Fall]]) -> Iterator[tuple[str, str, str]]:
    for word, fall in falls:
        where = f"{word} ({fall.position.line}:{fall.position.column})"
        yield where, f"{fall.times:,} × {fall.what}", _values(fall.values)


def _values(values: Counter[str]) -> str:
    """The most frequent values, and how many others there are."""
    told = [f"{_short(value)} ({times:,})" for value, times in values.most_common(SHOWN)]
    more = len(values) - len(told)
    return ", ".join([*told, f"{more:,} others"] if more > 0 else told)


def _short(value: str) -> str:
    text = clean(value)
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"


def _data(one: Sampled, missing: bool) -> dict[str, Any]:
    data: dict[str, Any] = {
        "sync": one.sync,
        "records": one.records,
        "became": dict(one.became),
        "unmapped": [
            {"label": label, "value": value, "records": times}
            for (label, value), times in one.unmapped.items()
        ],
        "falls": [
            {
                "in": word,
                "line": fall.position.line,
                "column": fall.position.column,
                "what": fall.what,
                "times": fall.times,
                "values": [{"value": v, "times": n} for v, n in fall.values.most_common()],
            }
            for word, fall in one.falls
        ],
    }
    return {**data, "missing": missing_data([one.coverage], by="record")} if missing else data
