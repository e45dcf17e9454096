"""Requests, pages, authentication and limits: what both APIs of a spec are described with.

A *template* is literal text with `{…}` parts; an *expression* is JSONata.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from syncata.document import Scalar

Templates = Mapping[str, Scalar]
Then = Literal["ok", "retry", "rate_limit", "auth", "gone", "skip", "reject", "stop"]


@dataclass(frozen=True, slots=True)
class Body:
    """A request body: JSON data in which every string is a template.

    `data` holds `Scalar`s in place of strings; every other value is as written.
    """

    data: Any


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, all texts templates."""

    method: str
    path: Scalar
    params: Templates
    headers: Templates
    body: Body | None


@dataclass(frozen=True, slots=True)
class Pagination:
    """How the next page is asked for: one expression.

    `next` sees `$response`, `$headers`, `$page` and yields parameters (an object), a URL (a text)
    or nothing, which ends the reading. Presets are translated into it. `first` are parameters of
    the first request.
    """

    next: Scalar
    first: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Auth:
    """How requests are authenticated; `fields` are the templates that the type needs.

    Types: none, basic (username, password), bearer (token), api_key (name, value, place),
    oauth2_client_credentials (token_url, client_id, client_secret, scope; `encoding` of the body
    form or json; `client_in` body or basic).
    """

    type: str
    fields: Templates
    place: str = "header"
    encoding: str = "form"
    client_in: str = "body"


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `number` requests in `seconds`."""

    number: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Limits:
    """What an account (`scope`, a template) allows: rates, and bulk jobs at the same time.

    `requests` counts reads and writes together.
    """

    scope: Scalar | None
    reads: Rate | None
    writes: Rate | None
    jobs: int
    requests: Rate | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """How long to wait: a header with seconds or a date, one with an epoch, else `seconds`."""

    header: str | None
    epoch: str | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class ResponseRule:
    """A whole answer for which `when` is true is treated as `then` says."""

    when: Scalar
    then: Then
    wait: Wait | None
    message: Scalar | None


@dataclass(frozen=True, slots=True)
class Api:
    """What source and target have in common."""

    base_url: Scalar
    auth: Auth
    headers: Templates
    limits: Limits
    responses: tuple[ResponseRule, ...]
    timeout: float
