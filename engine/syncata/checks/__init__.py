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
from syncata.checks.load import (
    check_spec,
    load_spec,
    read_spec,
    spec_names,
    spec_of,
    spec_schema,
    spec_with_tests,
)
from syncata.checks.places import NAMES, PLACES, Place
from syncata.checks.render import render_text, to_json

__all__ = [
    "CODES",
    "NAMES",
    "PLACES",
    "Code",
    "Place",
    "check_connection",
    "check_spec",
    "connection_schedule",
    "explain",
    "load_connection",
    "load_spec",
    "read_spec",
    "render_text",
    "spec_names",
    "spec_of",
    "spec_schema",
    "spec_with_tests",
    "to_json",
]
