"""Runs attacks in a process of its own: `python -m tests.expressions.hostile compiled|interpreted`.

Reads rows as JSON, writes for each what it came to: code, processor seconds, and the largest
memory of the process so far in MB.
"""

import json
import resource
import sys
import time
from datetime import UTC, datetime
from typing import Any

from syncata.document import Scalar
from syncata.expressions import ExpressionError, Scope, compile_expression

SCOPE = Scope(now=datetime(2026, 1, 1, tzinfo=UTC))
MEMORY = 1536 * 1024 * 1024
UNCOVERED = "true ? " * 70 + "(%s)" + " : 2" * 70


def come_to(text: str, value: Any, way: str) -> str:
    """`value`, or the code of the error."""
    try:
        made = compile_expression(Scalar.of(UNCOVERED % text if way == "interpreted" else text))
        assert made.compiled == (way == "compiled"), "the row runs the other way"
        made.evaluate(value, SCOPE)
    except ExpressionError as error:
        return error.code
    return "value"


def main() -> None:
    """Run the rows of the input."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    found = []
    for text, value in json.load(sys.stdin):
        before = time.process_time()
        code = come_to(text, value, sys.argv[1])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        found.append([code, round(time.process_time() - before, 2), peak])
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
