"""The simulated APIs: real HTTP servers for demos, benchmarks and tests.

Nothing here imports the rest of the product, so the simulators share none of its mistakes.

Besides its API each simulator serves, under `/_simulator/` and without a token:

- `GET audit?since=N`: the audit log, entries of kind `request`, `job` or `hand`, each with its
  `effect`: lists of ids under created, updated, unchanged, archived, restored, rejected, …
  Attempts stand under attempts_created, …_updated, …_unchanged and …_ignored as
  `externalId mail firstActivityAt`; tags under tags_created, tags_updated and tags_removed by name;
  what a course got under course_tags as `{"externalId": …, "added": [names], "removed": [names]}`;
  statistics of the source under activities_… as `email content_id attempt`
- `GET faults`, `POST faults` with `{name: value, or null for off}`
- `GET clock`, `POST clock {"ahead": seconds}`: every time shown is the real one plus that
- `GET state`: counts
- `POST day`, with a scenario: this simulator's part of the next day, and its clock a day ahead

Edflex:

- `GET items?type=&status=&live=true&from=&limit=`, `GET|PUT|PATCH|DELETE items/ID`,
  `POST items`, `POST change {"share": 0.01}`, `POST categories {"name": …, "to": …}`
- `GET activities?email=&content_id=&from=&limit=`, `POST|PATCH|DELETE activities` with the key
  `{"email": …, "content_id": …, "attempt": 1}` and fields: statistics of learners
- `POST learning {"learners": n, "count": n, "share": 0.5}`: learners begin `count` activities and
  finish a share of the open ones
- `POST day`, without a scenario: a day of edited, closed, gone, reopened and new items; learners
  work if any ever did

360Learning:

- `GET courses?externalId=&status=&from=&limit=`, `GET attempts?externalId=&mail=&from=&limit=`,
  `GET tags`
- `POST hand {"action": …}` with
  `archive_course`, `restore_course`, `delete_course` `{externalId, or courseId}`,
  `edit_course {externalId, fields}`, `launch {externalId, mail}`,
  `tag`, `untag` `{externalId, name}`, `rename_tag {name, to}`, `delete_tag {name}`,
  `add_integration {settings}`, `edit_integration {platform?, settings}`,
  `delete_integration {platform?}`, `add_user {mail, lang?, status?}`,
  `set_user_status {mail, status}`, `set_mail {mail, to}`, `set_role {mail, group?, role, or null}`

Stripe:

- `GET products?from=&limit=`, `PUT products/ID` (with exactly these fields, plain ones else),
  `PATCH|DELETE products/ID`

Airtable:

- `GET rows`
- `POST hand {"action": …}` with `add_row {fields}`, `edit_row {key, or id, fields}`,
  `delete_row {key, or id}`; `key` is what stands in the column Stripe ID
"""

import sys
from collections.abc import Callable

import orjson
import uvicorn

from syncata.simulator import airtable, edflex, learning360, stripe
from syncata.simulator.airtable.gate import BASE, TABLE
from syncata.simulator.learning360.world import ROOT_GROUP
from syncata.simulator.options import Options
from syncata.simulator.scenario import SCENARIOS
from syncata.simulator.serving import Running, listening_socket, server_config
from syncata.simulator.shell import Simulator

__all__ = [
    "FACTS",
    "SCENARIOS",
    "SIMULATORS",
    "Options",
    "Running",
    "Simulator",
    "describe",
    "serve",
    "serve_forever",
]

SIMULATORS: dict[str, Callable[[Options], Simulator]] = {
    "edflex": edflex.build,
    "360learning": learning360.build,
    "stripe": stripe.build,
    "airtable": airtable.build,
}

# What a connection to a simulator needs to know, unless its options say otherwise.
FACTS: dict[str, dict[str, str]] = {
    "edflex": {"client id": "edflex-demo", "client secret": "edflex-secret"},
    "360learning": {
        "client id": "360-demo",
        "client secret": "360-secret",
        "group": ROOT_GROUP,
        "author": "author@example.com",
    },
    "stripe": {"secret key": "sk_test_demo"},
    "airtable": {"token": "pat-demo.secret", "base": BASE, "table": TABLE},
}

_SWITCHES = {
    "edflex": edflex.SWITCHES,
    "360learning": learning360.SWITCHES,
    "stripe": stripe.SWITCHES,
    "airtable": airtable.SWITCHES,
}


def serve(
    name: str, options: Options | None = None, *, host: str = "127.0.0.1", port: int = 0
) -> Running:
    """Start a simulator in a daemon thread; returns once it answers."""
    return Running(name, SIMULATORS[name](options or Options()), host, port)


def serve_forever(name: str, options: Options, *, host: str = "127.0.0.1", port: int = 0) -> None:
    """Serve until interrupted; prints one JSON line with the URL when connections are accepted."""
    simulator = SIMULATORS[name](options)
    listener = listening_socket(host, port)
    url = f"http://{host}:{listener.getsockname()[1]}"
    # The socket listens already: who connects before uvicorn runs only waits a moment.
    sys.stdout.write(orjson.dumps({"name": name, "url": url}).decode() + "\n")
    sys.stdout.flush()
    uvicorn.Server(server_config(simulator)).run(sockets=[listener])


def describe(name: str) -> list[tuple[str, str]]:
    """Return each fault switch of a simulator with its value's form and one line of explanation."""
    return [
        (f"{switch}={entry.form}", entry.explanation)
        for switch, entry in sorted(_SWITCHES[name].items())
    ]
