# ruff: noqa: S608  only names of columns and `?` marks are put into SQL, never values
"""Is a ledger sound? What the database can tell, and what it cannot: what its rows mean."""

from collections.abc import Iterator

import orjson

from syncata.errors import StateProblem
from syncata.ledger.codec import REASONS
from syncata.ledger.database import Database, Row
from syncata.ledger.records import content_check

SHOWN = 100
"""Findings of one kind that are shown."""

_PAGE = 1000


def findings(database: Database) -> Iterator[str]:
    """One sentence for each thing that is wrong."""
    try:
        pages = [row[0] for row in database.rows(f"PRAGMA integrity_check({SHOWN})")]
        if pages != ["ok"]:
            yield from pages
        yield from _orphans(database)
        yield from _rows(database)
    except StateProblem as problem:
        yield problem.message


def _orphans(database: Database) -> Iterator[str]:
    records, payloads, joined = database.rows(
        "SELECT (SELECT count(*) FROM record), "
        "(SELECT count(*) FROM payload), "
        "(SELECT count(*) FROM record r JOIN payload p ON p.id = r.id)"
    )[0]
    if not records == payloads == joined:
        yield f"{records} records and {payloads} payloads: {joined} belong together"


def _rows(database: Database) -> Iterator[str]:
    sql = (
        "SELECT r.sync, r.key, r.source, r.spec, r.vals, r.archived, r.misses, "
        "p.payload, p.target_id, p.content_check "
        "FROM record r JOIN payload p ON p.id = r.id "
        f"WHERE (r.sync, r.key) > (?, ?) ORDER BY r.sync, r.key LIMIT {_PAGE}"
    )
    after: Row = (-1, "")
    while rows := database.rows(sql, after):
        for row in rows:
            if what := _fault(row):
                yield f"record {row[1]!r}: {what}"
        after = rows[-1][:2]


def _fault(row: Row) -> str:
    _, key, source, spec, values, archived, misses, payload, target_id, check = row
    if not all(isinstance(part, bytes) for part in (source, spec, values)):
        return "a digest is no digest"
    if [len(source), len(spec), len(values)] != [16, 8, 8]:
        return "a digest has the wrong length"
    if archived not in REASONS or not isinstance(misses, int) or misses < 0:
        return "its state makes no sense"
    if check != content_check(key, target_id, payload):
        return "its payload is not what was confirmed"
    return "" if payload is None or _is_json(payload) else "its payload is no JSON"


def _is_json(text: str) -> bool:
    try:
        orjson.loads(text)
    except ValueError:
        return False
    return True
