"""The front door: files that users write are read, examined as a whole, and built.

Every mistake is a finding with a place, a code and advice; all of them are told at once.
"""

from syncata.checks.codes import CODES, Code
from syncata.checks.connections import (
    check_connection,
    connection_schedule,
    load_connection,
)
from syncata.checks.draft7 import explain
from syncata.checks.editing import check_document, diagnostics, is_connection
from syncata.checks.explaining import explanation_lines, meaning_of, nearest_code
from syncata.checks.github import to_github
from syncata.checks.load import (
    SUFFIXES,
    check_spec,
    load_spec,
    read_spec,
    spec_names,
    spec_of,
    spec_schema,
    spec_with_tests,
)
from syncata.checks.places import NAMES, PLACES, Place
from syncata.checks.render import MAX_SHOWN, render_text, to_json
from syncata.checks.sarif import to_sarif

__all__ = [
    "CODES",
    "MAX_SHOWN",
    "NAMES",
    "PLACES",
    "SUFFIXES",
    "Code",
    "Place",
    "check_connection",
    "check_document",
    "check_spec",
    "connection_schedule",
    "diagnostics",
    "explain",
    "explanation_lines",
    "is_connection",
    "load_connection",
    "load_spec",
    "meaning_of",
    "nearest_code",
    "read_spec",
    "render_text",
    "spec_names",
    "spec_of",
    "spec_schema",
    "spec_with_tests",
    "to_github",
    "to_json",
    "to_sarif",
]
