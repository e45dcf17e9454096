"""Results as JUnit writes them, for the programs that read it."""

import json
import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from syncata.plan import MISSING
from syncata.testing.running import TestRun
from syncata.testing.shown import findings_of
from syncata.testing.verdicts import TestResult

# XML has no way to write these.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(runs: Iterable[TestRun]) -> bytes:
    """The tests of all specs as one XML document."""
    root = Element("testsuites")
    for run in runs:
        suite = SubElement(root, "testsuite", name=_text(run.spec.name))
        for result in run.results:
            _case(suite, run, result)
        failures = sum(bool(r.mismatches) for r in run.results)
        errors = sum(bool(r.problem) for r in run.results)
        suite.set("tests", str(len(run.results)))
        suite.set("failures", str(failures))
        suite.set("errors", str(errors))
        suite.set("time", f"{sum(r.seconds for r in run.results):.3f}")
    indent(root)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _case(suite: Element, run: TestRun, result: TestResult) -> None:
    place = result.position
    case = SubElement(
        suite, "testcase", classname=_text(run.spec.name), name=_text(result.name),
        file=_text(place.file), line=str(place.line), time=f"{result.seconds:.3f}",
    )  # fmt: skip
    if result.passed:
        return
    found = findings_of(result)
    kind = "error" if result.problem else "failure"
    told = SubElement(case, kind, message=_text(found[0].message), type=found[0].code)
    sides = [
        f"\n  expected {_json(m.expected)}\n  actual   {_json(m.actual)}" for m in result.mismatches
    ] or [""]
    lines = [f"{f.position}: {f.message}{s}" for f, s in zip(found, sides, strict=True)]
    told.text = _text("\n".join(lines))


def _json(value: object) -> str:
    return "(none)" if value is MISSING else json.dumps(value, ensure_ascii=False)


def _text(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
