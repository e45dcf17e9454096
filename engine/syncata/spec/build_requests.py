"""Requests, authentication, limits and answers of a spec, from nodes found valid."""

import re
from typing import Any, cast

from syncata.document import Scalar
from syncata.spec.node import Node
from syncata.spec.requests import (
    Api,
    Auth,
    Body,
    Limits,
    Rate,
    Request,
    ResponseRule,
    Templates,
    Then,
    Wait,
)  # fmt: skip

TIMEOUT = 30.0
SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_AUTH_WORDS = frozenset({"type", "in", "body", "client_in"})


def build_api(node: Node) -> Api:
    """What source and target have in common."""
    return Api(
        base_url=node["base_url"].expect(),
        auth=_auth(node["auth"]),
        headers=_templates(node["headers"]),
        limits=build_limits(node["limits"]),
        responses=tuple(_rule(rule) for rule in node["responses"].elements()),
        timeout=seconds(node["timeout"], TIMEOUT),
    )


def build_request(node: Node) -> Request:
    """One request; without a method it reads."""
    body = node["body"]
    return Request(
        method=node["method"].text("GET"),
        path=node["path"].expect(),
        params=_templates(node["params"]),
        headers=_templates(node["headers"]),
        body=Body(_with_scalars(body)) if body else None,
    )


def build_limits(node: Node) -> Limits:
    """Rates and jobs; what is not said is not limited, but one job at a time."""
    return Limits(
        scope=node["scope"].scalar(),
        reads=build_rate(node["reads"]),
        writes=build_rate(node["writes"]),
        jobs=node["jobs"].value or 1,
        requests=build_rate(node["requests"]),
    )


def build_rate(node: Node) -> Rate | None:
    """A rate such as `50/s`."""
    if not node:
        return None
    number, _, unit = node.text().partition("/")
    return Rate(int(number), SECONDS[unit])


def seconds(node: Node, default: float) -> float:
    """A number of seconds."""
    return float(node.value) if node else default


_SPAN = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_SPAN_UNITS = (604_800, 86_400, 3_600, 60, 1)


def span_seconds(text: str, default: float = 0.0) -> float:
    """The seconds of an ISO 8601 duration such as P2D; `default` where there is none."""
    found = _SPAN.fullmatch(text)
    if not found or not text:
        return default
    return float(
        sum(int(n or 0) * unit for n, unit in zip(found.groups(), _SPAN_UNITS, strict=True))
    )


def _auth(node: Node) -> Auth:
    return Auth(
        type=node["type"].text("none"),
        fields={name: part.expect() for name, part in node.items() if name not in _AUTH_WORDS},
        place=node["in"].text("header"),
        encoding=node["body"].text("form"),
        client_in=node["client_in"].text("body"),
    )


def _rule(node: Node) -> ResponseRule:
    wait = node["wait"]
    return ResponseRule(
        when=node["when"].expect(),
        then=cast("Then", node["then"].text()),
        wait=_wait(wait) if wait else None,
        message=node["message"].scalar(),
    )


def _wait(node: Node) -> Wait:
    return Wait(node["header"].value, node["epoch"].value, node["seconds"].value)


def _templates(node: Node) -> Templates:
    return {name: part.expect() for name, part in node.items()}


def _with_scalars(node: Node) -> Any:
    """The body's data with every text as the scalar that knows its place."""
    if isinstance(node.value, dict):
        return {name: _with_scalars(part) for name, part in node.items()}
    if isinstance(node.value, list):
        return [_with_scalars(part) for part in node.elements()]
    if isinstance(node.value, str):
        text: Scalar = node.expect()
        return text
    return node.value
