"""Which tests there are: lists of what is proved name them."""

import ast
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parent


@cache
def proofs_of(file: str) -> frozenset[str]:
    """The tests of a file below `tests`; none of one that is not there."""
    path = TESTS / file
    tree = ast.parse(path.read_text(encoding="utf-8") if path.is_file() else "")
    functions = (node.name for node in tree.body if isinstance(node, ast.FunctionDef))
    return frozenset(name for name in functions if name.startswith("test_"))


def exists(test: str) -> bool:
    """Whether there is a test: `FILE::NAME`, the file below `tests`."""
    file, _, name = test.partition("::")
    return name in proofs_of(file)
