"""HTTP to the APIs of a spec: authentication, limits, retries, pages, bounded answers, egress.

The only room that knows the HTTP library. `Endpoint` is the door; everything else here is a value
that goes in or comes out of it. Nothing is global and nothing is read from the environment.
"""

from syncata.transport.auth import (
    ApiKey,
    Basic,
    Bearer,
    ClientCredentials,
    Credentials,
    NoCredentials,
    forms,
)
from syncata.transport.endpoint import Endpoint
from syncata.transport.in_process import Reply, Respond, Sent
from syncata.transport.limits import Account, Accounts
from syncata.transport.stream import Stream
from syncata.transport.values import (
    Answer,
    Classify,
    Event,
    InDoubt,
    NextPage,
    Request,
    Ruling,
    Site,
    World,
)
from syncata.transport.verdict import asked_wait

__all__ = [
    "Account",
    "Accounts",
    "Answer",
    "ApiKey",
    "Basic",
    "Bearer",
    "Classify",
    "ClientCredentials",
    "Credentials",
    "Endpoint",
    "Event",
    "InDoubt",
    "NextPage",
    "NoCredentials",
    "Reply",
    "Request",
    "Respond",
    "Ruling",
    "Sent",
    "Site",
    "Stream",
    "World",
    "asked_wait",
    "forms",
]
