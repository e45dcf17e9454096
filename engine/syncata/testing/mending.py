"""`--update`: expectations rewritten where they stand."""

from collections.abc import Iterable
from typing import Any

from syncata.document import DataPath, Document, rewritten
from syncata.testing.verdicts import TestResult


def mended(document: Document, results: Iterable[TestResult]) -> tuple[str, int]:
    """The spec's text with the values that tests found, and how many tests then pass.

    A test of which one expectation cannot be mended stays as it is: it expects another verdict, or
    a field that is not there.
    """
    values: dict[DataPath, Any] = {}
    number = 0
    for result in results:
        places = [mismatch.mending for mismatch in result.mismatches]
        if places and not result.problem and None not in places:
            values |= {place[0].path: place[1] for place in places if place is not None}
            number += 1
    return rewritten(document, values) if values else document.text, number
