"""Stripe API: the list of products, by cursor or by ids, and one product."""

import re
import time
from collections import deque
from collections.abc import Mapping
from itertools import islice

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from syncata.simulator.audit import Audit
from syncata.simulator.clock import Clock
from syncata.simulator.faults import KEYED, Faults, Switch
from syncata.simulator.keys import Keys
from syncata.simulator.options import Options
from syncata.simulator.script import scripted_days
from syncata.simulator.shell import Endpoint, RefusalError, Simulator, json_response, note_of
from syncata.simulator.stripe.control import Control
from syncata.simulator.stripe.products import Products, Record

CREDENTIALS = {"stripe-demo": "sk_test_demo"}
RATE = 25
LIMIT, LIMIT_MAX = 10, 100
PARAMETERS = frozenset({"limit", "starting_after", "ids", "active", "expand"})
PRICE = "default_price"

SWITCHES: dict[str, Switch] = KEYED | {
    "hidden": Switch("list", "ids the list leaves out, though ids[] finds them"),
    "empty_catalogue": Switch("flag", "answer an empty list of products"),
    "endless": Switch("flag", "answer the first page again, whatever the cursor"),
}


def build(options: Options) -> Simulator:
    """Return a simulator of the source."""
    clock, faults = Clock(options.ahead), Faults(SWITCHES, options.faults)
    audit, products = Audit(options.audit, clock), Products(options.items, options.seed, clock)
    source = _Source(options, faults, products)
    behind = [*scripted_days(options, "stripe"), *Control(products, audit).routes()]
    return Simulator(options, faults, audit, source.routes(), behind, failure)


def failure(status: int, message: str, code: str = "") -> Response:
    """Word an error in the API's shape."""
    known = {404: "resource_missing", 429: "rate_limit"}.get(status, "")
    kind = "api_error" if status >= 500 else "invalid_request_error"
    error = {"type": kind, "message": message}
    if code or known:
        error["code"] = code or known
    return json_response({"error": error}, status)


def _refuse(status: int, message: str, code: str = "") -> RefusalError:
    return RefusalError(failure(status, message, code))


class _Source:
    """The endpoints."""

    def __init__(self, options: Options, faults: Faults, products: Products) -> None:
        self._faults = faults
        self._products = products
        self._keys = Keys(options.credentials or CREDENTIALS, faults, "basic", "bearer")
        self._limited = options.rate_limits
        self._calls: deque[float] = deque(maxlen=RATE)

    def routes(self) -> list[Route]:
        return [
            Route("/v1/products", self._guarded(self.products)),
            Route("/v1/products/{product}", self._guarded(self.product)),
        ]

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        async def handle(request: Request) -> Response:
            client = self._keys.client(request.headers.get("Authorization", ""))
            if client is None:
                raise _refuse(401, "Invalid API key provided")
            note_of(request).client = client
            self._count()
            return await endpoint(request)

        return handle

    def _count(self) -> None:
        instant = time.monotonic()
        if self._limited and len(self._calls) == RATE and instant - self._calls[0] < 1:
            raise _refuse(429, "Too many requests hit the API too quickly")
        self._calls.append(instant)

    async def products(self, request: Request) -> Response:
        asked = _parameters(request)
        limit = _limit(asked)
        if "ids" in asked and "starting_after" in asked:
            raise _refuse(400, "You may only specify one of these parameters: ids, starting_after.")
        found = self._found(asked, limit + 1)
        shown = [_shown(product, asked) for product in found[:limit]]
        note_of(request).items = len(shown)
        more = len(found) > limit
        return json_response(
            {"object": "list", "url": "/v1/products", "has_more": more, "data": shown}
        )

    async def product(self, request: Request) -> Response:
        found = self._products.find(request.path_params["product"])
        if found is None:
            raise _refuse(404, f"No such product: '{request.path_params['product']}'")
        return json_response(_shown(found, _parameters(request)))

    def _found(self, asked: Mapping[str, list[str]], number: int) -> list[Record]:
        if self._faults.on("empty_catalogue"):
            return []
        if "ids" in asked:
            wanted = [self._products.find(product_id) for product_id in dict.fromkeys(asked["ids"])]
            return [product for product in wanted if product is not None]
        after = asked.get("starting_after", [None])[0]
        if after is not None and self._products.find(after) is None:
            raise _refuse(400, f"No such product: '{after}'", "resource_missing")
        hidden, active = self._faults.names("hidden"), asked.get("active", [""])[0]
        chosen = (
            product
            for product in self._products.newest(None if self._faults.on("endless") else after)
            if product["id"] not in hidden and active in {"", str(product["active"]).lower()}
        )
        return list(islice(chosen, number))


def _parameters(request: Request) -> dict[str, list[str]]:
    """Read the query; a list comes as `ids[]=a` or `ids[0]=a`."""
    asked: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        plain = re.sub(r"\[\d*\]$", "", name)
        if plain not in PARAMETERS:
            raise _refuse(400, f"Received unknown parameter: {name}", "parameter_unknown")
        asked.setdefault(plain, []).append(value)
    return asked


def _limit(asked: Mapping[str, list[str]]) -> int:
    text = asked.get("limit", [str(LIMIT)])[0]
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LIMIT_MAX):
        raise _refuse(400, f"Invalid limit: {text}", "parameter_invalid_integer")
    return int(text)


def _shown(product: Record, asked: Mapping[str, list[str]]) -> Record:
    """Return a product with its price, or with the price's id where it is not to be expanded."""
    price = product[PRICE]
    if price is None or {PRICE, f"data.{PRICE}"} & set(asked.get("expand", ())):
        return product
    return product | {PRICE: price["id"]}
