"""Control endpoints of the source: look at items, edit them, let a day pass."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from syncata.simulator.audit import Audit
from syncata.simulator.edflex import items, texts
from syncata.simulator.edflex.activity_control import ActivityControl
from syncata.simulator.edflex.catalogue import NOTHING, Catalogue
from syncata.simulator.edflex.days import a_day, edit_share
from syncata.simulator.edflex.items import Record
from syncata.simulator.shell import json_body, json_response

FILTERS = ("type", "status")


class Control:
    """What a test or a demo does to the catalogue behind the API's back."""

    def __init__(self, catalogue: Catalogue, learning: ActivityControl, audit: Audit) -> None:
        """Work on `catalogue`, and say so in the audit log."""
        self._learning = learning
        self._catalogue = catalogue
        self._audit = audit
        self._days = 0
        self._changes = 0

    def routes(self) -> Sequence[BaseRoute]:
        """Return the endpoints."""
        one = "/items/{item_id}"
        return [
            Route("/state", self.state),
            Route("/items", self.listing),
            Route("/items", self.add, methods=["POST"]),
            Route("/categories", self.rename_category, methods=["POST"]),
            Route(one, self.show),
            Route(one, self.edit, methods=["PUT", "PATCH"]),
            Route(one, self.remove, methods=["DELETE"]),
            *self._learning.routes(),
            Route("/day", self.day, methods=["POST"]),
            Route("/change", self.change, methods=["POST"]),
        ]

    async def state(self, _request: Request) -> Response:
        """Answer counts."""
        catalogue = self._catalogue
        counts = {
            "items": len(catalogue),
            "edited": len(catalogue.edited),
            "removed": len(catalogue.removed),
            "added": catalogue.total - catalogue.generated,
            "activities": len(self._learning.activities),
            "days": self._days,
        }
        return json_response(counts)

    async def listing(self, request: Request) -> Response:
        """Answer items in the order of the listing: `?type=`, `?status=`, `?from=`, `?limit=`.

        `?live=true` keeps those that are open to learners and lack nothing the target requires.
        """
        query, catalogue = request.query_params, self._catalogue
        start = int(query.get("from", "0"))
        window = range(start, start + int(query.get("limit", "1000")))
        total, shown = 0, list[Record]()
        for index in catalogue.order(NOTHING):
            record = catalogue.record(index)
            if _fits(record, query):
                shown += [record] if total in window else []
                total += 1
        return json_response({"total": total, "items": shown})

    async def rename_category(self, request: Request) -> Response:
        """Give a category of the first level another name, in its list and in every item."""
        given = await json_body(request)
        names = self._catalogue.category_names
        old, new = (given.get("name"), given.get("to")) if isinstance(given, dict) else (None, None)
        known = {
            names.get(item_id, name): item_id
            for item_id, name in map(_identified, range(len(texts.CATEGORIES)))
        }
        if old not in known or not isinstance(new, str) or not new:
            return json_response({"error": "expected {name: of a category, to: name}"}, 400)
        names[known[old]] = new
        done = {"categories_renamed": [f"{old} → {new}"]}
        self._audit.append("hand", effect=done)
        return json_response(done)

    async def show(self, request: Request) -> Response:
        """Answer one item."""
        record = self._catalogue.find(request.path_params["item_id"])
        return json_response(record) if record else _unknown()

    async def edit(self, request: Request) -> Response:
        """Replace (PUT) or merge (PATCH) the attributes of an item."""
        index = self._catalogue.index(request.path_params["item_id"])
        given = await json_body(request)
        if index is None or index in self._catalogue.removed:
            return _unknown()
        if not isinstance(given, dict):
            return json_response({"error": "expected an object of attributes"}, 400)
        if request.method == "PATCH":
            given = _merged(self._catalogue.record(index)["attributes"], given)
        record = self._catalogue.edit(index, given)
        self._audit.append("hand", effect={"edited": [record["id"]]})
        return json_response(record)

    async def remove(self, request: Request) -> Response:
        """Take an item out of the catalogue."""
        index = self._catalogue.index(request.path_params["item_id"])
        if index is None or index in self._catalogue.removed:
            return _unknown()
        gone = self._catalogue.remove(index)
        self._audit.append("hand", effect={"gone": [gone]})
        return json_response({"gone": [gone]})

    async def add(self, request: Request) -> Response:
        """Add an item, or put a removed one back; what is not given is plain."""
        given = await json_body(request)
        if not isinstance(given, dict):
            return json_response({"error": "expected {id?, attributes?}"}, 400)
        record = self._completed(given)
        if self._catalogue.find(record["id"]) is not None:
            return json_response({"error": "this id is in the catalogue"}, 409)
        self._catalogue.add(record)
        self._audit.append("hand", effect={"new": [record["id"]]})
        return json_response(record, 201)

    async def day(self, _request: Request) -> Response:
        """Let a day of changes pass."""
        self._days += 1
        done = a_day(self._catalogue, self._days) | self._learning.a_day(self._days)
        self._audit.append("hand", effect=done)
        return json_response({"day": self._days, **done})

    async def change(self, request: Request) -> Response:
        """Edit the titles of a share of the items."""
        given = await json_body(request)
        self._changes += 1
        share = float((given or {}).get("share", 0.01))
        edited = edit_share(self._catalogue, share, self._changes)
        self._audit.append("hand", items=len(edited), effect={"edited": edited})
        return json_response({"count": len(edited), "edited": edited})

    def _completed(self, given: Record) -> Record:
        fresh = items.ident(self._catalogue.total, items.digest(self._catalogue.seed, -1))
        item_id = str(given.get("id") or fresh)
        index = self._catalogue.index(item_id)
        record = items.plain_item(item_id) if index is None else self._catalogue.record(index)
        attributes = _merged(record["attributes"], given.get("attributes") or {})
        return {**record, "attributes": attributes}


def _merged(old: Record, patch: Record) -> Record:
    """Apply a JSON merge patch (RFC 7396)."""
    merged = dict(old)
    for name, value in patch.items():
        if isinstance(value, dict):
            before = merged.get(name)
            merged[name] = _merged(before if isinstance(before, dict) else {}, value)
        elif value is None:
            merged.pop(name, None)
        else:
            merged[name] = value
    return merged


def _fits(record: Record, query: Mapping[str, str]) -> bool:
    attributes = record["attributes"]
    if query.get("live") == "true" and not (items.is_live(record) and items.is_complete(record)):
        return False
    return all(query.get(name, attributes.get(name)) == attributes.get(name) for name in FILTERS)


def _identified(place: int) -> tuple[str, str]:
    return items.category_id(place), texts.CATEGORIES[place][0]


def _unknown() -> Response:
    return json_response({"error": "no such item"}, 404)
