"""How a target is looked at, from nodes found valid."""

from collections.abc import Mapping

from syncata.document import Scalar
from syncata.spec.build_requests import build_request
from syncata.spec.node import Node
from syncata.spec.operations import Observe, ObserveList, ObserveOne
from syncata.spec.pagination import build_pagination

SHARE = "1/7"


def build_observe(node: Node) -> Observe | None:
    """The `observe` of a resource."""
    if not node:
        return None
    every, one = node["list"], node["one"]
    return Observe(_list(every) if every else None, _one(one) if one else None)


def _list(node: Node) -> ObserveList:
    return ObserveList(
        request=build_request(node["request"]),
        pagination=build_pagination(node["pagination"]),
        records=node["records"].scalar(),
        id=node["id"].expect(),
        archived=node["archived"].scalar(),
        gone=node["gone"].scalar(),
        fields=_fields(node["fields"]),
    )


def _one(node: Node) -> ObserveOne:
    return ObserveOne(
        request=build_request(node["request"]),
        pagination=build_pagination(node["pagination"]),
        archived=node["archived"].scalar(),
        gone=node["gone"].scalar(),
        fields=_fields(node["fields"]) if node["fields"] else None,
        share=int(node["share"].text(SHARE).removeprefix("1/")),
        id=node["id"].scalar(),
    )


def _fields(node: Node) -> Mapping[str, Scalar]:
    return {name: part.expect() for name, part in node.items()}
