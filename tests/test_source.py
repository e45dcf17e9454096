"""Streams over real HTTP: every way of asking for pages, every way of saying who asks."""

import asyncio
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

from syncata.checks import spec_of
from syncata.document import load_bytes
from syncata.mapping.context import Context, Definitions
from syncata.pages import Reading
from syncata.session import Surroundings, open_endpoint
from syncata.source import StreamReader
from syncata.spec.connection import Connection

TOTAL, SIZE = 25, 10
OPEN = {"type": "none"}


class Pages(BaseHTTPRequestHandler):
    """25 records in pages of 10, with everything an API may say about the next page."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    asked: ClassVar[list[tuple[str, Mapping[str, str]]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        start = int(query.get("offset") or query.get("cursor") or 0)
        start = (int(query["page"]) - 1) * SIZE if "page" in query else start
        after = start + SIZE if start + SIZE < TOTAL else None
        body: dict[str, Any] = {
            "items": [{"id": str(n)} for n in range(start, min(start + SIZE, TOTAL))],
            "cursor": after,
            "next": None if after is None else f"/items?offset={after}",
            "more": after is not None,
        }
        link = None if after is None else f'<{self.root}/items?offset={after}>; rel="next"'
        self.answer(body, link)

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.asked.append((sent, {k.lower(): v for k, v in self.headers.items()}))
        self.answer({"access_token": "tok-1", "expires_in": "3600"})

    @property
    def root(self) -> str:
        return f"http://{self.headers['Host']}"

    def answer(self, body: object, link: str | None = None) -> None:
        raw = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        if link:
            self.send_header("Link", link)
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        """Tests are silent."""


@pytest.fixture
def url() -> Iterator[str]:
    Pages.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


SECRET = "{$settings.secret}"


def connection(url: str, pagination: object, auth: object) -> Connection:
    stream: dict[str, Any] = {"request": {"path": "/items"}, "records": "items", "key": "id"}
    if pagination:
        stream |= {"pagination": pagination}
    upsert = {"request": {"method": "PUT", "path": "/t", "body": "{$}"}}
    data = {
        "spec": 1,
        "name": "any",
        "settings": {"secret": {"type": "string", "secret": True}},
        "source": {"base_url": url, "auth": auth, "streams": {"items": stream}},
        "target": {"base_url": url, "auth": OPEN, "resources": {"thing": {"upsert": upsert}}},
        "syncs": {"s": {"from": "items", "to": "thing", "on_missing": "keep", "map": {"id": "id"}}},
    }
    spec = spec_of(load_bytes(json.dumps(data).encode(), "any.yaml"))
    return Connection("any", "any", spec, {}, frozenset(), spec.guards, (), None, None)


def read(url: str, pagination: object = None, auth: object = OPEN) -> tuple[list[str], Reading]:
    """The ids of all records, and how far the reading came."""
    subject = connection(url, pagination, auth)

    async def all_of() -> tuple[list[str], Reading]:
        context = Context(Definitions({}), {"secret": "v"}, now=datetime.now(UTC))
        endpoint = open_endpoint(subject, "source", context, Surroundings())
        reading, reader = Reading(), StreamReader(subject.spec.source.streams["items"])
        try:
            pages = [page async for page in reader.read(endpoint, context.scope(), reading)]
        finally:
            await endpoint.aclose()
        return [record["id"] for page in pages for record in page], reading

    return asyncio.run(all_of())


@pytest.mark.parametrize(
    "pagination",
    [
        {"type": "page_number", "param": "page", "start": 1, "while": "more"},
        {"type": "page_number", "param": "page", "start": 1},
        {"type": "offset", "param": "offset", "size": SIZE},
        {"type": "cursor", "param": "cursor", "cursor": "cursor"},
        {"type": "next_url", "url": "next"},
        {"type": "link_header"},
        {"next": 'more ? {"offset": $page.offset}'},
        {"next": "next"},
    ],
    ids=str,
)
def test_every_way_of_asking_for_pages_reads_every_record_once(url: str, pagination: Any) -> None:
    """Each preset, and `next:` itself, yields parameters or a URL until there is nothing more."""
    ids, reading = read(url, pagination)
    assert ids == [str(number) for number in range(TOTAL)]
    assert reading.complete


def test_without_pagination_there_is_one_page(url: str) -> None:
    """A stream that names no next page is read by one request."""
    assert len(read(url)[0]) == SIZE
    assert len(Pages.asked) == 1


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        (OPEN, "authorization", None),
        (
            {"type": "basic", "username": "u", "password": SECRET},
            "authorization",
            f"Basic {b64encode(b'u:v').decode()}",
        ),
        ({"type": "bearer", "token": SECRET}, "authorization", "Bearer v"),
        ({"type": "api_key", "name": "X-Key", "value": SECRET}, "x-key", "v"),
    ],
    ids=str,
)
def test_every_request_says_who_asks(url: str, auth: Any, header: str, value: str | None) -> None:
    """Credentials of each kind stand where the spec says."""
    read(url, auth=auth)
    assert [headers.get(header) for _, headers in Pages.asked] == [value]


def test_an_api_key_can_stand_in_the_query(url: str) -> None:
    """It is sent as the parameter of that name."""
    read(url, auth={"type": "api_key", "in": "query", "name": "key", "value": SECRET})
    assert [path for path, _ in Pages.asked] == ["/items?key=v"]


@pytest.mark.parametrize("encoding", ["form", "json"])
@pytest.mark.parametrize("client_in", ["body", "basic"])
def test_a_token_is_fetched_as_the_spec_says(url: str, encoding: str, client_in: str) -> None:
    """Client credentials go as form or JSON, in the body or as Basic; the token goes with reads."""
    auth = {"type": "oauth2_client_credentials", "token_url": "/token", "client_id": "c"}
    read(url, auth={**auth, "client_secret": SECRET, "body": encoding, "client_in": client_in})
    (sent, asked), (_, page) = Pages.asked
    fields = json.loads(sent) if encoding == "json" else dict(p.split("=") for p in sent.split("&"))
    assert fields["grant_type"] == "client_credentials"
    assert fields.get("client_secret") == ("v" if client_in == "body" else None)
    assert asked.get("authorization", "").startswith("Basic ") is (client_in == "basic")
    assert page["authorization"] == "Bearer tok-1"
