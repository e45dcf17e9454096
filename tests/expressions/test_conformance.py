"""The reference's own test suite and its answers to random expressions, on both ways to evaluate,
against the lists of cases known to differ."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.expressions.reference import (
    Evaluate,
    agrees,
    answers,
    compiled,
    interpreted,
    outcome,
)

from syncata.document import Scalar
from syncata.expressions import UNDEFINED, ExpressionError, Scope, compile_expression

HERE = Path(__file__).parent
COMPILED = HERE / "known-differences.txt"
INTERPRETED = HERE / "known-differences-interpreted.txt"
ENDLESS = "tail-recursion/case006.json"  # where it is interpreted: needs a process to be killed


def expectations(case: dict[str, Any]) -> tuple[str, Any]:
    """What the suite expects of a case."""
    code = case.get("code") or (case.get("error") or {}).get("code")
    if code or "error" in case:
        return "error", code
    return ("nothing", None) if case.get("undefinedResult") else ("value", case.get("result"))


def passes(case: dict[str, Any], datasets: dict[str, Any], evaluate: Evaluate) -> bool:
    """Whether a case gives the value, nothing, or the error code the suite expects."""
    dataset = case.get("dataset")
    value = datasets[dataset] if dataset else case.get("data", UNDEFINED)
    scope = Scope(case.get("bindings") or {}, now=datetime.now(UTC))
    found, expected = outcome(case["expr"], value, scope, evaluate), expectations(case)
    if case.get("unordered") and isinstance(found[1], list):
        return sorted(map(str, found[1])) == sorted(map(str, expected[1]))
    if expected[0] == "value" and "result" not in case:
        return found[0] != "error"
    return agrees(found, expected)


def listed(path: Path) -> set[str]:
    """The ids in a list of known differences."""
    return {line.split()[0] for line in path.read_text(encoding="utf-8").splitlines() if line}


def test_official_suite_compiled() -> None:
    """Exactly the listed cases of the official suite differ: nothing gets worse unseen."""
    suite = answers("jsonata-suite.json")
    failing = {c["id"] for c in suite["cases"] if not passes(c, suite["datasets"], compiled)}
    assert failing == listed(COMPILED)


@pytest.mark.slow
def test_official_suite_interpreted() -> None:
    """The same of the way that is left for what the compiler does not cover."""
    suite = answers("jsonata-suite.json")
    cases = [case for case in suite["cases"] if case["id"] != ENDLESS]
    failing = {case["id"] for case in cases if not passes(case, suite["datasets"], interpreted)}
    assert failing == listed(INTERPRETED) - {ENDLESS}


def test_official_suite_is_covered() -> None:
    """The compiler has code for every expression of the suite that is well formed."""
    for case in answers("jsonata-suite.json")["cases"]:
        try:
            expression = compile_expression(Scalar.of(case["expr"]))
        except ExpressionError:
            continue
        assert expression.compiled, case["expr"]


def differing(cases: list[dict[str, Any]]) -> list[str]:
    """The random expressions that do not come to what the reference says."""
    scope = Scope(now=datetime(2026, 1, 1, tzinfo=UTC))
    kinds = {"val": "value", "undef": "nothing", "err": "error"}
    found = []
    for case in cases:
        kind, *rest = case["expected"]
        expected = (kinds[kind], rest[0] if rest else None)
        if not agrees(outcome(case["expr"], case["data"], scope, compiled), expected):
            found.append(case["expr"])
    return found


def known_texts() -> list[str]:
    """The random expressions known to differ."""
    lines = (HERE / "known-random-differences.txt").read_text(encoding="utf-8").splitlines()
    return [line.partition("\t")[2] for line in lines if "\t" in line]


def test_random_expressions() -> None:
    """A sample of random expressions comes to the reference's values and error codes."""
    known = known_texts()
    cases = answers("jsonata-differential.json")["cases"][::10]
    assert [text for text in differing(cases) if text not in known] == []


@pytest.mark.slow
def test_all_random_expressions() -> None:
    """All random expressions do, but for the listed ones."""
    assert differing(answers("jsonata-differential.json")["cases"]) == known_texts()
