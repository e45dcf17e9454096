"""Presets of `pagination`, translated into the one mechanism there is: a `next` expression.

`next` sees the answer's body as `$` and `$response`, its `$headers`, and `$page`: `number` (pages
read, this one included), `count` (records on this page), `offset` (records read so far). It
yields the parameters of the next page, or its URL, or something empty, which ends the reading.
"""

import json
from collections.abc import Callable, Mapping

from syncata.document import Scalar
from syncata.spec.node import Node
from syncata.spec.requests import Pagination

# Until a page is empty: a page that is not full may be full for a server with a smaller limit.
WHILE_RECORDS = "$page.count > 0"


def build_pagination(node: Node) -> Pagination | None:
    """The `pagination` of a stream or of `find`; None: there is one page."""
    if not node:
        return None
    return PRESETS[node["type"].text("next")](node)


def _next(node: Node) -> Pagination:
    return Pagination(node["next"].expect(), dict(node["first"].value or {}))


def _page_number(node: Node) -> Pagination:
    param, start = node["param"].text(), node["start"].value
    start = 1 if start is None else start
    text = f"({_while(node)}) ? {{{_quoted(param)}: {start} + $page.number}}"
    return Pagination(_scalar(text, node["while"]), {param: start})


def _offset(node: Node) -> Pagination:
    param, start = node["param"].text(), node["start"].value or 0
    size = {node["limit_param"].text(): node["size"].value} if node["limit_param"] else {}
    fixed = "".join(f", {_quoted(name)}: {value}" for name, value in size.items())
    text = f"({_while(node)}) ? {{{_quoted(param)}: {start} + $page.offset{fixed}}}"
    return Pagination(_scalar(text, node["while"]), {param: start, **size})


def _cursor(node: Node) -> Pagination:
    param = _quoted(node["param"].text())
    text = f"($cursor := ({node['cursor'].text()}); $cursor ? {{{param}: $cursor}})"
    return Pagination(_scalar(text, node["cursor"]), {})


def _next_url(node: Node) -> Pagination:
    return Pagination(node["url"].expect(), {})


def _link_header(node: Node) -> Pagination:
    return Pagination(_scalar('$link($headers.link, "next")', node), {})


PRESETS: Mapping[str, Callable[[Node], Pagination]] = {
    "next": _next,
    "page_number": _page_number,
    "offset": _offset,
    "cursor": _cursor,
    "next_url": _next_url,
    "link_header": _link_header,
}


def _while(node: Node) -> str:
    return node["while"].text(WHILE_RECORDS)


def _quoted(name: str) -> str:
    return json.dumps(name)


def _scalar(text: str, node: Node) -> Scalar:
    return Scalar.of(text, node.position)
