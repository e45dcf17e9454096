"""What happens to each kind of value on its way through an expression, compiled and interpreted."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.expressions.hostile import UNCOVERED

from syncata.document import Scalar
from syncata.expressions import UNDEFINED, Scope, compile_expression

SCOPE = Scope(now=datetime(2026, 1, 1, tzinfo=UTC))
MISSING: Any = UNDEFINED
BIG = 9_007_199_254_740_993  # 2^53 + 1: no double holds it

# value, then: {"v": v} | [v] | $string(v) | v & "" | v = v | $type(v)
TABLE: list[tuple[Any, ...]] = [
    (0, {"v": 0}, [0], "0", "0", True, "number"),
    (-7, {"v": -7}, [-7], "-7", "-7", True, "number"),
    (BIG, {"v": BIG}, [BIG], str(BIG), str(BIG), True, "number"),
    (2**63 - 1, {"v": 2**63 - 1}, [2**63 - 1], str(2**63 - 1), str(2**63 - 1), True, "number"),
    (19.99, {"v": 19.99}, [19.99], "19.99", "19.99", True, "number"),
    (0.1, {"v": 0.1}, [0.1], "0.1", "0.1", True, "number"),
    (1e-7, {"v": 1e-7}, [1e-7], "1e-7", "1e-7", True, "number"),
    ("", {"v": ""}, [""], "", "", True, "string"),
    ("é😀\n", {"v": "é😀\n"}, ["é😀\n"], "é😀\n", "é😀\n", True, "string"),
    ("0012", {"v": "0012"}, ["0012"], "0012", "0012", True, "string"),
    ("19.990", {"v": "19.990"}, ["19.990"], "19.990", "19.990", True, "string"),
    ("9007199254740993", {"v": str(BIG)}, [str(BIG)], str(BIG), str(BIG), True, "string"),
    ("2026-05-01T08:30:00+02:00", {"v": "2026-05-01T08:30:00+02:00"},
     ["2026-05-01T08:30:00+02:00"], "2026-05-01T08:30:00+02:00", "2026-05-01T08:30:00+02:00",
     True, "string"),
    ("2026-05-01", {"v": "2026-05-01"}, ["2026-05-01"], "2026-05-01", "2026-05-01", True, "string"),
    (True, {"v": True}, [True], "true", "true", True, "boolean"),
    (False, {"v": False}, [False], "false", "false", True, "boolean"),
    (None, {"v": None}, [None], "null", "null", True, "null"),
    (MISSING, {}, [], MISSING, "", False, MISSING),
    ([1, None, 2], {"v": [1, None, 2]}, [1, None, 2], "[1,null,2]", "[1,null,2]", True, "array"),
    ({"a": None}, {"v": {"a": None}}, [{"a": None}], '{"a":null}', '{"a":null}', True, "object"),
]  # fmt: skip
COLUMNS = ('{"v": v}', "[v]", "$string(v)", 'v & ""', "v = v", "$type(v)")


@pytest.mark.parametrize("form", ["%s", UNCOVERED], ids=["compiled", "interpreted"])
@pytest.mark.parametrize("row", TABLE, ids=lambda row: repr(row[0])[:24])
def test_values_survive(row: tuple[Any, ...], form: str) -> None:
    """Numbers keep their digits, texts their characters, null stays null, nothing stays nothing."""
    record = {} if row[0] is UNDEFINED else {"v": row[0]}
    for text, wanted in zip(COLUMNS, row[1:], strict=True):
        made = compile_expression(Scalar.of(form % text))
        assert made.compiled == (form == "%s")
        found = made.evaluate(record, SCOPE)
        assert (found, type(found)) == (wanted, type(wanted)), text
    found = compile_expression(Scalar.of(form % "v")).evaluate(record, SCOPE)
    assert (found, type(found)) == (row[0], type(row[0]))
