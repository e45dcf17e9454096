"""One table: typed columns, rows, and writes of which all are carried out or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from syncata.simulator.airtable.wire import error
from syncata.simulator.clock import Clock, read_milliseconds, written_milliseconds
from syncata.simulator.faults import Faults
from syncata.simulator.shell import RefusalError

Record = dict[str, Any]

KEY = "Stripe ID"
COLUMNS: Mapping[str, str] = {
    "Name": "text",
    KEY: "text",
    "Description": "text",
    "Price": "number",
    "Currency": "text",
    "Interval": "text",
    "Image": "text",
    "Link": "text",
    "Created": "instant",
    "Updated": "instant",
    "Archived": "checkbox",
    "Notes": "text",
}


def filled(cells: Mapping[str, Any]) -> Record:
    """Return the cells that are not empty: a checkbox without a tick is, a zero is not."""
    return {n: v for n, v in cells.items() if v is not None and v is not False and v != ""}


@dataclass(slots=True)
class Row:
    """A row; `cells` hold what is not empty."""

    id: str
    created: str
    cells: Record = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the audit log calls it: its key, or its id where that is empty."""
        return str(self.cells.get(KEY) or self.id)

    def shown(self, columns: Sequence[str] = ()) -> Record:
        """Return the row as the API shows it, with these columns or with all."""
        cells = {n: v for n, v in self.cells.items() if not columns or n in columns}
        return {"id": self.id, "createdTime": self.created, "fields": cells}


@dataclass(frozen=True, slots=True)
class Write:
    """What a request wants of one row: a known one, or one that is found or made."""

    row: Row | None
    cells: Record


class Table:
    """The rows by id, in the order in which they were made."""

    def __init__(self, clock: Clock, faults: Faults) -> None:
        """Begin empty."""
        self.rows: dict[str, Row] = {}
        self._clock = clock
        self._faults = faults
        self._made = 0

    def row(self, row_id: object) -> Row:
        """Return a row; refuses an id that no row has."""
        found = self.rows.get(row_id) if isinstance(row_id, str) else None
        if found is None:
            said = f"Record ID {row_id} does not exist in this table"
            raise RefusalError(error(422, "ROW_DOES_NOT_EXIST", said))
        return found

    def columns(self, names: Sequence[str]) -> Sequence[str]:
        """Return names of columns; refuses one that the table does not have."""
        for name in names:
            if name not in COLUMNS or name in self._faults.names("lacking_columns"):
                raise RefusalError(
                    error(422, "UNKNOWN_FIELD_NAME", f'Unknown field name: "{name}"')
                )
        return names

    def made(self, asked: Sequence[Record]) -> list[Write]:
        """Return what a request wants that makes rows, once all of it was found to be right."""
        return [Write(None, self._cells(record.get("fields"))) for record in asked]

    def changed(
        self, asked: Sequence[Record], merge_on: Sequence[str], *, clear: bool
    ) -> list[Write]:
        """Return what a request wants that changes rows, or makes those that it does not find.

        `clear`: cells that are not named are emptied.
        """
        self.columns(merge_on)
        return [self._wanted(record, merge_on, clear=clear) for record in asked]

    def _wanted(self, record: Record, merge_on: Sequence[str], *, clear: bool) -> Write:
        cells = self._cells(record.get("fields"))
        if "id" in record:
            return Write(row := self.row(record["id"]), _over(row, cells, clear=clear))
        if not merge_on:
            raise RefusalError(error(422, "INVALID_RECORDS", "A record lacks its id"))
        same = [row for row in self.rows.values() if _alike(row, cells, merge_on)]
        if len(same) > 1:
            said = "More than one record matches the fields to merge on"
            raise RefusalError(error(422, "INVALID_RECORDS", said))
        return Write(same[0], _over(same[0], cells, clear=clear)) if same else Write(None, cells)

    def _cells(self, given: object) -> Record:
        if not isinstance(given, dict):
            raise RefusalError(error(422, "INVALID_REQUEST_UNKNOWN", "A record lacks its fields"))
        self.columns(list(given))
        if given.get(KEY) in self._faults.names("fail_items"):
            raise RefusalError(_bad_value("Name"))
        return {name: _cell(name, value) for name, value in given.items()}

    def carry_out(self, write: Write) -> tuple[Row, str]:
        """Do one write; returns the row, and whether it was created, updated or unchanged."""
        cells = filled(write.cells)
        if write.row is None:
            return self.add(cells), "created"
        what = "unchanged" if cells == write.row.cells else "updated"
        write.row.cells = cells
        return write.row, what

    def add(self, cells: Record) -> Row:
        """Make a row."""
        self._made += 1
        row = Row(f"rec{self._made:014d}", self._clock.now(), filled(cells))
        self.rows[row.id] = row
        return row

    def remove(self, row: Row) -> None:
        """Take a row away."""
        del self.rows[row.id]


def _over(row: Row, cells: Record, *, clear: bool) -> Record:
    return cells if clear else row.cells | cells


def _alike(row: Row, cells: Record, names: Sequence[str]) -> bool:
    return all(name in cells and row.cells.get(name) == cells[name] for name in names)


def _cell(name: str, value: object) -> object:
    """Return a value as a column keeps it; refuses one of another type."""
    if value is None:
        return None
    match COLUMNS[name]:
        case "number":
            fits = isinstance(value, int | float) and not isinstance(value, bool)
        case "checkbox":
            fits = isinstance(value, bool)
        case "instant":
            instant = read_milliseconds(value)
            if instant is not None:
                return written_milliseconds(instant)
            fits = False
        case _:
            fits = isinstance(value, str)
    if not fits:
        raise RefusalError(_bad_value(name))
    return value


def _bad_value(name: str) -> Response:
    said = f'Field "{name}" cannot accept the provided value'
    return error(422, "INVALID_VALUE_FOR_COLUMN", said)
