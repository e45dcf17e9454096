# ruff: noqa: S608  only names of columns and `?` marks are put into SQL, never values
"""Is a ledger sound? What the database can tell, and what it cannot: what its rows mean."""

from collections.abc import Iterator

import orjson

from syncata.errors import StateProblem
from syncata.ledger.codec import REASONS, decode_changes
from syncata.ledger.database import Database, Row
from syncata.ledger.health import STATES
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
        yield from _matters(database)
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


def _matters(database: Database) -> Iterator[str]:
    """What is under way, was set aside, decided, or told: can it still be read?"""
    for number, changes in database.rows("SELECT id, changes FROM batch"):
        try:
            decode_changes(changes)
        except StateProblem as problem:
            yield f"batch {number}: {problem.message}"
    for table, name, column in _TEXTS:
        for key, text in database.rows(f"SELECT {name}, {column} FROM {table}"):
            if text is not None and not (isinstance(text, str) and _is_json(text)):
                yield f"{table} {key!r}: its {column} is no JSON"
    for key, state in database.rows("SELECT sync, state FROM health"):
        if state not in STATES:
            yield f"health {key!r}: its state makes no sense"
    found: dict[str, object] = dict(database.rows("SELECT key, value FROM meta"))
    if found.keys() < _SETTINGS or not str(found["serial"]).isdigit():
        yield "its own settings are not whole"
    elif not (isinstance(found["identity"], str) and _is_json(found["identity"])):
        yield "its identity is no JSON"


_TEXTS = (
    ("run", "id", "header"),
    ("reject", "key", "record"),
    ("waiting", "key", "record"),
    ("approval", "run", "ceilings"),
)
_SETTINGS = {"serial", "identity", "salt", "standing", "turn"}


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
