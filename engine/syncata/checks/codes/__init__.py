"""Every code a finding or a rejected record can have: cause, example, what to do.

Codes are stable. SYN0xx files and YAML, 1xx shape, 2xx expressions (besides JSONata's own codes),
3xx names and references, 4xx settings and connections, 5xx not available in this version, 6xx
records set aside, 7xx tests.
"""

from collections.abc import Mapping
from types import MappingProxyType

from syncata.checks.codes import (
    expressions,
    files,
    names,
    records,
    settings,
    shape,
    tests,
    types,
    writing,
)
from syncata.checks.codes.code import Code

_TABLES = (files, shape, expressions, types, names, writing, tests, settings, records)

CODES: Mapping[str, Code] = MappingProxyType(
    {code.code: code for table in _TABLES for code in table.CODES}
)

__all__ = ["CODES", "Code"]
