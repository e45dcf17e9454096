"""The reference's own test suite, against the list of cases known to differ."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from syncata.document import Scalar
from syncata.expressions import UNDEFINED, ExpressionError, Scope, compile_expression

SUITE = Path(__file__).parents[3] / "shared" / "conformance" / "jsonata-suite.json"
KNOWN = Path(__file__).with_name("known-differences.txt")
ENDLESS = "tail-recursion/case006.json"  # needs a process that can be killed


def same(left: Any, right: Any) -> bool:
    """Equal as JSON: true is not 1, but 1 is 1.0."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


def passes(case: dict[str, Any], datasets: dict[str, Any]) -> bool:
    """Whether a case gives the value, nothing, or the error code the suite expects."""
    dataset = case.get("dataset")
    value = datasets[dataset] if dataset else case.get("data", UNDEFINED)
    scope = Scope(case.get("bindings") or {}, now=datetime.now(UTC))
    code = case.get("code") or (case.get("error") or {}).get("code")
    try:
        result = compile_expression(Scalar.of(case["expr"])).evaluate(value, scope)
    except ExpressionError as error:
        return error.code == code
    if code or "error" in case:
        return False
    if case.get("undefinedResult"):
        return result is UNDEFINED
    if "result" not in case:
        return True
    if case.get("unordered") and isinstance(result, list):
        return sorted(map(str, result)) == sorted(map(str, case["result"]))
    return same(result, case["result"])


def test_official_suite() -> None:
    """Exactly the listed cases of the official suite differ: nothing gets worse unseen."""
    if not SUITE.exists():
        pytest.skip("the official suite is not beside this repository")
    suite = json.loads(SUITE.read_text(encoding="utf-8"))
    known = {line.split()[0] for line in KNOWN.read_text(encoding="utf-8").splitlines() if line}
    failing = {
        case["id"]
        for case in suite["cases"]
        if case["id"] != ENDLESS and not passes(case, suite["datasets"])
    }
    assert failing == known - {ENDLESS}
