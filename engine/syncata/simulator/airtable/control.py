"""Control endpoints of the target: what is in the table, and what people do to it by hand."""

from collections.abc import Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from syncata.simulator.airtable.table import KEY, Record, Row, Table, filled
from syncata.simulator.audit import Audit
from syncata.simulator.shell import json_body, json_response


class Control:
    """What a test or a demo sees and does behind the API's back."""

    def __init__(self, table: Table, audit: Audit) -> None:
        """Work on `table`, and say so in the audit log."""
        self._table = table
        self._audit = audit
        self._actions: dict[str, Callable[[Record], Record]] = {
            "add_row": self._add,
            "edit_row": self._edit,
            "delete_row": self._delete,
        }

    def routes(self) -> Sequence[BaseRoute]:
        """Return the endpoints."""
        return [
            Route("/state", self.state),
            Route("/rows", self.rows),
            Route("/hand", self.hand, methods=["POST"]),
        ]

    async def state(self, _request: Request) -> Response:
        """Answer counts."""
        return json_response({"rows": len(self._table.rows)})

    async def rows(self, _request: Request) -> Response:
        """Answer every row."""
        shown = [row.shown() for row in self._table.rows.values()]
        return json_response({"total": len(shown), "rows": shown})

    async def hand(self, request: Request) -> Response:
        """Do what `action` says."""
        given = await json_body(request)
        action = self._actions.get(given.get("action", "")) if isinstance(given, dict) else None
        if action is None:
            known = ", ".join(self._actions)
            return json_response({"error": f"expected an action, one of: {known}"}, 400)
        try:
            done = action(given)
        except (AttributeError, KeyError, TypeError) as problem:
            return json_response({"error": f"missing or unknown: {problem}"}, 400)
        self._audit.append("hand", effect={given["action"]: done})
        return json_response(done)

    def _row(self, given: Record) -> Row:
        """Find a row by its `id`, or by the `key` that stands in it."""
        if "id" in given:
            return self._table.rows[given["id"]]
        for row in self._table.rows.values():
            if row.cells.get(KEY) == given["key"]:
                return row
        raise KeyError(given["key"])

    def _add(self, given: Record) -> Record:
        return self._table.add(given["fields"]).shown()

    def _edit(self, given: Record) -> Record:
        row = self._row(given)
        row.cells = filled(row.cells | given["fields"])
        return row.shown()

    def _delete(self, given: Record) -> Record:
        row = self._row(given)
        self._table.remove(row)
        return row.shown()
