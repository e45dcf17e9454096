"""Control endpoints of the source: look at products, have them, change them, take them away."""

from collections.abc import Sequence
from itertools import islice

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from syncata.simulator.audit import Audit
from syncata.simulator.shell import json_body, json_response
from syncata.simulator.stripe.products import Products


class Control:
    """What a test or a demo does to the products behind the API's back."""

    def __init__(self, products: Products, audit: Audit) -> None:
        """Work on `products`, and say so in the audit log."""
        self._products = products
        self._audit = audit

    def routes(self) -> Sequence[BaseRoute]:
        """Return the endpoints."""
        one = "/products/{product}"
        return [
            Route("/state", self.state),
            Route("/products", self.listing),
            Route(one, self.put, methods=["PUT"]),
            Route(one, self.patch, methods=["PATCH"]),
            Route(one, self.remove, methods=["DELETE"]),
        ]

    async def state(self, _request: Request) -> Response:
        """Answer counts."""
        return json_response({"products": len(self._products)})

    async def listing(self, request: Request) -> Response:
        """Answer products, the newest first: `?from=`, `?limit=`."""
        start = int(request.query_params.get("from", "0"))
        stop = start + int(request.query_params.get("limit", "1000"))
        shown = list(islice(self._products.newest(), start, stop))
        return json_response({"total": len(self._products), "products": shown})

    async def put(self, request: Request) -> Response:
        """Have a product with exactly these fields; what is not given is plain."""
        given = await json_body(request)
        if not isinstance(given, dict):
            return _no_fields()
        product = self._products.put(request.path_params["product"], given)
        self._audit.append("hand", effect={"put": [product["id"]]})
        return json_response(product)

    async def patch(self, request: Request) -> Response:
        """Change some fields of a product."""
        given = await json_body(request)
        if not isinstance(given, dict):
            return _no_fields()
        product = self._products.patch(request.path_params["product"], given)
        if product is None:
            return _unknown()
        self._audit.append("hand", effect={"edited": [product["id"]]})
        return json_response(product)

    async def remove(self, request: Request) -> Response:
        """Take a product away."""
        product_id = request.path_params["product"]
        if not self._products.remove(product_id):
            return _unknown()
        self._audit.append("hand", effect={"gone": [product_id]})
        return json_response({"gone": [product_id]})


def _no_fields() -> Response:
    return json_response({"error": "expected an object of fields"}, 400)


def _unknown() -> Response:
    return json_response({"error": "no such product"}, 404)
