"""Edflex Connect v1: token, catalogs, categories, resources."""

from collections.abc import Mapping
from email import message_from_bytes
from functools import partial
from urllib.parse import parse_qs

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syncata.simulator.audit import Audit
from syncata.simulator.clock import Clock, read_milliseconds
from syncata.simulator.edflex import items, texts
from syncata.simulator.edflex.activities import Activities
from syncata.simulator.edflex.activity_control import ActivityControl
from syncata.simulator.edflex.catalogue import POOR_SHARE, Catalogue, Filter
from syncata.simulator.edflex.control import Control
from syncata.simulator.edflex.items import Record
from syncata.simulator.edflex.past import Past
from syncata.simulator.faults import COMMON, Faults, Switch
from syncata.simulator.options import Options
from syncata.simulator.script import scripted_days
from syncata.simulator.shell import Endpoint, RefusalError, Simulator, json_response, note_of
from syncata.simulator.tokens import Tokens

CREDENTIALS = {"edflex-demo": "edflex-secret"}
CATALOG = "ca7a1095-0000-4000-a000-000000000001"
IDS_MAX = 50
PAGE_SIZE = 50

SWITCHES: dict[str, Switch] = COMMON | {
    "errors_under_200": Switch("flag", "answer JSON:API errors under status 200"),
    "empty_catalogue": Switch("flag", "answer an empty list of resources"),
    "hidden": Switch("list", "ids the listing leaves out, though filter[contentIds] finds them"),
    "no_attempt": Switch("flag", "leave the field `attempt` out of all statistics"),
    "rename_status": Switch("text", "give the field `status` this name in every item"),
    "repeat_page": Switch("number", "answer this page again, with a next link, for ever"),
    "natural_rejects": Switch(
        "number", f"share of items without a required property (at start; default {POOR_SHARE})"
    ),
}


def build(options: Options) -> Simulator:
    """Return a simulator of the source."""
    clock, faults = Clock(options.ahead), Faults(SWITCHES, options.faults)
    audit = Audit(options.audit, clock)
    poor = faults.number("natural_rejects", POOR_SHARE)
    catalogue = Catalogue(options.items, options.seed, options.record_bytes, poor)
    activities = _activities(options, clock)
    source = _Source(options, faults, catalogue, activities)
    learning = ActivityControl(activities, catalogue, audit, options.learners)
    control = Control(catalogue, learning, audit)
    behind = [*scripted_days(options, "edflex"), *control.routes()]
    return Simulator(options, faults, audit, source.routes(), behind, source.failure)


def _activities(options: Options, clock: Clock) -> Activities:
    size, learners, now = options.activities, options.learners, clock.milliseconds()
    return Activities(Past(size, options.seed, learners, options.items, now), clock)


class _Source:
    """The endpoints."""

    def __init__(
        self, options: Options, faults: Faults, catalogue: Catalogue, activities: Activities
    ) -> None:
        self._page_size_max = options.page_size_max
        self._faults = faults
        self._catalogue = catalogue
        self._activities = activities
        self._tokens = Tokens(options.credentials or CREDENTIALS, faults)

    def routes(self) -> list[Route]:
        known = partial(_guarded, self)
        catalogs = "/connect/v1/catalogs"
        return [
            Route("/connect/v1/auth/token", self.token, methods=["POST"]),
            Route(catalogs, known(self.catalogs)),
            Route(catalogs + "/{catalog}/categories", known(self.categories)),
            Route("/connect/v1/resources", known(self.resources)),
            Route("/connect/v1/statistics", known(self.statistics)),
        ]

    def failure(self, status: int, detail: str) -> Response:
        title = {400: "Bad Request", 401: "Unauthorized", 404: "Not Found"}.get(status, "Error")
        error = {"code": str(status), "title": title, "detail": detail}
        shown = 200 if self._faults.on("errors_under_200") else status
        return json_response({"errors": [error]}, shown)

    def refuse(self, status: int, detail: str) -> RefusalError:
        return RefusalError(self.failure(status, detail))

    def admit(self, request: Request) -> None:
        client = self._tokens.client(request.headers.get("Authorization", ""))
        if client is None:
            raise self.refuse(401, "The access token is missing, invalid or expired")
        note_of(request).client = client

    async def token(self, request: Request) -> Response:
        form = _form(request.headers.get("Content-Type", ""), await request.body())
        if form.get("grant_type") != "client_credentials":
            return self.failure(400, "grant_type must be client_credentials")
        given = self._tokens.give(form.get("client_id"), form.get("client_secret"))
        if given is None:
            return self.failure(401, "Unknown client or wrong secret")
        note_of(request).client = form.get("client_id")
        text, seconds = given
        return json_response({"access_token": text, "expires_in": seconds, "token_type": "Bearer"})

    async def catalogs(self, _request: Request) -> Response:
        catalog = {"id": CATALOG, "type": "catalogs", "attributes": {"name": "Demo catalogue"}}
        return json_response({"data": [catalog], "links": {"next": None}})

    async def categories(self, request: Request) -> Response:
        if request.path_params["catalog"] != CATALOG:
            raise self.refuse(404, "No such catalogue")
        level = self._whole(request, "filter[nestingLevel]", 1)
        number, size = self._page(request)
        names = self._catalogue.category_names
        listed = [_category(place, level, names) for place in range(len(texts.CATEGORIES))]
        shown = listed[(number - 1) * size : number * size] if level <= 2 else []
        more = level <= 2 and number * size < len(listed)
        return json_response({"data": shown, "links": {"next": _next(request, number, more)}})

    async def resources(self, request: Request) -> Response:
        if "filter[contentIds]" in request.query_params:
            return self._looked_up(request)
        asked, size = self._page(request)
        order = self._catalogue.order(self._filter(request))
        if self._faults.on("empty_catalogue"):
            order = ()
        stuck = self._faults.number("repeat_page", float("inf"))
        number = min(asked, int(min(stuck, asked)))
        chosen = order[(number - 1) * size : number * size]
        more = number * size < len(order) or asked >= stuck
        return self._listing(request, [self._catalogue.record(i) for i in chosen], asked, more)

    async def statistics(self, request: Request) -> Response:
        """List statistics of learners, those updated last at the end.

        Path, fields and filter are OUR assumption: nothing about statistics is public.
        """
        number, size = self._page(request)
        text = request.query_params.get("filter[updatedSince]")
        since = read_milliseconds(text)
        if text is not None and since is None:
            raise self.refuse(400, "filter[updatedSince] must be an ISO 8601 instant")
        records = self._activities.page(since, (number - 1) * size, number * size)
        if self._faults.on("no_attempt"):
            records = [_without_attempt(record) for record in records]
        more = number * size < self._activities.count(since)
        return self._answer(request, records, number, more)

    def _looked_up(self, request: Request) -> Response:
        ids = request.query_params["filter[contentIds]"].split(",")
        if len(ids) > IDS_MAX:
            raise self.refuse(400, f"filter[contentIds] takes {IDS_MAX} ids at most")
        number, size = self._page(request)
        found = [self._catalogue.find(item_id.strip()) for item_id in dict.fromkeys(ids)]
        records = [record for record in found if record is not None]
        if self._faults.on("empty_catalogue"):
            records = []
        shown = records[(number - 1) * size : number * size]
        return self._listing(request, shown, number, number * size < len(records))

    def _listing(self, request: Request, shown: list[Record], number: int, more: bool) -> Response:
        name = self._faults.text("rename_status")
        if name:
            shown = [_renamed(record, name) for record in shown]
        return self._answer(request, shown, number, more)

    def _answer(self, request: Request, records: list[Record], number: int, more: bool) -> Response:
        note_of(request).items = len(records)
        return json_response({"data": records, "links": {"next": _next(request, number, more)}})

    def _filter(self, request: Request) -> Filter:
        query = request.query_params
        return Filter(
            query=query.get("filter[query]", ""),
            types=_list(query.get("filter[type]", "")),
            languages=_list(query.get("filter[language]", "")),
            category=query.get("filter[categoryId]", ""),
            hidden=self._faults.names("hidden"),
        )

    def _page(self, request: Request) -> tuple[int, int]:
        size = self._whole(request, "page[size]", PAGE_SIZE)
        return self._whole(request, "page[number]", 1), min(size, self._page_size_max)

    def _whole(self, request: Request, name: str, default: int) -> int:
        text = request.query_params.get(name, str(default))
        if not text.isdigit() or int(text) < 1:
            raise self.refuse(400, f"{name} must be a positive integer")
        return int(text)


def _guarded(source: _Source, endpoint: Endpoint) -> Endpoint:
    async def handle(request: Request) -> Response:
        source.admit(request)
        return await endpoint(request)

    return handle


def _form(content_type: str, body: bytes) -> dict[str, str]:
    """Read a token request in any of the three encodings that clients use."""
    if content_type.startswith("application/json"):
        try:
            given = orjson.loads(body)
        except orjson.JSONDecodeError:
            return {}
        return given if isinstance(given, dict) else {}
    if content_type.startswith("multipart/form-data"):
        return _multipart(content_type, body)
    return {name: values[0] for name, values in parse_qs(body.decode("latin-1")).items()}


def _multipart(content_type: str, body: bytes) -> dict[str, str]:
    message = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    fields = {}
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            fields[name] = str(part.get_payload()).strip()
    return fields


def _list(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",")) - {""}


def _category(place: int, level: int, names: Mapping[str, str]) -> Record:
    english, french = texts.CATEGORIES[place]
    english = names.get(items.category_id(place), english)
    if level > 1:
        english, french = f"{english}: practice", f"{french} : pratique"
    title = {"default": english, "en": english, "fr": french}
    attributes = {"title": title, "position": place + 1}
    return {"id": items.category_id(place, level), "type": "categories", "attributes": attributes}


def _renamed(record: Record, name: str) -> Record:
    attributes = dict(record["attributes"])
    if "status" in attributes:
        attributes[name] = attributes.pop("status")
    return {**record, "attributes": attributes}


def _without_attempt(record: Record) -> Record:
    return {name: value for name, value in record.items() if name != "attempt"}


def _next(request: Request, number: int, more: bool) -> str | None:
    return str(request.url.include_query_params(**{"page[number]": number + 1})) if more else None
