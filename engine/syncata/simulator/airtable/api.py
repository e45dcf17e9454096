"""Airtable Web API: the rows of one table, listed, read singly, written and deleted in batches."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syncata.simulator.airtable.control import Control
from syncata.simulator.airtable.gate import BASE, TABLE, TABLE_ID, Gate
from syncata.simulator.airtable.table import Record, Row, Table, Write
from syncata.simulator.airtable.wire import error
from syncata.simulator.audit import Audit
from syncata.simulator.clock import Clock
from syncata.simulator.faults import KEYED, Faults, Switch
from syncata.simulator.options import Options
from syncata.simulator.script import scripted_days
from syncata.simulator.shell import RefusalError, Simulator, json_body, json_response, note_of

__all__ = ["BASE", "SWITCHES", "TABLE", "TABLE_ID", "build"]

BATCH, PAGE, MERGED_ON = 10, 100, 3
LISTED_BY = frozenset({"pageSize", "maxRecords", "offset", "fields[]"})
BODY = frozenset({"records", "performUpsert", "typecast"})

SWITCHES: dict[str, Switch] = KEYED | {
    "fail_items": Switch("list", "keys whose rows are refused, and with them all of a request"),
    "lacking_columns": Switch("list", "columns that the table does not have"),
    "missing_results": Switch("number", "leave out so many rows at the end of each answer"),
    "missing_scopes": Switch("list", "scopes that no token has"),
    "expired_offsets": Switch("count", "refuse an offset as one that is too old"),
}


def build(options: Options) -> Simulator:
    """Return a simulator of the target."""
    clock, faults = Clock(options.ahead), Faults(SWITCHES, options.faults)
    audit, table = Audit(options.audit, clock), Table(clock, faults)
    gate, rows = Gate(options, faults, clock), _Rows(table, faults)
    path = "/v0/{base}/{table}"
    routes = [
        Route(path, gate.guard(rows.listing), methods=["GET"]),
        Route(path, gate.guard(rows.create), methods=["POST"]),
        Route(path, gate.guard(rows.update), methods=["PATCH", "PUT"]),
        Route(path, gate.guard(rows.delete), methods=["DELETE"]),
        Route(path + "/{row}", gate.guard(rows.one), methods=["GET"]),
    ]
    behind = [*scripted_days(options, "airtable"), *Control(table, audit).routes()]
    return Simulator(options, faults, audit, routes, behind, _failure)


def _failure(status: int, message: str) -> Response:
    if status == 404:
        return error(404, "NOT_FOUND")
    return error(status, "TOO_MANY_REQUESTS" if status == 429 else "SERVER_ERROR", message)


class _Rows:
    """The endpoints of the table."""

    def __init__(self, table: Table, faults: Faults) -> None:
        self._table = table
        self._faults = faults

    async def listing(self, request: Request) -> Response:
        """Answer a page of rows, and where the next one begins."""
        query = request.query_params
        for name in query:
            if name not in LISTED_BY:
                raise RefusalError(
                    error(422, "INVALID_REQUEST_UNKNOWN", f"{name} is not simulated")
                )
        columns = self._table.columns(query.getlist("fields[]"))
        size, most = _number(request, "pageSize", PAGE), _number(request, "maxRecords", 1 << 30)
        rows = list(self._table.rows.values())[:most]
        start = self._start(query.get("offset"), rows)
        shown = [row.shown(columns) for row in rows[start : start + size]]
        note_of(request).items = len(shown)
        further = rows[start + size : start + size + 1]
        after = {"offset": f"itr{len(rows):014d}/{further[0].id}"} if further else {}
        return json_response({"records": shown, **after})

    def _start(self, offset: str | None, rows: Sequence[Row]) -> int:
        if offset is None:
            return 0
        row_id = offset.partition("/")[2]
        found = next((place for place, row in enumerate(rows) if row.id == row_id), None)
        if found is None or self._faults.strike("expired_offsets"):
            raise RefusalError(error(422, "LIST_RECORDS_ITERATOR_NOT_AVAILABLE"))
        return found

    async def one(self, request: Request) -> Response:
        """Answer one row."""
        found = self._table.rows.get(request.path_params["row"])
        return json_response(found.shown()) if found else error(404, "NOT_FOUND")

    async def create(self, request: Request) -> Response:
        """Make rows."""
        asked = _records(await self._body(request))
        if any("id" in record for record in asked):
            raise RefusalError(error(422, "INVALID_RECORDS", "A record that is made has no id yet"))
        return self._done(request, self._table.made(asked), upsert=False)

    async def update(self, request: Request) -> Response:
        """Change rows; with `performUpsert` those that are not there are made."""
        body = await self._body(request)
        merge_on, asked = _merge_on(body), _records(body)
        writes = self._table.changed(asked, merge_on, clear=request.method == "PUT")
        return self._done(request, writes, upsert=bool(merge_on))

    def _done(self, request: Request, writes: Sequence[Write], *, upsert: bool) -> Response:
        done = [self._table.carry_out(write) for write in writes]
        effect: dict[str, list[str]] = {}
        for row, what in done:
            effect.setdefault(what, []).append(row.name)
        note = note_of(request)
        note.items, note.effect = len(done), effect
        kept = len(done) - int(self._faults.number("missing_results", 0))
        answer: Record = {"records": [row.shown() for row, _ in done[: max(0, kept)]]}
        if upsert:
            answer["createdRecords"] = [row.id for row, what in done if what == "created"]
            answer["updatedRecords"] = [row.id for row, what in done if what != "created"]
        return json_response(answer)

    async def delete(self, request: Request) -> Response:
        """Take rows away."""
        asked = request.query_params.getlist("records[]")
        if not 1 <= len(asked) <= BATCH:
            raise RefusalError(_too_many())
        rows = [self._table.row(row_id) for row_id in dict.fromkeys(asked)]
        note = note_of(request)
        note.items, note.effect = len(rows), {"removed": [row.name for row in rows]}
        for row in rows:
            self._table.remove(row)
        return json_response({"records": [{"id": row.id, "deleted": True} for row in rows]})

    async def _body(self, request: Request) -> Record:
        body = await json_body(request)
        note_of(request).body = body
        if not isinstance(body, dict) or not body.keys() <= BODY:
            raise RefusalError(error(422, "INVALID_REQUEST_UNKNOWN", "Invalid request"))
        return body


def _records(body: Record) -> list[Record]:
    asked = body.get("records")
    if not isinstance(asked, list) or not 1 <= len(asked) <= BATCH:
        raise RefusalError(_too_many())
    if not all(isinstance(record, dict) and record.keys() <= {"id", "fields"} for record in asked):
        raise RefusalError(error(422, "INVALID_REQUEST_UNKNOWN", "Invalid request"))
    return asked


def _too_many() -> Response:
    return error(422, "INVALID_RECORDS", f'"records" must be an array of up to {BATCH} records')


def _merge_on(body: Record) -> Sequence[str]:
    upsert = body.get("performUpsert")
    if upsert is None:
        return ()
    names = upsert.get("fieldsToMergeOn") if isinstance(upsert, dict) else None
    if not isinstance(names, list) or not 1 <= len(names) <= MERGED_ON:
        raise RefusalError(error(422, "INVALID_REQUEST_UNKNOWN", "Invalid fieldsToMergeOn"))
    return [str(name) for name in names]


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= default):
        raise RefusalError(error(422, "INVALID_REQUEST_UNKNOWN", f"{name} is at most {default}"))
    return int(text)
